"""What of all that passes is an answer worth keeping, and how it is put down."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import accumulate
from typing import Any, cast

from pydantic_core import from_json

from claude_nb.api.calls import EMULATED_HEADER
from claude_nb.api.platforms.paths import COUNT_TOKENS, MESSAGES, endpoint
from claude_nb.api.wire import FIRST_FAILURE, Request, Response
from claude_nb.cassette import made
from claude_nb.cassette.streams import blocks, laid_out, rendered, told_in
from claude_nb.cassette.taped import Heard, Taped

__all__ = ["is_emulated", "is_error", "is_kept", "is_refusal", "taped"]

Json = dict[str, Any]

_REPLY_HEADERS = ("content-type", "request-id", EMULATED_HEADER)
_SUCCESS = 200  # the only one they have


def is_kept(request: Request) -> bool:
    """Whether answers to such a request are recorded at all."""
    if request.method == "POST" and endpoint(request.url) in {MESSAGES, COUNT_TOKENS}:
        return True
    return made.is_made(request) or made.is_looked_at(request)


def taped(key: str, asked: Json, reply: Response, heard: Heard) -> Taped | None:
    """Return a reply as it is recorded; None if it is torn, or a page of something else."""
    content = b"".join(chunk for _, chunk in heard)
    headers = {n: reply.headers[n] for n in _REPLY_HEADERS if n in reply.headers}
    if reply.cut:
        return None
    if made.is_looked_at(reply.request):
        return made.looked_at(Taped(key, asked, reply.status_code, headers, ""), content)
    text = _text(content)
    if text is None:
        return None
    whole = Taped(key, asked, reply.status_code, headers, text)
    if not whole.streamed:
        return whole if _object(text) and not _SUCCESS < reply.status_code < FIRST_FAILURE else None
    return _stream(whole, heard) if _is_whole(text) and reply.status_code == _SUCCESS else None


def _stream(whole: Taped, heard: Heard) -> Taped:
    text = whole.body.replace("\r\n", "\n")
    events = laid_out(text)
    pace = tuple(_pace(text, heard)) if "\r" not in whole.body else ()
    body = whole.body if events is None else rendered(events)
    return replace(whole, body=body, pace=pace)


def _pace(text: str, heard: Heard) -> Iterator[int]:
    """Yield the milliseconds before each event: it came with the chunk that has its last byte."""
    ends = list(accumulate(len(chunk) for _, chunk in heard))
    at = before = size = 0
    for block in blocks(text):
        size += len(block.encode())
        while at < len(ends) - 1 and ends[at] < size:
            at += 1
        came = round(heard[at][0] * 1000)
        yield max(0, came - before)
        before = came


def _is_whole(text: str) -> bool:
    """Whether a stream came to its end: after it, there may be pings."""
    names = [line[6:].strip() for line in text.split("\n") if line.startswith("event:")]
    told = [name for name in names if name != "ping"]
    return told[-1:] == ["message_stop"] and "error" not in told


def is_error(found: Taped) -> bool:
    """Whether a reply says that something went wrong."""
    if found.status != _SUCCESS:
        return True
    told = {} if found.streamed else _object(found.body)
    return told.get("type") == "error" or "error" in told


def is_emulated(found: Taped) -> bool:
    """Whether the emulator answered."""
    return EMULATED_HEADER in found.headers


def is_refusal(found: Taped) -> bool:
    """Whether the model would not answer; one that was cut off is what its request asks for."""
    if found.streamed:
        ends = [told_in(block) for block in blocks(found.body)]
        deltas = [event.get("delta") for event in ends if event.get("type") == "message_delta"]
        told = [cast("Json", delta) for delta in deltas if isinstance(delta, dict)]
    else:
        told = [_object(found.body)]
    return any(each.get("stop_reason") == "refusal" for each in told)


def _text(content: bytes) -> str | None:
    """Return a body as text, or None if it is none."""
    try:
        return content.decode()
    except UnicodeDecodeError:
        return None


def _object(text: str) -> Json:
    """Return the object that JSON says; empty if it says anything else."""
    try:
        value = from_json(text)
    except ValueError:
        return {}
    return cast("Json", value) if isinstance(value, dict) else {}
