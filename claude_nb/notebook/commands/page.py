"""What a command shows: one safe static output, ``text/html`` beside ``text/plain``.

Everything is built of pieces that hold both forms. Text becomes HTML here and nowhere else in
this package, always escaped, with characters that could hide or reorder shown by name; there is
no markup from outside, no script and no inline style. Tables stack on narrow screens.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import LiteralString

from claude_nb.characters import plain
from claude_nb.notebook.live import publishing
from claude_nb.notebook.page.constants import DONE, FAILED
from claude_nb.notebook.text.safe_html import (
    EMPTY,
    IGNORED,
    UNBOXED,
    SafeHtml,
    attribute,
    join,
    markup,
    style,
    visible_html,
)

# fmt: off
__all__ = [
    "Column", "Piece", "block", "bundle", "code", "columns", "folded", "folds", "grouped",
    "heading", "inline", "lines", "mark", "paragraph", "show", "soft", "strong", "table", "text",
]
# fmt: on


_PAGE: LiteralString = (
    f'{{}}<div class="claude-nb {IGNORED}"><div class="claude-nb-page">{{}}</div>{UNBOXED}</div>'
)


@dataclass(frozen=True, slots=True)
class Piece:
    """A bit of a page.

    Attributes
    ----------
    html : SafeHtml
        As a browser shows it.
    text : str
        The same for a terminal.
    """

    html: SafeHtml
    text: str


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its title, and whether it holds numbers."""

    title: str
    numeric: bool = False


def columns(*titles: str) -> tuple[Column, ...]:
    """Return columns of these titles; a ``#`` before one, which is not shown, means numbers."""
    return tuple(Column(title.removeprefix("#"), title.startswith("#")) for title in titles)


def text(words: str) -> Piece:
    """Return plain words."""
    return Piece(visible_html(words), plain(words))


def strong(words: str) -> Piece:
    """Return words that stand out."""
    return Piece(markup("<strong>{}</strong>", visible_html(words)), plain(words))


def soft(words: str) -> Piece:
    """Return words that stand back."""
    return Piece(markup("<small>{}</small>", visible_html(words)), plain(words))


def code(words: str) -> Piece:
    """Return something to type, or an id."""
    return Piece(markup("<code>{}</code>", visible_html(words, code=True)), plain(words))


def inline(*pieces: Piece | str, between: LiteralString = "") -> Piece:
    """Return pieces and words in a row."""
    known = [text(piece) if isinstance(piece, str) else piece for piece in pieces]
    return Piece(
        join((piece.html for piece in known), between), between.join(piece.text for piece in known)
    )


def heading(words: str) -> Piece:
    """Return a title."""
    html, text = markup("<h3>{}</h3>", visible_html(words)), plain(words)
    return Piece(html, f"{text}\n{'-' * len(text)}")


def paragraph(*pieces: Piece | str) -> Piece:
    """Return a paragraph."""
    whole = inline(*pieces)
    return Piece(markup("<p>{}</p>", whole.html), whole.text)


def block(words: str) -> Piece:
    """Return text as it is, line by line."""
    return Piece(markup("<pre>{}</pre>", visible_html(words)), plain(words))


def folded(title: str, words: str) -> Piece:
    """Return long text behind its title; as plain text, all of it."""
    template: LiteralString = "<details><summary>{}</summary><pre>{}</pre></details>"
    return Piece(markup(template, visible_html(title), visible_html(words)), plain(words))


def folds(title: str, *blocks: Piece) -> Piece:
    """Return blocks behind a title; as plain text, below it."""
    template: LiteralString = "<details><summary>{}</summary>{}</details>"
    html = markup(template, visible_html(title), join(block.html for block in blocks))
    return Piece(html, "\n\n".join([plain(title), *(block.text for block in blocks)]))


def mark(*, fine: bool) -> Piece:
    """Return the sign of what is well, or is not."""
    good: LiteralString = '<span class="claude-nb-good">{}</span>'
    bad: LiteralString = '<span class="claude-nb-failed">{}</span>'
    sign = DONE if fine else FAILED
    return Piece(markup(good if fine else bad, visible_html(sign)), sign)


def lines(*pieces: Piece) -> Piece:
    """Return pieces below each other, in one cell; as plain text, in a row."""
    return Piece(join((piece.html for piece in pieces), "<br>"), " ".join(p.text for p in pieces))


Rows = Iterable[Sequence[Piece | str]]


def table(columns: Sequence[Column], rows: Rows, *, tinted: int = -1) -> Piece:
    """Return a table; columns that have a title and no content are left out.

    Parameters
    ----------
    columns : sequence of Column
        Titles may be empty.
    rows : iterable of sequence
        As many cells each as there are columns.
    tinted : int
        Number of the row that stands out; none if there is no such row.
    """
    return grouped(columns, [("", rows)], tinted=tinted)


