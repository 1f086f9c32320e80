"""A bar chart as a PNG, drawn with nothing but the standard library."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence

__all__ = ["bars"]

_WIDTH, _HEIGHT, _EDGE = 320, 200, 10  # pixels
_MOST = 100  # bars
_BAR, _PAPER = b"\x40\x70\xb0", b"\xff\xff\xff"


def bars(values: Sequence[float]) -> bytes:
    """Return a PNG with a bar for each value, at most 100, from 0 up; what is below has none."""
    shown = [float(value) for value in values[:_MOST]]
    top = max([*shown, 1e-9])
    room = _HEIGHT - 2 * _EDGE
    heights = [round(max(0.0, value) / top * room) if top < float("inf") else 0 for value in shown]
    rows = (_row(y, heights) for y in range(_HEIGHT))
    head = struct.pack(">IIBBBBB", _WIDTH, _HEIGHT, 8, 2, 0, 0, 0)
    data = zlib.compress(b"".join(b"\x00" + row for row in rows))
    chunks = (_chunk(b"IHDR", head), _chunk(b"IDAT", data), _chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def _row(y: int, heights: Sequence[int]) -> bytes:
    share = (_WIDTH - 2 * _EDGE) / len(heights)
    above = _HEIGHT - _EDGE - y  # pixels over the ground line
    pixels = bytearray()
    for x in range(_WIDTH):
        bar = int((x - _EDGE) / share) if _EDGE <= x < _WIDTH - _EDGE else -1
        is_gap = (x - _EDGE) % share > share * 0.8
        is_bar = 0 <= bar < len(heights) and 0 < above <= heights[bar] and not is_gap
        pixels += _BAR if is_bar else _PAPER
    return bytes(pixels)


def _chunk(kind: bytes, data: bytes) -> bytes:
    check = struct.pack(">I", zlib.crc32(kind + data))
    return struct.pack(">I", len(data)) + kind + data + check
