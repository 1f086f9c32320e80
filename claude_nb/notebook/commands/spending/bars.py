"""A small plot of tokens, drawn in characters."""

from __future__ import annotations

from claude_nb.notebook.commands import page
from claude_nb.notebook.text.safe_html import markup, visible_html

__all__ = ["READ", "WRITTEN", "bar", "drawn"]

_WIDTH = 12  # characters of the longest bar
READ, WRITTEN = "░", "█"


def bar(read: int, written: int, most: int) -> page.Piece:
    """Return a bar of tokens read and written, where `most` tokens fill the whole width."""
    length = max(1, round(_WIDTH * (read + written) / max(most, 1)))
    full = round(length * written / max(read + written, 1))
    return drawn(READ * (length - full) + WRITTEN * full)


def drawn(text: str) -> page.Piece:
    """Return a plot that is drawn in characters, in the colour of plots."""
    return page.Piece(markup('<samp aria-hidden="true">{}</samp>', visible_html(text)), text)