def grouped(
    columns: Sequence[Column], groups: Iterable[tuple[str, Rows]], *, tinted: int = -1
) -> Piece:
    """Return a table of several groups of rows, each below its title, in one grid."""
    known = [(title, [_cells(row) for row in rows]) for title, rows in groups]
    every = [row for _, rows in known for row in rows]
    there = [n for n, column in enumerate(columns) if not column.title or _filled(every, n)]
    columns = [columns[n] for n in there]
    grid = [[row[n] for n in there] for row in every]
    head, *drawn = _grid(columns, grid)
    bodies: list[SafeHtml] = []
    texts = [head] if any(column.title for column in columns) else []
    at = 0
    for title, rows in known:
        own = range(at, at := at + len(rows))
        body = join(_row(columns, grid[n], tinted=n == tinted) for n in own)
        bodies.append(markup("<tbody>{}{}</tbody>", _title(title, len(columns)), body))
        texts += [*([f"\n{plain(title)}"] if title else []), *(drawn[n] for n in own)]
    html = markup("<table>{}{}</table>", _head(columns), join(bodies))
    return Piece(html, "\n".join(texts).strip("\n"))


def _cells(row: Sequence[Piece | str]) -> list[Piece]:
    return [text(cell) if isinstance(cell, str) else cell for cell in row]


def _filled(rows: Sequence[Sequence[Piece]], place: int) -> bool:
    return not rows or any(row[place].text for row in rows)


def _head(columns: Sequence[Column]) -> SafeHtml:
    if not any(column.title for column in columns):
        return EMPTY
    head = join(
        markup('<th scope="col"{}>{}</th>', _align(column), visible_html(column.title))
        for column in columns
    )
    return markup("<thead><tr>{}</tr></thead>", head)


def _title(title: str, columns: int) -> SafeHtml:
    if not title:
        return EMPTY
    template: LiteralString = '<tr><th scope="rowgroup" colspan="{}">{}</th></tr>'
    return markup(template, attribute(str(columns)), visible_html(title))


def _row(columns: Sequence[Column], row: Sequence[Piece], *, tinted: bool) -> SafeHtml:
    # the label is shown where the table is too narrow for columns; the first cell names the row
    labels = ["", *(column.title for column in columns[1:])]
    cells = join(
        markup('<td{} data-label="{}">{}</td>', _align(column), attribute(label), cell.html)
        for column, label, cell in zip(columns, labels, row, strict=True)
    )
    return markup('<tr class="claude-nb-tinted">{}</tr>' if tinted else "<tr>{}</tr>", cells)


def _align(column: Column) -> SafeHtml:
    return markup(' align="right"') if column.numeric else EMPTY


def _grid(columns: Sequence[Column], cells: Sequence[Sequence[Piece]]) -> list[str]:
    """Return the titles and each row as a line of text, in columns."""
    rows = [[" ".join(cell.text.split("\n")) for cell in row] for row in cells]
    every = [[column.title for column in columns], *rows]
    widths = [max(len(row[place]) for row in every) for place in range(len(columns))]
    return [_aligned(columns, row, widths) for row in every]


def _aligned(columns: Sequence[Column], row: list[str], widths: list[int]) -> str:
    padded = (
        words.rjust(width) if column.numeric else words.ljust(width)
        for column, words, width in zip(columns, row, widths, strict=True)
    )
    return "  ".join(padded).rstrip()


def bundle(*blocks: Piece, sheets: tuple[LiteralString, ...] = ()) -> dict[str, str]:
    """Return the MIME bundle of a page that consists of these blocks.

    Parameters
    ----------
    *blocks : Piece
        From top to bottom.
    sheets : tuple of str
        Style sheets of its own.
    """
    html = join(piece.html for piece in blocks)
    return {
        "text/html": markup(_PAGE, style("answer.css", "commands.css", *sheets), html),
        "text/plain": "\n\n".join(piece.text for piece in blocks if piece.text),
    }


def show(
    *blocks: Piece,
    display_id: str = "",
    again: bool = False,
    sheets: tuple[LiteralString, ...] = (),
) -> None:
    """Display a page of these blocks, as one output.

    Parameters
    ----------
    *blocks : Piece
        From top to bottom.
    display_id : str, optional
        By which to find the output again.
    again : bool
        Whether to put the page in the place of the one that has this id.
    sheets : tuple of str
        Style sheets of its own.
    """
    publishing.publish(bundle(*blocks, sheets=sheets), display_id=display_id, update=again)
