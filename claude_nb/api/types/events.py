"""The events of a stream as the server sends them, and the deltas inside them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Literal, TypeAlias, get_args

from claude_nb.api.types._base import BaseModel, Empty, one_of
from claude_nb.api.types.blocks import ContentBlock, TextCitation
from claude_nb.api.types.message import Message, MessageDeltaUsage, StopDetails, StopReason

# fmt: off
__all__ = [
    "CitationsDelta", "InputJSONDelta", "PingEvent", "RawContentBlockDelta",
    "RawContentBlockDeltaEvent", "RawContentBlockStartEvent", "RawContentBlockStopEvent",
    "RawMessageDeltaEvent", "RawMessageStartEvent", "RawMessageStopEvent", "RawMessageStreamEvent",
    "SignatureDelta", "TextDelta", "ThinkingDelta", "UnknownDelta", "UnknownEvent",
]
# fmt: on


class TextDelta(BaseModel):
    """More text of a text block."""

    type: Literal["text_delta"] = "text_delta"
    text: str


class _TextlessDelta(BaseModel):
    """A delta that adds no answer text.

    `text` is empty, so that a loop which prints ``event.delta.text`` for every delta, as the
    guide does, survives a model that thinks.
    """

    @property
    def text(self) -> str:
        """Always empty: only `TextDelta` adds answer text."""
        return ""


class ThinkingDelta(_TextlessDelta):
    """More of a thinking block."""

    type: Literal["thinking_delta"] = "thinking_delta"
    thinking: str


class SignatureDelta(_TextlessDelta):
    """The signature of a thinking block; replaces, never appends."""

    type: Literal["signature_delta"] = "signature_delta"
    signature: str


class InputJSONDelta(_TextlessDelta):
    """A piece of the JSON text of a tool's input."""

    type: Literal["input_json_delta"] = "input_json_delta"
    partial_json: str


class CitationsDelta(_TextlessDelta):
    """One more citation of a text block."""

    type: Literal["citations_delta"] = "citations_delta"
    citation: TextCitation


class UnknownDelta(_TextlessDelta):
    """A delta of a kind this version does not know; its fields are attributes."""

    type: str


KnownDelta: TypeAlias = TextDelta | ThinkingDelta | SignatureDelta | InputJSONDelta | CitationsDelta
if TYPE_CHECKING:  # so that `.type` tells the known kinds apart
    RawContentBlockDelta: TypeAlias = KnownDelta
else:
    RawContentBlockDelta = KnownDelta | UnknownDelta


class RawMessageStartEvent(BaseModel):
    """The message so far: no content, and the usage of the input."""

    type: Literal["message_start"] = "message_start"
    message: Message


class RawContentBlockStartEvent(BaseModel):
    """A new block at `index`."""

    type: Literal["content_block_start"] = "content_block_start"
    index: int
    content_block: ContentBlock


class RawContentBlockDeltaEvent(BaseModel):
    """An addition to the block at `index`."""

    type: Literal["content_block_delta"] = "content_block_delta"
    index: int
    delta: RawContentBlockDelta


class RawContentBlockStopEvent(BaseModel):
    """The block at `index` is complete."""

    type: Literal["content_block_stop"] = "content_block_stop"
    index: int


class Delta(BaseModel):
    """How the message ended."""

    stop_reason: StopReason | None = None
    stop_sequence: str | None = None
    stop_details: StopDetails | None = None
    container: Any = None


class RawMessageDeltaEvent(BaseModel):
    """The end of the message, and totals that replace earlier ones."""

    _empty: ClassVar[Empty] = {"delta": Delta.construct, "usage": MessageDeltaUsage.construct}
    type: Literal["message_delta"] = "message_delta"
    delta: Delta
    usage: MessageDeltaUsage


class RawMessageStopEvent(BaseModel):
    """The stream is complete."""

    type: Literal["message_stop"] = "message_stop"


class PingEvent(BaseModel):
    """A sign of life while the model is silent; delivered only when asked for."""

    type: Literal["ping"] = "ping"


class UnknownEvent(BaseModel):
    """An event of a kind this version does not know; its fields are attributes."""

    type: str


KnownEvent: TypeAlias = (
    RawMessageStartEvent
    | RawMessageDeltaEvent
    | RawMessageStopEvent
    | RawContentBlockStartEvent
    | RawContentBlockDeltaEvent
    | RawContentBlockStopEvent
)
if TYPE_CHECKING:  # so that `.type` tells the known kinds apart
    RawMessageStreamEvent: TypeAlias = KnownEvent
else:
    RawMessageStreamEvent = KnownEvent | PingEvent | UnknownEvent

_typed = one_of(get_args(RawMessageStreamEvent))


def raw_event(data: dict[str, Any]) -> Any:
    """Return the typed event (a `RawMessageStreamEvent`) for the JSON of one wire event."""
    return _typed(data)
