"""A Python value -> bounded text that says what it left out.

What is short is shown as Python shows it. What is long is cut before it is turned into text, so
that a list of ten million numbers costs no more than one of a thousand. Heavy libraries are
recognised, never imported.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any, TypeVar

from claude_nb.api.hiding.hidden import hidden
from claude_nb.ask import objects, tables
from claude_nb.ask.errors import InputError
from claude_nb.characters import code_point, joined_surrogates, lone_surrogate

__all__ = ["LIMIT", "cut", "guarded", "text"]

Shown = TypeVar("Shown")

LIMIT = 4000
_DEEPEST = 40
_WHOLE_ARRAY = 1000  # elements; numpy's own threshold
_BRACKETS: dict[type, tuple[str, str]] = {
    list: ("[", "]"),
    tuple: ("(", ")"),
    dict: ("{", "}"),
    set: ("{", "}"),
    frozenset: ("frozenset({", "})"),
}


def text(value: Any, limit: int = LIMIT) -> str:
    """Return `value` as text for a prompt.

    Parameters
    ----------
    value : object
        A string stays as it is, whatever its length. An answer of ours is its text.
    limit : int
        Characters for everything else; a line says what was left out.

    Raises
    ------
    InputError
        The value cannot be shown, or is the whole environment (which holds keys).
    """
    value = _shown(value)
    if isinstance(value, str):
        return _whole(str(value))
    if value is os.environ:
        raise InputError("This would send your whole environment, keys included: name one entry.")
    if tables.is_table(value):
        return guarded(value, lambda frame: tables.markdown(frame, limit))
    if _is_answer(value):
        return "".join(block.text for block in value.content if block.type == "text")
    if tables.comes_from(value, "numpy") and hasattr(value, "ndim") and value.ndim:
        return guarded(value, lambda array: _array(array, limit))
    if (code := objects.source(value)) is not None:
        return cut(code, max(limit, objects.SOURCE_LIMIT))
    shown = _container(value, limit) if type(value) in _BRACKETS else guarded(value, str)
    objects.refuse_address(value, shown)
    return cut(shown, limit) if type(value) not in _BRACKETS else shown


def _shown(value: Any) -> Any:
    """Return what stands behind what only shows or holds it."""
    if isinstance(value, io.StringIO):
        return value.getvalue()
    if tables.comes_from(value, "IPython") and isinstance(getattr(value, "data", None), str):
        return value.data
    return value.data if type(value).__name__ == "Styler" else value


def _whole(text: str) -> str:
    """Return a text whose surrogates are joined; a half that stays alone cannot be sent."""
    joined = joined_surrogates(text)
    half = lone_surrogate(joined)
    if half is None:
        return joined
    raise InputError(
        f"character {half + 1} is half of a character ({code_point(joined[half])}): the text was "
        "cut or decoded wrongly. To send a mark in its place: text.encode('utf-8', 'replace')"
        ".decode()."
    )


def cut(whole: str, limit: int) -> str:
    """Return the first `limit` characters and a line that counts the missing ones."""
    if len(whole) <= limit:
        return whole
    return f"{whole[:limit]}…\n[{len(whole) - limit:,} of {len(whole):,} characters left out]"


def _is_answer(value: Any) -> bool:
    return tables.comes_from(value, "claude_nb") and isinstance(getattr(value, "content", 0), list)


def guarded(value: Any, show: Callable[[Any], Shown]) -> Shown:
    """Return ``show(value)``; whatever a class of the user's raises becomes an `InputError`."""
    try:
        return show(value)
    except InputError:
        raise
    except Exception as problem:  # noqa: BLE001 - their code
        if isinstance(value, int):
            raise InputError(
                "This number has thousands of digits: name a text of those that you want to send."
            ) from None
        kind = type(value).__name__
        raise InputError(f"This {kind} cannot be shown: {hidden(repr(problem)):.200}.") from None


def _array(value: Any, limit: int) -> str:
    whole = str(value) if value.size <= _WHOLE_ARRAY else None
    if whole is not None and len(whole) <= limit:
        return whole
    body = sys.modules["numpy"].array2string(value, threshold=0, edgeitems=3)
    note = f"[array of shape {value.shape}, {value.dtype}: first and last values of each axis]"
    return f"{cut(body, limit)}\n{note}"


def _container(value: Any, limit: int) -> str:
    """Write items until one does not fit; that one and the rest are counted."""
    opening, closing = _ends(value)
    parts, room = [opening], limit
    for done, item in enumerate(_items(value, limit, _DEEPEST)):
        start = len(parts)
        for piece in chain([", "] if done else [], item):
            room -= len(piece)
            if room < 0:
                kept = [*parts[:start], ", …"] if done else [*parts, piece[:room], "…"]
                return "".join([*kept, closing, "\n", _missing(len(value), done)])
            parts.append(piece)
    return "".join([*parts, closing])


def _missing(count: int, done: int) -> str:
    return f"[{count - done:,} of {count:,} items left out{'' if done else ' or cut'}]"


def _ends(value: Any) -> tuple[str, str]:
    opening, closing = _BRACKETS[type(value)]
    if not value and not isinstance(value, list | dict):
        return repr(value), ""
    return opening, ",)" if isinstance(value, tuple) and len(value) == 1 else closing


def _items(value: Any, limit: int, depth: int) -> Iterator[Iterator[str]]:
    if not isinstance(value, dict):
        yield from (_pieces(item, limit, depth) for item in value)
        return
    for key, item in value.items():
        yield chain(_pieces(key, limit, depth), [": "], _pieces(item, limit, depth))


def _pieces(value: Any, limit: int, depth: int) -> Iterator[str]:
    """Yield the repr of `value` bit by bit, so that the reader may stop early."""
    if type(value) not in _BRACKETS:
        yield _leaf(value, limit)
    elif not depth:  # also what a list that holds itself ends with
        yield "…"
    else:
        opening, closing = _ends(value)
        yield opening
        for done, item in enumerate(_items(value, limit, depth - 1)):
            yield from chain([", "] if done else [], item)
        yield closing


def _leaf(value: Any, limit: int) -> str:
    short = value[: limit + 1] if type(value) in {str, bytes} else value
    return guarded(short, repr)
