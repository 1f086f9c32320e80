"""Find string literals in text that may be code of any language, cut off or broken; pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

__all__ = ["Literal", "arguments", "literal", "literals"]

_LONGEST = 20_000  # characters of one literal
_MOST = 40  # literals of one value
_OPEN = re.compile(
    r"(?:[bBfFrRuU]{1,2}|[$@]{1,2})?(?P<quote>\\{0,7}(?:\"{3}|'{3}|[\"'`])|[\u201c\u2018\u201e]|\\{1,7}u201[c8e])"
)
_CLOSING = {"\u201c": "\u201d", "\u2018": "\u2019", "\u201e": "\u201c"}
_BODIES = {  # up to the closing quote or the end of the line
    quote: re.compile(rf"(?:[^{quote}\\\n]|\\[\s\S])*+") for quote in ("'", '"', "`")
}
_CALL = re.compile(r"(?P<name>[\w.]{0,40})\(\s{0,80}")
_PLAIN = frozenset(
    {"", "str", "bytes", "SecretStr", "SecretBytes", "Secret", "quote", "quote_plus", "bytearray"}
)
_ARGUMENT = re.compile(r"(?:[\w.]{1,60}\s{0,8}=\s{0,8})?(?=[bfr]?\\{0,7}[\"'])|[\w.]{1,60}")
_COMMA = re.compile(r"\s{0,40},\s{0,40}")
_JOINED = re.compile(r"[ \t]{0,40}\+?(?:\\\n)?[ \t]{0,40}")
_JOINED_INSIDE = re.compile(r"\s{0,80}\+?\s{0,80}")


@dataclass(frozen=True, slots=True)
class Literal:
    """Where the text of a literal is, and whether a function other than a plain one gets it."""

    start: int
    end: int
    after: int
    called: bool = False


def literal(text: str, at: int, *, called: bool = False) -> Literal | None:
    """Return the literal that begins at this place, or None; one without an end goes on to it."""
    opened = _OPEN.match(text, at)
    if opened is None:
        return None
    quote, start = opened["quote"], opened.end()
    if len(quote) == 1 and quote in _BODIES:
        body = _BODIES[quote].match(text, start, start + _LONGEST)
        end = body.end() if body else start
        return Literal(start, end, end + text.startswith(quote, end), called)
    closing = _CLOSING.get(quote, quote)
    if "u201" in quote:
        closing = quote[:-1] + {"c": "d", "8": "9", "e": "c"}[quote[-1]]
    return _closed(text, start, closing, called=called)


def _closed(text: str, start: int, quote: str, *, called: bool) -> Literal:
    """Return the literal up to this closing quote; a single one does not reach the next line."""
    bound = min(len(text), start + _LONGEST)
    if len(quote.lstrip("\\")) != len('"""'):
        line = text.find("\n", start, bound)
        bound = bound if line < 0 else line
    end = text.find(quote, start, bound)
    found = (end, end + len(quote)) if end >= 0 else (bound, bound)
    return Literal(start, *found, called)


def literals(text: str, at: int) -> Iterator[Literal]:
    """Yield the literals that make up one value: in parentheses, joined, handed to a function."""
    inside = called = False
    for _ in range(3):
        call = _CALL.match(text, at)
        if call is None:
            break
        inside, at = True, call.end()
        called |= call["name"].rpartition(".")[2] not in _PLAIN
    for _ in range(_MOST):
        found = literal(text, at, called=called)
        if found is None:
            return
        yield found
        if found.after == found.end:
            return  # cut off
        gap = (_JOINED_INSIDE if inside else _JOINED).match(text, found.after)
        at = gap.end() if gap else found.after


def arguments(text: str, at: int) -> Iterator[Literal | None]:
    """Yield what is between commas: literals, and None for all else that is short."""
    for _ in range(8):
        argument = _ARGUMENT.match(text, at)
        value = literal(text, argument.end()) if argument else None
        yield value
        after = value.after if value else argument.end() if argument else at
        comma = _COMMA.match(text, after)
        if comma is None:
            return
        at = comma.end()
