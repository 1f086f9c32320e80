"""A run over rows as people see it: one line that moves, the first answers, and what is kept.

In a page it is a live view like that of an answer, with its Stop, and a page that was reloaded
finds it again. In a terminal it is a line, and where nobody looks, one output at the end.
"""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from typing import Any

from claude_nb.ask.errors import InputError
from claude_nb.characters import one_line, plain
from claude_nb.notebook.answer import render
from claude_nb.notebook.answer.failure import RunError, describe
from claude_nb.notebook.answer.pieces import Piece
from claude_nb.notebook.environment import Environment
from claude_nb.notebook.errors import StoppedError
from claude_nb.notebook.ledger.entries import Entry
from claude_nb.notebook.live.views import FinalView, View
from claude_nb.notebook.run import keeping, run
from claude_nb.notebook.run.rows import tables
from claude_nb.notebook.run.stopping import Stopper
from claude_nb.notebook.session import Session
from claude_nb.notebook.text.safe_html import EMPTY, join, markup, visible_html
from claude_nb.rows.answers import Answers
from claude_nb.rows.likeness import Differences
from claude_nb.rows.progress import line

__all__ = ["bundle", "display_value", "followed"]

_TICK = 0.25  # seconds: four times a second, however many rows there are
_TWICE = 5.0  # seconds after which an interrupt means that rows on their way are given up
_LOG = 30.0  # seconds between lines in a log
_FIRST = 5  # rows that are shown while others are on their way
_CELL = 160  # characters of a cell


def display_value(value: Any) -> None:
    """Display answers to rows, or to one question, again."""
    if isinstance(value, Answers):
        FinalView().finish(bundle(value, timed=Environment.read().timed))
    elif isinstance(value, Differences):
        FinalView().finish(tables.differences(value))
    else:
        run.display_value(value)


def followed(answers: Answers, session: Session, *, table: bool = False, note: str = "") -> Answers:
    """Show a run until it ends, and return its answers.

    Parameters
    ----------
    answers : Answers
        Of the run.
    session : Session
        Of the shell.
    table : bool
        Whether the output that stays holds the first rows; else only how it went.
    note : str
        What else it says.

    Raises
    ------
    RunError
        Something ended the run that every row would have met.
    StoppedError
        It was interrupted; what was answered is kept.
    """
    environment = Environment.read()
    with Stopper() as stopper:
        view = keeping.begin(session, answers.question, environment.display, stopper.stop)
        if view.pages:
            view.open()
        try:
            stopper.heard_in(lambda: _watch(answers, view))
        except KeyboardInterrupt:
            _let_end(answers, view, stopper)
        stopper.settle()
        _note(answers, session)
        shown = bundle(answers, table=table, timed=environment.timed, note=note)
        return _ended(answers, view, stopper, shown)


def _note(answers: Answers, session: Session) -> None:
    """Add the run to the session's ledger, by model: ``%claude usage`` tells it."""
    for part in answers.parts:
        now = part.progress
        entry = Entry(
            cell=session.cell,
            chat="",
            model=part.model,
            usage={"input_tokens": now.input_tokens, "output_tokens": now.output_tokens},
            seconds=now.seconds,
            cost=now.cost,
            state={"done": "complete"}.get(now.ended, now.ended),
            title=part.question.title,
            number=session.number,
            emulated=part.is_emulated,
        )
        session.ledger.append(entry)


def _watch(answers: Answers, view: View) -> None:
    shown, logged = 0, time.monotonic()
    while not answers.over(_TICK):
        now = line(answers.progress)
        if view.pages:
            view.put(Piece("status", now))
            shown += _first(answers, view, shown)
        elif sys.stderr.isatty():
            sys.stderr.write(f"\r\x1b[K{now}")
            sys.stderr.flush()
        elif time.monotonic() - logged >= _LOG:
            logged = time.monotonic()
            sys.stderr.write(f"{now}\n")
    if not view.pages and sys.stderr.isatty():
        sys.stderr.write("\r\x1b[K")


def _first(answers: Answers, view: View, shown: int) -> int:
    """Show the first answers as they come, in their order; return how many more there are."""
    ready = 0
    for answer in answers[shown : min(_FIRST, len(answers))]:
        if answer.error is not None and not answer.is_asked:
            break
        if not shown + ready:
            view.put(Piece("begin", "First answers"))
        text = one_line(answer.text or answer.error or "", _CELL)
        view.put(Piece("tool", f"{answer.row}  {text}\n"))
        ready += 1
    return ready


def _let_end(answers: Answers, view: View, stopper: Stopper) -> None:
    """Wait for the rows on their way, which are paid for, until one stops once more."""
    answers.stop()
    view.put(Piece("state", "stopping"))
    asked = time.monotonic()
    while not answers.over(0):
        try:
            stopper.heard_in(lambda: _watch(answers, view), late=True)
        except KeyboardInterrupt:
            if time.monotonic() - asked > _TWICE:  # else it is the same press, by another way
                answers.drop()


def _ended(answers: Answers, view: View, stopper: Stopper, shown: dict[str, str]) -> Answers:
    try:
        answers.wait()
    except Exception as error:
        failure = describe(error, answers.model)
        if isinstance(error, InputError):  # of a row that an iterator gave late
            failure = replace(failure, what="A row cannot be asked", advice="")
        if view.pages:
            card = render.Card(
                title=failure.what, why=failure.why, advice=failure.advice, notes=[failure.code]
            )
            view.finish(render.error_bundle(card), "Error.")
        raise RunError(failure, shown=view.pages) from error
    if view.pages:
        view.finish(shown, "Rows answered.")
    else:
        sys.stderr.write(f"{shown['text/plain']}\n")
    if stopper.interrupted:
        raise StoppedError(has_content=True)
    return answers


# What is kept.


def bundle(
    answers: Answers, *, table: bool = True, timed: bool = True, note: str = ""
) -> dict[str, str]:
    """Return the MIME bundle of answers to rows: the first rows, and how it went."""
    said = "\n".join(filter(None, (answers.summary(timed=timed), note)))
    first, _, rest = said.partition("\n")
    lines = [visible_html(each) for each in rest.split("\n") if each]
    more = join(markup("<p>{}</p>", each) for each in lines)
    head, grid = tables.shown(answers, timed=timed) if table else (EMPTY, "")
    return {
        "text/html": render.page(join([head, more, render.foot(first)])),
        "text/plain": "\n\n".join(filter(None, (grid, plain(said)))),
    }
