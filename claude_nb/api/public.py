"""Which module each public name lives in, so that ``import claude_nb`` can load it on first use.

Data only; ``claude_nb.__getattr__`` looks names up here.
"""

from __future__ import annotations

__all__ = ["PUBLIC"]

_MODULES: dict[str, str] = {
    "claude_nb.api.client": "Anthropic AsyncAnthropic AsyncClient Client",
    "claude_nb.api.stream": "MessageStream MessageStreamManager Stream",
    "claude_nb.api.async_stream": "AsyncMessageStream AsyncMessageStreamManager AsyncStream",
    "claude_nb.api.raw": "APIResponse AsyncAPIResponse",
    "claude_nb.api.advice": "DEFAULT_TIMEOUT",
    "claude_nb.api.config": "DEFAULT_MAX_CONNECTIONS DEFAULT_MAX_RETRIES",
    "claude_nb.api.requests": "NOT_GIVEN NotGiven Omit not_given omit",
    "claude_nb.api.retry": "RetryNotice",
    "claude_nb.api.wire": "Headers Request Response Timeout",
    "claude_nb.api.credentials": "login",
    "claude_nb.api.secret": "Secret",
    "claude_nb.api.types": "BaseModel",
    "claude_nb.api.types.params": "CallOptions RequestOptions",
    "claude_nb.api.schema": "transform_schema",
    "claude_nb.api.tools": "FunctionTool ToolError beta_async_tool beta_tool",
    "claude_nb._http": "DefaultAsyncHttpxClient DefaultHttpxClient",
    "claude_nb.api.errors": (
        "APIConnectionError APIError APIResponseValidationError APIStatusError APITimeoutError "
        "APIWebhookValidationError AnthropicError AuthenticationError BadRequestError "
        "ClientClosedRequestError ConflictError ConnectionLimitError ContentTooLargeError "
        "CredentialsError DeadlineExceededError EventTooLargeError GatewayTimeoutError "
        "HTTPNotImplementedError IdentityTokenFileError IncompleteStreamError "
        "InsecureBaseURLError InternalServerError InvalidToolInputError MalformedStreamError "
        "MissingCredentialsError NotFoundError OutputFormatError OverloadedError "
        "PaymentRequiredError PermissionDeniedError PreconditionFailedError RateLimitError "
        "RedirectError RequestHeaderFieldsTooLargeError RequestTimeoutError "
        "RequestTooLargeError RetryableError ServiceUnavailableError StreamStalledError "
        "UnprocessableEntityError WaitTimeoutError "
        # of errors with a code of their own, those that any call can meet
        "CMEKContextUnavailableError CMEKKeyDisabledError CMEKKeyNetworkBlockedError "
        "CMEKKeyUnreachableError ClaudeCodeKeyCreatorNotMemberError "
        "ClaudeCodeVersionTooOldError ContractSpendLimitReachedError "
        "EnforcedSpendLimitReachedError LinkedOrganizationBillingUnavailableError "
        "LinkedOrganizationSpendLimitReachedError OrganizationOnHoldError "
        "OrganizationTypeNotSupportedError ParentOrganizationRequiredError "
        "RampLimitExceededError RequestBodyEncodingInvalidError "
        "RequestBodyEncodingUnsupportedError RequestBodyTooLargeAfterDecodingError "
        "SandboxEgressRestrictedError"
    ),
}

PUBLIC: dict[str, str] = {
    name: module for module, names in _MODULES.items() for name in names.split()
}
