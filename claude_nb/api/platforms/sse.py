"""Split a server-sent event stream: bytes in, events out. No I/O.

References
----------
HTML Living Standard, "Server-sent events", section "Interpreting an event stream". Lines end at
LF, CR or CRLF only, so U+2028 and the like inside data are plain characters. Fields other than
``event`` and ``data`` carry nothing for this API and are skipped.
"""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["MAX_EVENT_BYTES", "SSEDecoder", "ServerSentEvent"]

MAX_EVENT_BYTES = 10_000_000
_BOM = b"\xef\xbb\xbf"


class ServerSentEvent(NamedTuple):
    """One event: its name (empty if it has none) and its data lines, joined by LF."""

    event: bytes
    data: bytes


class SSEDecoder:
    """Collects bytes and returns events as soon as their blank line has arrived.

    Parameters
    ----------
    max_event_bytes : int
        The most bytes one event may have; beyond that `too_large` is set and the rest is ignored.
    """

    def __init__(self, max_event_bytes: int = MAX_EVENT_BYTES) -> None:
        self.too_large: bool = False
        self._limit = max_event_bytes
        self._buffer = bytearray()
        self._after_cr = False
        self._at_start = True

    def feed(self, chunk: bytes) -> list[ServerSentEvent]:
        """Return the events that this chunk completes."""
        if self.too_large:
            return []
        if self._after_cr or b"\r" in chunk:
            chunk = self._with_lf(chunk)
        # only the new bytes, and the last one before them, can complete a blank line
        searched = max(len(self._buffer) - 1, 0)
        self._buffer += chunk
        if self._buffer.find(b"\n\n", searched) < 0:
            self.too_large = len(self._buffer) > self._limit
            return []
        *blocks, rest = bytes(self._buffer).split(b"\n\n")
        self._buffer = bytearray(rest)
        return self._events(blocks)

    def flush(self) -> ServerSentEvent | None:
        """Return the event that the end of the stream left without its blank line, if any."""
        if self.too_large or not self._buffer:
            return None
        block, self._buffer = bytes(self._buffer), bytearray()
        return _parse(self._after_bom(block).removesuffix(b"\n"))

    def _with_lf(self, chunk: bytes) -> bytes:
        if self._after_cr and chunk.startswith(b"\n"):
            chunk = chunk[1:]  # the second half of a CRLF that two chunks share
            self._after_cr = False
        if chunk:
            self._after_cr = chunk.endswith(b"\r")
        return chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n")

    def _events(self, blocks: list[bytes]) -> list[ServerSentEvent]:
        blocks[0] = self._after_bom(blocks[0])
        limit = self._limit
        self.too_large = len(self._buffer) > limit
        for number, block in enumerate(blocks):
            if len(block) > limit:
                self.too_large = True
                del blocks[number:]
                break
        return [event for block in blocks if (event := _parse(block)) is not None]

    def _after_bom(self, block: bytes) -> bytes:
        if self._at_start:
            self._at_start = False
            return block.removeprefix(_BOM)
        return block


def _parse(block: bytes) -> ServerSentEvent | None:
    head, found, data = block.partition(b"\ndata: ")
    if found and head.startswith(b"event: ") and b"\n" not in head and b"\n" not in data:
        return ServerSentEvent(head[7:], data)  # how the API writes every event
    return _parse_lines(block)


def _parse_lines(block: bytes) -> ServerSentEvent | None:
    name, data, seen = b"", list[bytes](), False
    for line in block.split(b"\n"):
        field, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if field == b"event":
            name, seen = value, True
        elif field == b"data":
            data.append(value)
            seen = True
    return ServerSentEvent(name, b"\n".join(data)) if seen else None
