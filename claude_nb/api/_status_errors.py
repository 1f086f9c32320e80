"""One class for each HTTP status the API uses. See `claude_nb.api.errors`."""

from __future__ import annotations

from claude_nb.api._base_errors import APIStatusError


class RedirectError(APIStatusError):
    """3xx: the server points elsewhere; the key and the prompt are not sent there."""


class BadRequestError(APIStatusError):
    """400: the request is not valid."""


class AuthenticationError(APIStatusError):
    """401: the key is not valid."""


class PaymentRequiredError(APIStatusError):
    """402: a matter of billing."""


class PermissionDeniedError(APIStatusError):
    """403: the key may not do this."""


class NotFoundError(APIStatusError):
    """404: there is no such thing, for example no such model."""


class RequestTimeoutError(APIStatusError):
    """408: the request took too long to arrive."""


class ConflictError(APIStatusError):
    """409: the request contradicts the state of things."""


class PreconditionFailedError(APIStatusError):
    """412: a condition of the request does not hold."""


class ContentTooLargeError(APIStatusError):
    """413: the request is too large."""


class UnprocessableEntityError(APIStatusError):
    """422: the request cannot be processed."""


class RateLimitError(APIStatusError):
    """429: too many requests or tokens."""


class RequestHeaderFieldsTooLargeError(APIStatusError):
    """431: the request's headers are too large."""


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


RequestTooLargeError = ContentTooLargeError
DeadlineExceededError = GatewayTimeoutError
