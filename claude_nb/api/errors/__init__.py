"""Every error the client raises.

::

    AnthropicError
    ├── APIError                          .message .request .body .partial_message
    │   ├── APIStatusError                .status_code .response .request_id .type .api_message …
    │   │   ├── RedirectError             3xx: redirects are never followed
    │   │   ├── BadRequestError           400
    │   │   ├── AuthenticationError       401
    │   │   ├── PaymentRequiredError      402
    │   │   ├── PermissionDeniedError     403
    │   │   ├── NotFoundError             404
    │   │   ├── RequestTimeoutError       408
    │   │   ├── ConflictError             409
    │   │   ├── PreconditionFailedError   412
    │   │   ├── ContentTooLargeError      413 (RequestTooLargeError)
    │   │   ├── UnprocessableEntityError  422
    │   │   ├── RateLimitError            429
    │   │   ├── RequestHeaderFieldsTooLargeError  431
    │   │   ├── ClientClosedRequestError  499
    │   │   └── InternalServerError       5xx
    │   │       ├── HTTPNotImplementedError   501
    │   │       ├── ServiceUnavailableError   503
    │   │       ├── GatewayTimeoutError       504 (DeadlineExceededError)
    │   │       └── OverloadedError           529
    │   ├── APIConnectionError
    │   │   ├── APITimeoutError
    │   │   │   └── StreamStalledError    no content for longer than the idle timeout
    │   │   ├── IncompleteStreamError     the stream ended before the message did
    │   │   ├── ProxyError                the proxy cannot be used, or lets nothing through
    │   │   ├── CertificateError          the server's certificate cannot be trusted
    │   │   └── ConnectionLimitError      every connection of the client is in use
    │   ├── APIResponseValidationError    a reply that is not what the API sends
    │   │   ├── OutputFormatError         (also a ValueError)
    │   │   └── MalformedStreamError      the same, in a stream
    │   │       ├── EventTooLargeError
    │   │       └── InvalidToolInputError (also a ValueError)
    │   └── APIWebhookValidationError
    ├── RetryableError
    ├── WaitTimeoutError (also a TimeoutError)
    ├── InsecureBaseURLError (also a ValueError)
    ├── UnsendableTextError (also a ValueError)
    └── CredentialsError
        ├── DamagedCredentialsError
        ├── MissingCredentialsError (also a TypeError)
        └── IdentityTokenFileError

Errors with a stable code (``error.details.error_code``) have a class of their own below the
class of their status: ``claude_nb.errors.EnforcedSpendLimitReachedError``.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

from claude_nb.api.types import BaseModel
from claude_nb.api.wire import Request, Response

if TYPE_CHECKING:
    from claude_nb.api.types import Message

# fmt: off
__all__ = [
    "APIConnectionError", "APIError", "APIResponseValidationError", "APIStatusError",
    "APITimeoutError", "APIWebhookValidationError", "AnthropicError", "AuthenticationError",
    "BadRequestError", "CertificateError", "ClientClosedRequestError", "ConflictError",
    "ConnectionLimitError", "ContentTooLargeError", "CredentialsError",
    "DamagedCredentialsError", "DeadlineExceededError", "ErrorDetails", "EventTooLargeError",
    "GatewayTimeoutError", "HTTPNotImplementedError", "IdentityTokenFileError",
    "IncompleteStreamError", "InsecureBaseURLError", "InternalServerError",
    "InvalidToolInputError", "MalformedStreamError", "MissingCredentialsError", "NotFoundError",
    "OutputFormatError", "OverloadedError", "PaymentRequiredError", "PermissionDeniedError",
    "PreconditionFailedError", "ProxyError", "RateLimitError", "RedirectError",
    "RequestHeaderFieldsTooLargeError", "RequestTimeoutError", "RequestTooLargeError",
    "RetryableError", "ServiceUnavailableError", "StreamStalledError",
    "UnprocessableEntityError", "UnsendableTextError", "WaitTimeoutError",
]
# fmt: on


class AnthropicError(Exception):
    """The root of all errors of the client.

    Attributes
    ----------
    sent : bool
        Whether a server may have got the request; False where it surely did not.
    billed : bool
        Whether what was sent may be billed; False where the server refused it. Of what ended
        elsewhere (a gateway's 504, a time limit) nobody can say, so it may.
    """

    sent: bool = True
    billed: bool = True

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


ErrorT = TypeVar("ErrorT", bound=APIError)


def advised(error: ErrorT, advice: str) -> ErrorT:
    """Return an error whose message also says what to do."""
    error.message = f"{error.message} {advice}"
    error.args = (error.message,)
    return error


class APIResponseValidationError(APIError):
    """The reply is not what the API sends."""

    def __init__(
        self, response: Response, body: object | None, *, message: str | None = None
    ) -> None:
        text = message or "Data returned by API invalid for expected schema."
        super().__init__(text, response.request, body=body)
        self.response: Response = response
        self.status_code: int = response.status_code


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
        self.response: Response = response
        self.status_code: int = response.status_code
        headers = response.headers
        self.request_id: str | None = headers.get("request-id") or text_at(body, "request_id")
        self.workspace_id: str | None = headers.get("anthropic-workspace-id")
        self.api_message: str | None = text_at(body, "error", "message")
        self.type: str | None = text_at(body, "error", "type")
        self.error_code: str | None = text_at(body, "error", "details", "error_code")
        details = dig(body, "error", "details")
        self.details: ErrorDetails | None = None
        if isinstance(details, dict):
            self.details = ErrorDetails.from_wire(cast("dict[str, Any]", details))


class RedirectError(APIStatusError):
    """3xx: the server points elsewhere; the key and the prompt are not sent there."""

    billed = False


class BadRequestError(APIStatusError):
    """400: the request is not valid."""

    billed = False


class AuthenticationError(APIStatusError):
    """401: the key is not valid."""

    billed = False


class PaymentRequiredError(APIStatusError):
    """402: a matter of billing."""

    billed = False


class PermissionDeniedError(APIStatusError):
    """403: the key may not do this."""

    billed = False


class NotFoundError(APIStatusError):
    """404: there is no such thing, for example no such model."""

    billed = False


class RequestTimeoutError(APIStatusError):
    """408: the request took too long to arrive."""


class ConflictError(APIStatusError):
    """409: the request contradicts the state of things."""


class PreconditionFailedError(APIStatusError):
    """412: a condition of the request does not hold."""

    billed = False


class ContentTooLargeError(APIStatusError):
    """413: the request is too large."""

    billed = False


class UnprocessableEntityError(APIStatusError):
    """422: the request cannot be processed."""

    billed = False


class RateLimitError(APIStatusError):
    """429: too many requests or tokens."""

    billed = False


class RequestHeaderFieldsTooLargeError(APIStatusError):
    """431: the request's headers are too large."""

    billed = False


class ClientClosedRequestError(APIStatusError):
    """499: the request was given up."""


class InternalServerError(APIStatusError):
    """5xx: the server failed."""


class HTTPNotImplementedError(InternalServerError):
    """501: the server cannot do this."""


class ServiceUnavailableError(InternalServerError):
    """503: the service is not available."""


class GatewayTimeoutError(InternalServerError):
    """504: the request took too long."""


class OverloadedError(InternalServerError):
    """529: the service is overloaded."""

    billed = False


RequestTooLargeError = ContentTooLargeError
DeadlineExceededError = GatewayTimeoutError


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


class ProxyError(APIConnectionError):
    """The proxy that the environment names cannot be used, or lets nothing through."""

    sent = False


class CertificateError(APIConnectionError):
    """The server's certificate cannot be trusted, or there are none to trust; nothing was sent."""

    sent = False


class ConnectionLimitError(APIConnectionError):
    """Every connection of the client is in use."""

    sent = False


class RetryableError(AnthropicError):
    """Raise it to have the attempt retried, as far as `max_retries` allows."""


class WaitTimeoutError(AnthropicError, TimeoutError):
    """What was waited for has not come."""


class InsecureBaseURLError(AnthropicError, ValueError):
    """The base URL would send the key and the prompts unencrypted."""

    sent = False


class UnsendableTextError(AnthropicError, ValueError):
    """A text of the request cannot be written as bytes; nothing was sent."""

    sent = False


class CredentialsError(AnthropicError):
    """Credentials cannot be loaded."""

    sent = False


class DamagedCredentialsError(CredentialsError):
    """A key, a token or a header with one holds what none can hold; nothing was sent."""


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
