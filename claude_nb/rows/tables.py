"""Tables of any kind as rows, and rows back as a table of that kind.

pandas, polars and pyarrow are recognised, never imported: whoever has such a table has them.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from claude_nb.ask.errors import InputError

__all__ = ["Column", "Table", "is_missing", "table"]

Row = Mapping[str, Any]
_KINDS = (
    "a list of dicts, an iterator of them, or a table of pandas, polars or pyarrow; a list of "
    "texts makes rows with one column, text"
)


@dataclass(frozen=True, slots=True)
class Column:
    """A column that a table gets.

    Attributes
    ----------
    values : list
        One for each row; None where there is none.
    kind : type or None
        Of the values, for a column that has none; None if nobody knows.
    """

    values: list[Any]
    kind: type | None = None

    def kinds(self) -> set[type]:
        """Return of what types its values are, or would be."""
        found: set[type] = {type(value) for value in self.values if value is not None}
        return found or ({self.kind} if self.kind else set())

    @property
    def is_empty(self) -> bool:
        """Whether no row has a value."""
        return all(value is None for value in self.values)


@dataclass(frozen=True, slots=True)
class Table:
    """Rows, and how a table of their kind is made.

    Attributes
    ----------
    rows : iterable of Mapping
        By column; goes through them once.
    count : int or None
        How many there are; None of an iterator.
    columns : tuple of str or None
        Their columns; None if rows differ in them.
    extended : callable
        Returns a table of the kind that came in: of the places of its rows, each as often as it
        is there, and more columns.
    again : bool
        Whether one may go through the rows more than once.
    """

    rows: Iterable[Row]
    count: int | None
    columns: tuple[str, ...] | None
    extended: Callable[[Sequence[int], Mapping[str, Column]], Any]
    again: bool = True


def table(given: Any) -> Table:
    """Return a table for what a person gave.

    Raises
    ------
    InputError
        It is nothing that has rows.
    """
    for library, make in (("pandas", _pandas), ("polars", _polars), ("pyarrow", _pyarrow)):
        if type(given).__module__.partition(".")[0] == library:
            return make(given)
    if not _has_rows(given):
        raise InputError(f"rows is a {type(given).__name__}, and has none: use {_KINDS}.")
    if isinstance(given, Sequence):
        return _listed(cast("Sequence[Any]", given))
    return Table(map(_checked, given), None, None, _numbered, again=False)


def _loaded(library: str) -> Any:
    return sys.modules[library]  # whoever has its tables has loaded it


def _has_rows(given: Any) -> bool:
    return not isinstance(given, str | bytes | Mapping) and hasattr(given, "__iter__")


class _Again:
    """Rows that are made anew each time one goes through them."""

    def __init__(self, make: Callable[[], Iterator[Row]]) -> None:
        self._make = make

    def __iter__(self) -> Iterator[Row]:
        return self._make()


def _checked(row: Any) -> Row:
    if isinstance(row, str):
        return {"text": row}
    if isinstance(row, Mapping):
        return cast("Row", row)
    raise InputError(f"A row is a {type(row).__name__}; rows are {_KINDS}.")


def _listed(given: Sequence[Any]) -> Table:
    def extended(places: Sequence[int], added: Mapping[str, Column]) -> list[dict[str, Any]]:
        return [
            {
                **_checked(given[place]),
                **{name: column.values[at] for name, column in added.items()},
            }
            for at, place in enumerate(places)
        ]

    return Table(_Again(lambda: map(_checked, given)), len(given), None, extended)


def _numbered(places: Sequence[int], added: Mapping[str, Column]) -> list[dict[str, Any]]:
    """Return the answers alone: the rows of an iterator are gone."""
    return [
        {"row": place, **{name: column.values[at] for name, column in added.items()}}
        for at, place in enumerate(places)
    ]


def _unlike(frame: Any, columns: Iterable[Any]) -> tuple[str, ...]:
    names = tuple(map(str, columns))
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise InputError(f"Two columns of the {type(frame).__name__} are called {twice!r}.")
    return names


def _pandas(given: Any) -> Table:
    frame = given.to_frame(given.name or "text") if type(given).__name__ == "Series" else given
    names = _unlike(frame, frame.columns)

    def rows() -> Iterator[Row]:
        columns = [frame.iloc[:, place] for place in range(len(names))]
        return (dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True))

    def extended(places: Sequence[int], added: Mapping[str, Column]) -> Any:
        whole = list(places) == list(range(len(frame)))
        out = frame.copy() if whole else frame.iloc[list(places)].copy()
        return out.assign(**{name: _series(out, column) for name, column in added.items()})

    return Table(_Again(rows), len(frame), names, extended)


def _series(frame: Any, column: Column) -> Any:
    """Return a column for a frame; of whole numbers of which some are missing, as such."""
    make, kinds = _loaded("pandas").Series, column.kinds()
    kind: Any = "Int64" if kinds == {int} else "float64" if kinds == {float} else None
    if column.is_empty and kind is None:
        kind = make([""]).dtype if kinds == {str} and not column.values else "object"
    return make(column.values, index=frame.index, dtype=kind)


def _polars(given: Any) -> Table:
    if type(given).__name__ == "LazyFrame":
        raise InputError("rows is a LazyFrame: use .collect() to have its rows.")
    frame = given.to_frame(given.name or "text") if type(given).__name__ == "Series" else given
    names = _unlike(frame, frame.columns)

    def extended(places: Sequence[int], added: Mapping[str, Column]) -> Any:
        out = frame if list(places) == list(range(len(frame))) else frame[list(places)]
        polars = _loaded("polars")
        names = {str: "String", int: "Int64", float: "Float64", bool: "Boolean"}

        def kind(column: Column) -> Any:
            known = names.get(column.kind) if column.kind and column.is_empty else None
            return None if known is None else getattr(polars, known)

        return out.with_columns(
            polars.Series(name, column.values, dtype=kind(column), strict=False)
            for name, column in added.items()
        )

    return Table(_Again(lambda: frame.iter_rows(named=True)), len(frame), names, extended)


def _pyarrow(given: Any) -> Table:
    names = _unlike(given, given.schema.names)

    def rows() -> Iterator[Row]:
        for batch in given.to_batches(max_chunksize=1000):
            yield from batch.to_pylist()

    def extended(places: Sequence[int], added: Mapping[str, Column]) -> Any:
        out = given if list(places) == list(range(given.num_rows)) else given.take(list(places))
        arrow = _loaded("pyarrow")
        names = {str: "string", int: "int64", float: "float64", bool: "bool_"}
        for name, column in added.items():
            known = names.get(column.kind) if column.kind and column.is_empty else None
            kind = None if known is None else getattr(arrow, known)()
            out = out.append_column(name, arrow.array(column.values, type=kind))
        return out

    return Table(_Again(rows), given.num_rows, names, extended)


def is_missing(value: Any) -> bool:
    """Return whether a cell of a table is empty: None, NaN, or a library's own mark for that."""
    if value is None or type(value).__name__ in {"NAType", "NaTType"}:
        return True
    return isinstance(value, float) and value != value  # noqa: PLR0124 (NaN)
