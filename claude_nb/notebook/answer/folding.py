"""Code that stands elsewhere too is folded in the answer: it is there to be read once."""

from __future__ import annotations

import re
from collections.abc import Collection
from html import unescape
from typing import ClassVar, LiteralString

from claude_nb.notebook.answer.amounts import count
from claude_nb.notebook.answer.blocks import SOFT
from claude_nb.notebook.text.safe_html import SafeHtml, elements, join, markup, visible_html

__all__ = ["FOLDED", "Below", "NextCell", "folded"]

FOLDED: LiteralString = '<details class="claude-nb-code">'
"""What a folded block of an answer's text begins with; other disclosures are no text."""

_PLACE: LiteralString = f'{FOLDED}<summary style="{SOFT}">{{}}</summary>{{}}</details>'
_TAG = re.compile("<[^>]*>")


class NextCell(tuple[str, ...]):
    """Code of an answer that stands in the next cell."""

    __slots__ = ()
    where: ClassVar[str] = "in the next cell"
    said: ClassVar[str] = "code proposed in the next cell, not run"

    @classmethod
    def of(cls, codes: Collection[str]) -> NextCell:
        """Return code that stands elsewhere; in the next cell if nothing says where."""
        return codes if isinstance(codes, NextCell) else cls(codes)


class Below(NextCell):
    """Code of an answer that is compared below with the cell that it is to change."""

    __slots__ = ()
    where: ClassVar[str] = "compared below"
    said: ClassVar[str] = "code proposed below, not run"


def folded(html: SafeHtml, codes: Collection[str]) -> SafeHtml:
    """Return an answer's text with these blocks of code folded.

    A block that shows more than its code, such as the name of a hidden character, stays open.
    """
    wanted, where = {code.strip() for code in codes}, NextCell.of(codes).where
    return join(_folded(block, wanted, where) for block in elements(html)) if wanted else html


def _folded(block: SafeHtml, wanted: Collection[str], where: str) -> SafeHtml:
    if not block.startswith("<pre"):
        return block
    code = unescape(_TAG.sub("", block)).strip()
    if code not in wanted:
        return block
    lines = count(code.count("\n") + 1, "line")
    return markup(_PLACE, visible_html(f"Code, {lines}, {where}"), block)
