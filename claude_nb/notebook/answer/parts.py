"""A long answer in parts: what is out of sight costs the page no layout.

The live view makes the same parts (static/live.js), and leaves their heights with the output, so
that nothing moves when the saved answer takes its place. Short answers have none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter
from typing import LiteralString

from claude_nb.notebook.answer.folding import FOLDED
from claude_nb.notebook.page.constants import PART
from claude_nb.notebook.text.safe_html import (
    SafeHtml,
    elements,
    join,
    markup,
    substituted,
    visible_html,
)

__all__ = ["in_parts", "unlisted"]

_PLACE: LiteralString = (
    '<div style="content-visibility:auto;overflow-x:auto;'
    'contain-intrinsic-block-size:auto var(--claude-nb-part-{},60em)">{}</div>'
)
_HEADING = re.compile(r"<(h[1-6])>")
_LISTED = 50  # headings that an answer may add to the table of contents


def in_parts(sections: Iterable[SafeHtml]) -> SafeHtml:
    """Join the HTML of an answer's content blocks, texts and disclosures."""
    joined: list[SafeHtml] = []
    parts = 0
    for (_, number), group in groupby(_numbered(sections), key=itemgetter(0)):
        html = join(block for _, block in group)
        joined.append(markup(_PLACE, visible_html(str(parts)), html) if number else html)
        parts += bool(number)
    return join(joined)


def _numbered(sections: Iterable[SafeHtml]) -> Iterator[tuple[tuple[int, int], SafeHtml]]:
    """Yield (which run of texts, which part of it or 0) and HTML of each block, in order."""
    blocks = 0
    for run, (disclosed, group) in enumerate(groupby(sections, key=_disclosed)):
        for html in group:
            for block in [html] if disclosed else elements(html):
                yield (run, 0 if disclosed else blocks // PART), block
                blocks += not disclosed


def _disclosed(html: SafeHtml) -> bool:
    return html.startswith("<details") and not html.startswith(FOLDED)


def unlisted(html: SafeHtml) -> SafeHtml:
    """Return `html` with its headings left out of the notebook's table of contents, if too many.

    JupyterLab lists the headings of outputs; for hundreds the page stands still for half a second,
    and nobody reads them. Without quotes this cannot end an attribute that it is in.
    """
    if len(_HEADING.findall(html)) <= _LISTED:
        return html
    return substituted(_HEADING, r"<\1 class=jp-toc-ignore>", html)
