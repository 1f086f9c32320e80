"""Rows, ways to ask and differences as tables: safe HTML beside text.

A bar is a ``meter``: it needs no style and no script, and survives where saved outputs are cleaned.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, LiteralString

from claude_nb.characters import one_line, plain
from claude_nb.notebook.answer import render
from claude_nb.notebook.text.safe_html import (
    EMPTY,
    SafeHtml,
    attribute,
    join,
    markup,
    visible_html,
)
from claude_nb.rows.answer import Answer
from claude_nb.rows.answers import Answers
from claude_nb.rows.grid import Grid, Measure
from claude_nb.rows.likeness import Change, Differences, Pair
from claude_nb.rows.progress import money

__all__ = ["differences", "shown"]

_HEAD = 10  # rows that are shown
_CELL = 160  # characters of a cell
_COLUMNS = 8
_WIDE = 200  # characters of what two answers have in common
_END = 90
_WHOLE: LiteralString = "<table><thead><tr>{}</tr></thead><tbody>{}</tbody></table>"


def shown(answers: Answers, *, timed: bool = True) -> tuple[SafeHtml, str]:
    """Return the first rows as a table, after how each way to ask did if there are several."""
    html, text = _rows_shown(answers)
    if not isinstance(answers, Grid):
        return html, text
    above, told = _measures(answers.measures, timed=timed)
    return join([above, html]), f"{told}\n\n{text}"


def _rows_shown(answers: Answers) -> tuple[SafeHtml, str]:
    rows = list(_ways(answers) if isinstance(answers, Grid) else _rows(answers))
    names = list(dict.fromkeys(name for row in rows for name in row))[:_COLUMNS]
    if not rows:
        return EMPTY, ""
    cells = [[row.get(name, "") for name in names] for row in rows]
    left = _lines(answers) - len(rows)
    said = "row" if left == 1 else "rows"
    more = markup("<p>{}</p>", visible_html(f"… {left:,} more {said}")) if left > 0 else EMPTY
    html = _table(names, [[visible_html(cell) for cell in row] for row in cells])
    return join([html, more]), _grid([names, *cells])


def _lines(answers: Answers) -> int:
    """Return how many lines all of them are."""
    each = len(answers.ways) * answers.samples if isinstance(answers, Grid) else 1
    return len(answers) // each


def _table(names: Sequence[str], rows: Sequence[Sequence[SafeHtml]]) -> SafeHtml:
    head = join(markup("<th>{}</th>", visible_html(name)) for name in names)
    body = join(
        markup("<tr>{}</tr>", join(markup("<td>{}</td>", cell) for cell in row)) for row in rows
    )
    return markup(_WHOLE, head, body)


def _grid(rows: Sequence[Sequence[str]]) -> str:
    cut = [[one_line(plain(cell), 40) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cut, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in cut
    )


# The first rows.


def _rows(answers: Answers) -> Iterator[Mapping[str, str]]:
    """Yield the first rows: what the prompt names of them, and what came."""
    asked = answers.columns_asked(_HEAD)
    for answer in answers[:_HEAD]:
        sample = {"sample": str(answer.sample)} if answers.samples > 1 else {}
        row = asked[answer.row] if answer.row < len(asked) else {"row": str(answer.row)}
        cells = {**row, **sample, **_came(answer)}
        yield {name: one_line(str(value), _CELL) for name, value in cells.items()}


def _came(answer: Answer) -> dict[str, Any]:
    value = answer.fields
    said = dict(islice(value.items(), _COLUMNS)) if value else {"answer": answer.text or ""}
    return {**said, "error": answer.error} if answer.error else said


def _ways(grid: Grid) -> Iterator[Mapping[str, str]]:
    """Yield the first rows with the answers of all ways side by side."""
    asked, each = grid.columns_asked(_HEAD), len(grid.ways) * grid.samples
    found = grid[: _HEAD * each]
    for place, row in enumerate(asked):
        answers = found[place * each : (place + 1) * each : grid.samples]
        said = {answer.way: answer.text or answer.error or "" for answer in answers}
        yield {name: one_line(str(value), _CELL) for name, value in {**row, **said}.items()}


# How each way did.


@dataclass(frozen=True, slots=True)
class _Kind:
    """One figure of all ways.

    Attributes
    ----------
    title : str
        Of its column.
    of : callable
        Returns it; None where it is not known.
    say : callable
        Returns it as text.
    most : float or None
        What a full bar stands for; None for the largest.
    """

    title: str
    of: Callable[[Measure], float | None]
    say: Callable[[float], str]
    most: float | None = None


def _kinds(*, timed: bool) -> list[_Kind]:
    seconds = _Kind("seconds", lambda each: each.seconds, lambda value: f"{value:.1f}")
    return [
        _Kind("words", lambda each: each.words, lambda value: f"{value:,.0f}"),
        _Kind("cost", lambda each: each.cost, money),
        *([seconds] if timed else []),
        _Kind("agreement", lambda each: each.agreement, lambda value: f"{value:.0%}", 1.0),
    ]


def _measures(measures: Sequence[Measure], *, timed: bool) -> tuple[SafeHtml, str]:
    """Return a table with a line for each way, and for each figure that is known a bar."""
    kinds = [
        kind for kind in _kinds(timed=timed) if any(kind.of(each) is not None for each in measures)
    ]
    names = ["way", "answered", *(kind.title for kind in kinds)]
    lines = [[each.way, _answered(each)] for each in measures]
    html = [[visible_html(cell) for cell in line] for line in lines]
    for kind in kinds:
        values = [kind.of(each) for each in measures]
        most = kind.most or max((value for value in values if value is not None), default=0.0)
        for line, cells, value in zip(lines, html, values, strict=True):
            line.append("" if value is None else kind.say(value))
            cells.append(EMPTY if value is None else _bar(value, most, kind.say(value)))
    return _table(names, html), _grid([names, *lines])


def _answered(each: Measure) -> str:
    return f"{each.answered:,}" + (f", {each.failed:,} not" if each.failed else "")


def _bar(value: float, most: float, said: str) -> SafeHtml:
    share = attribute(f"{value / most if most else 0.0:.3f}")
    bar: LiteralString = '<meter min="0" max="1" value="{}" aria-hidden="true"></meter> {}'
    return markup(bar, share, visible_html(said))


# Differences.


def differences(found: Differences) -> dict[str, str]:
    """Return the MIME bundle of differences: what only one says struck out, or underlined."""
    rows = [[visible_html(str(pair.row)), _changed(pair)] for pair in found.shown]
    left = len(found) - len(rows)
    more = markup("<p>{}</p>", visible_html(f"… {left:,} more rows differ")) if left else EMPTY
    html = _table(["row", f"{found.one} → {found.other}"], rows) if rows else EMPTY
    return {
        "text/html": render.page(join([html, more, render.foot(found.summary())])),
        "text/plain": plain(repr(found)),
    }


def _changed(pair: Pair) -> SafeHtml:
    return join(map(_words, pair.changes()))


def _words(change: Change) -> SafeHtml:
    text = change.text
    if change.kind == "same":
        wide = len(text) > _WIDE
        return visible_html(f"{text[:_END]} … {text[-_END:]}" if wide else text)
    if change.kind == "out":
        return markup("<del>{}</del> ", visible_html(text.rstrip()))
    return markup("<ins>{}</ins> ", visible_html(text.rstrip()))
