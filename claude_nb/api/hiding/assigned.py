"""What is given to a name that says it is a secret: in code, settings, headers, addresses.

Goes through the names of a text once. What follows a name is looked at with expressions that are
bounded, so that all of it takes time in proportion to the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from claude_nb.api.hiding.bare import Place, bare, holds_settings
from claude_nb.api.hiding.literals import Literal, literal, literals
from claude_nb.api.hiding.names import MAYBE, NOT, SURE, is_password, parts_of, strength
from claude_nb.api.hiding.values import is_opaque, is_ordinary, is_sentence, is_word, stands_for_one

__all__ = ["assigned"]

Span = tuple[int, int]

_WORD = re.compile(r"[^\W\d][\w-]*")
_HINT = re.compile(
    r"(?i)key|token|secret|pass|pw|cred|auth|cookie|session|pat$"
    r"|contrase|kennwort|senha|wachtwoord|парол|密|パスワード|비밀번호"
)
_CLOSE = r"(?P<quoted>\\{0,7}[\"'`])?\]{0,2}"
_SEPARATOR = re.compile(
    rf"{_CLOSE}[ \t]{{0,80}}(?P<sign>=>|:=|<-|==|!=|\+=|=|:|,|\()(?P<gap>\s{{0,80}})"
)
_ANNOTATED = re.compile(
    rf"{_CLOSE}[ \t]{{0,8}}:[ \t]{{0,8}}[\"']?[A-Za-z_][\w.]{{0,60}}(?:\[[^\]\n]{{0,80}}\]{{1,3}})?"
    r"(?:[ \t]{0,4}\|[ \t]{0,4}[\w.\[\]]{1,40}){0,4}[\"']?[ \t]{0,8}"
    r"(?P<sign>=)(?!=)(?P<gap>\s{0,80})"
)
_BLANK_QUOTE = re.compile(r"[ \t]{1,8}(?=\\{0,7}[\"'])")
_VALUE = re.compile(
    r"[^\w\n]{0,16}(?:\n|n)?[ \t]{0,40}\\{0,7}[\"']?\bvalue\\{0,7}[\"']?\s{0,8}[:=]\s{0,8}"
)
_ELSE = re.compile(
    r"[^\n]{0,200}?[)\]\w][ \t]{1,8}(?:or|else|\|\||\?\?)[ \t]{1,8}(?=[bfr]?\\{0,7}[\"'])"
)
_GOT = re.compile(  # ``environ.get("TOKEN") or "…"``
    rf"{_CLOSE}\)[ \t]{{1,8}}(?:or|else|\|\||\?\?)[ \t]{{1,8}}(?=[bfr]?\\{{0,7}}[\"'])"
)
_DEFAULT = re.compile(r"(?:default|value|fallback)\s{0,8}=\s{0,8}")
_CALLER = re.compile(r"(\w{1,40})\(\s{0,40}[bBrRuU]{0,2}\\{0,7}[\"']$")
_SETTERS = frozenset(
    {
        *("setdefault", "setenv", "putenv", "set", "setattr", "set_header", "add_header"),
        *("putheader", "header", "setitem", "setex", "put", "append", "register", "add", "define"),
        *("set_env", "set_secret", "create_secret", "field", "param", "option", "environ"),
    }
)
_GETTERS = frozenset({"get", "getenv", "pop", "getattr", "config", "env"})
_LEFTOVER = re.compile(r"\s*(?:[,)\]}+%;]|\.format|\.join|$)")
_PAIR = re.compile(r"\(\s{0,40}(?:[\w.]{1,60}\s{0,8},\s{0,40})?")
_ITEM, _LIST = re.compile(r"[\"'\]}]"), 4_000  # characters of a list
_COMMA = re.compile(r"\s{0,40},\s{0,40}")


def assigned(text: str) -> Iterator[Span]:
    """Yield where the values of secrets stand."""
    done, settings, listed = 0, holds_settings(text), [0]
    for found in _WORD.finditer(text):
        word = found[0].rstrip("-")
        if found.start() < done or not _HINT.search(word, max(0, len(word) - 80)):
            continue
        sure = strength(word)
        if sure == NOT:
            continue
        name = Place(text, found.start(), found.start() + len(word), word, sure, settings, listed)
        for span in _values(name):
            yield span
            done = max(done, span[1])


def _values(name: Place) -> Iterator[Span]:
    text = name.text
    found = _ANNOTATED.match(text, name.end) or _SEPARATOR.match(text, name.end)
    if named := _VALUE.match(text, name.end):
        yield from _quoted(name, named.end(), "=")
        yield from bare(replace(name, start=named.end()), named.end(), "=")
    elif found is None:
        gap = _BLANK_QUOTE.match(text, name.end)
        if gap is not None:
            yield from _quoted(name, gap.end(), " ")
        elif other := _GOT.match(text, name.end):
            yield from _quoted(name, other.end(), ",")
    elif found["sign"] == ":" and "\n" in found["gap"] and not found["quoted"]:
        return  # a block begins: ``def login(password):``
    elif found["sign"] in {",", "("}:
        yield from _in_call(name, found)
    else:
        yield from _given(name, found)


def _given(name: Place, found: re.Match[str]) -> Iterator[Span]:
    """Yield the value behind a sign that assigns or compares."""
    text, at, sign = name.text, found.end(), found["sign"]
    yield from _pair(name, at)
    spans = list(_quoted(name, at, sign)) or list(_listed(name, at))
    if not spans and literal(text, at) is None:
        if other := _ELSE.match(text, at):
            called = "(" in other[0]
            spans = list(_quoted(name, other.end(), "," if called else sign))
        spans = spans or list(bare(name, at, sign))
    yield from spans


def _in_call(name: Place, found: re.Match[str]) -> Iterator[Span]:
    """Yield the value behind a comma (``setdefault("KEY", "…")``) or in a call of that name."""
    text, at = name.text, found.end()
    if found["sign"] == "(":
        yield from _pair(name, found.start("sign"))
        yield from _quoted(name, at, "(" if not _sets(name) else "=")
    elif found["quoted"]:
        caller = _CALLER.search(text[max(0, name.start - 90) : name.start])
        said = caller[1] if caller else ""
        given = _DEFAULT.match(text, at)
        at = given.end() if given else at
        sign = "=" if said in _SETTERS else "get" if said in _GETTERS else ","
        yield from _quoted(name, at, sign)


def _sets(name: Place) -> bool:
    parts = parts_of(name.name)
    return parts[0] in {"set", "with", "use"} or name.name in {"SecretStr", "SecretBytes"}


def _quoted(name: Place, at: int, sign: str) -> Iterator[Span]:
    """Yield the literals at this place that are secrets."""
    for found in literals(name.text, at):
        if _LEFTOVER.match(name.text, found.start, found.end):
            return  # what follows a closing quote: the name stands in a text itself
        if _is_secret(name, found, sign):
            yield found.start, found.end


def _is_secret(name: Place, found: Literal, sign: str) -> bool:
    body = name.text[found.start : found.end]
    if stands_for_one(body, name.name):
        return False
    if name.strength == MAYBE or found.called or sign in {",", "("}:
        return is_opaque(_bared(body))
    if name.name.lower() == "token" and is_word(body):
        return False
    if sign == "get":
        return not is_ordinary(body)
    if sign in {"==", "!=", " "}:
        return is_password(name.name) or is_opaque(body)
    return True


def _bared(body: str) -> str:
    """Return a value without the word that says what kind it is: ``Bearer``."""
    first, _, rest = body.strip().partition(" ")
    return rest if first.lower() in {"bearer", "basic", "token", "apikey"} else body


def _pair(name: Place, at: int) -> Iterator[Span]:
    """Yield the password of ``auth=("me", "…")``."""
    if not {"auth", "cred", "creds", "credentials", "login"} & set(parts_of(name.name)):
        return
    text, opened = name.text, _PAIR.match(name.text, at)
    if opened is None:
        return
    first = literal(text, opened.end())
    comma = _COMMA.match(text, first.after) if first else None
    second = literal(text, comma.end()) if comma else None
    last = second or (first if "," in opened[0] else None)
    if last is not None and not stands_for_one(text[last.start : last.end]):
        yield last.start, last.end


def _listed(name: Place, at: int) -> Iterator[Span]:
    """Yield the secrets of a list, set or dict of them."""
    text = name.text
    if text[at : at + 1] not in {"[", "{"} or at < name.listed[0]:
        return
    mark, bound = _ITEM.search(text, at + 1, at + _LIST), at + _LIST
    while mark is not None and mark[0] in "\"'":
        found = literal(text, mark.start())
        if found is None:
            return
        if _is_listed(name, text[found.start : found.end], text[found.after : found.after + 1]):
            yield found.start, found.end
        mark = _ITEM.search(text, found.after, bound)
        name.listed[0] = found.after


def _is_listed(name: Place, body: str, behind: str) -> bool:
    if behind == ":" or stands_for_one(body, name.name) or is_sentence(body):
        return False
    sure = name.strength == SURE and parts_of(name.name)[-1].endswith("s")
    is_short = any(map(str.isdigit, body)) and not (is_word(body) or body.isspace())
    return is_opaque(body) or (sure and (is_short or not is_ordinary(body)))
