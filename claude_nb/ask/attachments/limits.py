"""What a model takes of pictures and PDFs in one request, the conversation so far included.

Pictures that are too large because there are many of them are scaled down; all else is refused in
a sentence.

References
----------
Messages API: vision (limits), PDF support.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from claude_nb.ask.attachments import documents, images
from claude_nb.ask.errors import InputError
from claude_nb.models import ModelInfo

__all__ = ["fitted"]

MOST, MOST_OF_SMALL = 600, 100  # pictures, and pages
_LARGE = 1_000_000  # tokens of context from which the first of these counts
_MANY = 20
MOST_PIXELS_OF_MANY = 2000
Block = dict[str, Any]


def fitted(
    messages: Sequence[Mapping[str, Any]], info: ModelInfo | None
) -> tuple[list[Any], list[str]]:
    """Return the messages as the model takes them, and what was done to that end.

    Parameters
    ----------
    messages : sequence of message params
        The conversation, what is asked last.
    info : ModelInfo or None
        The model, if it is known.

    Raises
    ------
    InputError
        There are too many pictures or pages.
    """
    small = info is not None and info.context_window < _LARGE
    most, name = MOST_OF_SMALL if small else MOST, info.id if info and small else "a request"
    blocks = [block for message in messages for block in _media(message["content"])]
    pictures = [block for block in blocks if block["type"] == "image"]
    _check_amount(blocks, most, name, messages)
    many = pictures if len(pictures) > _MANY else []
    large = {id(block): block for block in many if _is_large(block)}
    if not large:
        return list(messages), []
    note = (
        f"{len(large)} of {len(pictures)} images scaled to {MOST_PIXELS_OF_MANY:,} pixels: more "
        f"than {_MANY} in a request may have no more a side"
    )
    return _scaled(messages, large), [note]


def _begin_anew(messages: Sequence[Any]) -> str:
    return ", or begin the conversation anew (--fresh)" if len(messages) > 1 else ""


def _media(content: Any) -> Iterator[Block]:
    """Yield the pictures and documents of a content, those in the results of tools too."""
    for block in content if isinstance(content, list) else ():
        if block.get("type") in ("image", "document"):
            yield block
        elif block.get("type") == "tool_result":
            yield from _media(block.get("content"))


def _check_amount(blocks: Sequence[Block], most: int, name: str, messages: Sequence[Any]) -> None:
    """Refuse more pictures and pages, which count together, than the model takes."""
    pictures = sum(block["type"] == "image" for block in blocks)
    pages = sum(documents.page_count(block) for block in blocks if block["type"] == "document")
    if pictures + pages <= most:
        return
    fewer = f"Send fewer{_begin_anew(messages)}."
    if not pages:
        raise InputError(
            f"{pictures} images are in this request; {name} takes at most {most}. {fewer}"
        )
    there = f"The PDFs of this request have {pages:,} pages"
    there += f", and there are {pictures} images" * bool(pictures)
    of_both = " pages and images together" * bool(pictures)
    raise InputError(
        f"{there}; {name} takes at most {most}{of_both}. {fewer[:-1]}, or use a model with a "
        "larger context."
    )


def _bytes(block: Block) -> bytes:
    """Return a picture; empty if it is elsewhere, or none, as the server says."""
    source = block.get("source") or {}
    try:
        return base64.b64decode(source["data"]) if source.get("type") == "base64" else b""
    except (KeyError, TypeError, ValueError):
        return b""


def _is_large(block: Block) -> bool:
    data = _bytes(block)
    return (
        bool(images.media_type(data)) and max(images.size(data, "an image")) > MOST_PIXELS_OF_MANY
    )


def _scaled(messages: Sequence[Mapping[str, Any]], large: Mapping[int, Block]) -> list[Any]:
    def put(content: Any) -> Any:
        if not isinstance(content, list):
            return content
        return [
            images.scaled_to(block, MOST_PIXELS_OF_MANY)
            if id(block) in large
            else {**block, "content": put(block.get("content"))}
            if block.get("type") == "tool_result"
            else block
            for block in content
        ]

    return [{**message, "content": put(message["content"])} for message in messages]
