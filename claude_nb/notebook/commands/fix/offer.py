"""A change to a cell, shown line by line: to accept in the page, or as the next cell; never run.

Where a page with the front-end extension shows the notebook with that cell, it puts Accept and Next
cell below the change; the kernel keeps what they would write, so that no page can show one thing
and write another. Anywhere else the changed cell is the next one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import LiteralString

from claude_nb.ask.context.cells import Cell
from claude_nb.characters import plain
from claude_nb.notebook.answer import next_cell
from claude_nb.notebook.answer.amounts import count
from claude_nb.notebook.commands import page
from claude_nb.notebook.commands.fix import targets
from claude_nb.notebook.commands.fix.diff import Row
from claude_nb.notebook.commands.fix.proposal import Proposal, proposed
from claude_nb.notebook.commands.page import Piece, paragraph, soft, strong
from claude_nb.notebook.session import Change, Session
from claude_nb.notebook.text.safe_html import EMPTY, SafeHtml, attribute, join, markup, visible_html

__all__ = ["compared", "offer"]

_MOST_ROWS = 1_000  # of a comparison; what is longer is not shown whole, and replaces nothing
_SHEET: LiteralString = "asked/change.css"
_PLACE: LiteralString = '<div class="claude-nb-change"{}><pre tabindex="0">{}</pre></div>'
_MARK: LiteralString = ' data-claude-nb-change="{}"'
_ROW: dict[str, LiteralString] = {
    "-": "<del><small>{}</small><b>-</b><code>{}\n</code></del>",
    "+": "<ins><small>{}</small><b>+</b><code>{}\n</code></ins>",
    " ": "<span><small>{}</small><b> </b><code>{}\n</code></span>",
    "…": '<span class="claude-nb-stayed"><small>{}</small><b>…</b><code>{}\n</code></span>',
}
_WORDS: LiteralString = "<u>{}</u>"
_CHANGED = "The cell has changed since it ran: this is compared with what ran."
_PARTLY = "It cannot stand in the place of the cell, of which not all was seen."
_SAID = {
    "inserted": "The changed cell is put below; it is not run.",
    "kept": "The same code was put into the cell below before; nothing was added.",
    "changed": "The code is new; the cell proposed before still stands below it.",
}


def offer(session: Session, target: Cell, code: str, cell: str, *, whole: bool = True) -> None:
    """Show what would change, and let the person take it; say so if nothing does.

    Parameters
    ----------
    session : Session
        Of the running shell.
    target : Cell
        What is to change, as it was when a model saw it.
    code : str
        The whole new cell.
    cell : str
        What identifies the question.
    whole : bool
        Whether all of the cell was seen: if not, nothing can stand in its place.
    """
    there = targets.found_on(targets.on_page(session), target)
    if there is not None and there.source.strip() == target.source.strip():
        target = there  # to the letter as it stands there
    change = proposed(target.source, code, session.shell)
    if not change.rows:
        page.show(paragraph("It proposes no change to this cell: nothing differs."))
        return
    whole = whole and change.is_whole and len(change.rows) <= _MOST_ROWS
    in_place = there is not None and whole
    said = [_CHANGED] * (there is not None and there.source != target.source)
    said += [_PARTLY] * (not whole)
    said += [] if in_place else [_SAID[next_cell.insert(session, change.after, cell)]]
    name = there.id if there is not None else target.id
    mark = _kept(session, change, name, placed=not in_place) if whole and name else ""
    looks = [paragraph(strong("Before you run it: "), warning) for warning in change.warnings]
    shown = [_headed(there or target, change), compared(change.rows[:_MOST_ROWS], mark)]
    page.show(*shown, *map(paragraph, said), *looks, sheets=(_SHEET,))


def _kept(session: Session, change: Proposal, cell: str, *, placed: bool) -> str:
    kept = Change(cell=cell, before=change.before, after=change.after, placed=placed)
    session.changes.add(kept)
    return kept.mark


def _headed(target: Cell, change: Proposal) -> Piece:
    gone, come = (sum(row.sign == sign for row in change.rows) for sign in "-+")
    facts = [count(gone, "line out", "lines out")] * bool(gone)
    facts += [count(come, "line in", "lines in")] * bool(come)
    name = target.name if target.place or target.number is not None else "that cell"
    return paragraph(strong(f"Change to {name}"), soft(f" · {', '.join(facts)} · nothing was run"))


def compared(rows: Sequence[Row], mark: str = "") -> Piece:
    """Return lines that changed and those around them, readable with and without colours.

    Parameters
    ----------
    rows : sequence of Row
        From top to bottom.
    mark : str
        Names the change to the kernel, for a page that can make it.
    """
    width = max(len(str(row.number)) for row in rows)
    named = markup(_MARK, attribute(mark)) if mark else EMPTY
    html = markup(_PLACE, named, join(map(_row, rows)))
    return Piece(html, "\n".join(_line(row, width) for row in rows))


def _row(row: Row) -> SafeHtml:
    if row.sign == "…":
        return markup(_ROW["…"], EMPTY, visible_html(_stayed(row), code=True))
    return markup(_ROW[row.sign], visible_html(str(row.number)), _marked(row))


def _marked(row: Row) -> SafeHtml:
    """Return a line with the words marked that changed."""
    parts, end = list[SafeHtml](), 0
    for start, stop in row.spans:
        parts.append(visible_html(row.text[end:start], code=True))
        parts.append(markup(_WORDS, visible_html(row.text[start:stop], code=True)))
        end = stop
    return join([*parts, visible_html(row.text[end:], code=True)])


def _line(row: Row, width: int) -> str:
    if row.sign == "…":
        return f"{'':{width}} … {_stayed(row)}"
    return f"{row.number:{width}} {row.sign} {plain(row.text)}".rstrip()


def _stayed(row: Row) -> str:
    return f"{count(row.number, 'line')} as before"
