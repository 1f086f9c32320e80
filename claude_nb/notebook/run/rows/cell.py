"""``%%claude --each df``: a cell's question, asked of every row; at first of a few of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from claude_nb.ask import names
from claude_nb.ask.errors import InputError
from claude_nb.ask.options import BY_NAME, Options
from claude_nb.ask.question import compose
from claude_nb.ask.server_tools import with_named
from claude_nb.notebook.environment import Environment
from claude_nb.notebook.run import dry_run
from claude_nb.notebook.run.rows import showing
from claude_nb.notebook.run.rows.mapping import Asked, begun
from claude_nb.notebook.session import Session
from claude_nb.rows.answers import Answers
from claude_nb.rows.tables import Table, table

__all__ = ["ask"]

PILOT = 5
_ROWS = ("sample", "samples", "budget", "batch", "no_pilot")
_ENOUGH = 20  # rows that are asked without a pilot
_LOOK = 0.05  # seconds
_OTHERS = ("bg", "chat", "context", "extract", "fresh", "keep", "no_history")  # not for rows
_GO_ON = "A pilot: run the cell again to ask all rows, or with --budget; these five are kept."


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
        if not _is_known(pilot):
            return showing.followed(pilot, session, table=True, note=_GO_ON)
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
    if options.no_pilot or options.budget is not None or not rows.again:
        return False
    many = (rows.count or 0) * (options.samples or 1) > _ENOUGH
    return many and Environment.read().display == "live" and not session.is_captured


def _is_known(pilot: Answers) -> bool:
    """Return whether a pilot was asked before, as is seen where it ends and sends nothing."""
    while not pilot.over(_LOOK):
        if pilot.progress.running:
            return False
    now = pilot.progress
    return not (now.done or now.failed or now.ended == "error")


def _begun(
    session: Session, options: Options, text: str, rows: Table, sample: int | None
) -> Answers:
    via = "batch" if options.batch else "now"
    asked = Asked(samples=options.samples or 1, budget=options.budget, sample=sample, via=via)
    answers = begun(session, options, text, rows, asked, session.variables)
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
