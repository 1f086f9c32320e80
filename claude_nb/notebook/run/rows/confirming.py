"""After a pilot: the rest is asked when a person says so in the page, by the same cell."""

from __future__ import annotations

from collections.abc import Callable

from claude_nb.notebook.environment import Environment
from claude_nb.notebook.run.guard import reaching
from claude_nb.notebook.run.guard.waiting import Page
from claude_nb.notebook.run.rows import showing
from claude_nb.notebook.session import Session
from claude_nb.rows.answers import Answers
from claude_nb.rows.tables import Table

__all__ = ["PILOT", "asked_first", "confirmed", "is_known", "is_seen"]

PILOT = 5
_ENOUGH = 20  # answers that are asked for without a pilot
_LOOK = 0.05  # seconds
_GO_ON = "A pilot: run the cell again to ask all rows, or with --budget; these five are kept."


def is_seen(session: Session, rows: Table, each: int) -> bool:
    """Whether there are many answers to come, `each` to a row, and a person who sees a page."""
    many = rows.again and (rows.count or 0) * each > _ENOUGH
    return many and Environment.read().display == "live" and not session.is_captured


def is_known(pilot: Answers) -> bool:
    """Return whether a pilot was asked before, as is seen where it ends and sends nothing."""
    while not pilot.over(_LOOK):
        if pilot.progress.running:
            return False
    now = pilot.progress
    return not (now.done or now.failed or now.ended == "error")


def confirmed(
    session: Session, pilot: Answers, begin: Callable[[], Answers], page: Page | None
) -> Answers:
    """Show a pilot, and ask the rest if a person says so; else return the pilot's answers.

    Parameters
    ----------
    session : Session
        Of the shell.
    pilot : Answers
        Of a run that has begun.
    begin : callable
        Asks all rows.
    page : Page or None
        Who is asked; None where nobody can be.
    """
    try:
        showing.followed(pilot, session, table=True, note="" if page else _GO_ON)
        if page is None or page.ask(_question(pilot)).word != "go":
            return pilot
    finally:
        if page is not None:
            page.close()
    return showing.followed(begin(), session, table=True)


def _question(pilot: Answers) -> str:
    failed = len(pilot.failed)
    said = f"{failed} of the first {len(pilot)} failed · " if failed else ""
    return f"{said}Ask the rest: {pilot.estimate()}"


def asked_first(session: Session, begin: Callable[[int | None], Answers]) -> Answers | None:
    """Ask a few rows first where a page can be asked about the rest; None where it cannot.

    Parameters
    ----------
    session : Session
        Of the shell.
    begin : callable
        Asks so many rows; all of them for None.
    """
    page = reaching.reached(session)
    if page is None:
        return None
    pilot = begin(PILOT)
    if not is_known(pilot):
        return confirmed(session, pilot, lambda: begin(None), page)
    page.close()
    return None
