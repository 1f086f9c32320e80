"""Code that stands in the next cell too is folded in the answer: it is there to be read once."""

from __future__ import annotations

import re
from collections.abc import Collection
from html import unescape
from typing import LiteralString

from claude_nb.notebook.answer.amounts import count
from claude_nb.notebook.answer.blocks import SOFT
from claude_nb.notebook.text.safe_html import SafeHtml, elements, join, markup, visible_html

__all__ = ["FOLDED", "folded"]

FOLDED: LiteralString = '<details class="claude-nb-code">'
"""What a folded block of an answer's text begins with; other disclosures are no text."""

_PLACE: LiteralString = f'{FOLDED}<summary style="{SOFT}">{{}}</summary>{{}}</details>'
_TAG = re.compile("<[^>]*>")


def folded(html: SafeHtml, codes: Collection[str]) -> SafeHtml:
    """Return an answer's text with these blocks of code folded.

    A block that shows more than its code, such as the name of a hidden character, stays open.
    """
    wanted = {code.strip() for code in codes}
    return join(_folded(block, wanted) for block in elements(html)) if wanted else html


def _folded(block: SafeHtml, wanted: Collection[str]) -> SafeHtml:
    if not block.startswith("<pre"):
        return block
    code = unescape(_TAG.sub("", block)).strip()
    if code not in wanted:
        return block
    lines = count(code.count("\n") + 1, "line")
    return markup(_PLACE, visible_html(f"Code, {lines}, in the next cell"), block)
