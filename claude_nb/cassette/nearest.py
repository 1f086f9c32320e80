"""Why nothing that is recorded answers a request: the nearest recording, and what differs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import Any, cast

from claude_nb.api.hiding.hidden import hidden
from claude_nb.api.platforms.canonical import canonical
from claude_nb.cassette.taped import Taped
from claude_nb.characters import plain

__all__ = ["changes", "nearest", "question", "shown"]

Json = dict[str, Any]

_SHOWN = 60  # characters of a text
_BEFORE = 20  # of them, before the first difference
_LOOKED_AT = 2_000  # a key that the cut parts is hidden first
_COMPARED = 500  # characters of two questions
_MOST_LOOKED_AT = 2_000  # of many recordings, those that were made last
_MOST_COMPARED = 20  # of those, whose questions are compared letter by letter
_MOST_SAID = 6
_MISSING = object()
_CONTENT = ("messages", "system", "tools")  # what is compared part by part


def nearest(asked: Json, recorded: Sequence[Taped]) -> Taped | None:
    """Return the recording whose request is most like this one; None if none is of this kind."""
    sought = _parts(asked)
    alike = [taped for taped in recorded if taped.request.get("path") == asked.get("path")]
    counted = [
        (_distance(sought, _parts(taped.request)), taped) for taped in alike[-_MOST_LOOKED_AT:]
    ]
    counted.sort(key=lambda each: (each[0], -each[1].line))
    first = question(asked)
    best = [taped for far, taped in counted[:_MOST_COMPARED] if far <= counted[0][0] + 1]
    return max(best, key=lambda taped: _likeness(first, question(taped.request)), default=None)


def changes(asked: Json, taped: Taped) -> str:
    """Say what differs between a recorded request and this one, texts cut to where they do."""
    said = list(_differences(_canonical(taped.request), _canonical(asked)))
    more = [f"and {len(said) - _MOST_SAID} more"] * (len(said) > _MOST_SAID)
    return "; ".join([*said[:_MOST_SAID], *more])


def question(request: Json) -> str:
    """Return the text of the last message of a request, or what else it is about."""
    body = _body(request)
    if isinstance(body.get("requests"), list):
        return f"a batch of {len(cast('list[Any]', body['requests'])):,}"
    if "messages" not in body:
        return str(request.get("path"))
    messages = body.get("messages")
    last = cast("list[Any]", messages)[-1] if messages and isinstance(messages, list) else None
    return _text(cast("Json", last).get("content") if isinstance(last, dict) else last)


def _body(request: Json) -> Json:
    body = request.get("body")
    return cast("Json", body) if isinstance(body, dict) else {}


def _text(content: Any) -> str:
    if isinstance(content, str):
        return content
    blocks = cast("list[Any]", content) if isinstance(content, list) else []
    texts = [cast("Json", b).get("text") for b in blocks if isinstance(b, dict)]
    told = "\n".join(text for text in texts if isinstance(text, str))
    return told or _json(content)


def _canonical(request: Json) -> Json:
    try:
        return canonical(request)
    except (KeyError, TypeError, AttributeError):
        return request


def _parts(request: Json) -> dict[str, str]:
    """Return what can differ, by its name."""
    known = _canonical(request)
    found = {name: _json(value) for name, value in known.items() if name != "body"}
    for name, value in _body(known).items():
        items = (
            cast("list[Any]", value) if name in _CONTENT and isinstance(value, list) else [value]
        )
        found.update({f"{name}/{number}": _json(item) for number, item in enumerate(items)})
    return found


def _distance(one: dict[str, str], other: dict[str, str]) -> int:
    return sum(one.get(name) != other.get(name) for name in one.keys() | other.keys())


def _likeness(one: str, other: str) -> float:
    return SequenceMatcher(None, one[:_COMPARED], other[:_COMPARED], autojunk=False).ratio()


def _differences(old: Json, new: Json) -> Iterator[str]:
    for name in ("anthropic-version", "anthropic-beta"):
        if old.get(name) != new.get(name):
            yield f"{name} {_pair(old.get(name), new.get(name))}"
    before, after = _body(old), _body(new)
    for name in _names(before, after):
        one, other = before.get(name, _MISSING), after.get(name, _MISSING)
        if one != other:
            yield from _changed(name, one, other)


def _names(before: Json, after: Json) -> Iterable[str]:
    """Return the names of settings, then those of what was said, which take more words."""
    names = dict.fromkeys([*after, *before])
    return [*(n for n in names if n not in _CONTENT), *(n for n in names if n in _CONTENT)]


def _changed(name: str, old: Any, new: Any) -> Iterator[str]:
    if old is _MISSING or new is _MISSING:
        value = shown(new if old is _MISSING else old)
        yield f"{name} {'is new' if old is _MISSING else 'is gone'}: {value}"
    elif name == "messages" and isinstance(old, list) and isinstance(new, list):
        yield from _turns(cast("list[Any]", old), cast("list[Any]", new))
    elif name == "tools" and isinstance(old, list) and isinstance(new, list):
        yield f"tools changed: {_tools(cast('list[Any]', old), cast('list[Any]', new))}"
    elif name == "system":
        yield f"system changed: {_pair(_text(old), _text(new))}"
    else:
        yield f"{name} {_pair(old, new)}"


def _turns(old: list[Any], new: list[Any]) -> Iterator[str]:
    if len(old) != len(new):
        yield f"{len(old)} messages → {len(new)}"
    for number, (one, other) in enumerate(zip_longest(old, new, fillvalue=_MISSING), 1):
        if one is _MISSING or other is _MISSING:
            return
        if one != other:
            yield f"turn {number} changed: {_pair(_said(one), _said(other))}"


def _said(message: Any) -> str:
    if not isinstance(message, dict):
        return _json(message)
    return _text(cast("Json", message).get("content"))


def _tools(old: list[Any], new: list[Any]) -> str:
    names = [[_named(tool) for tool in side] for side in (old, new)]
    if names[0] != names[1]:
        return _pair(", ".join(names[0]), ", ".join(names[1]))
    return ", ".join(n for n, a, b in zip(names[0], old, new, strict=True) if a != b)


def _named(tool: Any) -> str:
    return str(cast("Json", tool).get("name")) if isinstance(tool, dict) else _json(tool)


def _pair(old: Any, new: Any) -> str:
    """Return two values, long texts from where they begin to differ."""
    one, other = _plain(old), _plain(new)
    around = max(0, _first_difference(one, other) - _LOOKED_AT)
    one, other = (_hidden(text[around : around + 2 * _LOOKED_AT]) for text in (one, other))
    if one == other:
        return f"{_cut(one, 0, old)} (in what does not show)"
    long = max(len(one), len(other)) > _SHOWN
    start = max(0, _first_difference(one, other) - _BEFORE) if long or around else 0
    return f"{_cut(one, start, old)} → {_cut(other, start, new)}"


def _first_difference(one: str, other: str) -> int:
    both = enumerate(zip(one, other, strict=False))
    return next((i for i, (a, b) in both if a != b), min(len(one), len(other)))


def shown(value: Any) -> str:
    """Return the beginning of a value, without keys."""
    return _cut(_hidden(_plain(value)[:_LOOKED_AT]), 0, value)


def _hidden(text: str) -> str:
    return plain(" ".join(hidden(text).split()))


def _plain(value: Any) -> str:
    if value is None or value is _MISSING:
        return "nothing"
    return value if isinstance(value, str) else _json(value)


def _cut(text: str, start: int, value: Any) -> str:
    shown = text[start : start + _SHOWN]
    cut = f"{'…' * (start > 0)}{shown}{'…' * (len(text) > start + _SHOWN)}"
    return f"“{cut}”" if isinstance(value, str) else cut


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)
