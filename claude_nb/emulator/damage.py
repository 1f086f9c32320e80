"""What a fault does to a reply: pure rewriting of its head and of its parts."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator
from dataclasses import replace

from claude_nb.emulator.faults import Fault
from claude_nb.emulator.wire import Part, Reply, dump, error_body, sse

__all__ = ["apply"]

_BROKEN = b'event: content_block_delta\ndata: {"type":"content_block_delta","ind\n\n'
_PAGE = b"<html><head><title>%d</title></head><body><h1>%d</h1>nginx</body></html>"
_UNKNOWN_BLOCK = (
    {
        "type": "content_block_start",
        "index": 90,
        "content_block": {"type": "hologram", "depth": 3, "data": "emulated"},
    },
    {
        "type": "content_block_delta",
        "index": 90,
        "delta": {"type": "hologram_delta", "voxels": [1, 2, 3]},
    },
    {"type": "content_block_stop", "index": 90},
)


def apply(fault: Fault, reply: Reply) -> Reply:
    """Return `reply` as the fault leaves it.

    Parameters
    ----------
    fault : Fault
        Any but ``status``, which replaces the reply before it is made.
    reply : Reply
        A reply that would have been right.
    """
    if not reply.streamed:
        reply = _fixed_length(reply)
        fault = replace(fault, after=0)
    match fault.kind:
        case "html":
            page = [Part(_PAGE % (fault.status, fault.status))]
            return Reply(fault.status, {"content-type": "text/html"}, page)
        case "empty":
            return replace(reply, parts=[Part(b"")])
        case "drop":
            return replace(reply, parts=[Part(b"", end="reset")])
        case "delay":
            return _late(reply, fault.seconds)
        case "bytes" | "drip":
            return replace(reply, parts=_bytewise(reply.parts, fault.seconds))
        case _:
            return replace(reply, parts=_struck(fault, reply.parts))


def _fixed_length(reply: Reply) -> Reply:
    parts = list(reply.parts)
    return replace(reply, parts=parts, length=sum(len(part.data) for part in parts))


def _late(reply: Reply, seconds: float) -> Reply:
    parts = (part._replace(due=part.due + seconds) for part in reply.parts)
    return replace(reply, parts=parts, head_due=seconds)


def _bytewise(parts: Iterable[Part], seconds: float) -> Iterator[Part]:
    sent = 0
    for part in parts:
        for byte in part.data:
            yield Part(bytes([byte]), max(part.due, sent * seconds), alone=True)
            sent += 1


def _struck(fault: Fault, parts: Iterable[Part]) -> Iterator[Part]:
    rest = iter(parts)
    before = list(itertools.islice(rest, fault.after))
    yield from before
    due = before[-1].due if before else 0.0
    match fault.kind:
        case "cut":
            following = next(rest, Part(b"data: "))
            half = following.data[: max(1, len(following.data) // 2)]
            yield Part(half, following.due, end="cut")
        case "end":
            return
        case "error":
            yield Part(_error_event(fault), due)
        case "stall":
            seconds = fault.seconds or math.inf
            yield from (part._replace(due=part.due + seconds) for part in rest)
        case _:
            yield Part(_insertion(fault), due)
            yield from rest


def _error_event(fault: Fault) -> bytes:
    body = error_body(fault.error_type, "Emulated fault.", "req_emulated_fault")
    return b"event: error\ndata: %b\n\n" % dump(body)


def _insertion(fault: Fault) -> bytes:
    match fault.kind:
        case "unknown-event":
            return sse({"type": "weather_report", "sky": "emulated"})
        case "unknown-block":
            return b"".join(sse(event) for event in _UNKNOWN_BLOCK)
        case _:
            return _BROKEN
