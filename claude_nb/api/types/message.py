"""The answer to a request: `Message`, its `Usage`, and the answer of the token counter."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal, TypeAlias, cast

from pydantic import PrivateAttr

from claude_nb.api.types._base import BaseModel, Empty, ResponseModel
from claude_nb.api.types.blocks import ContentBlock

# fmt: off
__all__ = [
    "CacheCreation", "Message", "MessageDeltaUsage", "MessageTokensCount", "OutputTokensDetails",
    "ServerToolUsage", "StopDetails", "StopReason", "Usage",
]
# fmt: on

# One of end_turn, max_tokens, stop_sequence, tool_use, pause_turn, refusal,
# model_context_window_exceeded; the server may add values, so any text is kept.
StopReason: TypeAlias = str

_COUNTS = ("_tokens", "_requests")  # how the names of counts end
_GROUPS = frozenset({"cache_creation", "output_tokens_details", "server_tool_use"})
_MOST = 2**53  # that every program can hold


class CacheCreation(BaseModel):
    """Tokens written to the prompt cache, by time to live."""

    ephemeral_5m_input_tokens: int
    ephemeral_1h_input_tokens: int


class OutputTokensDetails(BaseModel):
    """Of the output tokens, those spent on thinking (before it was summarised)."""

    thinking_tokens: int


class ServerToolUsage(BaseModel):
    """Requests the server's own tools made."""

    web_search_requests: int
    web_fetch_requests: int


class Usage(BaseModel):
    """Tokens of one request.

    Attributes
    ----------
    input_tokens : int
        Tokens after the last cache breakpoint; the whole prompt is this plus the two below.
    cache_creation_input_tokens, cache_read_input_tokens : int or None
        Tokens written to and read from the prompt cache.
    output_tokens : int
        All generated tokens, thinking included.
    """

    input_tokens: int
    output_tokens: int
    cache_creation: CacheCreation | None = None
    cache_creation_input_tokens: int | None = None
    cache_read_input_tokens: int | None = None
    inference_geo: str | None = None
    output_tokens_details: OutputTokensDetails | None = None
    server_tool_use: ServerToolUsage | None = None
    service_tier: str | None = None
    speed: str | None = None


class MessageDeltaUsage(BaseModel):
    """Running totals that replace those of `Usage`; None where the server did not say."""

    output_tokens: int
    input_tokens: int | None = None
    cache_creation_input_tokens: int | None = None
    cache_read_input_tokens: int | None = None
    output_tokens_details: OutputTokensDetails | None = None
    server_tool_use: ServerToolUsage | None = None


class StopDetails(BaseModel):
    """More on why the model stopped, for example the category of a refusal."""

    type: str
    category: str | None = None
    explanation: str | None = None


class Message(ResponseModel):
    """The answer to one request.

    Its usage is an object also where the server told none; what it does not tell reads as None.
    """

    _empty: ClassVar[Empty] = {"usage": Usage.construct, "content": list}
    id: str
    type: Literal["message"] = "message"
    role: Literal["assistant"] = "assistant"
    model: str
    content: list[ContentBlock]
    stop_reason: StopReason | None = None
    stop_sequence: str | None = None
    stop_details: StopDetails | None = None
    usage: Usage
    container: Any = None
    diagnostics: Any = None

    _files: list[Any] | None = PrivateAttr(default=None)

    @property
    def files(self) -> list[Any]:
        """In a notebook, the files that code made: each has a `name` and can `download()`."""
        return self._files or []

    @files.setter
    def files(self, files: list[Any]) -> None:
        self._files = files

    def to_param(self) -> dict[str, Any]:
        """Return this answer as a turn to send back: role and content, blocks unchanged.

        Only a tool call that came without input gets the empty one that the API wants back.
        """
        blocks = [block.to_dict() for block in self.content]
        return {"role": self.role, "content": [_with_input(block) for block in blocks]}


def _with_input(block: dict[str, Any]) -> dict[str, Any]:
    lacks = block["type"] in ("tool_use", "server_tool_use") and block.get("input") in (None, "")
    return {**block, "input": {}} if lacks else block


class MessageTokensCount(ResponseModel):
    """An estimate of the tokens a request would take."""

    input_tokens: int


def counted(usage: Mapping[str, Any]) -> dict[str, Any]:
    """Return a usage without the counts that are none: they are as if they had not been told.

    Objects keep whatever was said; who adds tokens up can do nothing with text.

    Parameters
    ----------
    usage : Mapping
        As the server tells it.
    """
    known: dict[str, Any] = {}
    for name, value in usage.items():
        if name in _GROUPS and value is not None:
            if isinstance(value, Mapping):
                known[name] = counted(cast("Mapping[str, Any]", value))
        elif value is None or not name.endswith(_COUNTS) or _is_count(value):
            known[name] = value
    return known


def is_message(message: Message) -> bool:
    """Return whether what came as a message is one: a gateway may answer with other JSON."""
    content: Any = message.content
    if "content" not in message.model_fields_set:
        return False
    blocks = cast("list[Any]", content if isinstance(content, list) else [content])
    return content is None or all(isinstance(block, BaseModel) for block in blocks)


def sound(message: Message) -> Message:
    """Return an answer whose counts are numbers and whose names are text.

    What a server wrote in their place is as if it had not been told: no answer is lost for it.
    """
    if not isinstance(message.usage, Usage):  # pyright: ignore[reportUnnecessaryIsInstance] - what was told
        return message.model_copy(update={"usage": Usage.construct()})
    told = message.usage.to_dict()
    changes: dict[str, Any] = (
        {} if counted(told) == told else {"usage": Usage.from_wire(counted(told))}
    )
    for name in ("model", "stop_reason"):
        value: Any = getattr(message, name)
        if value is not None and not isinstance(value, str):
            changes[name] = None
    return message.model_copy(update=changes) if changes else message


def _is_count(value: Any) -> bool:
    return type(value) is int and 0 <= value <= _MOST
