"""Code to HTML with few tags: five kinds of token, each a short semantic element.

Keywords are ``<b>``, comments ``<i>``, strings ``<span>``, numbers ``<samp>``, defined names
``<dfn>``: a tenth of the bytes of a class for each token, still telling where no style sheet is
loaded. Colours come from the style sheet, hence from the reader's theme.
"""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

from claude_nb.notebook.text.languages import Language, language
from claude_nb.notebook.text.safe_html import SafeHtml, element, join, visible_html

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["LIMIT", "highlighted"]

LIMIT = 20_000
"""Characters of one code block beyond which colour is not worth its time and bytes."""

_GROWTH = 2.0  # HTML over text, above which a block (a matrix, say) is left without colour


def _tokens(code: str, known: Language) -> Iterator[tuple[str, str]]:
    """Yield (element or nothing, text); together the texts are the code."""
    end, defines = 0, False
    for found in known.pattern.finditer(code):
        if found.start() > end:
            yield "", code[end : found.start()]
        end = found.end()
        kind = found.lastgroup or ""
        word = found[0].lower() if known.folds else found[0]
        if kind == "word":
            kind = "b" if word in known.keywords else "dfn" if defines else ""
        defines = word in known.definers
        yield kind, found[0]
    yield "", code[end:]


def _html(tokens: Iterable[tuple[str, str]]) -> SafeHtml:
    parts: list[SafeHtml] = []
    for tag, group in groupby(tokens, key=itemgetter(0)):
        text = visible_html("".join(value for _, value in group), code=True)
        parts.append(element(tag, text) if tag else text)
    return join(parts)


def highlighted(code: str, name: str) -> SafeHtml:
    """Return `code` as safe HTML text, coloured when that is possible and cheap.

    Parameters
    ----------
    code : str
        The source text.
    name : str
        Of its language: the first word of the fence's info string; unknown or empty means no
        colour.
    """
    text = visible_html(code, code=True)
    known = language(name.lower()) if len(code) <= LIMIT else None
    if known is None:
        return text
    html = _html(_tokens(code, known))
    return html if len(html) <= _GROWTH * len(text) + 200 else text
