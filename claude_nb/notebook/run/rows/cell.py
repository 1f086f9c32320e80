"""``%%claude --each df``: a cell's question, asked of every row; at first of a few of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from claude_nb.ask import names
from claude_nb.ask.errors import InputError
from claude_nb.ask.options import BY_NAME, Options
from claude_nb.ask.question import compose
from claude_nb.ask.server_tools import with_named
from claude_nb.notebook.run import dry_run
from claude_nb.notebook.run.guard import reaching
from claude_nb.notebook.run.rows import showing
from claude_nb.notebook.run.rows.asked import Asked
from claude_nb.notebook.run.rows.confirming import PILOT, confirmed, is_known, is_seen
from claude_nb.notebook.run.rows.running import Question, begun
from claude_nb.notebook.session import Session
from claude_nb.rows.answers import Answers
from claude_nb.rows.tables import Table, table

__all__ = ["ask"]

_ROWS = ("sample", "samples", "budget", "batch", "no_pilot")
_OTHERS = ("bg", "chat", "context", "extract", "fresh", "keep", "no_history")  # not for rows


def ask(session: Session, given: Mapping[str, Any], text: str) -> Answers | None:
    """Ask from a cell, and return the answers; None for a dry run.

    Parameters
    ----------
    session : Session
        Of the shell that runs the cell.
    given : Mapping
        The options of its line.
    text : str
        The prompt.

    Raises
    ------
    InputError
        Something in it cannot be used; nothing was sent.
    """
    options = session.defaults().changed(given)
    _check(options, given)
    rows = table(names.lookup(str(options.each), session.variables, f"--each {options.each}"))
    if options.dry_run:
        return _shown(session, options, text, rows)
    if options.sample is None and _needs_pilot(options, rows, session):
        pilot = _begun(session, options, text, rows, PILOT)
        if not is_known(pilot):
            page = reaching.reached(session)  # while the first rows are asked
            return confirmed(session, pilot, lambda: _begun(session, options, text, rows), page)
    answers = _begun(session, options, text, rows, options.sample)
    return showing.followed(answers, session, table=True)


def _check(options: Options, given: Mapping[str, Any]) -> None:
    if not options.each:
        flag = next(BY_NAME[name].flags[-1] for name in _ROWS if name in given)
        raise InputError(f"{flag} goes with --each: name the table whose rows are asked.")
    for name in _OTHERS:
        if given.get(name) not in (None, False, "none"):
            raise InputError(f"{BY_NAME[name].flags[-1]} has no meaning with --each: leave it out.")
    if options.format not in {"markdown", "text"}:
        raise InputError(f"-f {options.format} with --each: use --schema, which makes columns.")


def _needs_pilot(options: Options, rows: Table, session: Session) -> bool:
    """Return whether a person who sees the page is to see a few answers before paying for all."""
    if options.no_pilot or options.budget is not None:
        return False
    return is_seen(session, rows, options.samples or 1)


def _begun(
    session: Session, options: Options, text: str, rows: Table, sample: int | None = None
) -> Answers:
    via = "batch" if options.batch else "now"
    asked = Asked(samples=options.samples or 1, budget=options.budget, sample=sample, via=via)
    answers = begun(session, Question(options, text, rows, asked, session.variables))
    if options.out:
        session.shell.user_ns[options.out] = answers
    return answers


def _shown(session: Session, options: Options, text: str, rows: Table) -> None:
    """Show the request of the first row."""
    row = next(iter(rows.rows), None) if rows.again else None
    if row is None:
        raise InputError(
            f"--each {options.each} with --dry-run: there is no first row that can be shown."
        )
    scope = {**session.variables, "row": row, **row}
    named = with_named(options, session.servers)
    known: dict[str, Any] = {"models": session.models, "locks": session.locks}
    dry_run.show(compose(named, text, variables=scope, **known), session)
