"""Lists, sets, tuples and dicts of passwords and secrets: each text in them is one, however short.

What a function is handed is none (``[getpass("Password: ")]``), nor is the key of a dict, nor the
name in an index, nor a sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from claude_nb.api.hiding.literals import Literal, literal
from claude_nb.api.hiding.names import is_password, parts_of, surely
from claude_nb.api.hiding.values import is_sentence, stands_for_one

__all__ = ["in_collections"]

Span = tuple[int, int]

_WORD = re.compile(r"[^\W\d][\w-]*")
_HINT = re.compile(r"(?i)pass|pw|secret|contrase|kennw|senha|wachtw|парол|密|パスワード|비밀번호")
_GROUP = re.compile(r"(?i)(?<=\w)[_-]?(?:dict|list|map|set)$")
_CALLS = r"(?:[\w.]{1,60}\(\s{0,8}){0,3}"
_TEXT = r"[bBfFrRuU]{0,2}\\{0,7}[\"']"
_HEAD = re.compile(
    r"\\{0,7}[\"'`]?\]{0,2}"
    r"(?:[ \t]{0,8}:[ \t]{0,8}[A-Za-z][\w.]{0,40}(?:\[[^=\n]{0,80}\])?[ \t]{0,8}(?==))?"
    rf"(?:[ \t]{{0,8}}(?:=>|:=|==|!=|\+=|\|=|=|:)\s{{0,8}}{_CALLS}"
    rf"|[ \t]{{1,8}}(?:not[ \t]{{1,8}})?in[ \t]{{1,8}}{_CALLS}"
    r"|\.(?:add|append|appendleft|extend|insert|push|update)(?=\())"
    rf"(?P<open>[\[{{]|\((?=\s{{0,8}}(?:{_TEXT}|[\[{{(]|\d{{1,9}},))|(?<=dict\())"
)
_INDEXED = re.compile(  # ``passwords["ann"] = "…"``
    rf"\[[^\[\]\n]{{1,80}}\][ \t]{{0,8}}=(?!=)[ \t]{{0,8}}(?={_TEXT})"
)
_MARK = re.compile(r"\\{0,7}[\"'`]|[\[\](){}]")
_CALLED = re.compile(r"([\w.]{1,60})$|[)\]]$")
_BLOCK = re.compile(  # a list of YAML
    r"\\{0,7}[\"']?:[ \t]{0,8}\r?\n(?=[ \t]{0,40}-[ \t])"
)
_LINE = re.compile(r"[ \t]{0,40}-[ \t]{1,8}(?P<item>[^\n:#]{1,400})(?:#[^\n]*)?(?:\n|$)")
_FLOW = re.compile(
    r"\\{0,7}[\"']?:[ \t]{0,8}\[(?=[^\[\]{}()\"'\n]{1,4000}\][ \t]{0,8}(?:[\n\"'\\]|$))"
)
_BETWEEN = re.compile(r"[ \t]{0,8}(?P<item>[^,\]\n]{1,400}?)[ \t]{0,8}[,\]]")
_MAKES = frozenset(
    {
        *("Secret", "SecretBytes", "SecretStr", "Series", "array", "bytes", "deque", "dict"),
        *("encode", "frozenset", "iter", "list", "set", "sorted", "str", "tuple"),
    }
)
_MOST = 20_000  # characters of a collection


def in_collections(text: str) -> Iterator[Span]:
    """Yield where the items of such collections stand."""
    done = 0
    for found in _WORD.finditer(text):
        word = found[0].rstrip("-")
        if found.start() < done or not _HINT.search(word, max(0, len(word) - 80)):
            continue
        if _gathers(word):
            is_one = word == _GROUP.sub("", word) and not word.lower().endswith("s")
            spans, done = _items(text, found.start() + len(word), is_one=is_one)
            yield from spans


def _gathers(word: str) -> bool:
    """Return whether this is the name of passwords or secrets, or of one of them."""
    name = _GROUP.sub("", word[-80:])
    return surely(name) and (
        is_password(name.rstrip("sS")) or "secret" in parts_of(name.rstrip("sS"))
    )


def _items(text: str, at: int, *, is_one: bool) -> tuple[list[Span], int]:
    """Return where the items behind a name stand, and how far that was looked at."""
    if one := _INDEXED.match(text, at):
        found = literal(text, one.end())
        return ([(found.start, found.end)], found.after) if found else ([], at)
    if block := _BLOCK.match(text, at):
        return _each(_LINE, text, block.end())
    if flow := _FLOW.match(text, at):
        return _each(_BETWEEN, text, flow.end())
    head = _HEAD.match(text, at)
    if (
        head and is_one and head["open"] == "{" and " in " not in head[0]
    ):  # ``"password": {"type": "string"}``
        return [], at
    return _inside(text, head.start("open")) if head else ([], at)


def _each(form: re.Pattern[str], text: str, at: int) -> tuple[list[Span], int]:
    spans = list[Span]()
    while at < len(text) and (found := form.match(text, at)):
        at = found.end()
        item = found["item"].strip().strip("\"'")
        if item and not stands_for_one(item):
            start = text.index(item, found.start("item"))
            spans.append((start, start + len(item)))
    return spans, at


def _inside(text: str, start: int) -> tuple[list[Span], int]:
    """Return where the texts between brackets stand, and where those end."""
    at, bound, spans = start, min(len(text), start + _MOST), list[Span]()
    opened = [""] if text[start - 1 : start] == "(" and text[start] not in "[{(" else list[str]()
    while mark := _MARK.search(text, at, bound):
        at = mark.end()
        if mark[0] in "[({":
            opened.append(_opener(text, mark.start(), is_first=mark.start() == start))
        elif mark[0] in "])}":
            opened.pop()
            if not opened:
                return spans, at
        elif (found := literal(text, mark.start())) is not None:
            at = max(at, found.after)
            if "call" not in opened and _is_one(text, found, in_dict=opened[-1] == "{"):
                spans.append((found.start, found.end))
    return spans, at


def _opener(text: str, at: int, *, is_first: bool) -> str:
    """Return a bracket, or ``"call"`` if what stands in it is handed over, or an index."""
    before = None if is_first else _CALLED.search(text, max(0, at - 64), at)
    if before is None or text[at] == "{":
        return text[at]
    return (
        text[at] if (before[1] or "").rpartition(".")[2] in _MAKES and text[at] == "(" else "call"
    )


def _is_one(text: str, found: Literal, *, in_dict: bool) -> bool:
    body = text[found.start : found.end]
    is_key = in_dict and text[found.after : found.after + 8].lstrip().startswith(":")
    return not (is_key or stands_for_one(body) or is_sentence(body))
