"""Which colours a PNG has: counted in so much of it as takes a fraction of a second.

A pixel of a PNG hangs on those to its left, above, and above to the left. So any upper left corner
can be decoded alone, and that is what is done when the whole would take too long: of what is
packed only so many bytes are unpacked, and of these only so many are worked out.

References
----------
PNG specification, section 9 (filters) and section 10 (compression).
"""

from __future__ import annotations

import struct
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

__all__ = ["Colours", "colours"]

_MOST_BYTES = 6_300_000  # unpacked; a screen of 1920 by 1080 pixels has 6.2 million
_MOST_STEPS = 200_000  # bytes that can only be worked out one by one
_MOST_COUNTED = 50_000  # pixels
_MOST_CHUNKS = 10_000
_HEAD = 33  # bytes before the first chunk that may hold pixels
_SAMPLES = {0: 1, 2: 3, 4: 2, 6: 4}  # colour type -> bytes a pixel, at 8 bits a sample
_SUB, _UP, _AVERAGE, _PAETH = 1, 2, 3, 4
_SHOWN = 3

Row = bytes | memoryview


@dataclass(frozen=True, slots=True)
class Colours:
    """The most frequent colours.

    Attributes
    ----------
    shares : tuple of (str, float)
        As ``"#rrggbb"`` with their share, 0 to 1, the most frequent first.
    width, height : int
        Pixels of the upper left corner in which they were counted.
    every : int
        Every so many rows of it were counted; 1 for all.
    """

    shares: tuple[tuple[str, float], ...]
    width: int
    height: int
    every: int = 1


def colours(png: bytes) -> Colours | None:
    """Return the colours of a PNG; None if it cannot be read or is not of 8 bits a sample.

    Notes
    -----
    The work does not grow with the picture: at most 6.3 MB are unpacked, and 0.2 million bytes
    are worked out one by one.
    """
    try:
        width, height, depth, kind, _, _, interlaced = struct.unpack(">IIBBBBB", png[16:29])
        size = _SAMPLES.get(kind)
        if depth != 8 or interlaced or size is None or not width:  # noqa: PLR2004 - bits a sample
            return None
        rows = _unpacked(png, width * size, height)
    except (struct.error, zlib.error):
        return None
    return _counted(rows, width, size)


def _counted(rows: list[memoryview], width: int, size: int) -> Colours | None:
    columns = _columns(rows, width, size)
    if not columns:
        return None
    every = max(1, len(rows) * columns // _MOST_COUNTED)
    seen: Counter[tuple[int, ...]] = Counter()
    for n, row in enumerate(_rows(rows, columns * size, size)):
        if n % every == 0:
            seen.update(zip(*(row[sample::size] for sample in range(size)), strict=True))
    total = seen.total()
    shares = tuple((_hex(pixel), n / total) for pixel, n in seen.most_common(_SHOWN))
    return Colours(shares, columns, len(rows), every)


def _unpacked(png: bytes, stride: int, height: int) -> list[memoryview]:
    """Return the rows from the top, each with the number of its filter before it."""
    size = stride + 1
    most = min(height, _MOST_BYTES // size) * size
    unpacker, found, left = zlib.decompressobj(), list[bytes](), most
    for packed in _packed(png):
        if left <= 0 or unpacker.eof:
            break
        found.append(unpacker.decompress(packed, left))
        left -= len(found[-1])
    raw = memoryview(b"".join(found))
    return [raw[start : start + size] for start in range(0, len(raw) - size + 1, size)]


def _packed(png: bytes) -> Iterator[bytes]:
    at = _HEAD
    for _ in range(_MOST_CHUNKS):
        if at + 8 > len(png):
            return
        (length,) = struct.unpack(">I", png[at : at + 4])
        if png[at + 4 : at + 8] == b"IDAT":
            yield png[at + 8 : at + 8 + length]
        at += length + 12


def _columns(rows: list[memoryview], width: int, size: int) -> int:
    # a row whose bytes are added up along it costs a sixteenth of one worked out byte by byte
    cost = sum(16 if row[0] >= _AVERAGE else row[0] == _SUB for row in rows) * size / 16
    fits = int(_MOST_STEPS / cost) if cost else width
    return min(width, max(1, fits), _MOST_COUNTED) if rows else 0


def _rows(packed: list[memoryview], length: int, size: int) -> Iterator[Row]:
    """Yield the first `length` bytes of each row as they are without their filters."""
    lanes = _Lanes(length)
    above: Row = bytes(length)
    for row in packed:
        kind, cut = row[0], row[1 : 1 + length]
        if kind == _SUB:
            above = lanes.running(cut, size)
        elif kind == _UP:
            above = lanes.added(cut, above)
        elif kind >= _AVERAGE:
            above = (_averaged if kind == _AVERAGE else _guessed)(cut, above, size)
        else:
            above = cut
        yield above


class _Lanes:
    """Adds rows of `length` bytes, all bytes at once and each by itself, as two large numbers."""

    def __init__(self, length: int) -> None:
        self._length = length
        self._even = int.from_bytes(b"\xff\x00" * (length // 2 + 1), "little")
        self._odd = self._even << 8
        self._all = (1 << 8 * length) - 1

    def added(self, one: Row, other: Row) -> bytes:
        """Return the sums, byte by byte, modulo 256."""
        total = self._sum(int.from_bytes(one, "little"), int.from_bytes(other, "little"))
        return total.to_bytes(self._length, "little")

    def running(self, row: Row, size: int) -> bytes:
        """Return each byte plus all those before it at a distance of `size`, modulo 256."""
        total, shift = int.from_bytes(row, "little"), size
        while shift < self._length:  # twice as far each time
            total = self._sum(total, (total << 8 * shift) & self._all)
            shift *= 2
        return total.to_bytes(self._length, "little")

    def _sum(self, one: int, other: int) -> int:
        even = ((one & self._even) + (other & self._even)) & self._even
        odd = ((one & self._odd) + (other & self._odd)) & self._odd
        return (even | odd) & self._all


def _averaged(row: Row, above: Row, size: int) -> bytes:
    done = bytearray(size) + row
    for i, (add, up) in enumerate(zip(row, above, strict=True)):
        done[i + size] = (add + ((done[i] + up) >> 1)) & 0xFF
    return bytes(done[size:])


def _guessed(row: Row, above: Row, size: int) -> bytes:
    done, corners = bytearray(size) + row, bytes(size) + bytes(above)
    for i, (add, up, corner) in enumerate(zip(row, above, corners, strict=False)):
        left = done[i]
        from_left, from_up = up - corner, left - corner
        from_corner = abs(from_left + from_up)
        if abs(from_left) <= abs(from_up) and abs(from_left) <= from_corner:
            guess = left
        else:
            guess = up if abs(from_up) <= from_corner else corner
        done[i + size] = (add + guess) & 0xFF
    return bytes(done[size:])


def _hex(pixel: tuple[int, ...]) -> str:
    grey = len(pixel) <= 2  # noqa: PLR2004 - grey, or grey and alpha
    return "#" + bytes(pixel[:1] * 3 if grey else pixel[:3]).hex()
