"""What Pillow does for pictures where it is installed: turn, convert and scale them.

Pillow is never imported for a picture that can be sent as it is.
"""

from __future__ import annotations

import importlib
import io
import warnings
from contextlib import suppress
from typing import Any

__all__ = ["MOST_SIDE", "converted", "file_of", "file_of_array", "smaller"]

MOST_SIDE = 2576
"""Pixels of a side beyond which no model looks: the API scales what is larger."""

_MODES = {"JPEG": ("L", "RGB"), "PNG": ("1", "L", "LA", "P", "RGB", "RGBA")}
_MOST_PIXELS = 300_000_000  # more would take a gigabyte to open
_QUALITY = 90  # of a JPEG


def file_of(picture: Any) -> bytes:
    """Return a Pillow image as a file that shows it as a person sees it.

    Raises
    ------
    ValueError
        Its mode cannot be shown.
    """
    return _saved(_upright(picture), _form(picture))


def file_of_array(array: Any) -> bytes | None:
    """Return an array of colours as PNG; None if Pillow is missing."""
    try:
        from PIL import Image  # noqa: PLC0415 (optional)
    except ImportError:
        return None
    return file_of(Image.fromarray(array))


def converted(data: bytes) -> bytes | None:
    """Return a picture of another format as PNG; None if Pillow is missing or cannot read it."""
    picture = _opened(data)
    return None if picture is None else file_of(picture)


def smaller(data: bytes, most: int, side: int = MOST_SIDE) -> tuple[bytes, tuple[int, int]] | None:
    """Return a picture scaled down, and its new size; None if Pillow is missing or cannot.

    Parameters
    ----------
    data : bytes
        An image file.
    most : int
        Bytes that the scaled file may have.
    side : int
        Pixels of its longer side, at most.
    """
    picture = _opened(data)
    if picture is None:
        return None
    small = _upright(picture)
    small.thumbnail((side, side))
    for form in (_form(picture), "JPEG"):  # noise as PNG may be too large at any size
        if len(saved := _saved(small, form)) <= most:
            return saved, small.size
    return None


def _form(picture: Any) -> str:
    return "JPEG" if picture.format == "JPEG" else "PNG"  # as PNG a photo is several times as large


def _saved(picture: Any, form: str) -> bytes:
    file = io.BytesIO()
    _plain(picture, _MODES[form]).save(file, format=form, quality=_QUALITY)
    return file.getvalue()


def _opened(data: bytes) -> Any:
    try:
        from PIL import Image, UnidentifiedImageError  # noqa: PLC0415 (optional, and only here)
    except ImportError:
        return None
    _with_heif()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            picture = Image.open(io.BytesIO(data))
            if picture.width * picture.height > _MOST_PIXELS:
                return None
            picture.load()
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
    return picture


def _with_heif() -> None:
    """Let Pillow read HEIC photos, where pillow-heif is installed."""
    with suppress(ImportError):
        importlib.import_module("pillow_heif").register_heif_opener()


def _upright(picture: Any) -> Any:
    """Return a photo turned as its camera was held."""
    from PIL import ImageOps  # noqa: PLC0415 (whoever has a picture has it loaded)

    return ImageOps.exif_transpose(picture)


def _plain(picture: Any, modes: tuple[str, ...]) -> Any:
    """Return a picture in a mode that its format holds, and that shows what a person sees."""
    if picture.mode in modes and picture.mode != "P":
        return picture
    if picture.mode in ("F", "I") or picture.mode.startswith("I;16"):
        return _by_range(picture)
    if picture.mode == "LAB":
        return _from_lab(picture)
    if picture.mode == "La":
        return picture.convert("LA").convert("RGBA" if "RGBA" in modes else "L")
    seen_through = picture.mode in ("PA", "RGBa") or "transparency" in picture.info
    return picture.convert("RGBA" if seen_through and "RGBA" in modes else "RGB")


def _by_range(picture: Any) -> Any:
    """Return numbers as greys: black is the smallest of them, white the largest."""
    if picture.mode.startswith("I;16"):
        picture = picture.convert("I")
    low, high = picture.getextrema()
    if low != low or high != high:  # noqa: PLR0124 - NaN
        raise ValueError("some of its values are NaN: fill them first")
    scale = 255.0 / (high - low) if high > low else 0.0
    return picture.convert("F").point(lambda value: value * scale - low * scale).convert("L")


def _from_lab(picture: Any) -> Any:
    from PIL import ImageCms  # noqa: PLC0415 (seldom met)

    lab, rgb = ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB")
    return ImageCms.profileToProfile(picture, lab, rgb, outputMode="RGB")
