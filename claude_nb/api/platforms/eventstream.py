"""Amazon's framing of event streams, as server-sent events: bytes in, bytes out. No I/O.

References
----------
"Amazon event stream encoding" of the Smithy specification: a frame is its length, the length of
its headers, a checksum of those two, headers, payload, and a checksum of all before it; numbers are
big-endian, checksums CRC-32. A header is the length of its name, the name, the type of its value,
and the value; text (type 7) has a length of two bytes.
"""

from __future__ import annotations

import base64
import binascii
import json
import struct
from typing import Any, cast
from zlib import crc32

from claude_nb.api.network import TransportError

__all__ = ["EventStream"]

_PRELUDE = struct.Struct(">III")
_CHECKSUM = 4
_LARGEST = 25_000_000  # bytes of a frame: no answer's is as large
_TEXT = 7
_FIXED = {0: 0, 1: 0, 2: 1, 3: 2, 4: 4, 5: 8, 8: 8, 9: 16}  # bytes of a value, by its type
_LENGTHED = frozenset({6, _TEXT})
_ERRORS = {
    "throttlingexception": "rate_limit_error",
    "validationexception": "invalid_request_error",
    "accessdeniedexception": "permission_error",
    "serviceunavailableexception": "overloaded_error",
}
Json = dict[str, Any]


class EventStream:
    """Collects bytes and returns the events of the frames that are whole."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, chunk: bytes) -> bytes:
        """Return the events that this chunk completes, as server-sent ones.

        Raises
        ------
        TransportError
            The bytes are no such frames, or were damaged on the way.
        """
        self._buffer += chunk
        found: list[bytes] = []
        while (frame := self._next()) is not None:
            found.append(_event(*frame))
        return b"".join(found)

    def _next(self) -> tuple[dict[str, str], bytes] | None:
        """Return the headers and payload of the next whole frame."""
        buffer = self._buffer
        if len(buffer) < _PRELUDE.size:
            return None
        length, headers, checksum = _PRELUDE.unpack_from(buffer)
        least = _PRELUDE.size + headers + _CHECKSUM
        if checksum != crc32(buffer[:8]) or not least <= length <= _LARGEST:
            raise _damaged("its frames cannot be read")
        if len(buffer) < length:
            return None
        frame, self._buffer = bytes(buffer[:length]), buffer[length:]
        if int.from_bytes(frame[-_CHECKSUM:], "big") != crc32(frame[:-_CHECKSUM]):
            raise _damaged("a checksum differs")
        payload = _PRELUDE.size + headers
        return _headers(frame[_PRELUDE.size : payload]), frame[payload:-_CHECKSUM]


def _damaged(why: str) -> TransportError:
    return TransportError("RemoteProtocolError", f"the event stream is damaged: {why}")


def _headers(data: bytes) -> dict[str, str]:
    """Return the header fields that are text."""
    found: dict[str, str] = {}
    place = 0
    try:
        while place < len(data):
            end = place + 1 + data[place]
            name, kind, place = data[place + 1 : end].decode(), data[end], end + 1
            if kind in _LENGTHED:
                size = int.from_bytes(data[place : place + 2], "big")
                place += 2
            else:
                size = _FIXED[kind]
            if kind == _TEXT:
                found[name] = data[place : place + size].decode()
            place += size
    except (IndexError, KeyError, UnicodeDecodeError):
        raise _damaged("a header cannot be read") from None
    return found


def _event(headers: dict[str, str], payload: bytes) -> bytes:
    kind = headers.get(":message-type", "event")
    if kind == "event":
        return _chunk(_object(payload))
    name = headers.get(":exception-type") or headers.get(":error-code") or "error"
    said = _object(payload).get("message") or headers.get(":error-message") or name
    error = {"type": _ERRORS.get(name.lower(), "api_error"), "message": str(said)}
    return _sent("error", json.dumps({"type": "error", "error": error}))


def _chunk(said: Json) -> bytes:
    """Return the event that a chunk carries; nothing for one that carries none."""
    try:
        data = base64.b64decode(said.get("bytes") or "", validate=True).decode()
        event = json.loads(data) if data else None
    except (binascii.Error, TypeError, ValueError):
        raise _damaged("a chunk is no JSON") from None
    if not isinstance(event, dict):
        return b""
    return _sent(str(cast("Json", event).get("type", "")), json.dumps(event, ensure_ascii=False))


def _sent(name: str, data: str) -> bytes:
    return f"event: {name}\ndata: {data}\n\n".encode("utf-8", "surrogatepass")


def _object(payload: bytes) -> Json:
    try:
        said = json.loads(payload)
    except ValueError:
        return {}
    return cast("Json", said) if isinstance(said, dict) else {}
