"""``%claude usage``: tokens, time and cost by cell, by chat and in all, with a small chart."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from pathlib import Path

from claude_nb.ask.errors import InputError
from claude_nb.models import current_day
from claude_nb.notebook.answer.amounts import count, duration, money
from claude_nb.notebook.commands import page
from claude_nb.notebook.commands.spending import kept
from claude_nb.notebook.commands.spending.bars import LEGEND, bar
from claude_nb.notebook.environment import Environment
from claude_nb.notebook.ledger import accounts
from claude_nb.notebook.ledger.entries import Entry, Total, total
from claude_nb.notebook.ledger.frame import write_csv
from claude_nb.notebook.ledger.store import StoreError
from claude_nb.notebook.session import Session

__all__ = ["run"]

_MOST = 20  # cells shown
_DAYS = 30


def run(session: Session, words: str) -> None:
    """Show what was used: by the session, and what the ledger knows; or write that to a file."""
    if words:
        _write(session, Path(words.strip("\"'")).expanduser())
        return
    pieces = [*_of_session(list(session.ledger)), *_of_ledger(session)]
    nothing = page.paragraph("Nothing has been asked in this session.")
    page.show(*([] if session.ledger else [nothing]), *pieces)


def _write(session: Session, path: Path) -> None:
    if path.suffix.lower() != ".csv":
        raise InputError(f"{path} is no name of a CSV file: write %claude usage calls.csv")
    store = accounts.of(session).store
    try:
        calls = [] if store is None else store.calls()
    except StoreError as problem:
        raise InputError(f"The ledger cannot be read: {problem}.") from None
    write_csv(path, calls)
    page.show(
        page.paragraph(f"{len(calls):,} calls of all notebooks are in ", page.code(str(path)))
    )


def _of_ledger(session: Session) -> list[page.Piece]:
    """Return what the file knows; nothing where outputs are to be the same in every run."""
    accounted = accounts.of(session)
    store = accounted.store
    if store is None or not store.path.exists() or not Environment.read().timed:
        return []
    since = current_day() - timedelta(days=_DAYS - 1)
    try:
        return kept.pieces(session, accounted, store.calls(since=since.isoformat()))
    except StoreError as problem:
        return [page.paragraph(page.soft(f"The ledger cannot be read: {problem}."))]


def _of_session(entries: list[Entry]) -> list[page.Piece]:
    if not entries:
        return []
    cells = _grouped(entries, lambda entry: entry.cell)
    chats = _grouped(entries, lambda entry: entry.chat)
    groups = [("", [(_cell(group), group) for group in cells[-_MOST:]])]
    if {entry.chat for entry in entries} != {"main"}:
        rows = [(page.code(group[0].chat or "(by itself)"), group) for group in chats]
        groups.append(("By chat", rows))
    return [_table(groups), _in_all(total(entries)), *_notes(entries, len(cells))]


def _grouped(entries: Iterable[Entry], key: Callable[[Entry], str]) -> list[list[Entry]]:
    """Return entries with the same key together; what ran last is last."""
    groups: dict[str, list[Entry]] = {}
    for entry in entries:
        groups[key(entry)] = [*groups.pop(key(entry), []), entry]
    return list(groups.values())


def _table(groups: Sequence[tuple[str, Sequence[tuple[page.Piece, list[Entry]]]]]) -> page.Piece:
    """Return what each group takes, in one grid; bars compare what is in the same group."""
    drawn: list[tuple[str, list[tuple[page.Piece | str, ...]]]] = []
    for title, rows in groups:
        sums = [(name, total(group)) for name, group in rows]
        most = max(one.read + one.written for _, one in sums)
        drawn.append((title, [_row(name, one, most) for name, one in sums]))
    return page.grouped(page.columns("cell", "#runs", "#read", "#written", "", "#cost"), drawn)


def _row(name: page.Piece, one: Total, most: int) -> tuple[page.Piece | str, ...]:
    return (
        name,
        str(one.runs),
        f"{one.read:,}",
        f"{one.written:,}",
        bar(one.read, one.written, most),
        _cost(one),
    )


def _cost(one: Total) -> str:
    """Return what runs cost; where that of one is not known, the least it can be."""
    if one.unpriced and not one.cost:
        return "not known"
    least = "at least " if one.unpriced else ""
    return f"{least}{money(one.cost)}" if one.cost is not None else ""


def _cell(group: list[Entry]) -> page.Piece:
    last = group[-1]
    place = f"In [{last.number}]" if last.number is not None else "a cell"
    state = [" ", page.strong(last.state)] if last.state != "complete" else []
    return page.inline(page.code(place), " ", page.soft(last.title), *state)


def _in_all(one: Total) -> page.Piece:
    kinds = [f"{one.cached:,} from the cache"] * bool(one.cached)
    kinds += [f"{one.stored:,} into {'it' if kinds else 'the cache'}"] * bool(one.stored)
    cached = f" ({', '.join(kinds)})" if kinds else ""
    facts = [
        count(one.runs, "run"),
        f"{one.read:,} tokens read{cached}",
        f"{one.written:,} written",
        *([count(one.searches, "web search", "web searches")] if one.searches else []),
        *([duration(one.seconds)] if Environment.read().timed else []),
    ]
    cost = [" · ", page.strong(_cost(one))] if one.cost else []
    return page.paragraph(page.strong("In all "), " · ".join(facts), *cost)


def _notes(entries: list[Entry], cells: int) -> list[page.Piece]:
    notes: list[str] = []
    if cells > _MOST:
        earlier = count(cells - _MOST, "earlier cell is", "earlier cells are")
        notes.append(f"{earlier} not listed, but counted in all.")
    if any(entry.emulated for entry in entries):
        notes.append("What the emulator answers costs nothing.")
    if total(entries).unpriced:
        notes.append(
            "The cost of some runs is not known: another server's price, no published price, or "
            "an answer that was cut off."
        )
    return [page.paragraph(LEGEND, page.soft(" ".join(notes)))]
