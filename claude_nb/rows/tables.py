"""Tables of any kind as rows, and rows back as a table of that kind.

pandas, polars and pyarrow are recognised, never imported: whoever has such a table has them.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from claude_nb.ask.errors import InputError
from claude_nb.ask.names import called

__all__ = ["Column", "Table", "is_missing", "table"]

Row = Mapping[str, Any]
_KINDS = (
    "a list of dicts, an iterator of them, a dict of columns, or a table of pandas, polars or "
    "pyarrow; a list of texts makes rows with one column, text"
)
_ELSEWHERE = ("compute", "to_pandas", "toPandas", "collect", "fetchdf")  # what makes a table here
_SHOWN = 20  # columns in a message


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
    index : tuple of str
        Names that a person may take for columns, and which are not.
    """

    rows: Iterable[Row]
    count: int | None
    columns: tuple[str, ...] | None
    extended: Callable[[Sequence[int], Mapping[str, Column]], Any]
    again: bool = True
    index: tuple[str, ...] = ()

    def said(self, wanted: str) -> str:
        """Say what columns there are, to somebody who wanted one that is not there."""
        if wanted in self.index:
            return "It is the index: use .reset_index()."
        if not self.columns:
            return "The table has no columns."
        more = ", …" if len(self.columns) > _SHOWN else ""
        odd = next((name for name in self.columns if not name.isidentifier()), None)
        quote = "'" if odd and '"' in odd else '"'
        how = f" Write {{{{row[{quote}{odd}{quote}]}}}} for {odd}." if odd is not None else ""
        return f"Columns: {', '.join(self.columns[:_SHOWN])}{more}.{how}"


