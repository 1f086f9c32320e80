"""What a request may hold, as TypedDicts: plain data, sent as it is.

Messages and blocks are left open (any mapping), so that what the API adds can be sent at once.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Literal, Required, TypeAlias, TypedDict

# fmt: off
__all__ = [
    "BatchRequestParam", "CacheControlEphemeralParam", "CallOptions", "ContentBlockParam",
    "FileListParams", "FileParams", "FileUploadParams", "ListParams", "MessageCountTokensParams",
    "MessageCreateParams", "MessageCreateParamsStreaming", "MessageParam", "MessageParseParams",
    "MessageStreamParams", "MetadataParam", "ModelListParams", "OutputConfigParam",
    "RawCallParams", "RequestOptions", "TextBlockParam", "ThinkingConfigAdaptiveParam",
    "ThinkingConfigBetweenToolsParam", "ThinkingConfigDisabledParam", "ThinkingConfigEnabledParam",
    "ThinkingConfigParam", "ToolChoiceParam", "ToolParam", "ToolRunnerParams", "countable",
]
# fmt: on


class CacheControlEphemeralParam(TypedDict, total=False):
    """Cache the prompt up to here, for five minutes (the default) or an hour."""

    type: Required[Literal["ephemeral"]]
    ttl: Literal["5m", "1h"]


class TextBlockParam(TypedDict, total=False):
    """Text, in a turn or in the system prompt."""

    type: Required[Literal["text"]]
    text: Required[str]
    cache_control: CacheControlEphemeralParam | None
    citations: Iterable[Any] | None


# An answer's own blocks can be sent back as they are, so any block object will do.
ContentBlockParam: TypeAlias = Mapping[str, Any] | Any


class MessageParam(TypedDict):
    """One turn."""

    role: Literal["user", "assistant", "system"]
    content: str | Iterable[ContentBlockParam]


class MetadataParam(TypedDict, total=False):
    """Facts about the request; `user_id` is an opaque id, not a name."""

    user_id: str | None


class ThinkingConfigEnabledParam(TypedDict, total=False):
    """Think within a budget: tokens, at least 1024 and less than `max_tokens`."""

    type: Required[Literal["enabled"]]
    budget_tokens: Required[int]
    display: Literal["summarized", "omitted"] | None


class ThinkingConfigAdaptiveParam(TypedDict, total=False):
    """Let the model decide; `output_config.effort` says how hard."""

    type: Required[Literal["adaptive"]]
    display: Literal["summarized", "omitted"] | None


class ThinkingConfigDisabledParam(TypedDict):
    """Do not think."""

    type: Literal["disabled"]


class ThinkingConfigBetweenToolsParam(TypedDict):
    """Think between calls of tools only."""

    type: Literal["between_tools"]


ThinkingConfigParam: TypeAlias = (
    ThinkingConfigEnabledParam
    | ThinkingConfigAdaptiveParam
    | ThinkingConfigDisabledParam
    | ThinkingConfigBetweenToolsParam
)


class OutputConfigParam(TypedDict, total=False):
    """How much effort to spend, and the JSON schema of the answer."""

    effort: Literal["low", "medium", "high", "xhigh", "max"] | None
    format: Mapping[str, Any] | None


class ToolChoiceParam(TypedDict, total=False):
    """Whether the model may, must or must not call a tool."""

    type: Required[Literal["auto", "any", "tool", "none"]]
    name: str
    disable_parallel_tool_use: bool


class ToolParam(TypedDict, total=False):
    """A tool the model may call; `input_schema` is a JSON schema of an object."""

    name: Required[str]
    input_schema: Required[Mapping[str, Any]]
    description: str
    type: Literal["custom"] | None
    strict: bool
    cache_control: CacheControlEphemeralParam | None
    input_examples: Iterable[Mapping[str, Any]]
    eager_input_streaming: bool | None
    defer_loading: bool


class CallOptions(TypedDict, total=False):
    """What every call takes besides the request itself.

    Attributes
    ----------
    extra_headers, extra_query, extra_body : Mapping
        Added to the request, over what the client sets.
    timeout : float or Timeout
        Seconds, over the client's own.
    """

    extra_headers: Mapping[str, Any] | None
    extra_query: Mapping[str, Any] | None
    extra_body: Any
    timeout: Any


RequestOptions: TypeAlias = CallOptions


class RawCallParams(CallOptions, total=False):
    """What a call of any endpoint takes.

    Attributes
    ----------
    cast_to : type
        The class of what is returned; a plain dict without one.
    body : object
        The JSON body.
    betas : sequence of str
        Beta features.
    """

    cast_to: type[Any] | None
    body: Any
    betas: Sequence[str]


class ListParams(CallOptions, total=False):
    """Where to start a list.

    Attributes
    ----------
    limit : int
        Items a page, 1 to 1000; the server's default is 20.
    after_id, before_id : str
        List what follows, or what precedes, this item.
    """

    limit: int
    after_id: str
    before_id: str


class ModelListParams(ListParams, total=False):
    """Where to start a list of models, and which to list.

    Attributes
    ----------
    lifecycle : sequence of str
        Of active, deprecated, retired; the server's default is the first two.
    """

    lifecycle: Sequence[Literal["active", "deprecated", "retired"]]


class FileParams(CallOptions, total=False):
    """What every call about files takes.

    Attributes
    ----------
    betas : sequence of str
        Beta features; files need none any more.
    workspace_id : str
        For keys that may act for more than one workspace.
    """

    betas: Sequence[str]
    workspace_id: str


class FileListParams(FileParams, total=False):
    """Which files to list.

    Attributes
    ----------
    ids : sequence of str
        These only, at most 100; goes with neither of the others.
    limit : int
        Files a page, 1 to 1000.
    page : str
        Where to go on: ``next_page`` of the page before.
    """

    ids: Sequence[str] | None
    limit: int
    page: str | None


class FileUploadParams(FileParams, total=False):
    """A file to put up.

    Attributes
    ----------
    file : path, bytes, file object or tuple
        A tuple is (name, one of the others[, media type]).
    expires_in_seconds : int
        When the server forgets it.
    on_progress : callable
        Called with the bytes that were sent, and all there are.
    """

    file: Required[Any]
    expires_in_seconds: int
    on_progress: Callable[[int, int], Any]


class _PromptParams(CallOptions, total=False):
    model: Required[str]
    messages: Required[Iterable[MessageParam | Mapping[str, Any]]]
    system: str | Iterable[TextBlockParam | Mapping[str, Any]]
    thinking: ThinkingConfigParam | Mapping[str, Any]
    tool_choice: ToolChoiceParam | Mapping[str, Any]
    cache_control: CacheControlEphemeralParam | None
    output_config: OutputConfigParam | Mapping[str, Any]
    speed: Literal["standard", "fast"] | None
    betas: Sequence[str]
    user_profile_id: str
    workspace_id: str


class _AnswerParams(_PromptParams, total=False):
    max_tokens: Required[int]
    stop_sequences: Sequence[str]
    temperature: float
    top_p: float
    top_k: int
    metadata: MetadataParam | Mapping[str, Any]
    service_tier: Literal["auto", "standard_only"]
    inference_geo: str | None
    container: str | Mapping[str, Any] | None
    diagnostics: Mapping[str, Any] | None
    context_management: Mapping[str, Any] | None
    mcp_servers: Iterable[Mapping[str, Any]]


class MessageCreateParams(_AnswerParams, total=False):
    """The parameters of ``messages.create``.

    Attributes
    ----------
    model : str
        Model id.
    max_tokens : int
        Most tokens to generate, thinking included.
    messages : iterable of MessageParam
        The conversation, the last turn being the user's.
    system : str or iterable of TextBlockParam
        The system prompt.
    thinking : ThinkingConfigParam
        Whether and how to think.
    temperature, top_p : float
        0 to 1; only older models take them.
    top_k : int
        Sample from the k likeliest tokens only; only older models take it.
    stop_sequences : sequence of str
        Texts that end the answer; none may be blank.
    """

    tools: Iterable[Any]


class StreamedCreateParams(MessageCreateParams, total=False):
    """The parameters of `create`, and how to read a stream.

    Attributes
    ----------
    idle_timeout : float or None
        Seconds without content after which the stream counts as stalled; pings are no content.
    include_pings : bool
        Whether pings are events too.
    """

    idle_timeout: float | None
    include_pings: bool


class MessageStreamParams(StreamedCreateParams, total=False):
    """The parameters of ``messages.stream``: those of `create`, and what to parse into.

    Attributes
    ----------
    output_format : type
        A pydantic model (or other type) that the text of the answer is parsed into.
    """

    output_format: Any


class MessageCreateParamsStreaming(StreamedCreateParams, total=False):
    """The parameters of ``messages.create`` with `stream`."""

    stream: bool


class MessageParseParams(MessageCreateParams):
    """The parameters of ``messages.parse``: those of `create`, and what to parse into.

    Attributes
    ----------
    output_format : type
        A pydantic model, or any type pydantic knows.
    """

    output_format: Any


class ToolRunnerParams(_AnswerParams, total=False):
    """The parameters of ``messages.tool_runner``: those of `create`, and how long to go on.

    Attributes
    ----------
    tools : iterable
        Functions decorated with ``beta_tool``.
    max_iterations : int or None
        Most requests to make.
    stream : bool
        Whether to give a stream for each answer instead of the answer.
    """

    tools: Required[Iterable[Any]]
    max_iterations: int | None
    stream: bool


class MessageCountTokensParams(_PromptParams, total=False):
    """The parameters of ``messages.count_tokens``: those of `create` that take up input."""

    tools: Iterable[Any]
    output_format: Any


_COUNTED = MessageCountTokensParams.__required_keys__ | MessageCountTokensParams.__optional_keys__


def countable(params: Mapping[str, Any]) -> dict[str, Any]:
    """Return those parameters of a request that ``messages.count_tokens`` takes."""
    return {name: value for name, value in params.items() if name in _COUNTED}


class BatchRequestParam(TypedDict):
    """One request of a batch.

    Attributes
    ----------
    custom_id : str
        1 to 64 of a-z, A-Z, 0-9, ``_`` and ``-``; unique in the batch.
    params : Mapping
        The parameters of ``messages.create``, without `stream`.
    """

    custom_id: str
    params: Mapping[str, Any]
