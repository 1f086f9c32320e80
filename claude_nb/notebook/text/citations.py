"""Numbers of citations in Markdown: a mark in the text becomes ``[1]``, raised, with the quotation.

A mark is made here alone: its characters are none that text may be made of, and are taken out of
what a model wrote.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from claude_nb.notebook.text.safe_html import attribute, visible_html

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_inline import StateInline
    from markdown_it.token import Token

__all__ = ["in_words", "install", "marked", "unmarked", "without_marks"]

_OPEN, _CLOSE = "\ufdd0", "\ufdd1"  # noncharacters: no text is made of them
_MARK = re.compile(rf"\[{_OPEN}(\d{{1,4}}){_CLOSE}\]")
_SIGNS = re.compile(f"[{_OPEN}{_CLOSE}]")
_ALONE = re.compile(r"\s*(?:`{3,}|~{3,}|\$\$|\\\]|-{3,}|\*{3,}|_{3,}|={2,})\s*")  # lines


def without_marks(text: str) -> str:
    """Return a model's text without the characters that make a mark."""
    return _SIGNS.sub("\ufffd", text) if _OPEN in text or _CLOSE in text else text


def marked(line: str, numbers: Sequence[int]) -> str:
    """Return the marks of these citations, to stand behind a text.

    Parameters
    ----------
    line : str
        The last line of the text. Where it means something only as it is, such as the fence that
        ends code, the marks begin another one.
    numbers : sequence of int
        Of the citations.
    """
    marks = "".join(f"[{_OPEN}{number}{_CLOSE}]" for number in dict.fromkeys(numbers))
    return f"\n{marks}" if marks and _ALONE.fullmatch(line) else marks


def in_words(text: str) -> str:
    """Return text with its marks as plain numbers in brackets."""
    return _MARK.sub(r"[\1]", text) if _OPEN in text else text


def unmarked(text: str) -> str:
    """Return code without the marks in it: there they would be taken for a part of it."""
    return _MARK.sub("", text) if _OPEN in text else text


def install(md: MarkdownIt) -> None:
    """Teach `md` the marks; what is quoted is in the environment, by number, as ``quoted``."""
    md.inline.ruler.before("link", "citation", _take)
    md.add_render_rule("citation", _render)


def _take(state: StateInline, silent: bool) -> bool:  # noqa: FBT001  (the parser's signature)
    found = _MARK.match(state.src, state.pos, state.posMax)
    if found is None:
        return False
    if not silent:
        state.push("citation", "sup", 0).meta = {"number": int(found[1])}
    state.pos = found.end()
    return True


def _render(_self: Any, tokens: Sequence[Token], index: int, _options: Any, env: Any) -> str:
    number: int = tokens[index].meta["number"]
    quoted: Mapping[int, str] = env.get("quoted") or {}
    title = f' title="{attribute(quoted[number])}"' if quoted.get(number) else ""
    return f"<sup{title}>[{visible_html(str(number))}]</sup>"
