"""Small plots of tokens: bars in a page, characters in text."""

from __future__ import annotations

from typing import LiteralString

from claude_nb.notebook.commands import page
from claude_nb.notebook.text.safe_html import attribute, markup, visible_html

__all__ = ["LEGEND", "bar", "drawn"]

_WIDTH = 12  # characters of the longest bar
_READ, _WRITTEN = "░", "█"
_BAR: LiteralString = (
    '<samp aria-hidden="true" class="claude-nb-bar"><i style="width:{}%"></i>'
    '<b style="width:{}%"></b></samp>'
)
_LEGEND: LiteralString = (
    '<small><samp class="claude-nb-bar"><i></i></samp> read '
    '<samp class="claude-nb-bar"><b></b></samp> written. </small>'
)

LEGEND = page.Piece(markup(_LEGEND), f"{_READ} read, {_WRITTEN} written. ")
"""What the two colours of a bar are."""


def bar(read: int, written: int, most: int) -> page.Piece:
    """Return a bar of tokens read and written, where `most` tokens fill the whole width."""
    length = max(1, round(_WIDTH * (read + written) / max(most, 1)))
    full = round(length * written / max(read + written, 1))
    widths = [f"{100 * part / max(most, 1):.1f}" for part in (read, written)]
    html = markup(_BAR, *map(attribute, widths))
    return page.Piece(html, _READ * (length - full) + _WRITTEN * full)


def drawn(text: str) -> page.Piece:
    """Return a plot that is drawn in characters, in the colour of plots."""
    return page.Piece(markup('<samp aria-hidden="true">{}</samp>', visible_html(text)), text)
