"""Read what can be read of an image or a document without a model: kind, size, colours, cost.

Knows file formats; nothing of requests beyond their ``source`` objects. Heads only: no picture is
decoded to count it or to check it (its colours are the business of `pixels`).
"""

from __future__ import annotations

import base64
import binascii
import math
import re
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

__all__ = ["Image", "decode", "pages", "read_image", "tokens"]

_LONG_EDGE = 1568  # pixels; larger images are scaled down before they are counted
_MOST_IMAGE_TOKENS = 1568
_PATCH = 28  # pixels a token covers, each way
_PAGE_TOKENS = 2000  # a PDF page: text and picture together
_MOST_PAGES = 10_000  # of a PDF; no document has more
_MOST_SEGMENTS = 10_000  # of a JPEG, before its size is given up
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
    """

    media_type: str
    width: int
    height: int


def decode(data: str) -> bytes:
    """Return the bytes of base64 text; raises ValueError if it is none."""
    try:
        return base64.b64decode(data, validate=True)
    except binascii.Error as error:
        raise ValueError(str(error)) from error


def pages(pdf: bytes) -> int:
    """Return the number of pages of a PDF, at least 1; an estimate for compressed ones."""
    return max(1, sum(1 for _ in islice(_PAGE.finditer(pdf), _MOST_PAGES)))


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
        except (struct.error, IndexError):
            image = None
        if image is not None:
            return image
    return None


def _png(data: bytes) -> Image | None:
    if not data.startswith(b"\x89PNG\r\n\x1a\n"):
        return None
    return Image("image/png", *struct.unpack(">II", data[16:24]))


def _gif(data: bytes) -> Image | None:
    if not data.startswith((b"GIF87a", b"GIF89a")):
        return None
    return Image("image/gif", *struct.unpack("<HH", data[6:10]))


def _jpeg(data: bytes) -> Image | None:
    if not data.startswith(b"\xff\xd8"):
        return None
    at = 2
    for _ in range(_MOST_SEGMENTS):
        if at + 9 >= len(data):
            break
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
