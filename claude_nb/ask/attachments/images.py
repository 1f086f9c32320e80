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
from collections.abc import Callable, Sequence
from typing import Any

from claude_nb.ask import tables, values
from claude_nb.ask.attachments import drawn, pillow, wholeness
from claude_nb.ask.errors import InputError
from claude_nb.ask.tables import comes_from

__all__ = ["Noted", "block", "media_type", "of", "scaled_to", "several", "size", "url_block"]

MOST_ENCODED = 10 * 1024 * 1024  # characters of base64, each image
_MOST = 1000  # items that are looked at: a model's own limit is lower
MOST_PIXELS = 8000  # each side
_NO_FRAME = frozenset({0xC4, 0xC8, 0xCC})  # in JPEG's range of frame headers, but none


class Noted(dict[str, Any]):
    """A block that is not quite what was named; `note` says so."""

    note: str = ""


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

    Returns
    -------
    dict
        The block; a `Noted` one if the image has more than 10 MB or 8000 pixels a side.

    Raises
    ------
    InputError
        The image is none of these or cut off, or too large and cannot be made smaller here.
    """
    kind, sides = str(media_type(data)), size(data, name)
    if wholeness.cut_off(kind, data):
        raise InputError(_cut(kind, name))
    if max(sides) > MOST_PIXELS or len(data) * 4 / 3 > MOST_ENCODED:
        return _scaled(data, sides, name)
    return _block(kind, data)


def _block(kind: str, data: bytes) -> dict[str, Any]:
    encoded = base64.b64encode(data).decode()
    return {"type": "image", "source": {"type": "base64", "media_type": kind, "data": encoded}}


def scaled_to(picture: dict[str, Any], side: int) -> dict[str, Any]:
    """Return the block of a picture whose sides have no more pixels than that.

    Raises
    ------
    InputError
        It cannot be made smaller here.
    """
    data = base64.b64decode(picture["source"]["data"])
    small = pillow.smaller(data, MOST_ENCODED * 3 // 4, side)
    if small is None:
        width, height = size(data, "an image")
        raise InputError(
            f"An image has {width:,} x {height:,} pixels; where more than 20 are in a request, a "
            f"side may have {side:,}. Make them smaller; with Pillow installed that is done for "
            "you."
        )
    return {**picture, **_block(str(media_type(small[0])), small[0])}


def _scaled(data: bytes, sides: tuple[int, int], name: str) -> Noted:
    small = pillow.smaller(data, MOST_ENCODED * 3 // 4)
    if small is None:
        raise InputError(_too_large(data, sides, name))
    block = Noted(_block(str(media_type(small[0])), small[0]))
    (wide, high), (width, height) = sides, small[1]
    block.note = f"{name}: {wide:,} x {high:,} pixels, sent as {width:,} x {height:,}"
    return block


def url_block(url: str) -> dict[str, Any]:
    """Return the content block for an image that the server fetches."""
    return {"type": "image", "source": {"type": "url", "url": url}}


def _too_large(data: bytes, sides: tuple[int, int], name: str) -> str:
    width, height = sides
    advice = "Make it smaller; with Pillow installed that is done for you."
    if max(sides) > MOST_PIXELS:
        return f"{name} has {width:,} x {height:,} pixels; a side may have 8,000. {advice}"
    encoded = len(data) * 4 / 3 / 2**20
    return f"{name} is {encoded:.1f} MB as base64; an image may have 10 MB. {advice}"


def _cut(kind: str, name: str) -> str:
    form = kind.partition("/")[2].upper()
    return f"{name} is a {form} that ends too early: it was cut off. Save or download it again."


def size(data: bytes, name: str) -> tuple[int, int]:
    """Return width and height of an image file, in pixels."""
    kind = media_type(data)
    if kind is None:
        raise InputError(f"{name} is no PNG, JPEG, GIF or WebP picture, whatever it is called.")
    try:
        width, height = _SIZES[kind](data)
    except (struct.error, IndexError):
        raise InputError(_cut(kind, name)) from None
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
    try:
        data = values.guarded(value, _file)
    except InputError as problem:
        raise InputError(f"{name}: {problem}") from None
    return block(data, name) if data is not None and media_type(data) else None


def several(value: Any, name: str) -> list[dict[str, Any]]:
    """Return the blocks of a collection of pictures, in order; of a dict, each behind its name.

    What stands between pictures goes as text. Axes of one figure are that figure, once. Empty if
    `value` is no collection, or one without a picture, with other files, or of more than a request
    can hold.
    """
    if tables.is_array_of_objects(value):
        value = value.ravel().tolist()
    elif comes_from(value, "matplotlib") and isinstance(value, Sequence):
        value = list(value)
    if not isinstance(value, list | tuple | dict) or not 0 < len(value) <= _MOST:
        return []
    items = list(value.items() if isinstance(value, dict) else enumerate(value))
    named = [items[number] for number in _distinct([item for _, item in items])]
    with_names = isinstance(value, dict) and (len(named) > 1 or len(value) == 1)
    pictures = [_picture(item, f"{name}[{key!r}]") for key, item in named]
    others = [item for (_, item), picture in zip(named, pictures, strict=True) if picture is None]
    if len(others) == len(named) or any(isinstance(item, bytes | bytearray) for item in others):
        return []
    found: list[dict[str, Any]] = []
    for (key, item), picture in zip(named, pictures, strict=True):
        block = picture or _between(item, f"{name}[{key!r}]")
        if block is not None:
            found += [{"type": "text", "text": f"{key}:"}] * with_names + [block]
    return found


def _picture(item: Any, name: str) -> dict[str, Any] | None:
    return None if isinstance(item, str | int | float | None) else of(item, name)


def _between(item: Any, name: str) -> dict[str, Any] | None:
    """Return what stands between pictures as text; None if it says nothing."""
    try:
        text = "" if item is None else values.text(item)
    except InputError as problem:
        raise InputError(f"{name}: {problem}") from None
    return {"type": "text", "text": text} if text.strip() else None


def _distinct(items: list[Any]) -> list[int]:
    """Return the places of all items but axes whose figure stands there already."""
    first: dict[int, int] = {}
    for number, item in enumerate(items):
        figure = drawn.figure_of(item)
        first.setdefault(-1 - number if figure is None or figure is item else id(figure), number)
    return list(first.values())


def _file(value: Any) -> bytes | None:
    """Return the bytes of an image file, if `value` can be one."""
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value)
    if isinstance(value, io.BytesIO):
        return value.getvalue()
    plot = drawn.drawing(value)
    return plot if plot is not None else _shown(value)


def _shown(value: Any) -> bytes | None:
    """Return the bytes of a picture that is one by itself, or shows itself as one."""
    if comes_from(value, "PIL") and hasattr(value, "save"):
        return pillow.file_of(value)
    if tables.is_array_of_colours(value):
        return pillow.file_of_array(value)
    if comes_from(value, "IPython") and isinstance(getattr(value, "data", None), bytes):
        return value.data
    png = None if isinstance(value, type) else getattr(type(value), "_repr_png_", None)
    return _decoded(png(value)) if callable(png) else None


def _decoded(shown: Any) -> bytes | None:
    data = shown[0] if isinstance(shown, tuple) else shown  # (data, metadata) is allowed
    return base64.b64decode(data) if isinstance(data, str) else data
