"""Code to HTML with few tags: five kinds of token, each a short semantic element.

Keywords are ``<b>``, comments ``<i>``, strings ``<span>``, numbers ``<samp>``, defined names
``<dfn>``: a tenth of the bytes of a class for each token, still telling where no style sheet is
loaded. Colours come from the style sheet, hence from the reader's theme.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING, Any

from claude_nb.notebook.sanitise import escape, visible

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["LIMIT", "highlighted"]

LIMIT = 20_000
"""Characters of one code block beyond which colour is not worth its time and bytes."""

_GROWTH = 2.0  # HTML over text, above which a block (a matrix, say) is left without colour


@lru_cache(maxsize=64)
def _lexer(language: str) -> Any:
    """Return the Pygments lexer for a fence's `language`, or None."""
    from pygments.lexers import get_lexer_by_name  # noqa: PLC0415  (30 ms, only when there is code)
    from pygments.util import ClassNotFound  # noqa: PLC0415

    try:
        return get_lexer_by_name(language, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return None


def _element(token: Any) -> str:
    """Return the element for a Pygments token type, or ``""`` for ordinary text."""
    from pygments.token import Token  # noqa: PLC0415

    kinds = (
        (Token.Comment, "i"),
        (Token.Generic.Deleted, "i"),
        (Token.Generic.Inserted, "span"),
        (Token.Literal.String, "span"),
        (Token.Literal.Number, "samp"),
        (Token.Keyword, "b"),
        (Token.Operator.Word, "b"),
        (Token.Name.Tag, "b"),
        (Token.Name.Function, "dfn"),
        (Token.Name.Class, "dfn"),
        (Token.Name.Decorator, "dfn"),
        (Token.Name.Attribute, "dfn"),
    )
    return next((element for kind, element in kinds if token in kind), "")


_element = lru_cache(maxsize=512)(_element)


def _html(tokens: Iterable[tuple[Any, str]]) -> str:
    parts: list[str] = []
    for element, group in groupby(tokens, key=lambda token: _element(token[0])):
        text = visible("".join(value for _, value in group), code=True)
        parts.append(f"<{element}>{text}</{element}>" if element else text)
    return "".join(parts)


def highlighted(code: str, language: str) -> str:
    """Return `code` as safe HTML text, coloured when that is possible and cheap.

    Parameters
    ----------
    code : str
        The source text.
    language : str
        The first word of the fence's info string; unknown or empty means no colour.
    """
    text = visible(code, code=True)
    if not language or len(code) > LIMIT or len(language) > 40:  # noqa: PLR2004
        return text
    lexer = _lexer(language.lower())
    if lexer is None:
        return text
    html = _html(lexer.get_tokens(code))
    return html if len(html) <= _GROWTH * len(escape(code)) + 200 else text
