"""Figures of the columns of a pasted table, and of which rows; nothing where more is asked.

A question is understood when all its words are: the figure, the names of columns, values of cells
that choose rows, and words that only ask.
"""

from __future__ import annotations

import re
import statistics
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from claude_nb.emulator.answering.skills import pasted, words
from claude_nb.emulator.answering.skills.exact import decimal, root
from claude_nb.emulator.answering.skills.pasted import Table
from claude_nb.emulator.answering.skills.stock import vocabulary
from claude_nb.emulator.task import Draft, Task, readable

__all__ = ["figure"]

_Compute = Callable[[Sequence[Fraction]], Fraction]


_FIGURES: tuple[tuple[str, str, _Compute], ...] = (
    ("mean", "average|averages|avg|mean|means", statistics.mean),
    ("median", "median|medians", statistics.median),
    ("sum", "sum|sums|total|totals|add up", lambda values: sum(values, Fraction(0))),
    ("smallest value", "min|minimum|smallest|lowest|least|cheapest", min),
    ("largest value", "max|maximum|largest|highest|greatest|biggest|most", max),
    (
        "sample standard deviation",
        "standard deviation|standard deviations|std|stdev",
        lambda v: root(Fraction(statistics.variance(v))),
    ),
    ("number of missing values", "missing|empty|null|nulls|nan|nans", lambda _: Fraction(0)),
    ("number of rows", "count|how many rows|number of rows", lambda values: Fraction(len(values))),
)
_FIGURE = re.compile(rf" (?:{'|'.join(kinds for _, kinds, _ in _FIGURES)}) ")
_NOISE = vocabulary("columns")
_ASIDE = re.compile(
    r"^\s*(?:\[.*(?:rows|columns|left out|cut).*\]|shape: \(.*\))\s*$", re.MULTILINE
)
_INTRODUCED = re.compile(
    r"\b(?:here (?:is|are)|this is|these are|i have|given)\b[^.?!:\n]*[:.]", re.IGNORECASE
)
_EMPHASIS = re.compile(r"(?<!\S)\*{1,2}(\w[^*\n]*)\*{1,2}(?!\w)")
_OPERATOR = re.compile(r"[<>≤≥≠*×÷/+^%~]|!=|\S\s+[-−–]\s|\s[-−]\d")  # noqa: RUF001 - as typed
_YEAR = re.compile(r"\b(?:year|season)\b", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+(?:'s)?")
_MOST_SHOWN = 50  # columns and groups
_MOST_CHOOSING = 2_000  # different cells that may choose rows


@dataclass(slots=True)
class _Asked:
    """What a question asks: a figure, of which columns, over which rows, by what."""

    what: str
    compute: _Compute
    columns: list[int] = field(default_factory=list[int])
    by: int | None = None
    whose: int | None = None
    where: int | None = None
    only: tuple[int, str] | None = None


def figure(task: Task) -> Draft | None:
    """Compute the figure that the prompt asks for, of the columns it names or of all numbers."""
    table = pasted.read(task.whole)
    question = readable(table.around) if table and table.around.strip() else task.prompt
    table = table or next(filter(None, map(pasted.read, task.documents())), None)
    asked = _understood(question, table) if table else None
    if table is None or asked is None or table.is_summary or table.unclear & {*asked.columns}:
        return None
    rows = [row for row in table.rows if asked.only is None or row[asked.only[0]] == asked.only[1]]
    lines = list(_lines(table, rows, asked))
    notes = list(_notes(table, asked))
    body = lines[0] if len(lines) == 1 else "\n".join(f"- {line}" for line in lines)
    size = (
        f"{words.counted(len(table.rows), 'row')} and {words.counted(len(table.names), 'column')}"
    )
    steps = (f"The message holds a table of {size}.", *notes, *lines)
    return Draft("\n\n".join([body, *notes]), steps, unread="")


def _understood(question: str, table: Table) -> _Asked | None:
    """Return what is asked, None if a word of the question is not understood."""
    raw = _EMPHASIS.sub(r"\1", _INTRODUCED.sub(" ", _ASIDE.sub(" ", question)))
    if _calculates(raw, table):
        return None
    said = unnamed = _plain(raw)
    for name in filter(str.strip, map(_plain, table.names)):  # a column may be called "total"
        unnamed = unnamed.replace(name, " ")
    found = [
        (what, word, c)
        for what, kinds, c in _FIGURES
        for word in kinds.split("|")
        if f" {word} " in (unnamed if _FIGURE.search(unnamed) else said)
    ]
    if len({what for what, _, _ in found}) != 1:
        return None
    asked = _Asked(found[0][0], found[0][2])
    for _, word, _ in found:
        said = said.replace(f" {word} ", " ")
    for n in sorted(range(len(table.names)), key=lambda n: -len(table.names[n])):
        name = _plain(table.names[n])
        if not name.strip() or (name not in said and (name := f"{name.rstrip()}s ") not in said):
            continue
        _place(asked, n, said, name)
        said = said.replace(name, " ")
    if " who " in said and len(people := _distinct(table, asked)) == 1:
        asked.whose = people[0]
        said = said.replace(" who ", " ")
    left = _chosen(asked, said, raw, table)
    if left is None or set(left.split()) - _NOISE:
        return None
    taken = {table.index, asked.by, asked.whose, asked.where}
    numeric = [n for n in range(len(table.names)) if n not in taken and _values(table.rows, n)]
    named = sorted(asked.columns)
    asked.columns = named or numeric[:_MOST_SHOWN]
    if asked.what == "number of missing values" and not named:
        asked.columns = [n for n in range(len(table.names)) if n not in taken][:_MOST_SHOWN]
    is_rows = asked.what == "number of rows"
    return (
        asked if is_rows or (asked.columns and (asked.whose is None or len(named) == 1)) else None
    )


def _distinct(table: Table, asked: _Asked) -> list[int]:
    """Return the columns of words, of which no two rows have the same: they name the rows."""
    columns = [(n, [row[n] for row in table.rows]) for n in range(len(table.names))]
    return [
        n
        for n, cells in columns
        if n not in asked.columns
        and len({*cells}) == len(cells)
        and not any(map(pasted.exact, cells))
    ]


def _calculates(raw: str, table: Table) -> bool:
    """Return whether a sign of comparing or calculating stands beside the names of columns."""
    for name in sorted(filter(None, table.names), key=len, reverse=True):
        raw = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", " column ", raw, flags=re.IGNORECASE)
    return _OPERATOR.search(raw) is not None


def _place(asked: _Asked, column: int, said: str, name: str) -> None:
    before = said.partition(name)[0].split()[-3:]
    if before[-1:] and (before[-1] in {"by", "per", "each", "every"}):
        asked.by = column
    elif before[-1:] and before[-1] in {"where", "with"}:
        asked.where = column
    elif before[-1:] == ["which"] or before == ["what"] or before[-2:] == ["in", "what"]:
        asked.whose = column
    else:
        asked.columns.append(column)


def _chosen(asked: _Asked, said: str, raw: str, table: Table) -> str | None:
    """Note the rows that a cell's value chooses; return what is left, None if it is unclear."""
    said = said if asked.where is None else said.replace(" where ", " ")
    looked_at = range(len(table.names)) if asked.where is None else [asked.where]
    cells = {
        (n, row[n])
        for row in table.rows
        for n in looked_at
        if n not in asked.columns or pasted.exact(row[n]) is None
    }
    found, faint = set[tuple[int, str]](), False
    for _, cell in sorted(cells, key=lambda pair: -len(pair[1]))[:_MOST_CHOOSING]:
        if not (plain := _plain(cell)).strip() or plain not in said:
            continue
        if set(plain.split()) <= _NOISE and not _stands(cell, raw):
            faint = True  # "it" may be the department IT, or no more than a word
        else:
            found |= {pair for pair in cells if _plain(pair[1]) == plain}
            said = said.replace(plain, " ")
    if len(found) > 1 or (faint and not found) or (asked.where is not None and not found):
        return None
    asked.only = next(iter(found), None)
    asked.columns = [n for n in asked.columns if asked.only is None or n != asked.only[0]]
    return said if asked.only is None or _is_choice(asked, raw, table) else None


def _stands(cell: str, raw: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(cell)}(?!\w)", raw) is not None


def _is_choice(asked: _Asked, raw: str, table: Table) -> bool:
    """Return whether a number chooses rows: behind the name of its column, or as a year."""
    column, cell = asked.only or (0, "")
    if asked.where is not None or pasted.exact(cell) is None:
        return True
    is_said = re.search(rf"\b(?:in|for|of) {re.escape(cell)}\b", raw) is not None
    return is_said and _YEAR.search(table.names[column]) is not None


def _plain(text: str) -> str:
    found = " ".join(_WORD.findall(text.lower().replace("'s", " ")))
    return f" {found} "


def _values(rows: Sequence[Sequence[str]], column: int) -> list[Fraction]:
    found = (pasted.exact(row[column]) for row in rows)
    return [value for value in found if value is not None]


def _lines(table: Table, rows: Sequence[Sequence[str]], asked: _Asked) -> Iterator[str]:
    where = (
        f" where {_named(table, asked.only[0])} is **{words.quote(asked.only[1])}**"
        if asked.only
        else ""
    )
    groups = {"": rows}
    if asked.by is not None:
        keys = dict.fromkeys(row[asked.by] for row in rows)
        groups = {
            key: [row for row in rows if row[asked.by] == key] for key in [*keys][:_MOST_SHOWN]
        }
    for key, part in groups.items():
        for_key = f"{words.quote(key)}: " if key else ""
        if asked.what == "number of rows":
            yield f"{for_key}**{words.counted(len(part), 'row')}**{where}."
        elif asked.whose is not None:
            yield for_key + _whose(table, part, asked) + where + "."
        else:
            yield from (for_key + _line(table, part, n, asked, where) for n in asked.columns)


def _line(
    table: Table, rows: Sequence[Sequence[str]], column: int, asked: _Asked, where: str
) -> str:
    name, values = _named(table, column), _values(rows, column)
    if asked.what == "number of missing values":
        empty = sum(row[column].strip().lower() in pasted.MISSING for row in rows)
        size = words.counted(len(rows), "row")
        return f"{name} has **{words.counted(empty, 'missing value')}** in {size}{where}."
    if len(values) < 1 + (asked.what == "sample standard deviation"):
        few = "too few" if values else "no"
        return f"{name} holds {few} numbers{where}, so it has no {asked.what}."
    left = len(rows) - len(values)
    count = f"{len(values)} of {len(rows)} rows" if left else words.counted(len(values), "row")
    missing = f"; {left} of them hold{'s' * (left == 1)} no number" if left else ""
    result = _with_unit(decimal(Fraction(asked.compute(values))), [row[column] for row in rows])
    return f"The {asked.what} of {name}{where} is **{result}**, over {count}{missing}."


def _whose(table: Table, rows: Sequence[Sequence[str]], asked: _Asked) -> str:
    column, whose = asked.columns[0], asked.whose or 0
    best = asked.compute(_values(rows, column) or [Fraction(0)])
    names = dict.fromkeys(row[whose] for row in rows if pasted.exact(row[column]) == best)
    found = " and ".join(f"**{words.quote(name)}**" for name in names)
    result = _with_unit(decimal(best), [row[column] for row in rows])
    return f"{found}: the {asked.what} of {_named(table, column)} is **{result}**"


def _named(table: Table, column: int) -> str:
    return f"**{words.quote(table.names[column], 60) or 'the first column'}**"


def _with_unit(number: str, cells: Sequence[str]) -> str:
    """Return a number with the sign of currency or per cent that all numbers of its column have."""
    numbers = [cell.strip() for cell in cells if pasted.exact(cell) is not None]
    before = {cell[0] for cell in numbers} if numbers else {""}
    behind = {cell[-1] for cell in numbers} if numbers else {""}
    sign = before.pop() if len(before) == 1 and before <= set("$€£¥") else ""
    return sign + number + (behind.pop() if len(behind) == 1 and behind <= set("%€") else "")


def _notes(table: Table, asked: _Asked) -> Iterator[str]:
    if table.index is not None and table.index not in {*asked.columns, asked.by, asked.whose}:
        name = words.quote(table.names[table.index], 60)
        called = f" ({name})" if name else ""
        yield f"The first column{called} was read as the row index and left out."
    if table.has_gap:
        yield "The table leaves out rows, so this is of the rows that it shows."
    if table.was_cut:
        yield f"Only the first {len(table.rows):,} rows were read."
