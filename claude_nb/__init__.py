"""Claude in Jupyter: a streaming cell magic, a control panel and a small Messages API client.

``%load_ext claude_nb`` gives a notebook ``%%claude``; ``import claude_nb as anthropic`` gives a
script the client. Public names are loaded when first used, so that importing this package costs
nearly nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from claude_nb._version import __version__

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from claude_nb import cassette, emulator, errors, models, types
    from claude_nb import rows as rows
    from claude_nb._http import DefaultAsyncHttpxClient, DefaultHttpxClient
    from claude_nb.api.client import Anthropic, AsyncAnthropic, AsyncClient, Client
    from claude_nb.api.config import DEFAULT_MAX_CONNECTIONS, DEFAULT_MAX_RETRIES
    from claude_nb.api.errors.advice import DEFAULT_TIMEOUT
    from claude_nb.api.platforms.bedrock import bedrock
    from claude_nb.api.platforms.credentials import login
    from claude_nb.api.platforms.foundry import foundry
    from claude_nb.api.platforms.gateway import gateway
    from claude_nb.api.platforms.vertex import vertex
    from claude_nb.api.resources.raw import APIResponse, AsyncAPIResponse
    from claude_nb.api.retry import RetryNotice
    from claude_nb.api.schemas.schema import transform_schema
    from claude_nb.api.schemas.tools import FunctionTool, ToolError, beta_async_tool, beta_tool
    from claude_nb.api.secret import Secret
    from claude_nb.api.sending.requests import NOT_GIVEN, NotGiven, Omit, not_given, omit
    from claude_nb.api.streaming.async_stream import (
        AsyncMessageStream,
        AsyncMessageStreamManager,
        AsyncStream,
    )
    from claude_nb.api.streaming.stream import MessageStream, MessageStreamManager, Stream
    from claude_nb.api.types import BaseModel
    from claude_nb.api.types.params import CallOptions, RequestOptions
    from claude_nb.api.wire import Headers, Request, Response, Timeout
    from claude_nb.cassette import Cassette, CassetteError
    from claude_nb.conversation import Conversation

    # isort: off
    # fmt: off
    from claude_nb.errors import (
        AnthropicError, APIConnectionError, APIError, APIResponseValidationError, APIStatusError,
        APITimeoutError, APIWebhookValidationError, AuthenticationError, BadRequestError,
        ClaudeCodeKeyCreatorNotMemberError, ClaudeCodeVersionTooOldError, ClientClosedRequestError,
        CMEKContextUnavailableError, CMEKKeyDisabledError, CMEKKeyNetworkBlockedError,
        CMEKKeyUnreachableError, ConflictError, ConnectionLimitError, ContentTooLargeError,
        ContractSpendLimitReachedError, CredentialsError, DeadlineExceededError,
        EnforcedSpendLimitReachedError, EventTooLargeError, GatewayTimeoutError,
        HTTPNotImplementedError, IdentityTokenFileError, IncompleteStreamError,
        InsecureBaseURLError, InternalServerError, InvalidToolInputError,
        LinkedOrganizationBillingUnavailableError, LinkedOrganizationSpendLimitReachedError,
        MalformedStreamError, MissingCredentialsError, NotFoundError, OrganizationOnHoldError,
        OrganizationTypeNotSupportedError, OutputFormatError, OverloadedError,
        ParentOrganizationRequiredError, PaymentRequiredError, PermissionDeniedError,
        PreconditionFailedError, RampLimitExceededError, RateLimitError, RedirectError,
        RequestBodyEncodingInvalidError, RequestBodyEncodingUnsupportedError,
        RequestBodyTooLargeAfterDecodingError, RequestHeaderFieldsTooLargeError,
        RequestTimeoutError, RequestTooLargeError, RetryableError, SandboxEgressRestrictedError,
        ServiceUnavailableError, StreamStalledError, UnprocessableEntityError, WaitTimeoutError,
        WorkspaceHumanReviewDisabledError,
    )
    # fmt: on
    # isort: on
    from claude_nb.api.schemas.memory import MemoryTool, memory_tool
    from claude_nb.ask.errors import InputError
    from claude_nb.ask.server_tools import code_execution, search_result, web_fetch, web_search
    from claude_nb.notebook.backend.using import use
    from claude_nb.notebook.ledger.frame import usage
    from claude_nb.notebook.panel import Panel
    from claude_nb.notebook.panel.values import SettingError
    from claude_nb.notebook.run.connecting import connect
    from claude_nb.notebook.run.rows.mapping import map as map  # noqa: A004 (ours)

# fmt: off
__all__ = [
    "DEFAULT_MAX_CONNECTIONS", "DEFAULT_MAX_RETRIES", "DEFAULT_TIMEOUT", "NOT_GIVEN",
    "APIConnectionError", "APIError", "APIResponse", "APIResponseValidationError", "APIStatusError",
    "APITimeoutError", "APIWebhookValidationError", "Anthropic", "AnthropicError",
    "AsyncAPIResponse", "AsyncAnthropic", "AsyncClient", "AsyncMessageStream",
    "AsyncMessageStreamManager", "AsyncStream", "AuthenticationError", "BadRequestError",
    "BaseModel", "CMEKContextUnavailableError", "CMEKKeyDisabledError",
    "CMEKKeyNetworkBlockedError", "CMEKKeyUnreachableError", "CallOptions", "Cassette",
    "CassetteError", "ClaudeCodeKeyCreatorNotMemberError", "ClaudeCodeVersionTooOldError", "Client",
    "ClientClosedRequestError", "ConflictError", "ConnectionLimitError", "ContentTooLargeError",
    "ContractSpendLimitReachedError", "Conversation", "CredentialsError", "DeadlineExceededError",
    "DefaultAsyncHttpxClient", "DefaultHttpxClient", "EnforcedSpendLimitReachedError",
    "EventTooLargeError", "FunctionTool", "GatewayTimeoutError", "HTTPNotImplementedError",
    "Headers", "IdentityTokenFileError", "IncompleteStreamError", "InputError",
    "InsecureBaseURLError", "InternalServerError", "InvalidToolInputError",
    "LinkedOrganizationBillingUnavailableError", "LinkedOrganizationSpendLimitReachedError",
    "MalformedStreamError", "MemoryTool", "MessageStream", "MessageStreamManager",
    "MissingCredentialsError", "NotFoundError", "NotGiven", "Omit", "OrganizationOnHoldError",
    "OrganizationTypeNotSupportedError", "OutputFormatError", "OverloadedError", "Panel",
    "ParentOrganizationRequiredError", "PaymentRequiredError", "PermissionDeniedError",
    "PreconditionFailedError", "RampLimitExceededError", "RateLimitError", "RedirectError",
    "Request", "RequestBodyEncodingInvalidError", "RequestBodyEncodingUnsupportedError",
    "RequestBodyTooLargeAfterDecodingError", "RequestHeaderFieldsTooLargeError", "RequestOptions",
    "RequestTimeoutError", "RequestTooLargeError", "Response", "RetryNotice", "RetryableError",
    "SandboxEgressRestrictedError", "Secret", "ServiceUnavailableError", "SettingError", "Stream",
    "StreamStalledError", "Timeout", "ToolError", "UnprocessableEntityError", "WaitTimeoutError",
    "WorkspaceHumanReviewDisabledError", "__version__", "bedrock", "beta_async_tool", "beta_tool",
    "cassette", "code_execution", "connect", "emulator", "errors", "foundry", "gateway",
    "load_ipython_extension", "login", "memory_tool", "models", "not_given", "omit",
    "search_result", "transform_schema", "types", "unload_ipython_extension", "usage", "use",
    "vertex", "web_fetch", "web_search",
]
# fmt: on

_NOT_STARRED = frozenset({"map", "rows"})  # ``from claude_nb import *`` leaves these names alone
_MODULES = frozenset({"cassette", "emulator", "errors", "models", "rows", "types"})
_HOMES = {  # where the other names are; those of errors not listed here in claude_nb.errors
    "claude_nb.api.client": "Anthropic AsyncAnthropic AsyncClient Client",
    "claude_nb.api.streaming.stream": "MessageStream MessageStreamManager Stream",
    "claude_nb.api.streaming.async_stream": (
        "AsyncMessageStream AsyncMessageStreamManager AsyncStream"
    ),
    "claude_nb.api.resources.raw": "APIResponse AsyncAPIResponse",
    "claude_nb.api.errors.advice": "DEFAULT_TIMEOUT",
    "claude_nb.api.config": "DEFAULT_MAX_CONNECTIONS DEFAULT_MAX_RETRIES",
    "claude_nb.api.sending.requests": "NOT_GIVEN NotGiven Omit not_given omit",
    "claude_nb.api.retry": "RetryNotice",
    "claude_nb.api.wire": "Headers Request Response Timeout",
    "claude_nb.api.platforms.bedrock": "bedrock",
    "claude_nb.api.platforms.credentials": "login",
    "claude_nb.api.platforms.foundry": "foundry",
    "claude_nb.api.platforms.gateway": "gateway",
    "claude_nb.api.platforms.vertex": "vertex",
    "claude_nb.api.secret": "Secret",
    "claude_nb.api.types": "BaseModel",
    "claude_nb.api.types.params": "CallOptions RequestOptions",
    "claude_nb.api.schemas.schema": "transform_schema",
    "claude_nb.api.schemas.tools": "FunctionTool ToolError beta_async_tool beta_tool",
    "claude_nb._http": "DefaultAsyncHttpxClient DefaultHttpxClient",
    "claude_nb.cassette": "Cassette CassetteError",
    "claude_nb.conversation": "Conversation",
    "claude_nb.notebook.run.connecting": "connect",
    "claude_nb.notebook.run.rows.mapping": "map",
    "claude_nb.notebook.panel": "Panel",
    "claude_nb.notebook.panel.values": "SettingError",
    "claude_nb.ask.errors": "InputError",
    "claude_nb.ask.server_tools": "code_execution search_result web_fetch web_search",
    "claude_nb.api.schemas.memory": "MemoryTool memory_tool",
    "claude_nb.notebook.backend.using": "use",
    "claude_nb.notebook.ledger.frame": "usage",
}


def load_ipython_extension(shell: InteractiveShell) -> None:
    """Give `shell` the magic ``%%claude``; called by ``%load_ext claude_nb``."""
    import_module("claude_nb.notebook.magic").load(shell)


def unload_ipython_extension(shell: InteractiveShell) -> None:
    """Take the magic away again; called by ``%unload_ext claude_nb``."""
    import_module("claude_nb.notebook.magic").unload(shell)


if not TYPE_CHECKING:  # else no checker would find a misspelt name

    def __getattr__(name: str) -> object:
        if name in _MODULES:
            return import_module(f"{__name__}.{name}")
        if name not in __all__ and name not in _NOT_STARRED:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        homes = (home for home, names in _HOMES.items() if name in names.split())
        value = getattr(import_module(next(homes, "claude_nb.errors")), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted({*__all__, *_NOT_STARRED})
