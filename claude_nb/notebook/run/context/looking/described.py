"""One value in some lines: what it is, how large, of what types, and how it begins."""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType
from typing import Any

from claude_nb.api.hiding.hidden import hidden
from claude_nb.api.hiding.names import says_secret
from claude_nb.api.secret import HIDDEN
from claude_nb.ask.values import cut
from claude_nb.notebook.run.context.looking import docs
from claude_nb.notebook.run.context.looking.brief import (
    brief,
    counted,
    items,
    many,
    named,
    safe_text,
    size,
)
from claude_nb.notebook.run.context.looking.classes import (
    comes_from,
    is_frame,
    module_of,
    name_of,
    own_fields,
)
from claude_nb.notebook.run.context.looking.signatures import is_class, is_routine

__all__ = ["described"]

_MOST = 6_000  # characters in all
_TEXT = 2_000  # characters of a text
_ITEMS = 30  # of a container, or of an object
_COLUMNS, _SHOWN_COLUMNS = 60, 12  # whose types are told, whose first values are
_ROWS = 5
_CELL = 40  # characters
_COUNTED = 1_000_000  # cells of a table in which gaps are counted
_ARRAY = 1_000  # elements of an array that is shown whole


def described(name: str, value: Any) -> str:
    """Return what is told of a variable; of one whose name calls it a secret, next to nothing.

    Parameters
    ----------
    name : str
        What it is called, with attributes and items.
    value : object
        Anything. None of its own code is run: no property, no ``repr``, no ``len``.
    """
    last = name.rstrip("\"'] ").rpartition(".")[2].rpartition("[")[2].strip("\"' ")
    if says_secret(last):
        return f"{name}: {named(last, value)}. Its name says that it is a secret: it stays here."
    told = "\n".join(_lines(value))
    return cut(hidden(f"{name}: {told}"), _MOST)


def _lines(value: Any) -> Iterator[str]:
    kind = type(value)
    if is_frame(value):
        yield from _frame(value)
    elif comes_from(value, "numpy") and name_of(kind) == "ndarray":
        yield from _array(value)
    elif issubclass(kind, str):
        count = str.__len__(value)
        yield f"{name_of(kind)} of {many(count, 'character')}" + (
            ", its beginning:" * (count > _TEXT)
        )
        yield safe_text(value, _TEXT)
    elif (found := items(value, _ITEMS)) is not None:
        yield from _container(value, found)
    elif is_routine(value) or is_class(value) or issubclass(kind, ModuleType):
        yield docs.documented(docs.docs_of(value))
    else:
        yield brief(value)
        yield from _object(value)


def _container(value: Any, found: list[tuple[Any, Any]]) -> Iterator[str]:
    count = counted(value)
    left = count - len(found)
    yield f"{name_of(type(value))} of {many(count, 'item')}" + (
        f", the first {_ITEMS}:" * (left > 0)
    )
    for key, item in found:
        yield f"{brief(key)}: {named(key, item)}"


def _object(value: Any) -> Iterator[str]:
    """Yield what an object holds, by name; its own text would be its class's code."""
    kind = type(value)
    fields = [(n, v) for n, v in own_fields(value).items() if type(n) is str and n[:1] != "_"]
    if module_of(kind) not in {"builtins", "__main__", ""}:
        yield f"its class is from {module_of(kind)}"
    for name, item in fields[:_ITEMS]:
        yield f".{name} = {named(name, item)}"
    if len(fields) > _ITEMS:
        yield f"and {len(fields) - _ITEMS:,} more attributes"


def _frame(value: Any) -> Iterator[str]:
    """Yield shape, types and head of a table; a series is a table of one column."""
    yield f"{name_of(type(value))} {size(value)}"
    table = value if hasattr(value, "columns") else value.to_frame()
    names, types = list(table.columns), list(table.dtypes)
    gaps = _gaps(table)
    for place, (name, kind) in enumerate(zip(names[:_COLUMNS], types, strict=False)):
        missing = f", {gaps[place]:,} missing" if gaps and gaps[place] else ""
        yield f"- {brief(name)}: {kind}{missing}"
    if len(names) > _COLUMNS:
        yield f"- and {len(names) - _COLUMNS:,} more columns"
    if len(table):
        yield from _head(table, names[:_SHOWN_COLUMNS])


def _gaps(table: Any) -> list[int]:
    """Return how many values of each column are missing; nothing where counting takes long."""
    if not hasattr(table, "iloc") or table.shape[0] * table.shape[1] > _COUNTED:
        return []
    return [int(count) for count in table.isna().sum()]


def _head(table: Any, names: list[Any]) -> Iterator[str]:
    first = (
        table.iloc[:_ROWS, : len(names)] if hasattr(table, "iloc") else table[:_ROWS, : len(names)]
    )
    rows = first.itertuples(index=False, name=None) if hasattr(first, "iloc") else first.rows()
    yield f"\nThe first {many(min(_ROWS, len(table)), 'row')}:"
    yield _row([brief(name, _CELL) if type(name) is not str else name[:_CELL] for name in names])
    yield "|" + " --- |" * len(names)
    for row in rows:
        yield _row([_cell(name, cell) for name, cell in zip(names, row, strict=True)])


def _cell(name: Any, value: Any) -> str:
    return HIDDEN if type(name) is str and says_secret(name) else brief(value, _CELL)


def _row(cells: list[str]) -> str:
    return "| " + " | ".join(" ".join(cell.split()).replace("|", "\\|") for cell in cells) + " |"


def _array(value: Any) -> Iterator[str]:
    """Yield shape, type and first values; objects in an array are not asked for their text."""
    yield f"{name_of(type(value))} {size(value)}"
    if value.size and value.ndim and value.dtype.kind in "biufcmMSU":
        first = value.ravel(order="K")[:_ROWS] if value.flags.c_contiguous else value.flat[:_ROWS]
        yield f"the first values: {', '.join(brief(each, _CELL) for each in first)}"
    if value.size and value.dtype.kind in "iuf" and value.size <= _COUNTED:
        yield f"from {brief(value.min())} to {brief(value.max())}"
