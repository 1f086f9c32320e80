"""From a server's refusal to the error that is raised: its class by status, type and code."""

from __future__ import annotations

import re
from functools import cache

from claude_nb.api.errors import (
    APIError,
    APIResponseValidationError,
    APIStatusError,
    AuthenticationError,
    BadRequestError,
    ClientClosedRequestError,
    ConflictError,
    ContentTooLargeError,
    GatewayTimeoutError,
    HTTPNotImplementedError,
    InternalServerError,
    NotFoundError,
    OverloadedError,
    PaymentRequiredError,
    PermissionDeniedError,
    PreconditionFailedError,
    RateLimitError,
    RedirectError,
    RequestHeaderFieldsTooLargeError,
    RequestTimeoutError,
    ServiceUnavailableError,
    UnprocessableEntityError,
    coded_errors,
    text_at,
)
from claude_nb.api.retry import LONGEST_WAIT, asked_wait
from claude_nb.api.secret import scrub
from claude_nb.api.types.json_text import read_json
from claude_nb.api.wire import Response

__all__ = ["from_event", "from_response", "from_success"]

_BY_STATUS: dict[int, type[APIStatusError]] = {
    400: BadRequestError,
    401: AuthenticationError,
    402: PaymentRequiredError,
    403: PermissionDeniedError,
    404: NotFoundError,
    408: RequestTimeoutError,
    409: ConflictError,
    412: PreconditionFailedError,
    413: ContentTooLargeError,
    422: UnprocessableEntityError,
    429: RateLimitError,
    431: RequestHeaderFieldsTooLargeError,
    499: ClientClosedRequestError,
    501: HTTPNotImplementedError,
    503: ServiceUnavailableError,
    504: GatewayTimeoutError,
    529: OverloadedError,
}

_STATUS_BY_TYPE = {
    "invalid_request_error": 400,
    "authentication_error": 401,
    "billing_error": 402,
    "permission_error": 403,
    "not_found_error": 404,
    "conflict_error": 409,
    "request_too_large": 413,
    "rate_limit_error": 429,
    "api_error": 500,
    "timeout_error": 504,
    "overloaded_error": 529,
}


_SHOWN = 10_000  # characters of a body in an error's message
_WORD_STARTS = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def from_response(response: Response) -> APIStatusError:
    """Return the error for a reply that is not a success.

    Parameters
    ----------
    response : Response
        The reply, secrets already removed from its body.
    """
    status, text = response.status_code, response.text
    try:
        body: object = read_json(response.content)
        told = _told(status, body)
    except ValueError:
        body, told = text, _text_told(status, text)
    cut = f" … (the body {response.cut})" if response.cut else ""
    return _make(status, told + cut, response, body)


def from_event(body: object, response: Response) -> APIStatusError:
    """Return the error for an ``error`` event: its class is that of its type.

    Parameters
    ----------
    body : object
        The event's data.
    response : Response
        The stream's reply (its own status is a success).
    """
    status = _STATUS_BY_TYPE.get(text_at(body, "error", "type") or "", response.status_code)
    error = _make(status, _told(status, body), response, body)
    error.status_code = status
    return error


def from_success(
    response: Response,
    missed: str,
    cls: type[APIResponseValidationError] = APIResponseValidationError,
) -> APIError:
    """Return the error for a reply that is a success by its status, and not by its body.

    Parameters
    ----------
    response : Response
        The reply, secrets already removed from its body.
    missed : str
        What it should have been, as in "The reply is …".
    cls : type
        Of the error, if the body is none of the API's errors.
    """
    try:
        body: object = read_json(response.content)
    except ValueError:
        body = response.text
    if text_at(body, "type") == "error":
        return from_event(body, response)
    from claude_nb.api.errors import instead  # noqa: PLC0415 (seldom met)

    found = instead.described(response.text)
    message = f"The reply of {scrub(response.url)} is {missed}, but {found}."
    return cls(response, body, message=message)


def _text_told(status: int, text: str) -> str:
    from claude_nb.api.errors import instead  # noqa: PLC0415 (seldom met)

    if instead.is_page(text):
        return f"Error code: {status} - {instead.described(text)}"
    return _bounded(text) or f"Error code: {status}"


def _told(status: int, body: object) -> str:
    try:
        return _bounded(f"Error code: {status} - {body}")
    except (ValueError, RecursionError):  # thousands of digits, or as deep as could just be read
        return f"Error code: {status}"


def _bounded(text: str) -> str:
    """Return text fit for a cell; all of it is the error's `body`."""
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]} … ({len(text):,} characters)"


def _make(status: int, message: str, response: Response, body: object) -> APIStatusError:
    wait = asked_wait(response.headers)
    if wait is not None and wait > LONGEST_WAIT:
        message += f" (the server asks to wait {wait:,.0f} s, so it was not asked again)"
    code = text_at(body, "error", "details", "error_code")
    cls = _status_class(status)
    cls = _coded_classes().get((cls, code), cls) if code else cls
    return cls(message, response=response, body=body)


@cache
def _coded_classes() -> dict[tuple[type, str], type[APIStatusError]]:
    """Return the classes of errors with a code, by the class of their status and their code."""
    return {
        (cls.__bases__[0], _code(name)): cls
        for name, cls in vars(coded_errors).items()
        if isinstance(cls, type) and cls.__module__ == coded_errors.__name__
    }


def _code(name: str) -> str:
    """Return the code that a class's name says."""
    words = _WORD_STARTS.sub("_", name.removeprefix("Beta").removesuffix("Error"))
    return words.lower()


def _status_class(status: int) -> type[APIStatusError]:
    if 300 <= status < 400:  # noqa: PLR2004 - the class of HTTP statuses called redirection
        return RedirectError
    server_error = status >= 500  # noqa: PLR2004 - likewise, server errors
    return _BY_STATUS.get(status, InternalServerError if server_error else APIStatusError)
