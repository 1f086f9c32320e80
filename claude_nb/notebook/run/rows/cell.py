"""``%%claude --each df``: a cell's question, asked of every row; at first of a few of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from claude_nb.ask import names
from claude_nb.ask.errors import InputError
from claude_nb.ask.options import BY_NAME, ROWS, WAYS, Options
from claude_nb.ask.question import Question as Composed
from claude_nb.ask.question import compose
from claude_nb.ask.server_tools import with_named
from claude_nb.notebook.run import dry_run
from claude_nb.notebook.run.guard import reaching
from claude_nb.notebook.run.rows import showing
from claude_nb.notebook.run.rows.asked import Asked
from claude_nb.notebook.run.rows.confirming import PILOT, confirmed, is_known, is_seen
from claude_nb.notebook.run.rows.running import Question, started
from claude_nb.notebook.session import Session
from claude_nb.rows.answers import Answers
from claude_nb.rows.grid import Way, ways
from claude_nb.rows.tables import Table, table

__all__ = ["ask"]

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
    found = _ways(session, options, given)
    if options.dry_run:
        return _shown(session, options, text, rows, found)

    def begin(sample: int | None = None) -> Answers:
        what = Question(options, text, rows, _asked(options, sample), session.variables)
        answers = started(session, what, found)
        if options.out:
            session.shell.user_ns[options.out] = answers
        return answers

    if options.sample is None and _needs_pilot(options, rows, session, len(found)):
        pilot = begin(PILOT)
        if not is_known(pilot):
            page = reaching.reached(session)  # while the first rows are asked
            return confirmed(session, pilot, begin, page)
    return showing.followed(begin(options.sample), session, table=True)


def _check(options: Options, given: Mapping[str, Any]) -> None:
    if not options.each:
        flag = next(BY_NAME[name].flags[-1] for name in ROWS if name in given)
        raise InputError(f"{flag} goes with --each: name the table whose rows are asked.")
    for name in _OTHERS:
        if given.get(name) not in (None, False, "none"):
            raise InputError(f"{BY_NAME[name].flags[-1]} has no meaning with --each: leave it out.")
    if options.format not in {"markdown", "text"}:
        raise InputError(f"-f {options.format} with --each: use --schema, which makes columns.")


def _ways(session: Session, options: Options, given: Mapping[str, Any]) -> list[Way]:
    """Return the ways to ask that the options name."""
    for name in WAYS:
        if name in given and (one := name.removesuffix("s")) in given:
            flags = f"{BY_NAME[one].flags[-1]} and {BY_NAME[name].flags[-1]}"
            raise InputError(f"{flags} say the same: leave one of them out.")
    systems: Any = None
    if options.systems is not None:
        told = f"--systems {options.systems}"
        systems = names.lookup(options.systems, session.variables, told)
    return ways(options.models, options.temperatures, systems)


def _needs_pilot(options: Options, rows: Table, session: Session, many: int) -> bool:
    """Return whether a person who sees the page is to see a few answers before paying for all."""
    if options.no_pilot or options.budget is not None:
        return False
    return is_seen(session, rows, (options.samples or 1) * max(1, many))


def _asked(options: Options, sample: int | None) -> Asked:
    via = "batch" if options.batch else "now"
    return Asked(samples=options.samples or 1, budget=options.budget, sample=sample, via=via)


def _shown(
    session: Session, options: Options, text: str, rows: Table, found: Sequence[Way]
) -> None:
    """Show the request of the first row, in the first way; the others must do as well."""
    row = next(iter(rows.rows), None) if rows.again else None
    if row is None:
        raise InputError(
            f"--each {options.each} with --dry-run: there is no first row that can be shown."
        )
    scope = {**session.variables, "row": row, **row}
    named = with_named(options, session.servers)
    known: dict[str, Any] = {"models": session.models, "locks": session.locks, "variables": scope}
    if not found:
        return dry_run.show(compose(named, text, **known), session)
    first, *_ = [_composed(way, named, text, known) for way in found]
    note = f"the first of {len(found)} ways: {found[0].label}"
    return dry_run.show(replace(first, notes=(note, *first.notes)), session)


def _composed(way: Way, options: Options, text: str, known: Mapping[str, Any]) -> Composed:
    try:
        return compose(options.changed(way.options), text, **known)
    except InputError as problem:
        raise InputError(f"{way.label}: {problem}") from None
