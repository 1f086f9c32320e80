"""A picture, in whatever form a notebook has it, -> an image content block.

Figures, PIL images, IPython images, anything that shows itself as PNG, and bytes. The kind is
read from the bytes, never from a name; limits are checked before anything is sent. Nothing is
imported to do so.

References
----------
Messages API: vision (limits); PNG specification; ITU-T T.81 (JPEG), annex B; GIF89a;
RIFF container of WebP.
"""

from __future__ import annotations

import base64
import io
import struct
from collections.abc import Callable
from typing import Any

from claude_nb.notebook import values
from claude_nb.notebook.errors import InputError
from claude_nb.notebook.tables import comes_from

__all__ = ["block", "media_type", "of", "url_block"]

MOST_ENCODED = 10 * 1024 * 1024  # characters of base64, each image
MOST_PIXELS = 8000  # each side
_NO_FRAME = frozenset({0xC4, 0xC8, 0xCC})  # in JPEG's range of frame headers, but none

_MODES = {"JPEG": ("L", "RGB"), "PNG": ("1", "L", "LA", "P", "RGB", "RGBA", "I;16")}


def media_type(data: bytes) -> str | None:
    """Return the media type of an image the API takes, or None for anything else."""
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if data.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if data.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    return "image/webp" if data[:4] == b"RIFF" and data[8:12] == b"WEBP" else None


def block(data: bytes, name: str) -> dict[str, Any]:
    """Return image bytes as a content block.

    Parameters
    ----------
    data : bytes
        A PNG, JPEG, GIF or WebP file.
    name : str
        What to call it in an error.

    Raises
    ------
    InputError
        The image is cut off, above 10 MB once encoded, or above 8000 pixels a side.
    """
    kind = str(media_type(data))
    encoded = base64.b64encode(data).decode()
    if len(encoded) > MOST_ENCODED:
        raise InputError(
            f"{name} is {len(encoded) / 2**20:.1f} MB as base64; an image may have 10 MB. "
            "Make it smaller, or save it as JPEG."
        )
    _check_size(_size(kind, data, name), name)
    return {"type": "image", "source": {"type": "base64", "media_type": kind, "data": encoded}}


def url_block(url: str) -> dict[str, Any]:
    """Return the content block for an image that the server fetches."""
    return {"type": "image", "source": {"type": "url", "url": url}}


def _check_size(size: tuple[int, int], name: str) -> None:
    width, height = size
    if max(size) > MOST_PIXELS:
        raise InputError(
            f"{name} has {width:,} x {height:,} pixels; a side may have 8,000. Make it smaller."
        )


def _size(kind: str, data: bytes, name: str) -> tuple[int, int]:
    """Return width and height in pixels."""
    try:
        width, height = _SIZES[kind](data)
    except (struct.error, IndexError):
        raise InputError(f"{name} is a {kind} that ends too early: save it again.") from None
    return width, height


def _jpeg(data: bytes) -> tuple[int, int]:
    at = 2
    while not (0xC0 <= data[at + 1] <= 0xCF and data[at + 1] not in _NO_FRAME):  # noqa: PLR2004 - SOFn
        fill = data[at + 1] == 0xFF  # noqa: PLR2004 - any number of these may stand before a marker
        at += 1 if fill else 2 + struct.unpack_from(">H", data, at + 2)[0]
    height, width = struct.unpack_from(">HH", data, at + 5)
    return width, height


def _webp(data: bytes) -> tuple[int, int]:
    if data[12:16] == b"VP8X":
        width, height = (int.from_bytes(data[at : at + 3], "little") + 1 for at in (24, 27))
    elif data[12:16] == b"VP8L":
        (bits,) = struct.unpack_from("<I", data, 21)
        width, height = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    else:
        width, height = (side & 0x3FFF for side in struct.unpack_from("<HH", data, 26))
    return width, height


_SIZES: dict[str, Callable[[bytes], tuple[int, int]]] = {
    "image/png": lambda data: struct.unpack_from(">II", data, 16),
    "image/gif": lambda data: struct.unpack_from("<HH", data, 6),
    "image/jpeg": _jpeg,
    "image/webp": _webp,
}


def of(value: Any, name: str) -> dict[str, Any] | None:
    """Return the image block for a value that is a picture, or None if it is none.

    Parameters
    ----------
    value : object
        matplotlib figure or axes, PIL image, IPython image, bytes of an image file, or any
        object with ``_repr_png_``.
    name : str
        What to call it in an error.
    """
    if comes_from(value, "IPython") and getattr(value, "url", None) and not value.data:
        return url_block(value.url)
    data = values.guarded(value, _file)
    return block(data, name) if data is not None and media_type(data) else None


def _file(value: Any) -> bytes | None:
    """Return the bytes of an image file, if `value` can be one."""
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value)
    if comes_from(value, "matplotlib", "seaborn"):
        return _figure(value)
    if comes_from(value, "PIL") and hasattr(value, "save"):
        return _picture(value)
    if comes_from(value, "IPython") and isinstance(getattr(value, "data", None), bytes):
        return value.data
    png = getattr(type(value), "_repr_png_", None)
    return _decoded(png(value)) if callable(png) else None


def _figure(value: Any) -> bytes | None:
    figure = value if hasattr(value, "savefig") else getattr(value, "figure", None)
    if figure is None:
        return None
    file = io.BytesIO()
    figure.savefig(file, format="png", bbox_inches="tight")
    return file.getvalue()


def _picture(value: Any) -> bytes:
    kind = "JPEG" if value.format == "JPEG" else "PNG"  # a photo as PNG is several times as large
    picture = value if value.mode in _MODES[kind] else value.convert("RGB")
    file = io.BytesIO()
    picture.save(file, format=kind)
    return file.getvalue()


def _decoded(shown: Any) -> bytes | None:
    data = shown[0] if isinstance(shown, tuple) else shown  # (data, metadata) is allowed
    return base64.b64decode(data) if isinstance(data, str) else data
