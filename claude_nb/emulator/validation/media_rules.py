"""Rules for pictures and PDFs: of the type they claim, not too large, and not too many."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, cast

from claude_nb.emulator.counting import media
from claude_nb.emulator.task import blocks_of
from claude_nb.emulator.validation.context import Context, refuse
from claude_nb.emulator.wire import JSON

__all__ = ["RULES"]

_MOST_IMAGE_BYTES = 10 * 1024 * 1024  # of base64 text
_MOST_PIXELS = 8000
_MANY, _MOST_PIXELS_OF_MANY = 20, 2000
_MOST, _MOST_OF_SMALL = 600, 100  # pictures and pages together
_LARGE = 1_000_000  # tokens of context from which the first of these counts
_Found = tuple[str, Mapping[str, Any]]


def _all(ctx: Context) -> list[_Found]:
    """Return (path, block) of all pictures and documents, those in the results of tools too."""
    return [one for path, _, block in ctx.blocks() for one in _within(path, block)]


def _within(path: str, block: Mapping[str, Any]) -> Iterator[_Found]:
    kind = block.get("type")
    if kind in ("image", "document"):
        yield f"{path}.{kind}", block
    elif kind == "tool_result" and isinstance(block.get("content"), list):
        for n, inner in enumerate(blocks_of(block["content"])):
            yield from _within(f"{path}.tool_result.content.{n}", inner)


def _source(block: Mapping[str, Any]) -> JSON:
    source: Any = block.get("source")
    return cast("JSON", source) if isinstance(source, dict) else {}


def each(ctx: Context) -> None:
    """Refuse pictures and PDFs that are none, too large, or of another type than they claim."""
    found = _all(ctx)
    are_many = sum(block["type"] == "image" for _, block in found) > _MANY
    for place, block in found:
        source = _source(block)
        if source.get("type") != "base64":
            continue
        path = f"{place}.source.base64"
        data = _decoded(source["data"], path)
        if block["type"] == "image":
            _check_image(data, source["media_type"], path, are_many=are_many)
        elif not data.startswith(b"%PDF"):
            refuse(f"{path}.data: The PDF specified was not valid.")


def _decoded(data: str, path: str) -> bytes:
    if len(data) > _MOST_IMAGE_BYTES and ".image." in path:
        refuse(
            f"{path}: image exceeds 10 MB maximum: {len(data)} bytes > {_MOST_IMAGE_BYTES} bytes"
        )
    try:
        return media.decode(data)
    except ValueError:
        refuse(f"{path}.data: Invalid base64 data")


def _check_image(data: bytes, claimed: str, path: str, *, are_many: bool) -> None:
    image = media.read_image(data)
    if image is None or not image.width * image.height:
        refuse("Could not process image")
    if image.media_type != claimed:
        refuse(
            f"{path}.data: Image does not match the provided media type {claimed}; "
            f"it appears to be {image.media_type}"
        )
    most = _MOST_PIXELS_OF_MANY if are_many else _MOST_PIXELS
    where = " for many-image requests" if are_many else ""
    if max(image.width, image.height) > most:
        refuse(
            f"{path}.data: At least one of the image dimensions exceed max allowed size{where}: "
            f"{most} pixels"
        )


def amount(ctx: Context) -> None:
    """Refuse more pictures and pages, taken together, than the model's context may hold."""
    found = _all(ctx)
    pictures = sum(block["type"] == "image" for _, block in found)
    pages = sum(_pages(_source(block)) for _, block in found if block["type"] == "document")
    most = _MOST if ctx.model.context_window >= _LARGE else _MOST_OF_SMALL
    if pages + pictures > most:
        refuse(f"Too much media: {pages} document pages + {pictures} images > {most}")


def _pages(source: JSON) -> int:
    is_pdf = (source.get("type"), source.get("media_type")) == ("base64", "application/pdf")
    return media.pages(media.decode(source["data"])) if is_pdf else 0


RULES = (each, amount)
