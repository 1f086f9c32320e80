"""Which module each public name lives in, so that ``import claude_nb`` can load it on first use.

Data only. ``claude_nb.__getattr__`` looks names up here; a value of None is the module itself.
"""

from __future__ import annotations

__all__ = ["PUBLIC"]

_MODULES: dict[str, str] = {
    "claude_nb.api.client": "Anthropic AsyncAnthropic Client AsyncClient",
    "claude_nb.api.stream": "MessageStream MessageStreamManager Stream",
    "claude_nb.api.async_stream": "AsyncMessageStream AsyncMessageStreamManager AsyncStream",
    "claude_nb.api.config": ("DEFAULT_CONNECTION_LIMITS DEFAULT_MAX_RETRIES DEFAULT_TIMEOUT"),
    "claude_nb.api.requests": "NOT_GIVEN NotGiven Omit not_given omit",
    "claude_nb.api.retry": "RetryNotice",
    "claude_nb.api.wire": "Timeout",
    "claude_nb.api.credentials": "login",
    "claude_nb.api.types": "BaseModel",
    "claude_nb.api.errors": (
        "APIConnectionError APIError APIResponseValidationError APIStatusError APITimeoutError "
        "APIWebhookValidationError AnthropicError AuthenticationError BadRequestError "
        "ClientClosedRequestError ConflictError ConnectionLimitError ContentTooLargeError "
        "CredentialsError DeadlineExceededError EventTooLargeError GatewayTimeoutError "
        "HTTPNotImplementedError IdentityTokenFileError IncompleteStreamError "
        "InsecureBaseURLError InternalServerError InvalidToolInputError MalformedStreamError "
        "MissingCredentialsError NotFoundError OverloadedError PaymentRequiredError "
        "PermissionDeniedError PreconditionFailedError RateLimitError RedirectError "
        "RequestHeaderFieldsTooLargeError RequestTimeoutError RequestTooLargeError "
        "RetryableError ServiceUnavailableError StreamStalledError UnprocessableEntityError"
    ),
}

PUBLIC: dict[str, str] = {
    name: module for module, names in _MODULES.items() for name in names.split()
}
