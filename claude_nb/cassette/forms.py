"""One answer in two forms: a message as a whole, and the stream of its events.

How it was asked for does not make another answer: what was recorded in one form plays in the other.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, cast

from claude_nb.api.streaming.accumulator import MessageAccumulator
from claude_nb.cassette.streams import blocks, rendered, told_in

__all__ = ["as_message", "as_stream"]

Json = dict[str, Any]

_ENDS: Json = {"stop_reason": None, "stop_sequence": None}  # what a message tells last
_DAMAGED = (AttributeError, KeyError, TypeError, ValueError, RecursionError)


def as_message(stream: str) -> str | None:
    """Return the message that a stream tells; None if it tells none."""
    told = MessageAccumulator()
    try:
        for block in blocks(stream):
            told.apply(told_in(block))
        content = [told.blocks[index].as_json() for index in sorted(told.blocks)]
    except _DAMAGED:
        return None
    whole = {**told.head, "content": content}
    return json.dumps(whole, ensure_ascii=False) if told.stopped and told.head else None


def as_stream(message: str) -> str | None:
    """Return the stream that tells a message; None if it is none."""
    try:
        return rendered(list(_events(json.loads(message))))
    except _DAMAGED:
        return None


def _events(message: Json) -> Iterator[Json]:
    yield {"type": "message_start", "message": {**message, **_ENDS, "content": []}}
    for index, block in enumerate(cast("list[Json]", message["content"])):
        start, deltas = _parted(block)
        yield {"type": "content_block_start", "index": index, "content_block": start}
        for delta in deltas:
            yield {"type": "content_block_delta", "index": index, "delta": delta}
        yield {"type": "content_block_stop", "index": index}
    ends = {name: message.get(name) for name in _ENDS}
    yield {"type": "message_delta", "delta": ends, "usage": message.get("usage") or {}}
    yield {"type": "message_stop"}


def _parted(block: Json) -> tuple[Json, list[Json]]:
    """Return how a block begins, and what it grows by; one of an unknown kind comes whole."""
    kind = block["type"]
    if kind == "text":
        return _text(block)
    if kind == "thinking":
        thought = {"type": "thinking_delta", "thinking": block["thinking"]}
        signed = {"type": "signature_delta", "signature": block.get("signature") or ""}
        return {**block, "thinking": "", "signature": ""}, [thought, signed]
    if block.get("input"):
        told = {"type": "input_json_delta", "partial_json": json.dumps(block["input"])}
        return {**block, "input": {}}, [told]
    return block, []


def _text(block: Json) -> tuple[Json, list[Json]]:
    start = {**block, "text": ""}
    deltas: list[Json] = []
    if isinstance(block.get("citations"), list):
        start["citations"] = []
        deltas = [{"type": "citations_delta", "citation": each} for each in block["citations"]]
    return start, [*deltas, {"type": "text_delta", "text": block["text"]}]
