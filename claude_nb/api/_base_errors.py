"""The parts of the error tree that do not depend on an HTTP status. See `claude_nb.api.errors`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from claude_nb.api.types import BaseModel
from claude_nb.api.wire import Request, Response

if TYPE_CHECKING:
    from claude_nb.api.types import Message


class AnthropicError(Exception):
    """The root of all errors of the client."""

    def __reduce__(self) -> tuple[Any, ...]:
        return _restore, (type(self), self.args), self.__dict__


def _restore(cls: type[AnthropicError], args: tuple[Any, ...]) -> AnthropicError:
    return cls.__new__(cls, *args)


class APIError(AnthropicError):
    """Something went wrong with a call.

    Attributes
    ----------
    message : str
        What went wrong.
    request : Request
        What was asked (without credentials).
    body : object
        The reply's body: decoded JSON, else text; None when there was no reply.
    partial_message : Message or None
        What had arrived of a streamed answer.
    """

    message: str
    request: Request
    body: object | None
    partial_message: Message | None = None

    def __init__(self, message: str, request: Request, *, body: object | None) -> None:
        super().__init__(message)
        self.message = message
        self.request = request
        self.body = body


class APIResponseValidationError(APIError):
    """The reply is not what the API sends."""

    def __init__(
        self, response: Response, body: object | None, *, message: str | None = None
    ) -> None:
        text = message or "Data returned by API invalid for expected schema."
        super().__init__(text, response.request, body=body)
        self.response = response
        self.status_code = response.status_code


class OutputFormatError(APIResponseValidationError, ValueError):
    """The answer's text is no value of the output format that was asked for."""


class MalformedStreamError(APIResponseValidationError):
    """An event of the stream cannot be read."""


class EventTooLargeError(MalformedStreamError):
    """One event is larger than the client accepts."""


class InvalidToolInputError(MalformedStreamError, ValueError):
    """The input the model wrote for a tool is no JSON."""


class APIWebhookValidationError(APIError):
    """A webhook is not what the API sends."""


class ErrorDetails(BaseModel):
    """Machine-readable detail of an error; its fields are attributes."""

    error_code: str | None = None


class APIStatusError(APIError):
    """The server answered with an error.

    Attributes
    ----------
    status_code : int
        HTTP status; for an error inside a stream, the status its type stands for.
    response : Response
        The reply.
    request_id, workspace_id : str or None
        As the reply's headers name them.
    type, api_message, error_code, details
        ``error.type``, ``error.message``, ``error.details.error_code`` and ``error.details``
        of the body, None where it has none.
    """

    def __init__(self, message: str, *, response: Response, body: object | None) -> None:
        super().__init__(message, response.request, body=body)
        self.response = response
        self.status_code = response.status_code
        headers = response.headers
        self.request_id = headers.get("request-id") or text_at(body, "request_id")
        self.workspace_id = headers.get("anthropic-workspace-id")
        self.api_message = text_at(body, "error", "message")
        self.type = text_at(body, "error", "type")
        self.error_code = text_at(body, "error", "details", "error_code")
        details = dig(body, "error", "details")
        self.details = (
            ErrorDetails.from_wire(cast("dict[str, Any]", details))
            if isinstance(details, dict)
            else None
        )


class APIConnectionError(APIError):
    """The server could not be reached, or the connection broke."""

    def __init__(self, *, message: str = "Connection error.", request: Request) -> None:
        super().__init__(message, request, body=None)


class APITimeoutError(APIConnectionError):
    """The server took too long."""

    def __init__(self, request: Request, *, message: str = "Request timed out.") -> None:
        super().__init__(message=message, request=request)


class StreamStalledError(APITimeoutError):
    """No content arrived for longer than the idle timeout (pings do not count)."""


class IncompleteStreamError(APIConnectionError):
    """The stream ended before the message did."""


class ConnectionLimitError(APIConnectionError):
    """Every connection of the client is in use."""


class RetryableError(AnthropicError):
    """Raise it to have the attempt retried, as far as `max_retries` allows."""


class WaitTimeoutError(AnthropicError, TimeoutError):
    """What was waited for has not come."""


class InsecureBaseURLError(AnthropicError, ValueError):
    """The base URL would send the key and the prompts unencrypted."""


class CredentialsError(AnthropicError):
    """Credentials cannot be loaded."""


class MissingCredentialsError(CredentialsError, TypeError):
    """There is no API key."""


class IdentityTokenFileError(CredentialsError):
    """The identity token file cannot be read."""

    def __init__(self, message: str, *, path: Path | None = None) -> None:
        super().__init__(message)
        self.path = path


def dig(body: object, *path: str) -> object:
    """Return what is at `path` in nested JSON objects, or None."""
    for name in path:
        if not isinstance(body, dict):
            return None
        body = cast("dict[str, object]", body).get(name)
    return body


def text_at(body: object, *path: str) -> str | None:
    """Return the text at `path` in nested JSON objects, or None."""
    found = dig(body, *path)
    return found if isinstance(found, str) else None
