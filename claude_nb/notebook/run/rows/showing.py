"""A run over rows as people see it: one line that moves, the first answers, and what is kept.

In a page it is a live view like that of an answer, with its Stop, and a page that was reloaded
finds it again. In a terminal it is a line, and where nobody looks, one output at the end.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, LiteralString

from claude_nb.characters import one_line, plain
from claude_nb.notebook.answer import render
from claude_nb.notebook.answer.failure import RunError, describe
from claude_nb.notebook.answer.pieces import Piece
from claude_nb.notebook.environment import Environment
from claude_nb.notebook.errors import StoppedError
from claude_nb.notebook.ledger.entries import Entry
from claude_nb.notebook.live.views import FinalView, View
from claude_nb.notebook.run import keeping, run
from claude_nb.notebook.run.stopping import Stopper
from claude_nb.notebook.session import Session
from claude_nb.notebook.text.safe_html import EMPTY, SafeHtml, join, markup, visible_html
from claude_nb.rows.answer import Answer
from claude_nb.rows.answers import Answers
from claude_nb.rows.progress import line

__all__ = ["bundle", "display_value", "followed"]

_TICK = 0.25  # seconds: four times a second, however many rows there are
_TWICE = 5.0  # seconds after which an interrupt means that rows on their way are given up
_LOG = 30.0  # seconds between lines in a log
_HEAD = 10  # rows that are shown
_FIRST = 5  # rows that are shown while others are on their way
_CELL = 160  # characters of a cell
_COLUMNS = 8


def display_value(value: Any) -> None:
    """Display answers to rows, or to one question, again."""
    if isinstance(value, Answers):
        FinalView().finish(bundle(value))
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
    """Add the run to the session's ledger: ``%claude usage`` tells it."""
    now = answers.progress
    entry = Entry(
        cell=session.cell,
        chat="",
        model=answers.model,
        usage={"input_tokens": now.input_tokens, "output_tokens": now.output_tokens},
        seconds=now.seconds,
        cost=now.cost,
        state={"done": "complete"}.get(now.ended, now.ended),
        title=answers.question.title,
        number=session.number,
        emulated=answers.is_emulated,
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
    head, grid = _table(answers) if table else (EMPTY, "")
    return {
        "text/html": render.page(join([head, more, render.foot(first)])),
        "text/plain": "\n\n".join(filter(None, (grid, plain(said)))),
    }


def _table(answers: Answers) -> tuple[SafeHtml, str]:
    rows = list(_rows(answers))
    names = list(dict.fromkeys(name for row in rows for name in row))[:_COLUMNS]
    if not rows:
        return EMPTY, ""
    cells = [[row.get(name, "") for name in names] for row in rows]
    head = join(markup("<th>{}</th>", visible_html(name)) for name in names)
    body = join(
        markup("<tr>{}</tr>", join(markup("<td>{}</td>", visible_html(cell)) for cell in row))
        for row in cells
    )
    whole: LiteralString = "<table><thead><tr>{}</tr></thead><tbody>{}</tbody></table>"
    left = len(answers) - len(rows)
    more = markup("<p>{}</p>", visible_html(f"… {left:,} more rows")) if left > 0 else EMPTY
    return join([markup(whole, head, body), more]), _grid([names, *cells])


def _grid(rows: list[list[str]]) -> str:
    cut = [[one_line(plain(cell), 40) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cut, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in cut
    )


def _rows(answers: Answers) -> Iterator[Mapping[str, str]]:
    """Yield the first rows: what the prompt names of them, and what came."""
    asked = answers.columns_asked(_HEAD)
    for answer in answers[:_HEAD]:
        sample = {"sample": str(answer.sample)} if answers.samples > 1 else {}
        row = asked[answer.row] if answer.row < len(asked) else {"row": str(answer.row)}
        cells = {**row, **sample, **_came(answer)}
        yield {name: one_line(str(value), _CELL) for name, value in cells.items()}


def _came(answer: Answer) -> dict[str, Any]:
    value = answer.fields
    said = dict(islice(value.items(), _COLUMNS)) if value else {"answer": answer.text or ""}
    return {**said, "error": answer.error} if answer.error else said
