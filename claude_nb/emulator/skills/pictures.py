"""Say what can be read from an attached image or PDF without a model: kind, size, colours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from claude_nb.emulator import media
from claude_nb.emulator.task import Draft, Task

__all__ = ["describe"]


def describe(task: Task) -> Draft | None:
    """Describe what is attached, if anything that can be read is."""
    found = [_line(block) for block in task.attached("image", "document")]
    lines = [line for line in found if line]
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
        "Colours are counted pixel by pixel; recognising things is beyond an emulator.",
    )
    return Draft(text, tuple(steps))


def _line(block: Mapping[str, Any]) -> str:
    source: Mapping[str, Any] = block["source"]
    match source.get("type"), source.get("media_type"):
        case "base64", "application/pdf":
            pages = media.pages(media.decode(source["data"]))
            return f"A PDF of {pages} page{'' if pages == 1 else 's'}"
        case "base64", _:
            image = media.read_image(media.decode(source["data"]))
            return _image_line(image) if image else ""
        case "url", _:
            return "Something behind a URL, which the emulator does not fetch: it has no network"
        case _:
            return ""


def _image_line(image: media.Image) -> str:
    kind = image.media_type.removeprefix("image/").upper()
    shape = "square" if image.width == image.height else "landscape"
    shape = "portrait" if image.height > image.width else shape
    line = f"A {kind} image, {image.width} by {image.height} pixels, {shape}"
    colours = ", ".join(f"`{code}` ({share:.0%})" for code, share in image.colours)
    return f"{line}; most frequent colours: {colours}" if colours else line
