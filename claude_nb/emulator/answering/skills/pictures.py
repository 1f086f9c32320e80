"""Say what can be read from an attached image or PDF without a model: kind, size, colours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from claude_nb.emulator.counting import media, pixels
from claude_nb.emulator.task import Draft, Task

__all__ = ["describe"]

_MOST_SHOWN, _MOST_COLOURED = 20, 3  # attachments; more pictures than three keep their colours


def describe(task: Task) -> Draft | None:
    """Describe what is attached, if anything that can be read is."""
    attached = list(task.attached("image", "document"))
    shown = attached[:_MOST_SHOWN]
    found = [_line(block, has_colours=n < _MOST_COLOURED) for n, block in enumerate(shown)]
    lines = [line for line in found if line]
    if len(attached) > _MOST_SHOWN:
        lines.append(f"and {len(attached) - _MOST_SHOWN} more, which are not described")
    if not lines:
        return None
    body = "\n".join(f"- {line}" for line in lines)
    text = (
        f"I can read these facts from what you attached:\n\n{body}\n\n"
        "What it *shows* takes a model to see. The emulator reads the file, not the picture."
    )
    steps = (
        f"{len(lines)} attachment(s) came with the message.",
        *lines,
        (
            "Colours are counted pixel by pixel, in a large picture in a part of it; recognising "
            "things is beyond an emulator."
        ),
    )
    return Draft(text, tuple(steps))


def _line(block: Mapping[str, Any], *, has_colours: bool) -> str:
    source: Mapping[str, Any] = block["source"]
    match source.get("type"), source.get("media_type"):
        case "base64", "application/pdf":
            pages = media.pages(media.decode(source["data"]))
            return f"A PDF of {pages} page{'' if pages == 1 else 's'}"
        case "base64", _:
            data = media.decode(source["data"])
            image = media.read_image(data)
            is_png = image is not None and image.media_type == "image/png"
            colours = pixels.colours(data) if is_png and has_colours else None
            return _image_line(image, colours) if image else ""
        case "url", _:
            return "Something behind a URL, which the emulator does not fetch: it has no network"
        case _:
            return ""


def _image_line(image: media.Image, found: pixels.Colours | None) -> str:
    kind = image.media_type.removeprefix("image/").upper()
    shape = "square" if image.width == image.height else "landscape"
    shape = "portrait" if image.height > image.width else shape
    line = f"A {kind} image, {image.width} by {image.height} pixels, {shape}"
    if found is None:
        return line
    colours = ", ".join(f"`{code}` ({share:.0%})" for code, share in found.shares)
    return f"{line}; most frequent colours: {colours}{_counted_in(image, found)}"


def _counted_in(image: media.Image, found: pixels.Colours) -> str:
    # what was not looked at is said
    part = "" if found.every == 1 else f" one row in {found.every} of"
    if (found.width, found.height) == (image.width, image.height):
        return f", counted in{part} the picture" if part else ""
    corner = f"the upper left {found.width} by {found.height} pixels"
    return f", counted in{part} {corner}"
