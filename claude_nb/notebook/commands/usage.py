"""``%claude usage``: tokens, time and cost by cell, by chat and in all, with a small chart."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from claude_nb.notebook import render, views
from claude_nb.notebook.commands.host import Host
from claude_nb.notebook.commands.page import (
    Column,
    Piece,
    code,
    inline,
    paragraph,
    show,
    soft,
    strong,
    table,
)
from claude_nb.notebook.ledger import Entry, Total, total

__all__ = ["bar", "run"]

_WIDTH = 12  # characters of the longest bar
_MOST = 20  # cells shown
_READ, _WRITTEN = "░", "█"


def run(magics: Host, words: str) -> None:
    """Show what the session has used so far."""
    del words
    entries = list(magics.ledger)
    if not entries:
        show(paragraph("Nothing has been asked in this session."))
        return
    cells = _grouped(entries, lambda entry: entry.cell)
    chats = _grouped(entries, lambda entry: entry.chat)
    pieces = [_table("cell", [(_cell(group), group) for group in cells[-_MOST:]])]
    if {entry.chat for entry in entries} != {"main"}:
        rows = [(code(group[0].chat or "(by itself)"), group) for group in chats]
        pieces.append(_table("chat", rows))
    show(*pieces, _in_all(total(entries)), *_notes(entries, len(cells)))


def _grouped(entries: Iterable[Entry], key: Callable[[Entry], str]) -> list[list[Entry]]:
    """Return entries with the same key together; what ran last is last."""
    groups: dict[str, list[Entry]] = {}
    for entry in entries:
        groups[key(entry)] = [*groups.pop(key(entry), []), entry]
    return list(groups.values())


def _table(title: str, groups: Sequence[tuple[Piece, list[Entry]]]) -> Piece:
    sums = [(name, total(group)) for name, group in groups]
    most = max(one.read + one.written for _, one in sums)
    columns = (
        Column(title),
        Column("runs", numeric=True),
        Column("read", numeric=True),
        Column("written", numeric=True),
        Column("cost", numeric=True),
        Column(""),
    )
    return table(columns, [_row(name, one, most) for name, one in sums])


def _row(name: Piece, one: Total, most: int) -> tuple[Piece | str, ...]:
    cost = render.money(one.cost) if one.cost is not None else ""
    return name, str(one.runs), f"{one.read:,}", f"{one.written:,}", cost, bar(one, most)


def bar(one: Total, most: int) -> Piece:
    """Return a bar of tokens read and written, where `most` tokens fill the whole width."""
    length = max(1, round(_WIDTH * (one.read + one.written) / max(most, 1)))
    written = round(length * one.written / max(one.read + one.written, 1))
    drawn = _READ * (length - written), _WRITTEN * written
    html = f'<samp aria-hidden="true">{drawn[0]}{drawn[1]}</samp>'
    return Piece(html, "".join(drawn))


def _cell(group: list[Entry]) -> Piece:
    last = group[-1]
    place = f"In [{last.number}]" if last.number is not None else "a cell"
    state = [" ", strong(last.state)] if last.state != "complete" else []
    return inline(code(place), " ", soft(last.title), *state)


def _in_all(one: Total) -> Piece:
    cached = f" ({one.cached:,} from the cache)" if one.cached else ""
    facts = [
        "1 run" if one.runs == 1 else f"{one.runs} runs",
        f"{one.read:,} tokens read{cached}",
        f"{one.written:,} written",
        *([render.duration(one.seconds)] if views.tells_time() else []),
    ]
    cost = [" · ", strong(render.money(one.cost))] if one.cost is not None else []
    return paragraph(strong("In all "), " · ".join(facts), *cost)


def _notes(entries: list[Entry], cells: int) -> list[Piece]:
    notes = [f"{_READ} read, {_WRITTEN} written."]
    if cells > _MOST:
        notes.append(f"{cells - _MOST} earlier cells are not listed, but counted in all.")
    if any(entry.emulated for entry in entries):
        notes.append("What the emulator answers costs nothing.")
    if total(entries).unpriced:
        notes.append("The cost of some runs is not known: another server's price, or no price.")
    return [paragraph(soft(" ".join(notes)))]
