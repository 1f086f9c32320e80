"""The few tags that models write into Markdown and mean: a line break, small letters, keys.

Without attributes, and closed within their paragraph. Each becomes an element of its own; every
other tag stays text.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_inline import StateInline

__all__ = ["PAIRED", "install"]

PAIRED = ("sub", "sup", "kbd")
"""Tags around text."""

_BREAK = re.compile(r"<br\s?/?>", re.IGNORECASE)
_OPENING = re.compile(rf"<({'|'.join(PAIRED)})>", re.IGNORECASE)
_LONGEST = 500  # characters between such tags


def install(md: MarkdownIt) -> None:
    """Teach `md` these tags."""
    md.inline.ruler.before("html_inline", "tag", _tag)


def _tag(state: StateInline, silent: bool) -> bool:  # noqa: FBT001  (the parser's signature)
    if state.src[state.pos] != "<":
        return False
    if found := _BREAK.match(state.src, state.pos, state.posMax):
        if not silent:
            state.push("hardbreak", "br", 0)
        state.pos = found.end()
        return True
    found = _OPENING.match(state.src, state.pos, state.posMax)
    return found is not None and _pair(state, found[1].lower(), found.end(), silent=silent)


def _pair(state: StateInline, tag: str, begin: int, *, silent: bool) -> bool:
    start, closing = state.pos, f"</{tag}>"
    end = _closing(state, closing, begin)
    if end <= begin:
        state.pos = start
        return False
    if not silent:
        _push(state, tag, begin, end)
    state.pos = end + len(closing)
    return True


def _closing(state: StateInline, closing: str, begin: int) -> int:
    """Return where the closing tag begins that is in no code and no link, or -1."""
    limit = min(state.posMax, begin + _LONGEST)
    if closing not in state.src[begin:limit].lower():
        return -1
    state.pos = begin
    while state.pos < limit:
        if state.src[state.pos : state.pos + len(closing)].lower() == closing:
            return state.pos
        state.md.inline.skipToken(state)
    return -1


def _push(state: StateInline, tag: str, begin: int, end: int) -> None:
    """Push the element, with what is between its tags parsed by itself."""
    most = state.posMax
    state.pos, state.posMax = begin, end
    state.push(f"{tag}_open", tag, 1)
    state.md.inline.tokenize(state)
    state.push(f"{tag}_close", tag, -1)
    state.posMax = most
