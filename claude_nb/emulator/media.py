"""Read what can be read of an image or a document without a model: kind, size, colours, cost.

Knows file formats; nothing of requests beyond their ``source`` objects. PNG is decoded in full
(for its colours); JPEG, GIF and WebP give their dimensions.
"""

from __future__ import annotations

import base64
import binascii
import math
import re
import struct
import zlib
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["Image", "decode", "pages", "read_image", "tokens"]

_LONG_EDGE = 1568  # pixels; larger images are scaled down before they are counted
_MOST_IMAGE_TOKENS = 1568
_PATCH = 28  # pixels a token covers, each way
_PAGE_TOKENS = 2000  # a PDF page: text and picture together
_DECODE_LIMIT = 16_000_000  # bytes of pixels; larger images keep their colours to themselves
_PAGE = re.compile(rb"/Type\s*/Page(?![a-zA-Z])")


@dataclass(frozen=True, slots=True)
class Image:
    """What an image file says about itself.

    Attributes
    ----------
    media_type : str
        Found in the bytes, whatever the request claims.
    width, height : int
        Pixels.
    colours : tuple of (str, float)
        The most frequent colours as ``"#rrggbb"`` with their share, for 8-bit PNG; else empty.
    """

    media_type: str
    width: int
    height: int
    colours: tuple[tuple[str, float], ...] = ()


def decode(data: str) -> bytes:
    """Return the bytes of base64 text; raises ValueError if it is none."""
    try:
        return base64.b64decode(data, validate=True)
    except binascii.Error as error:
        raise ValueError(str(error)) from error


def pages(pdf: bytes) -> int:
    """Return the number of pages of a PDF, at least 1; an estimate for compressed ones."""
    return max(1, len(_PAGE.findall(pdf)))


def tokens(source: Mapping[str, Any], text_tokens: Callable[[Any], int]) -> int:
    """Return what an image or document costs.

    Parameters
    ----------
    source : Mapping
        The block's ``source``.
    text_tokens : Callable
        Counts the tokens of text or content blocks.
    """
    data = source.get("data")
    match source.get("type"), source.get("media_type"):
        case "base64", "application/pdf":
            return _PAGE_TOKENS * pages(_decoded(data))
        case "base64", _:
            return _image_tokens(read_image(_decoded(data)))
        case "text", _:
            return text_tokens(data)
        case "content", _:
            return text_tokens(source.get("content"))
        case _:
            return _MOST_IMAGE_TOKENS


def _decoded(data: Any) -> bytes:
    try:
        return decode(data) if isinstance(data, str) else b""
    except ValueError:
        return b""


def _image_tokens(image: Image | None) -> int:
    if image is None:
        return _MOST_IMAGE_TOKENS
    shrink = min(1.0, _LONG_EDGE / max(image.width, image.height, 1))
    columns, rows = (math.ceil(side * shrink / _PATCH) for side in (image.width, image.height))
    return max(1, min(columns * rows, _MOST_IMAGE_TOKENS))


def read_image(data: bytes) -> Image | None:
    """Return what the file says, or None if it is not a PNG, JPEG, GIF or WebP."""
    for reader in (_png, _gif, _jpeg, _webp):
        try:
            image = reader(data)
        except (struct.error, IndexError, zlib.error):
            image = None
        if image is not None:
            return image
    return None


def _png(data: bytes) -> Image | None:
    if not data.startswith(b"\x89PNG\r\n\x1a\n"):
        return None
    width, height, depth, colour, _, _, interlace = struct.unpack(">IIBBBBB", data[16:29])
    channels = {0: 1, 2: 3, 4: 2, 6: 4}.get(colour)
    plain = depth == 8 and not interlace and channels is not None  # noqa: PLR2004 - bits a channel
    if not plain or width * height * (channels or 1) > _DECODE_LIMIT:
        return Image("image/png", width, height)
    rows = _png_rows(data, width * (channels or 1), channels or 1)
    return Image("image/png", width, height, _colours(rows, channels or 1))


def _png_rows(data: bytes, stride: int, channels: int) -> list[bytearray]:
    # PNG specification, section 9: each row carries its own filter
    raw = zlib.decompressobj().decompress(_png_pixels(data), _DECODE_LIMIT * 2)
    rows: list[bytearray] = []
    above = bytearray(stride)
    for start in range(0, len(raw) - stride, stride + 1):
        row = bytearray(raw[start + 1 : start + 1 + stride])
        _unfilter(raw[start], row, above, channels)
        rows.append(row)
        above = row
    return rows


def _png_pixels(data: bytes) -> bytes:
    found: list[bytes] = []
    at = 8
    while at + 8 <= len(data):
        (length,) = struct.unpack(">I", data[at : at + 4])
        if data[at + 4 : at + 8] == b"IDAT":
            found.append(data[at + 8 : at + 8 + length])
        at += length + 12
    return b"".join(found)


def _unfilter(kind: int, row: bytearray, above: bytearray, channels: int) -> None:
    if kind == 0:
        return
    for i in range(len(row)):
        left = row[i - channels] if i >= channels else 0
        corner = above[i - channels] if i >= channels else 0
        guess = (0, left, above[i], (left + above[i]) // 2, _paeth(left, above[i], corner))
        row[i] = (row[i] + guess[min(kind, 4)]) & 0xFF


def _paeth(left: int, above: int, corner: int) -> int:
    estimate = left + above - corner
    return min((left, above, corner), key=lambda value: abs(estimate - value))


def _colours(rows: list[bytearray], channels: int) -> tuple[tuple[str, float], ...]:
    seen: Counter[bytes] = Counter()
    for row in rows:
        seen.update(bytes(row[i : i + channels]) for i in range(0, len(row), channels))
    total = max(1, seen.total())
    return tuple((_hex(pixel), n / total) for pixel, n in seen.most_common(3))


def _hex(pixel: bytes) -> str:
    grey = len(pixel) <= 2  # noqa: PLR2004 - grey, or grey and alpha
    return "#" + (pixel[:1] * 3 if grey else pixel[:3]).hex()


def _gif(data: bytes) -> Image | None:
    if not data.startswith((b"GIF87a", b"GIF89a")):
        return None
    return Image("image/gif", *struct.unpack("<HH", data[6:10]))


def _jpeg(data: bytes) -> Image | None:
    if not data.startswith(b"\xff\xd8"):
        return None
    at = 2
    while at + 9 < len(data):
        marker, length = data[at + 1], struct.unpack(">H", data[at + 2 : at + 4])[0]
        if 0xC0 <= marker <= 0xCF and marker not in {0xC4, 0xC8, 0xCC}:  # noqa: PLR2004 - SOFn
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            return Image("image/jpeg", width, height)
        at += 2 + length
    return Image("image/jpeg", 0, 0)


def _webp(data: bytes) -> Image | None:
    if data[:4] != b"RIFF" or data[8:12] != b"WEBP":
        return None
    if data[12:16] == b"VP8X":
        width, height = (int.from_bytes(data[at : at + 3], "little") + 1 for at in (24, 27))
    elif data[12:16] == b"VP8L":
        bits = int.from_bytes(data[21:25], "little")
        width, height = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    else:
        width, height = (side & 0x3FFF for side in struct.unpack("<HH", data[26:30]))
    return Image("image/webp", width, height)
