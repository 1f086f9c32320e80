"""The events that `messages.stream` adds to those of the wire.

Snapshots are computed when somebody looks, so keeping every event of a long stream costs no
more than its text.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from pydantic import PrivateAttr, computed_field
from pydantic_core import from_json

from claude_nb.api.types._base import BaseModel
from claude_nb.api.types.blocks import ContentBlock, TextCitation
from claude_nb.api.types.events import (
    PingEvent,
    RawContentBlockDeltaEvent,
    RawContentBlockStartEvent,
    RawContentBlockStopEvent,
    RawMessageDeltaEvent,
    RawMessageStartEvent,
    RawMessageStopEvent,
    UnknownEvent,
)
from claude_nb.api.types.message import Message

# fmt: off
__all__ = [
    "CitationEvent", "ContentBlockStopEvent", "InputJsonEvent", "MessageStopEvent",
    "MessageStreamEvent", "SignatureEvent", "TextEvent", "ThinkingEvent",
]
# fmt: on


class TextEvent(BaseModel):
    """More text; `snapshot` is all text of the block so far."""

    type: Literal["text"] = "text"
    text: str
    _grown: Callable[[], str] = PrivateAttr(default=str)

    @computed_field
    @property
    def snapshot(self) -> str:
        """The text of the block so far."""
        return self._grown()

    def parsed_snapshot(self) -> Any:
        """Return the text so far as JSON that may be cut off."""
        return from_json(self.snapshot, allow_partial="trailing-strings")


class ThinkingEvent(BaseModel):
    """More thinking; `snapshot` is all thinking of the block so far."""

    type: Literal["thinking"] = "thinking"
    thinking: str
    _grown: Callable[[], str] = PrivateAttr(default=str)

    @computed_field
    @property
    def snapshot(self) -> str:
        """The thinking of the block so far."""
        return self._grown()


class SignatureEvent(BaseModel):
    """The signature of a thinking block."""

    type: Literal["signature"] = "signature"
    signature: str


class InputJsonEvent(BaseModel):
    """More of a tool's input; `snapshot` is the input so far, as an object."""

    type: Literal["input_json"] = "input_json"
    partial_json: str
    _grown: Callable[[], Any] = PrivateAttr(default=dict)

    @computed_field
    @property
    def snapshot(self) -> Any:
        """The input so far, as far as its JSON has arrived; None if it is no JSON."""
        return self._grown()


class CitationEvent(BaseModel):
    """One more citation; `snapshot` is all of the block so far."""

    type: Literal["citation"] = "citation"
    citation: TextCitation
    snapshot: list[TextCitation]


class ContentBlockStopEvent(RawContentBlockStopEvent):
    """A block is complete, and here it is."""

    content_block: ContentBlock


class MessageStopEvent(RawMessageStopEvent):
    """The message is complete, and here it is."""

    message: Message


KnownStreamEvent: TypeAlias = (
    TextEvent
    | ThinkingEvent
    | SignatureEvent
    | InputJsonEvent
    | CitationEvent
    | RawMessageStartEvent
    | RawMessageDeltaEvent
    | MessageStopEvent
    | RawContentBlockStartEvent
    | RawContentBlockDeltaEvent
    | ContentBlockStopEvent
)
if TYPE_CHECKING:  # so that `.type` tells the known kinds apart
    MessageStreamEvent: TypeAlias = KnownStreamEvent
else:
    MessageStreamEvent = KnownStreamEvent | PingEvent | UnknownEvent
