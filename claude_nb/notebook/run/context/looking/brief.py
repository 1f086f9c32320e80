"""A value in one short line, whatever it is: also one whose own text is slow, huge or raises."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from enum import Enum
from itertools import islice
from types import ModuleType
from typing import Any, NamedTuple

from claude_nb.api.hiding.hidden import hidden
from claude_nb.api.hiding.names import says_secret
from claude_nb.api.secret import HIDDEN
from claude_nb.characters import one_line
from claude_nb.notebook.run.context.looking.classes import (
    comes_from,
    is_frame,
    name_of,
    own_fields,
)
from claude_nb.notebook.run.context.looking.signatures import headline

__all__ = ["MOST", "brief", "counted", "items", "many", "named", "safe_text", "size"]

MOST = 80
"""Characters of a value in one line."""

_LOOKED_AT = 4_000  # characters: a key that the cut parts is hidden first
_MOST_BITS = 200  # of a number that is written out
_FEW = 6  # items that may stand in a line
_TEXTS = ("datetime", "decimal", "fractions", "pathlib", "uuid", "zoneinfo")  # short, and no secret
_ARRAYS = ("numpy", "pandas", "polars", "geopandas", "torch", "scipy", "xarray")
_SCALARS = ("NaTType", "NAType", "Timestamp", "Timedelta", "Period", "Interval")  # of pandas


class _Container(NamedTuple):
    """What a built-in container is to its subclasses too: how long, what is in it, its brackets."""

    length: Callable[[Any], int]
    items: Callable[[Any], Iterator[Any]]
    brackets: str


_CONTAINERS: dict[type, _Container] = {
    list: _Container(list.__len__, list.__iter__, "[]"),
    tuple: _Container(tuple.__len__, tuple.__iter__, "()"),
    set: _Container(set.__len__, set.__iter__, "{}"),
    frozenset: _Container(frozenset.__len__, frozenset.__iter__, "{}"),
    deque: _Container(deque.__len__, deque.__iter__, "[]"),
    dict: _Container(dict.__len__, dict.__iter__, "{}"),
}


def brief(value: Any, most: int = MOST) -> str:
    """Return a value as one line of about `most` characters at most, keys taken out."""
    kind = type(value)
    if value is None or kind in {bool, float, complex}:
        return repr(value)
    if kind is int:
        return (
            str(value) if value.bit_length() < _MOST_BITS else f"int of {value.bit_length():,} bits"
        )
    if issubclass(kind, str):
        return _quoted(value, most)
    if issubclass(kind, bytes | bytearray):
        return f"{name_of(kind)} of {len(memoryview(value)):,}"
    if (container := _container(kind)) is not None:
        return _listed(value, container, most)
    return one_line(_other(value), most)


def _other(value: Any) -> str:
    kind = type(value)
    if comes_from(value, "pandas", "numpy") and not hasattr(kind, "__len__"):
        return str(value) if _is_scalar(kind) else name_of(kind)
    if comes_from(value, *_TEXTS):
        return hidden(str(value))
    if comes_from(value, *_ARRAYS):
        return " ".join(filter(None, (name_of(kind), size(value))))
    if issubclass(kind, Enum) and type(name := own_fields(value).get("_name_")) is str:
        return f"{name_of(kind)}.{name}"
    if issubclass(type(value), ModuleType):
        version = vars(value).get("__version__")
        return f"module {version}" if type(version) is str else "module"
    return headline(value) or f"an object of class {name_of(type(value))}"


def _is_scalar(kind: type) -> bool:
    """Return whether a class of numpy's or pandas' is one of numbers, stamps and gaps."""
    names = {name_of(base) for base in kind.__mro__}
    return "generic" in names or name_of(kind) in _SCALARS


def size(value: Any) -> str:
    """Return how large a table or an array of a library is, and of what; empty if it tells none."""
    try:
        shape, kind = getattr(value, "shape", None), getattr(value, "dtype", None)
    except Exception:  # noqa: BLE001 - libraries compute some of them
        return ""
    if type(shape) is not tuple or not all(type(each) is int for each in shape):
        return ""
    if is_frame(value) and len(shape) == 2:  # noqa: PLR2004 - rows and columns
        return f"of {many(shape[0], 'row')}, {many(shape[1], 'column')}"
    told = f"({', '.join(f'{each:,}' for each in shape)}{',' * (len(shape) == 1)})"
    return " ".join(filter(None, (told, str(kind) if kind is not None else "")))


def many(count: int, what: str) -> str:
    """Return a number of things."""
    return f"{count:,} {what}{'s' * (count != 1)}"


def safe_text(value: str, most: int) -> str:
    """Return the first characters of a text, of any class of texts, keys taken out."""
    return hidden(str.__getitem__(value, slice(most + _LOOKED_AT)))[:most]


def _quoted(value: str, most: int) -> str:
    count, text = str.__len__(value), safe_text(value, most)
    return repr(text) if count <= most else f"{text!r}… ({count:,} characters)"


def _container(kind: type) -> _Container | None:
    return next((each for base, each in _CONTAINERS.items() if issubclass(kind, base)), None)


def counted(value: Any) -> int:
    """Return how many items a built-in container, or what derives from one, has."""
    container = _container(type(value))
    return 0 if container is None else container.length(value)


def items(value: Any, most: int) -> list[tuple[Any, Any]] | None:
    """Return the first items of a built-in container, or of what derives from one, with their keys.

    Of what has no keys, these are the places. None for anything else.
    """
    kind = type(value)
    if issubclass(kind, dict):
        return list(islice(dict.items(value), most))
    container = _container(kind)
    return None if container is None else [*enumerate(islice(container.items(value), most))]


def _listed(value: Any, container: _Container, most: int) -> str:
    """Return the items where they are few and short, else how many there are."""
    count, kind = container.length(value), name_of(type(value))
    opening, closing = container.brackets
    if count <= _FEW and type(value) in _CONTAINERS:
        found = items(value, _FEW) or ()
        told = [_item(value, *each, most) for each in found]
        whole = f"{opening}{', '.join(told)}{closing}"
        if len(whole) <= most and not any(_is_nested(each) for _, each in found):
            return whole
    return f"{kind} of {many(count, 'item')}"


def _is_nested(value: Any) -> bool:
    return _container(type(value)) is not None


def _item(value: Any, key: Any, item: Any, most: int) -> str:
    if not issubclass(type(value), dict):
        return f"({kind})" if (kind := _nested(item)) else brief(item, most)
    told = f"({kind})" if (kind := _nested(item)) else named(key, item, most)
    return f"{brief(key, most)}: {told}"


def _nested(value: Any) -> str:
    return name_of(type(value)) if _is_nested(value) else ""


def named(name: Any, value: Any, most: int = MOST) -> str:
    """Return a value in one line; of what its name calls a secret only the class."""
    if type(name) is str and says_secret(name) and value is not None:
        return f"{name_of(type(value))} {HIDDEN}"
    return brief(value, most)
