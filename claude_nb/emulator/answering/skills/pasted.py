"""Tables as people paste them: pandas, polars, Markdown, CSV and TSV, with or without an index.

Reads lines and cells; understands no question. Everything passes over the text once.
"""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby, pairwise
from typing import NamedTuple

__all__ = ["MISSING", "Table", "exact", "number", "numeric", "read"]

_MOST_CHARACTERS = 200_000
_AROUND = " \t$€£¥%"
_MOST_LINE, _MOST_COLUMNS, _MOST_NUMBER = 4_000, 50, 40
_LOOKED_AT = 50  # rows from which a table is recognised
_GAPS = {"..", "...", "…", "⋮"}  # rows or columns left out
MISSING = {"", "nan", "none", "null", "na", "n/a", "<na>", "nat", "-", "--", "—", "?"}
_INDEX_NAMES = {"", "index", "unnamed: 0", "#", "no", "no.", "nr", "nr.", "row", "id"}
_SERIES = re.compile(r"(?:Name: (?P<name>[^,]{1,80}), )?(?:Length: \d{1,12}, )?dtype: \w+")
_RULE = re.compile(r"[\s|│┆:+─═╞╡┌┐└┘├┤┬┴┼╪=-]+")  # the lines of boxes
_TYPES = re.compile(  # as polars writes them below the names
    r"[iuf]\d{1,3}|str|bool|date|time|cat|enum|null|binary|object"
    r"|(?:datetime|duration|decimal|list|array|struct).{0,60}"
)
# a table that begins or ends inside a line of text
_RULED = re.compile(r"\|[ \t]*:?-[-:| \t]*\|[ \t]*$", re.MULTILINE)
_ALONE = re.compile(r"^([^|\n]*[^|\s][^|\n]*)(\|[^\n]*\|[ \t]*\n[ \t]*\|[ \t]*:?-)", re.MULTILINE)
_BEHIND = re.compile(r"^(\|.*\|)[ \t]*([^|\s][^|\n]*)$", re.MULTILINE)
_NUMBER = re.compile(
    r"[-+]?(?:"
    r"\d{1,3}(?:,\d{3})+(?:\.\d+)?"  # 1,234.5
    r"|\d{1,3}(?:[ _'’\xa0\u202f]\d{3})+(?:[.,]\d+)?"  # noqa: RUF001 - 1 234,5
    r"|\d{1,3}(?:\.\d{3})+,\d+"  # 1.234,5
    r"|\d+,\d+"  # 3,14
    r"|(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d{1,3})?"
    r")"
)
_COMMA = re.compile(r"[-+]?(?:\d{1,3}(?:\.\d{3})+|\d+),\d+")
_DOTTED = re.compile(r"[-+]?[1-9]\d{0,2}(?:\.\d{3})+")  # 1.000: one, or a thousand
_GROUPED = re.compile(r"[-+]?\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_SUMMARY = {"count", "mean", "std", "min", "max", "median", "sum", "50%"}


@dataclass(frozen=True, slots=True)
class Table:
    """A table.

    Attributes
    ----------
    names : tuple of str
        Of the columns.
    rows : tuple of tuple of str
        The cells, as many in each row as there are names.
    index : int or None
        The column that only numbers or names the rows.
    has_gap : bool
        Whether the paste leaves rows out.
    around : str
        The text before and after it.
    was_cut : bool
        Whether the text goes on after what was read.
    unclear : frozenset of int
        The columns whose numbers can be read in two ways.
    """

    names: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    index: int | None
    has_gap: bool
    around: str
    was_cut: bool = False
    unclear: frozenset[int] = frozenset()

    @property
    def is_summary(self) -> bool:
        """Whether its rows or columns are figures already, as ``describe`` of pandas tells them."""
        heads = {name.lower() for name in self.names} & {"count", "mean", "std"}
        columns = zip(*self.rows, strict=True)
        return len(heads) > 1 or any(
            len(_SUMMARY & {cell.lower() for cell in cells}) > 1 for cells in columns
        )


def number(cell: str) -> float | None:
    """Return the number in a cell, None for none: thousands, currency and per cent are understood.

    A missing value (``NaN``, ``null``, ``-`` …) is NaN.
    """
    value = exact(cell)
    if value is None and cell.strip(_AROUND).lower() in MISSING:
        return float("nan")
    return None if value is None else float(value)


def exact(cell: str) -> Fraction | None:
    """Return the number in a cell as it is written, None where there is none."""
    text = cell.strip(_AROUND).replace("\N{MINUS SIGN}", "-")
    if len(text) > _MOST_NUMBER or not _NUMBER.fullmatch(text):
        return None
    plain = re.sub(r"[ _'’\xa0\u202f]", "", text)  # noqa: RUF001 - they part thousands
    if _GROUPED.fullmatch(plain):
        return Fraction(plain.replace(",", ""))
    return Fraction(plain.replace(".", "").replace(",", ".") if "," in plain else plain)


def numeric(table: Table) -> str:
    """Return the name of a column that holds numbers, not of the index."""
    columns = enumerate(zip(*table.rows, strict=True))
    found = (n for n, cells in columns if n != table.index and any(map(exact, cells)))
    return next((table.names[n].replace("`", "") for n in found), "sales")


Cells = list[str]


class _Find(NamedTuple):
    """Lines that make a table: how often they look like one, and their cells (none for a rule)."""

    score: tuple[int, int]
    start: int
    end: int
    above: list[Cells]
    cells: list[Cells]


def read(text: str) -> Table | None:
    """Return the table in a text, None if there is none of two rows with a number."""
    lines = _apart(text[:_MOST_CHARACTERS]).splitlines()
    was_cut = len(text) > _MOST_CHARACTERS
    if was_cut:
        lines.pop()  # half a line
    cuts = (_boxed, *map(_separated, "\t;,"), _spaced, _worded)
    found = [find for cut in cuts for find in _finds(lines, cut)]
    best = max(found, key=lambda find: find.score, default=None)
    return None if best is None else _table(best, lines, was_cut=was_cut)


def _apart(text: str) -> str:
    """Return a text in which a Markdown table begins and ends lines of its own."""
    found = _RULED.search(text)
    return _BEHIND.sub(r"\1\n\2", _ALONE.sub(r"\1\n\2", text)) if found else text


def _boxed(line: str) -> Cells:
    if not line.lstrip().startswith(("|", "│")):
        return []
    cells = re.split(r"(?<!\\)[|│┆]", line.strip())
    return [cell.strip().replace("\\|", "|") for cell in cells[1 : len(cells) - (not cells[-1])]]


def _separated(mark: str) -> Callable[[str], Cells]:
    def cut(line: str) -> Cells:
        if mark not in line:
            return []
        try:
            row = next(csv.reader([line], delimiter=mark, skipinitialspace=True))
        except (csv.Error, StopIteration):
            return []
        return [cell.strip() for cell in row]

    return cut


def _spaced(line: str) -> Cells:
    return [cell for cell in re.split(r" {2,}|\t", line.strip(" ")) if cell]


def _worded(line: str) -> Cells:
    return [] if "|" in line else line.split()


def _finds(lines: Sequence[str], cut: Callable[[str], Cells]) -> Iterator[_Find]:
    """Yield the runs of lines with as many cells in each; rules between them belong to a run."""
    cells = [cut(line) if len(line) <= _MOST_LINE and not _is_rule(line) else [] for line in lines]
    sizes = [len(row) for row in cells]
    for n in range(1, len(sizes)):
        sizes[n] = sizes[n - 1] if _is_rule(lines[n]) else sizes[n]
    for size, group in groupby(range(len(sizes)), sizes.__getitem__):
        run = list(group)
        rows = [cells[n] for n in run if cells[n]]
        least = 1 if cut is _boxed else 2
        if len(rows) >= 2 and least <= size <= _MOST_COLUMNS:  # noqa: PLR2004 - one row is no table
            numeric = sum(map(_is_numeric, zip(*rows[1:_LOOKED_AT], strict=True)))
            if numeric:
                above = cells[max(0, run[0] - 2) : run[0]]
                yield _Find((len(rows), numeric), run[0], run[-1] + 1, above, rows)


def _is_rule(line: str) -> bool:
    return bool(line.strip()) and len(line) <= _MOST_LINE and bool(_RULE.fullmatch(line))


def _is_numeric(cells: Sequence[str]) -> bool:
    values = [value for cell in cells if (value := number(cell)) is not None]
    return not all(map(math.isnan, values)) and len(values) * 2 >= len(cells)


def _table(find: _Find, lines: Sequence[str], *, was_cut: bool) -> Table:
    names, rows, start = _named(find)
    rows = rows[1:] if all(map(_TYPES.fullmatch, rows[0])) else rows
    series = _SERIES.fullmatch(lines[find.end].strip()) if find.end < len(lines) else None
    end = find.end + (series is not None)
    size = len(rows[0])
    if series and names is None:
        names = ["", series.group("name") or "value"]
    kept = [tuple(row) for row in rows if not _is_gap(row)]
    is_parted = all(line.count(";") >= size - 1 for line in lines[find.start : find.start + 2])
    columns = [_clear(cells, is_parted=is_parted) for cells in zip(*kept, strict=True)]
    unclear = frozenset(n for n, cells in enumerate(columns) if cells is None)
    is_marked = bool(names) and re.fullmatch(r"\*\*.+\*\*", names[0]) is not None
    if names and is_marked:  # the name of an index, as `claude_nb.ask.tables` writes it
        names = [names[0].strip("*"), *names[1:]]
    return Table(
        names=tuple(names or (f"column {n}" for n in range(1, size + 1))),
        rows=_restored(kept, columns),
        index=0 if is_marked else _index(names, kept),
        has_gap=len(kept) < len(rows) or " left out" in "".join(lines[end : end + 3]),
        around="\n".join([*lines[:start], *lines[end:]]),
        was_cut=was_cut,
        unclear=unclear,
    )


def _clear(cells: Sequence[str], *, is_parted: bool) -> Sequence[str] | None:
    """Return a column with its numbers as `exact` reads them, None if they can be read otherwise.

    One decimal comma makes the points of a column those of thousands. Without one, ``1.000`` is
    unclear between semicolons, as is ``1,000``.
    """
    texts = [cell.strip(_AROUND) for cell in cells]
    dotted = [text for text in texts if _DOTTED.fullmatch(text)]
    grouped = [text for text in texts if _GROUPED.fullmatch(text) and "." not in text]
    has_point = any(
        "." in t and not _DOTTED.fullmatch(t) and not _COMMA.fullmatch(t)
        for t in texts
        if exact(t) is not None
    )
    has_comma = any(_COMMA.fullmatch(t) and not _GROUPED.fullmatch(t) for t in texts)
    is_german = has_comma or any(text.count(".") > 1 for text in dotted)
    is_english = has_point or any(text.count(",") > 1 for text in grouped)
    if not (dotted or grouped) or is_german == is_english:
        return None if (dotted or grouped) and (is_german or is_parted) else cells
    if not is_german:
        return cells
    return [cell.replace(".", "").replace(",", ".") if _is_german(cell) else cell for cell in cells]


def _is_german(cell: str) -> bool:
    text = cell.strip(_AROUND)
    return any(form.fullmatch(text) for form in (_COMMA, _DOTTED, _GROUPED))


def _restored(
    rows: Sequence[tuple[str, ...]], columns: Sequence[Sequence[str] | None]
) -> tuple[tuple[str, ...], ...]:
    return tuple(
        tuple(cell if cells is None else cells[n] for cell, cells in zip(row, columns, strict=True))
        for n, row in enumerate(rows)
    )


def _named(find: _Find) -> tuple[Cells | None, list[Cells], int]:
    """Return (names, rows, first line): the names stand above all rows, with none for an index."""
    size, above = len(find.cells[0]), find.above
    if above and len(above[-1]) == size - 1 and _are_names(above[-1]):
        return ["", *above[-1]], find.cells, find.start - 1
    if len(above) == 2 and [len(row) for row in above] == [size - 1, 1]:  # noqa: PLR2004 - two lines of names
        return [f"**{above[1][0]}**", *above[0]], find.cells, find.start - 2
    first, below = find.cells[0], zip(*find.cells[1:], strict=True)
    is_head = any(
        number(name) is None and _is_numeric(cells)
        for name, cells in zip(first, below, strict=True)
    )
    return (first, find.cells[1:], find.start) if is_head else (None, find.cells, find.start)


def _are_names(cells: Sequence[str]) -> bool:
    return bool(cells) and not cells[-1].endswith(("?", ":", "."))


def _is_gap(row: Sequence[str]) -> bool:
    return any(cell in _GAPS for cell in row) and all(cell in {*_GAPS, ""} for cell in row)


def _index(names: Sequence[str] | None, rows: Sequence[Sequence[str]]) -> int | None:
    if not rows or len(rows[0]) < 2 or (names and names[0].lower() not in _INDEX_NAMES):  # noqa: PLR2004 - an index and a column
        return None
    if names and not names[0]:
        return 0  # a column without a name among others that have one
    counted = [number(row[0]) for row in rows]
    is_counted = all(a is not None and b is not None and b - a == 1 for a, b in pairwise(counted))
    return 0 if is_counted and counted[0] in {0, 1} else None
