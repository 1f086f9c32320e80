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
    └── CredentialsError
        ├── MissingCredentialsError (also a TypeError)
        └── IdentityTokenFileError

Errors with a stable code (``error.details.error_code``) have a class of their own below the
class of their status, made on first use: ``errors.EnforcedSpendLimitReachedError``.
"""

from __future__ import annotations

from typing import Any, cast

from claude_nb.api._base_errors import (
    AnthropicError,
    APIConnectionError,
    APIError,
    APIResponseValidationError,
    APIStatusError,
    APITimeoutError,
    APIWebhookValidationError,
    ConnectionLimitError,
    CredentialsError,
    ErrorDetails,
    EventTooLargeError,
    IdentityTokenFileError,
    IncompleteStreamError,
    InsecureBaseURLError,
    InvalidToolInputError,
    MalformedStreamError,
    MissingCredentialsError,
    OutputFormatError,
    RetryableError,
    StreamStalledError,
    WaitTimeoutError,
    text_at,
)
from claude_nb.api._error_codes import CODES
from claude_nb.api._status_errors import (
    AuthenticationError,
    BadRequestError,
    ClientClosedRequestError,
    ConflictError,
    ContentTooLargeError,
    DeadlineExceededError,
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
    RequestTooLargeError,
    ServiceUnavailableError,
    UnprocessableEntityError,
)
from claude_nb.api.wire import Response

__all__ = [
    "APIConnectionError",
    "APIError",
    "APIResponseValidationError",
    "APIStatusError",
    "APITimeoutError",
    "APIWebhookValidationError",
    "AnthropicError",
    "AuthenticationError",
    "BadRequestError",
    "ClientClosedRequestError",
    "ConflictError",
    "ConnectionLimitError",
    "ContentTooLargeError",
    "CredentialsError",
    "DeadlineExceededError",
    "ErrorDetails",
    "EventTooLargeError",
    "GatewayTimeoutError",
    "HTTPNotImplementedError",
    "IdentityTokenFileError",
    "IncompleteStreamError",
    "InsecureBaseURLError",
    "InternalServerError",
    "InvalidToolInputError",
    "MalformedStreamError",
    "MissingCredentialsError",
    "NotFoundError",
    "OutputFormatError",
    "OverloadedError",
    "PaymentRequiredError",
    "PermissionDeniedError",
    "PreconditionFailedError",
    "RateLimitError",
    "RedirectError",
    "RequestHeaderFieldsTooLargeError",
    "RequestTimeoutError",
    "RequestTooLargeError",
    "RetryableError",
    "ServiceUnavailableError",
    "StreamStalledError",
    "UnprocessableEntityError",
    "WaitTimeoutError",
    "from_event",
    "from_response",
]

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


def from_response(response: Response) -> APIStatusError:
    """Return the error for a reply that is not a success.

    Parameters
    ----------
    response : Response
        The reply, secrets already removed from its body.
    """
    status = response.status_code
    try:
        body: object = response.json()
    except ValueError:
        return _make(status, response.text or f"Error code: {status}", response, response.text)
    return _make(status, f"Error code: {status} - {body}", response, body)


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
    error = _make(status, f"Error code: {status} - {body}", response, body)
    error.status_code = status
    return error


def _make(status: int, message: str, response: Response, body: object) -> APIStatusError:
    code = text_at(body, "error", "details", "error_code")
    name = CODES.get((status, code)) if code else None
    cls = _coded(name) if name else _status_class(status)
    return cls(message, response=response, body=body)


def _status_class(status: int) -> type[APIStatusError]:
    if 300 <= status < 400:  # noqa: PLR2004 - the class of HTTP statuses called redirection
        return RedirectError
    server_error = status >= 500  # noqa: PLR2004 - likewise, server errors
    return _BY_STATUS.get(status, InternalServerError if server_error else APIStatusError)


def _coded(name: str) -> type[APIStatusError]:
    known = globals().get(name)
    if known is None:
        status = next(status for (status, _), other in CODES.items() if other == name)
        doc = f"{status}: an error of its own code."
        members = {"__module__": __name__, "__doc__": doc}
        known = globals()[name] = type(name, (_status_class(status),), members)
    return cast("type[APIStatusError]", known)


def __getattr__(name: str) -> Any:
    if name in CODES.values():
        return _coded(name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
