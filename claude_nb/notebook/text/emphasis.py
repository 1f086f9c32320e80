"""Emphasis beside characters of Chinese, Japanese and Korean, which stand without blanks.

CommonMark decides by blanks and punctuation whether stars begin or end emphasis, so that
``これは**「重要」**な点`` would show its stars. Beside a wide character stars need no blank: there
punctuation does not keep them from beginning or ending anything. All else is as it was.

References
----------
CommonMark 0.31.2, section 6.2; Unicode Standard Annex 11, East Asian Width.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from markdown_it.common.utils import isMdAsciiPunct, isPunctChar, isWhiteSpace
from markdown_it.rules_inline.state_inline import Delimiter

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_inline import StateInline

__all__ = ["flanks", "install"]


def install(md: MarkdownIt) -> None:
    """Teach `md` where stars may stand."""
    md.inline.ruler.before("emphasis", "wide_emphasis", _stars)


def _stars(state: StateInline, silent: bool) -> bool:  # noqa: FBT001  (the parser's signature)
    """Take stars beside a wide character; others are the parser's own."""
    start = state.pos
    if silent or state.src[start] != "*":
        return False
    end = start
    while end < state.posMax and state.src[end] == "*":
        end += 1
    before = state.src[start - 1] if start else " "
    after = state.src[end] if end < state.posMax else " "
    if not (_is_wide(before) or _is_wide(after)):
        return False
    opens, closes = flanks(before, after)
    for _ in range(end - start):
        state.push("text", "", 0).content = "*"
        last = len(state.tokens) - 1
        state.delimiters.append(Delimiter(ord("*"), end - start, last, -1, opens, closes))
    state.pos = end
    return True


def flanks(before: str, after: str, *, splits: bool = True) -> tuple[bool, bool]:
    """Return whether signs between two characters can begin emphasis, and whether they can end it.

    Parameters
    ----------
    before, after : str
        One character each.
    splits : bool
        Whether they can do so within a word, as stars can.
    """
    left, right = _opens(before, after), _opens(after, before)
    if splits:
        return left, right
    return left and (not right or _is_point(before)), right and (not left or _is_point(after))


def _opens(outside: str, inside: str) -> bool:
    """Tell whether stars between two characters may belong to the second."""
    if isWhiteSpace(ord(inside)):
        return False
    return not _is_point(inside) or (
        isWhiteSpace(ord(outside)) or _is_point(outside) or _is_wide(outside) or _is_wide(inside)
    )


def _is_point(char: str) -> bool:
    return isMdAsciiPunct(ord(char)) or isPunctChar(char)


def _is_wide(char: str) -> bool:
    return not char.isascii() and unicodedata.east_asian_width(char) in "WFH"
