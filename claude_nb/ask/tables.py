"""A data frame -> a Markdown table of bounded size that says what it left out.

Recognises pandas and polars by where a class comes from, so that neither is ever imported here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

__all__ = [
    "comes_from",
    "is_array_of_colours",
    "is_array_of_objects",
    "is_table",
    "markdown",
]

MOST_COLUMNS = 20
FEWEST_ROWS = 4
_WIDTHS = ((80, MOST_COLUMNS), (40, 10), (20, 4))  # (characters in a cell, columns)
_SMALLEST = 8  # pixels of a picture's sides: a smaller array of bytes is a table sooner
_CELL = 4  # characters: the least a cell takes, with its borders
_CUT = re.compile(r"\S… \|")


def comes_from(value: Any, *packages: str) -> bool:
    """Return whether the class of `value`, or one it derives from, is defined in a package."""
    return any(kind.__module__.partition(".")[0] in packages for kind in type(value).__mro__)


def is_table(value: Any) -> bool:
    """Return whether `value` is a data frame or a series of pandas or polars."""
    names = {kind.__name__ for kind in type(value).__mro__}
    return comes_from(value, "pandas", "polars") and bool(names & {"DataFrame", "Series"})


def is_array_of_objects(value: Any) -> bool:
    """Return whether `value` is an array that holds objects, such as the axes of subplots."""
    return comes_from(value, "numpy") and str(getattr(value, "dtype", "")) == "object"


def is_array_of_colours(value: Any) -> bool:
    """Return whether `value` is a picture as numpy has it: rows, columns, and bytes of colours."""
    shape: tuple[int, ...] = getattr(value, "shape", ())
    if not comes_from(value, "numpy") or str(getattr(value, "dtype", "")) != "uint8":
        return False
    return len(shape) == 3 and shape[2] in (3, 4) and min(shape[:2]) >= _SMALLEST  # noqa: PLR2004


def markdown(value: Any, limit: int) -> str:
    """Return a data frame or series as a Markdown table.

    Parameters
    ----------
    value : DataFrame or Series
        Of pandas or polars; see `is_table`.
    limit : int
        Characters. First and last rows and columns are kept, long cells are cut until the table
        fits; a line below the table says what is missing.
    """
    frame = value if hasattr(value, "columns") else value.to_frame()
    text = ""
    for width, columns in _WIDTHS:
        for rows in _fewer(len(frame), limit // (_CELL * max(1, min(columns, frame.shape[1])))):
            text = _Part(frame, rows, columns, width).markdown()
            if len(text) <= limit:
                return text
    return text


def _fewer(rows: int, most: int) -> Iterator[int]:
    """Yield numbers of rows to try, each half the one before."""
    rows = min(rows, most)
    while rows > FEWEST_ROWS:
        yield rows
        rows //= 2
    yield FEWEST_ROWS


def _ends(count: int, most: int) -> list[int]:
    """Return the positions kept of `count`: the first and the last, `most` in all."""
    if count <= most:
        return list(range(count))
    tail = most // 2
    return [*range(most - tail), *range(count - tail, count)]


def _marked(cells: Sequence[str], count: int, most: int, mark: str = "…") -> list[str]:
    """Put `mark` where `_ends` left something out."""
    head = most - most // 2
    return [*cells] if count <= most else [*cells[:head], mark, *cells[head:]]


_DIGITS = {"float16": 3, "float32": 7}  # significant ones that a type holds
_MOST_DIGITS = 15  # of a double; more would show what binary fractions add: 0.30000000000000004


def _shown(value: Any, digits: int) -> Any:
    """Return a value of a cell so that numbers say what they hold, and nothing looks like a gap."""
    if isinstance(value, float):
        text = f"{value:.{digits}g}".replace("nan", "NaN")
        return f"{text}.0" if text.lstrip("-").isdigit() else text
    if isinstance(value, tuple):
        return tuple(_shown(item, digits) for item in value)
    return '""' if isinstance(value, str) and not value.strip() else value


@dataclass(frozen=True, slots=True)
class _Part:
    """The rows and columns of `frame` that are shown, cells cut at `width` characters."""

    frame: Any
    rows: int
    columns: int
    width: int

    def markdown(self) -> str:
        lines = [self._line(row) for row in self._values()]
        head = self._header()
        width = len(head) + (len(self.frame.columns) > self.columns)
        gap = "|" + " … |" * width
        body = _marked(lines, len(self.frame), self.rows, gap)
        whole = "\n".join([self._line(head), "|" + " --- |" * width, *body])
        return whole + self._left_out(cut=_CUT.search(whole) is not None)

    def _line(self, row: Sequence[Any]) -> str:
        index, values = (row[:1], row[1:]) if self._indexed() else ((), row)
        cells = _marked([self._cell(cell) for cell in values], self.frame.shape[1], self.columns)
        return "| " + " | ".join([*(self._cell(cell) for cell in index), *cells]) + " |"

    def _cell(self, value: Any) -> str:
        text = ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
        text = " ".join(text.split())
        cut = text if len(text) <= self.width else text[: self.width - 1] + "…"
        return cut.replace("|", "\\|")

    def _indexed(self) -> bool:
        return hasattr(self.frame, "iloc")

    def _header(self) -> list[Any]:
        kept = _ends(self.frame.shape[1], self.columns)
        names = [self.frame.columns[at] for at in kept]
        if not self._indexed():
            return names
        index = self.frame.index.names
        called = " ".join(str(name) for name in index if name is not None)
        return [f"**{called}**" if called else "", *names]  # bold: it names rows, and is no column

    def _values(self) -> list[tuple[Any, ...]]:
        rows, columns = _ends(len(self.frame), self.rows), _ends(self.frame.shape[1], self.columns)
        types = list(self.frame.dtypes)
        digits = [_DIGITS.get(str(types[at]).lower(), _MOST_DIGITS) for at in columns]
        if self._indexed():
            values = self.frame.iloc[rows].iloc[:, columns].itertuples(name=None)
            digits = [_MOST_DIGITS, *digits]
        else:
            values = self.frame[rows, columns].rows()
        return [tuple(map(_shown, row, digits)) for row in values]

    def _left_out(self, *, cut: bool) -> str:
        shape = dict(zip(("rows", "columns"), self.frame.shape, strict=True))
        most = {"rows": self.rows, "columns": self.columns}
        notes = [
            f"{count - most[what]:,} of {count:,} {what} left out"
            for what, count in shape.items()
            if count > most[what]
        ]
        notes += ["long cells cut"] if cut else []
        return f"\n\n[{'; '.join(notes)}]" if notes else ""
