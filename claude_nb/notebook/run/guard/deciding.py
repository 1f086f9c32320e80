"""Whether what waits is sent: a person says so in the page, or a setting where nobody can.

One question for all that waits. What it was answered holds for the cells that were sent to the
kernel before that, by the page's own clock, and for nothing later. A single cell asks nothing.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from claude_nb.api.wire import Request
from claude_nb.models.spending.consent import UnconfirmedError
from claude_nb.models.spending.quote import is_charged
from claude_nb.notebook.ledger import accounts
from claude_nb.notebook.run.guard import reaching, waiting
from claude_nb.notebook.run.guard.estimate import Estimate, estimate
from claude_nb.notebook.run.guard.waiting import Cell, Page
from claude_nb.notebook.session import Session

__all__ = ["Guard"]

_CANCELLED = "{}: you cancelled that, so nothing was sent."
_GONE = "{}: the page was closed, or its kernel interrupted, before it said Go; nothing was sent."
_UNASKED = "{}, more than ${:,.2f}, and nobody could be asked ({})"
_GOES = "claude_nb: {}: it is sent. %config ClaudeMagics.unasked = 'cancel' stops here instead."
_STOPS = "{}: ClaudeMagics.unasked is 'cancel', so nothing more is sent."
_LAST = datetime(9999, 1, 1, tzinfo=UTC)
_AT_ONCE = timedelta(seconds=5)
_SEVERAL = 2  # prompts
_REMEMBERED = 1_000  # executions: one in the background may take its time


@dataclass(frozen=True, slots=True)
class _Settled:
    """What was answered, and for the cells of until when."""

    until: datetime
    refusal: str = ""


class Guard:
    """Asks before many prompts are sent. Safe to use from any thread.

    Parameters
    ----------
    session : Session
        Whose cells ask.
    ask_page : callable
        Puts a question to the page, as `PageQuestion` does.
    """

    def __init__(self, session: Session, ask_page: Callable[[], Page] = reaching.page) -> None:
        self._session = session
        self._ask_page = ask_page
        self._lock = threading.Lock()
        self._settled: _Settled | None = None
        self._seen: dict[object, bool] = {}  # by execution, whether more waited; the last ones
        self._unheard = False  # whether no page answered, of late
        self._let: object = None  # the execution that may send whatever it likes
        self._before = Estimate()  # what was let through without a question
        self._told = False
        self._begun = datetime.min.replace(tzinfo=UTC)  # the first of the cells that wait together

    def look(self) -> None:
        """Note whether cells wait behind the running one, which may still be on their way.

        From the main thread.
        """
        execution = self._session.execution
        if not self._seen.get(execution):
            kernel = getattr(self._session.shell, "kernel", None)
            self._seen[execution] = waiting.is_waiting(kernel)
            self._seen = dict(list(self._seen.items())[-_REMEMBERED:])

    def check(self, request: Request) -> None:
        """Let a request through, once that is agreed to where it has to be.

        Raises
        ------
        UnconfirmedError
            It is not to be sent.
        """
        header = self._session.parent.get("header") or {}
        if not is_charged(request) or header.get("msg_type") != "execute_request":
            return  # also a panel, which is not to wait for a cell's answer
        with self._lock:  # what a cell asks at the same time waits for one answer
            if self._let != self._session.execution:
                self._check(request)
                self._let = self._session.execution

    def _check(self, request: Request) -> None:
        above = getattr(self._session.settings, "ask_above", None)
        way = self._way() if above is not None else ""
        if self._holds(self._settled):
            return
        self._begin(way)
        if not way:
            return
        if way == "page":
            self._by_page(request, above or 0.0)
        else:
            self._by_setting(request, above or 0.0, way)

    def _begin(self, way: str) -> None:
        """Forget the last run of cells where this is another: a page sends those of one at once."""
        sent = _sent(self._session.parent)
        if not way or (sent > self._begun + _AT_ONCE and not reaching.is_unattended(self._session)):
            self._before, self._told, self._unheard = Estimate(), False, False
            self._begun = sent

    def _holds(self, settled: _Settled | None) -> bool:
        """Whether this was answered already; raise the error if the answer was no."""
        if settled is None or _sent(self._session.parent) > settled.until:
            return False
        if settled.refusal:
            raise UnconfirmedError(settled.refusal)
        return True

    def _way(self) -> str:
        """Return ``page``, or why nobody can be asked; empty for a single cell."""
        if reaching.is_unattended(self._session):
            return reaching.NOBODY
        if threading.current_thread() is threading.main_thread():
            self.look()
        if not self._seen.get(self._session.execution):
            return ""
        why = reaching.unreachable(self._session)
        return why or (reaching.NOBODY if self._unheard else "page")

    def _by_page(self, request: Request, above: float) -> None:
        page = self._ask_page()
        try:
            told = page.waiting()
            if told is None:
                self._unheard = True
                self._by_setting(request, above, reaching.NOBODY)
                return
            cells = self._others(told.cells) if told.cells is not None else self._of_file()
            known = self._before + estimate(self._session, request, cells)
            if known.most.dollars <= above or known.prompts < _SEVERAL:
                if told.cells is None:
                    self._before += estimate(self._session, request, [])
                else:
                    self._settled = _Settled(told.at)
                return
            self._settled = self._answered(page, known, told.at)
        finally:
            page.close()
        self._holds(replace(self._settled, until=_LAST))

    def _answered(self, page: Page, known: Estimate, counted: datetime) -> _Settled:
        answer = page.ask(str(known))
        if answer.word == "go":
            self._before = Estimate()
            return _Settled(counted)
        said = _CANCELLED if answer.word == "cancel" else _GONE
        return _Settled(answer.at or counted, said.format(known))

    def _by_setting(self, request: Request, above: float, why: str) -> None:
        """Decide without a person; what is not known of later cells counts when they come."""
        if self._told:
            return
        known = self._before + estimate(self._session, request, self._of_file())
        if known.most.dollars <= above or known.prompts < _SEVERAL:
            self._before += estimate(self._session, request, [])
            return
        said = _UNASKED.format(known, above, why)
        if getattr(self._session.settings, "unasked", "go") == "cancel":
            raise UnconfirmedError(_STOPS.format(said))
        self._told = True
        print(_GOES.format(said), file=sys.stderr)  # noqa: T201 (for who reads the notebook later)

    def _others(self, cells: Sequence[Cell]) -> list[Cell]:
        return [each for each in cells if not each.id or each.id != self._session.cell]

    def _of_file(self) -> list[Cell]:
        """Return the cells behind this one in the notebook's file, as it was saved last."""
        content: dict[str, Any] = self._session.parent.get("content") or {}
        found = waiting.in_file(accounts.of(self._session).notebook)
        return waiting.behind(found, self._session.cell, str(content.get("code", "")))


def _sent(parent: Any) -> datetime:
    """Return when a cell was sent, by its page's clock; the latest where that is not told."""
    date = (parent.get("header") or {}).get("date")
    try:
        found = date if isinstance(date, datetime) else datetime.fromisoformat(str(date))
    except ValueError:
        return _LAST
    return found if found.tzinfo else found.replace(tzinfo=UTC)
