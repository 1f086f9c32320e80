"""What the ledger's file knows beyond this session: today, this notebook, by model, by cell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from claude_nb.characters import one_line
from claude_nb.models import current_day
from claude_nb.notebook.answer.amounts import money
from claude_nb.notebook.commands import page
from claude_nb.notebook.commands.spending.bars import bar, drawn
from claude_nb.notebook.commands.spending.located import Located, located
from claude_nb.notebook.ledger.accounts import Accounts
from claude_nb.notebook.ledger.store import Call
from claude_nb.notebook.session import Session

__all__ = ["pieces"]

_DAYS = 30
_MOST = 10  # models, and cells, that are listed
_TITLE = 40
_STEPS = "▁▂▃▄▅▆▇█"


@dataclass(frozen=True, slots=True)
class _Sum:
    """Several calls together."""

    calls: int
    read: int
    written: int
    cost: float
    unpriced: int


def pieces(session: Session, kept: Accounts, calls: Sequence[Call]) -> list[page.Piece]:
    """Return tables of the calls of the last days, as far as they say more than the session.

    Parameters
    ----------
    session : Session
        Knows how its cells' questions begin.
    kept : Accounts
        Name the notebook.
    calls : sequence of Call
        Of the last 30 days, oldest first.
    """
    if not calls:
        return []
    here = [call for call in calls if kept.notebook and call.notebook == kept.notebook]
    found = [_by_time(kept, calls, here), _models(calls)]
    if here:
        found.append(_cells(session, Path(kept.notebook), here))
    return [page.heading("Kept in the ledger"), *found, _notes(calls)]


def _by_time(kept: Accounts, calls: Sequence[Call], here: Sequence[Call]) -> page.Piece:
    today = current_day().isoformat()
    groups: list[tuple[page.Piece, Sequence[Call]]] = [
        (page.text("today"), [call for call in calls if call.at >= today])
    ]
    if here:
        name = one_line(Path(kept.notebook).name, _TITLE)
        groups.append((page.inline("this notebook ", page.soft(name)), here))
    groups.append((page.inline(f"{_DAYS} days ", drawn(_by_day(calls))), calls))
    return _table("when", groups)


def _by_day(calls: Sequence[Call]) -> str:
    """Return a small plot: tokens of each of the last days, the present one last."""
    tokens = Counter[str]()  # in no order: clocks are put right
    for call in calls:
        tokens[call.at[:10]] += _tokens(call)
    last = current_day()
    days = [(last - timedelta(days=back)).isoformat() for back in range(_DAYS - 1, -1, -1)]
    most = max(tokens[day] for day in days) or 1
    return "".join(_step(tokens[day], most) for day in days)


def _step(tokens: int, most: int) -> str:
    return _STEPS[min(len(_STEPS) - 1, -(-tokens * (len(_STEPS) - 1) // most))] if tokens else "·"


def _models(calls: Sequence[Call]) -> page.Piece:
    groups = _grouped(calls, lambda call: call.model)
    return _table("model", [(page.code(name or "?"), group) for name, group in groups])


def _cells(session: Session, notebook: Path, here: Sequence[Call]) -> page.Piece:
    titles = {entry.cell.partition("/")[0]: entry.title for entry in session.ledger}
    groups, known = _grouped(here, lambda call: call.cell), located(notebook)
    rows = [(_cell(name, titles, known), group) for name, group in groups]
    return _table("cell of this notebook", rows)


def _cell(name: str, titles: Mapping[str, str], known: Mapping[str, Located]) -> page.Piece:
    """Return which cell it is as a person can find it: its place in the file, how it begins."""
    if not name:
        return page.text("no cell")
    found = known.get(name)
    place = f"cell {found.place}" if found else "not in the saved file"
    title = one_line(titles.get(name) or (found.title if found else ""), _TITLE)
    return page.inline(page.text(place), " ", page.soft(title))


def _grouped(calls: Sequence[Call], key: Callable[[Call], str]) -> list[tuple[str, list[Call]]]:
    """Return those of the same name together; the dearest, and then the longest, first."""
    groups: dict[str, list[Call]] = {}
    for call in calls:
        groups.setdefault(key(call), []).append(call)
    ranked = sorted(groups.items(), key=lambda item: _rank(item[1]), reverse=True)
    return ranked[:_MOST]


def _rank(calls: Sequence[Call]) -> tuple[float, int]:
    one = _sum(calls)
    return one.cost, one.read + one.written


def _sum(calls: Sequence[Call]) -> _Sum:
    return _Sum(
        calls=len(calls),
        read=sum(call.input + call.cached + call.stored for call in calls),
        written=sum(call.output for call in calls),
        cost=sum(call.cost or 0.0 for call in calls),
        unpriced=sum(call.cost is None and _tokens(call) > 0 for call in calls),
    )


def _tokens(call: Call) -> int:
    return call.input + call.cached + call.stored + call.output


def _table(title: str, groups: Sequence[tuple[page.Piece, Sequence[Call]]]) -> page.Piece:
    sums = [(name, _sum(group)) for name, group in groups]
    most = max(one.read + one.written for _, one in sums)
    columns = page.columns(title, "#calls", "#read", "#written", "#cost", "")
    return page.table(columns, [_row(name, one, most) for name, one in sums])


def _row(name: page.Piece, one: _Sum, most: int) -> tuple[page.Piece | str, ...]:
    least = "at least " * bool(one.unpriced)
    cost = f"{least}{money(one.cost)}" if one.cost else "not known" * bool(one.unpriced)
    figures = f"{one.calls:,}", f"{one.read:,}", f"{one.written:,}"
    return name, *figures, cost, bar(one.read, one.written, most)


def _notes(calls: Sequence[Call]) -> page.Piece:
    free = sum(call.origin != "server" for call in calls)
    share = (
        f"{free:,} of {len(calls):,} calls cost nothing: emulated, replayed, or of this machine. "
    )
    days = sorted({call.prices for call in calls if call.prices})
    priced = f"Prices as of {days[-1]}. " if days else ""
    how = "Days are those of UTC. %claude usage FILE.csv writes all calls, claude_nb.usage() too."
    return page.paragraph(page.soft(f"{share if free else ''}{priced}{how}"))
