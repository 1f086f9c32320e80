"""What a question saw of its notebook, as a line below the answer, and whole before it is asked."""

from __future__ import annotations

from typing import LiteralString

from claude_nb.ask.context.choosing import Context, Seen
from claude_nb.characters import plain
from claude_nb.notebook.answer.amounts import count
from claude_nb.notebook.answer.blocks import SOFT
from claude_nb.notebook.text.safe_html import SafeHtml, join, markup, visible_html

__all__ = ["line", "whole"]

_MOST = 100  # cells that are listed below an answer
_FOLDED: LiteralString = (
    f'<details class="claude-nb-seen"><summary style="{SOFT}"><small>{{}}</small></summary>'
    "<ul>{}</ul></details>"
)
_WHOLE: LiteralString = (
    f'<details class="claude-nb-code"><summary style="{SOFT}">{{}}</summary>{{}}</details>'
)
_ITEM: LiteralString = "<li><small>{}</small></li>"
_TEXT: LiteralString = "<pre>{}</pre>"


def line(context: Context) -> tuple[SafeHtml, str]:
    """Return one folded line that tells which cells were seen, as HTML and as plain text."""
    listed = [_told(each) for each in context.seen[:_MOST]]
    rest = len(context.seen) - _MOST
    listed += [f"and {rest:,} more"] * (rest > 0) + list(context.notes)
    items = join(markup(_ITEM, visible_html(each)) for each in listed)
    return markup(_FOLDED, visible_html(context.line), items), plain(
        " · ".join([context.line, *context.notes])
    )


def whole(context: Context) -> tuple[SafeHtml, str]:
    """Return all that is sent of the notebook, cell by cell, as HTML and as plain text."""
    about = markup(_TEXT, visible_html(context.about))
    notes = markup(_TEXT, visible_html("\n".join(context.notes)))
    cells = [markup(_WHOLE, visible_html(_told(each)), _sent(each)) for each in context.seen]
    html = markup(
        _WHOLE, visible_html(f"the question {context.line}"), join([about, *cells, notes])
    )
    texts = [f"The question {context.line}:", context.about]
    texts += [each.text for each in context.seen] + list(context.notes)
    return html, plain("\n\n".join(texts))


def _told(seen: Seen) -> str:
    more = f", {count(len(seen.pictures), 'picture')}" if seen.pictures else ""
    name = " · ".join(filter(None, [seen.name, seen.title]))
    return f"{name} (≈ {seen.tokens:,} tokens{more})"


def _sent(seen: Seen) -> SafeHtml:
    return markup(_TEXT, visible_html(seen.text))
