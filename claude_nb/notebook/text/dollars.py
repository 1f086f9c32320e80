r"""Which dollars in a paragraph hold a formula, and which are money, shells and code.

Models write ``$x^2$`` beside ``$5``, ``US$5``, ``$PATH:$HOME/bin`` and `` `$HOME` ``. A pair is a
formula where its dollars stand as they do around one, and what is between them reads like one.
What is not sure to be a formula stays text: that can still be read, a typeset sentence cannot.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from claude_nb.notebook.text import formulas

if TYPE_CHECKING:
    from markdown_it.rules_inline import StateInline

__all__ = ["inline", "may_open", "reads_like_a_formula"]

_COMMAND = re.compile(r"\\(?:[A-Za-z]+|.)|\{[^{}]*\}", re.DOTALL)
_TEX = re.compile(r"[\\^{}=<>]|\w_\w")  # what prose and money have not
_WORD = r"[^\W\d_]{2,}"
_PROSE = re.compile(  # words in a row; a word of everyday speech; a word between amounts
    rf"{_WORD}[,;.]?\s+{_WORD}"
    r"|(?:^|\s)(?:an|and|as|at|by|for|from|in|is|of|off|on|or|per|than|the|to|with)\s"
    r"|\d\s+[^\W\d_]+\s+[\d$]",
    re.IGNORECASE,
)
_AMOUNT = re.compile(rf"\d[\d.,]*\s?(?:[kmb]|{_WORD}|/{_WORD}).*\d", re.IGNORECASE | re.DOTALL)
_BEFORE_LETTER = re.compile(r"[A-Za-z](?:_\w)?|.*[\\^{].*[\w})|']", re.DOTALL)
_TWINS = "({["  # $(a)$(b), ${A}/${B}: commands and variables of a shell


def inline(state: StateInline, silent: bool) -> bool:  # noqa: FBT001  (the parser's signature)
    """Parse a formula between dollars, one or two on each side."""
    start = state.pos
    if state.src[start] != "$":
        return False
    dollars = "$$" if state.src.startswith("$$", start) else "$"
    begin = start + len(dollars)
    if not may_open(state.src, start, dollars):
        return False
    end = _closing(state.src, begin, dollars, min(state.posMax, begin + formulas.LONGEST))
    content = state.src[begin:end]
    if end < 0 or not _holds(content, dollars, state.src[end + len(dollars) : state.posMax][:1]):
        return False
    if not silent:
        kind = "math_inline" if dollars == "$" else "math_inline_double"
        state.push(kind, "math", 0).content = content
    state.pos = end + len(dollars)
    return True


def may_open(text: str, start: int, dollars: str) -> bool:
    """Tell whether dollars at `start` stand as they do before a formula."""
    before, after = text[start - 1 : start], text[start + len(dollars) :][:1]
    if before == "$" or (before.isascii() and before.isalnum()):
        return False  # US$5, 5$
    return bool(after) and (dollars == "$$" or not (after.isspace() or after in "`$"))


def _closing(text: str, begin: int, dollars: str, limit: int) -> int:
    """Return where the next dollars that are not escaped begin, or -1."""
    at = begin
    while (at := text.find("$", at, limit)) >= 0:
        if _is_escaped(text, at):
            at += 1
        elif text.startswith(dollars, at, limit):
            return at
        else:
            return -1  # one dollar within two
    return -1


def _is_escaped(text: str, at: int) -> bool:
    slashes = 0
    while at and text[at - 1] == "\\":
        slashes, at = slashes + 1, at - 1
    return slashes % 2 == 1


def _holds(content: str, dollars: str, after: str) -> bool:
    """Tell whether what is between dollars is sure to be a formula; `after` follows them."""
    if not content.strip() or not reads_like_a_formula(content):
        return False
    if dollars == "$$":
        return True
    if content[-1].isspace() or after.isdigit():
        return False
    if content[0] in _TWINS and content[0] == after:
        return False
    follows = (after.isascii() and after.isalpha()) or after == "_"
    return not follows or _BEFORE_LETTER.fullmatch(content) is not None


def reads_like_a_formula(content: str) -> bool:
    """Tell whether text that began with a dollar reads like a formula, so far."""
    if "`" in content:  # code has begun
        return False
    bare = _COMMAND.sub(r" \\ ", content)
    if _PROSE.search(bare):
        return False
    return _TEX.search(content) is not None or _AMOUNT.match(bare) is None