def table(given: Any) -> Table:
    """Return a table for what a person gave.

    Raises
    ------
    InputError
        It is nothing that has rows.
    """
    for library, make in (("pandas", _pandas), ("polars", _polars), ("pyarrow", _pyarrow)):
        if library in _libraries(given):
            return make(given)
    if "numpy" in _libraries(given):
        return _array(given)
    if isinstance(given, Mapping) and (columns := _columns(cast("Mapping[Any, Any]", given))):
        return _listed(
            [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
        )
    if not _has_rows(given):
        raise InputError(f"rows is {_called(given)}, and has none: {_advice(given)}.")
    if isinstance(given, Sequence):
        return _listed(cast("Sequence[Any]", given))
    return Table(map(_checked, cast("Iterable[Any]", given)), None, None, _numbered, again=False)


def _libraries(given: Any) -> set[str]:
    """Return whose kinds of table it is one of, its own kind or one that it is made from."""
    return {kind.__module__.partition(".")[0] for kind in type(given).__mro__}


def _called(given: Any) -> str:
    return "None" if given is None else called(given)


def _advice(given: Any) -> str:
    """Return what to hand over in the place of something that has no rows."""
    if way := _elsewhere(given):
        return f"use what its .{way}() returns"
    if "sqlite3" in _libraries(given):
        return "use pandas.read_sql(query, connection), or a list of dicts"
    if callable(given):
        return "call it first, put what it returns into a variable, and name that"
    if isinstance(given, Mapping):
        return "use lists of one length for its columns, or [{...}] for one row"
    if isinstance(given, str) or hasattr(given, "__fspath__"):
        return "use the table itself; a text that names a file is read with pandas.read_csv"
    return f"use {_KINDS}"


def _columns(given: Mapping[Any, Any]) -> dict[str, list[Any]]:
    """Return a dict of columns of one length as such; empty for any other."""
    values = list(given.values())
    if (
        not all(hasattr(v, "__len__") and _has_rows(v) for v in values)
        or len(set(map(len, values))) > 1
    ):
        return {}
    return {str(name): list(column) for name, column in given.items()}


def _array(given: Any) -> Table:
    names = given.dtype.names if hasattr(given, "dtype") else None
    if names and given.ndim == 1:
        return _listed([dict(zip(names, row, strict=True)) for row in given.tolist()])
    if getattr(given, "ndim", 0) == 1:
        return _listed(given.tolist())
    if getattr(given, "ndim", 0) > 1:
        raise InputError(
            f"rows is an array of {given.ndim} dimensions, whose columns have no names: use "
            "pandas.DataFrame(array, columns=[...])."
        )
    raise InputError(f"rows is {_called(given)}, and has none: use {_KINDS}.")


def _loaded(library: str) -> Any:
    return sys.modules[library]  # whoever has its tables has loaded it


def _has_rows(given: Any) -> bool:
    if isinstance(given, str | bytes | Mapping) or "sqlite3" in _libraries(given):
        return False
    if isinstance(given, type) or not hasattr(given, "__iter__"):
        return False
    # a table of another library goes through its columns, or through its rows
    return not _elsewhere(given) or isinstance(next(iter(given), None), Mapping)


def _elsewhere(given: Any) -> str:
    """Return the method that makes a table of a kind that is known here; empty for none."""
    kind = cast("Any", type(given))
    return next((name for name in _ELSEWHERE if callable(getattr(kind, name, None))), "")


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
    if (named := _named(row)) is not None:
        return named
    raise InputError(f"A row is {_called(row)}, whose values have no names: rows are {_KINDS}.")


def _named(row: Any) -> Row | None:
    """Return an object whose values have names as a row: of named tuples, of classes of data."""
    if callable(make := getattr(row, "_asdict", None)):
        return cast("Row", make())
    kind = cast("Any", type(row))
    names = getattr(kind, "__dataclass_fields__", None) or getattr(kind, "model_fields", None)
    if names:
        return {name: getattr(row, name) for name in names}
    if callable(keys := getattr(row, "keys", None)) and hasattr(kind, "__getitem__"):
        return {str(key): row[key] for key in cast("Iterable[Any]", keys())}
    return None


def _shared(given: Sequence[Any]) -> tuple[str, ...] | None:
    """Return the columns of rows that all have the same; None where they differ."""
    if not given or not isinstance(given, list | tuple):
        return None
    if all(isinstance(row, str) for row in given):
        return ("text",)
    keys = [cast("dict[Any, Any]", row).keys() for row in given if isinstance(row, dict)]
    is_same = len(keys) == len(given) and all(key == keys[0] for key in keys)
    return tuple(map(str, keys[0])) if is_same else None


def _listed(given: Sequence[Any]) -> Table:
    def extended(places: Sequence[int], added: Mapping[str, Column]) -> list[dict[str, Any]]:
        return [
            {
                **_checked(given[place]),
                **{name: column.values[at] for name, column in added.items()},
            }
            for at, place in enumerate(places)
        ]

    return Table(_Again(lambda: map(_checked, given)), len(given), _shared(given), extended)


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
        raise InputError(
            f"Two columns of the {type(frame).__name__} are called {twice!r}: rename one of them."
        )
    return names


def _name(column: Any) -> str:
    return column.name if isinstance(column.name, str) and column.name else "text"


def _pandas(given: Any) -> Table:
    frame = given
    if hasattr(given, "to_frame") and getattr(given, "ndim", 0) == 1:  # a Series, an Index
        frame = given.to_frame(name=_name(given))
    if not (hasattr(frame, "columns") and hasattr(frame, "iloc")):
        advice = _FRAMES if callable(getattr(given, "aggregate", None)) else f"use {_KINDS}"
        raise InputError(f"rows is {_called(given)}, and has none: {advice}.")
    names = _unlike(frame, frame.columns)

    def rows() -> Iterator[Row]:
        columns = [frame.iloc[:, place] for place in range(len(names))]
        return (dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True))

    def extended(places: Sequence[int], added: Mapping[str, Column]) -> Any:
        whole = list(places) == list(range(len(frame)))
        out = frame.copy() if whole else frame.iloc[list(places)].copy()
        return out.assign(**{name: _series(out, column) for name, column in added.items()})

    index = tuple(str(name) for name in frame.index.names if name is not None)
    return Table(_Again(rows), len(frame), names, extended, index=index)


_FRAMES = "aggregate it to a table first (.agg(...), .first()), with .reset_index() for its keys"


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
    frame = given.to_frame(name=_name(given)) if type(given).__name__ == "Series" else given
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
