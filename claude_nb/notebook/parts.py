"""A long answer in parts: what is out of sight costs the page no layout.

The live view makes the same parts (static/live.js), and leaves their heights with the output, so
that nothing moves when the saved answer takes its place. Short answers have none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter

__all__ = ["in_parts", "unlisted"]

_PART = 64  # blocks of text in a part, and before the first one
_TAG = re.compile(r'<(/?)([a-z][a-z0-9]*)(?:[^>"]|"[^"]*")*>')
_VOID = {"br", "hr", "img", "input"}
_STYLE = (
    "content-visibility:auto;overflow-x:auto;"
    "contain-intrinsic-block-size:auto var(--claude-nb-part-{},60em)"
)
_HEADING = re.compile(r"<(h[1-6])>")
_LISTED = 50  # headings that an answer may add to the table of contents


def in_parts(sections: Iterable[str]) -> str:
    """Join the sanitised HTML of an answer's content blocks, texts and disclosures."""
    joined: list[str] = []
    parts = 0
    for (_, number), group in groupby(_numbered(sections), key=itemgetter(0)):
        html = "".join(block for _, block in group)
        joined.append(f'<div style="{_STYLE.format(parts)}">{html}</div>' if number else html)
        parts += bool(number)
    return "".join(joined)


def _numbered(sections: Iterable[str]) -> Iterator[tuple[tuple[int, int], str]]:
    """Yield (which run of texts, which part of it or 0) and HTML of each block, in order."""
    blocks = 0
    for run, (disclosed, group) in enumerate(groupby(sections, key=_disclosed)):
        for html in group:
            for block in [html] if disclosed else _blocks(html):
                yield (run, 0 if disclosed else blocks // _PART), block
                blocks += not disclosed


def _disclosed(html: str) -> bool:
    return html.startswith("<details")


def _blocks(html: str) -> Iterator[str]:
    """Split sanitised, so well-formed, HTML into its outermost elements."""
    start = depth = 0
    for tag in _TAG.finditer(html):
        if tag[2] not in _VOID:
            depth += -1 if tag[1] else 1
        if not depth:
            yield html[start : tag.end()]
            start = tag.end()
    if start < len(html):
        yield html[start:]


def unlisted(html: str) -> str:
    """Return `html` with its headings left out of the notebook's table of contents, if too many.

    JupyterLab lists the headings of outputs; for hundreds the page stands still for half a second,
    and nobody reads them. Without quotes this cannot end an attribute that it is in.
    """
    if len(_HEADING.findall(html)) <= _LISTED:
        return html
    return _HEADING.sub(r"<\1 class=jp-toc-ignore>", html)
