"""From decoded events to typed ones: the raw event, and what `messages.stream` adds to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from claude_nb.api.streaming.accumulator import BlockAccumulator, partial_json
from claude_nb.api.streaming.reader import EventReader
from claude_nb.api.types._base import BaseModel
from claude_nb.api.types.events import raw_event
from claude_nb.api.types.stream_events import (
    CitationEvent,
    ContentBlockStopEvent,
    InputJsonEvent,
    MessageStopEvent,
    SignatureEvent,
    TextEvent,
    ThinkingEvent,
)

__all__ = ["derived_events", "raw_event"]

Json = dict[str, Any]

# a delta's kind, the block field it must meet, and the event it gives
_DERIVED: dict[str, tuple[str, type[BaseModel], str]] = {
    "text_delta": ("text", TextEvent, "text"),
    "thinking_delta": ("thinking", ThinkingEvent, "thinking"),
    "input_json_delta": ("input", InputJsonEvent, "partial_json"),
}


def derived_events(event: Json, reader: EventReader) -> Iterator[Any]:
    """Yield the events that one decoded event stands for, in the official SDK's order."""
    kind = event.get("type")
    if kind == "content_block_delta":
        yield raw_event(event)
        derived = _of_delta(event["delta"], reader.message.blocks[event["index"]])
        if derived is not None:
            yield derived
    elif kind == "content_block_stop":
        block = reader.message.blocks.get(event["index"])
        yield raw_event(event) if block is None else _stop(event, block, reader)
    elif kind == "message_stop":
        stop = MessageStopEvent.from_wire(event)
        stop.message = reader.final()
        yield stop
    else:
        yield raw_event(event)


def _stop(event: Json, block: BlockAccumulator, reader: EventReader) -> ContentBlockStopEvent:
    stop = ContentBlockStopEvent.from_wire({**event, "content_block": reader.block(block)})
    stop.content_block = reader.parsed(stop.content_block)
    return stop


def _of_delta(delta: Json, block: BlockAccumulator) -> Any:
    kind = delta.get("type")
    if kind in _DERIVED:
        needed, cls, field = _DERIVED[kind]
        return _growing(cls, field, delta, block) if needed in block.start else None
    if kind == "signature_delta":
        return SignatureEvent.from_wire({"type": "signature", "signature": delta["signature"]})
    if kind == "citations_delta":
        found = {"citation": delta["citation"], "snapshot": list(block.citations)}
        return CitationEvent.from_wire({"type": "citation", **found})
    return None


def _growing(cls: type[BaseModel], field: str, delta: Json, block: BlockAccumulator) -> Any:
    event: Any = cls.from_wire({"type": cls.model_fields["type"].default, field: delta[field]})
    grown = partial(block.grown, len(block.pieces))
    event._grown = partial(_parsed, grown) if cls is InputJsonEvent else grown  # noqa: SLF001 - made here
    return event


def _parsed(grown: Callable[[], str]) -> Any:
    try:
        value = partial_json(grown())
    except ValueError:
        return None  # told when the block ends: a snapshot is no place to fail
    return {} if value is None else value
