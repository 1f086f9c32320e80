"""What a command shows: one safe static output, ``text/html`` beside ``text/plain``.

Everything is built of pieces that hold both forms. Text becomes HTML here and nowhere else in
this package, always escaped, with characters that could hide or reorder shown by name; there is
no markup from outside, no script and no inline style. Tables stack on narrow screens.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from claude_nb.notebook import render
from claude_nb.notebook.sanitise import plain, visible

__all__ = [
    "Column",
    "Piece",
    "block",
    "bundle",
    "code",
    "folded",
    "heading",
    "inline",
    "paragraph",
    "show",
    "soft",
    "strong",
    "table",
    "text",
]

_STYLE = Path(__file__).parent.parent / "static" / "commands.css"


@dataclass(frozen=True, slots=True)
class Piece:
    """A bit of a page.

    Attributes
    ----------
    html : str
        Safe HTML.
    text : str
        The same for a terminal.
    """

    html: str
    text: str


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its title, and whether it holds numbers."""

    title: str
    numeric: bool = False


def text(words: str) -> Piece:
    """Return plain words."""
    return Piece(visible(words), plain(words))


def strong(words: str) -> Piece:
    """Return words that stand out."""
    return Piece(f"<strong>{visible(words)}</strong>", plain(words))


def soft(words: str) -> Piece:
    """Return words that stand back."""
    return Piece(f"<small>{visible(words)}</small>", plain(words))


def code(words: str) -> Piece:
    """Return something to type, or an id."""
    return Piece(f"<code>{visible(words, code=True)}</code>", plain(words))


def inline(*pieces: Piece | str, between: str = "") -> Piece:
    """Return pieces and words in a row."""
    known = [text(piece) if isinstance(piece, str) else piece for piece in pieces]
    return Piece(
        visible(between).join(piece.html for piece in known),
        between.join(piece.text for piece in known),
    )


def heading(words: str) -> Piece:
    """Return a title."""
    return Piece(f"<h3>{visible(words)}</h3>", f"{plain(words)}\n{'-' * len(plain(words))}")


def paragraph(*pieces: Piece | str) -> Piece:
    """Return a paragraph."""
    whole = inline(*pieces)
    return Piece(f"<p>{whole.html}</p>", whole.text)


def block(words: str) -> Piece:
    """Return text as it is, line by line."""
    return Piece(f"<pre>{visible(words)}</pre>", plain(words))


def folded(title: str, words: str) -> Piece:
    """Return long text behind its title; as plain text, all of it."""
    html = f"<details><summary>{visible(title)}</summary><pre>{visible(words)}</pre></details>"
    return Piece(html, plain(words))


def table(columns: Sequence[Column], rows: Iterable[Sequence[Piece | str]]) -> Piece:
    """Return a table.

    Parameters
    ----------
    columns : sequence of Column
        Titles may be empty.
    rows : iterable of sequence
        As many cells each as there are columns.
    """
    cells = [[text(cell) if isinstance(cell, str) else cell for cell in row] for row in rows]
    head = "".join(f'<th scope="col"{_align(column)}>{column.title}</th>' for column in columns)
    body = "".join(f"<tr>{_row(columns, row)}</tr>" for row in cells)
    titled = any(column.title for column in columns)
    top = f"<thead><tr>{head}</tr></thead>" if titled else ""
    return Piece(f"<table>{top}<tbody>{body}</tbody></table>", _grid(columns, cells, titled=titled))


def _row(columns: Sequence[Column], row: Sequence[Piece]) -> str:
    # the label is shown where the table is too narrow for columns; the first cell names the row
    labels = ["", *(column.title for column in columns[1:])]
    return "".join(
        f'<td{_align(column)} data-label="{label}">{cell.html}</td>'
        for column, label, cell in zip(columns, labels, row, strict=True)
    )


def _align(column: Column) -> str:
    return ' align="right"' if column.numeric else ""


def _grid(columns: Sequence[Column], cells: list[list[Piece]], *, titled: bool) -> str:
    lines = [[" ".join(cell.text.split("\n")) for cell in row] for row in cells]
    every = [[column.title for column in columns], *lines] if titled else lines
    widths = [max(len(row[place]) for row in every) for place in range(len(columns))]
    return "\n".join(_aligned(columns, row, widths) for row in every)


def _aligned(columns: Sequence[Column], row: list[str], widths: list[int]) -> str:
    padded = (
        words.rjust(width) if column.numeric else words.ljust(width)
        for column, words, width in zip(columns, row, widths, strict=True)
    )
    return "  ".join(padded).rstrip()


@cache
def _style() -> str:
    css = _STYLE.read_text(encoding="utf-8")
    return " ".join(css.partition("*/")[2].split())


def bundle(*blocks: Piece) -> dict[str, str]:
    """Return the MIME bundle of a page that consists of these blocks."""
    html = "".join(piece.html for piece in blocks)
    style = f"<style>{_style()}</style>"
    return {
        "text/html": render.page(f'{style}<div class="claude-nb-page mathjax_ignore">{html}</div>'),
        "text/plain": "\n\n".join(piece.text for piece in blocks if piece.text),
    }


def show(*blocks: Piece, display_id: str | None = None, again: bool = False) -> None:
    """Display a page of these blocks, as one output.

    Parameters
    ----------
    *blocks : Piece
        From top to bottom.
    display_id : str, optional
        By which to find the output again.
    again : bool
        Whether to put the page in the place of the one that has this id.
    """
    from IPython.display import publish_display_data  # noqa: PLC0415 (only in a shell)

    transient = {"display_id": display_id} if display_id else None
    publish_display_data(bundle(*blocks), transient=transient, update=again)
