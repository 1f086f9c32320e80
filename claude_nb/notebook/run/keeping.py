"""Keep answers of cells: for a page that comes back, for ``%claude last``, in the output itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from typing import Any

from claude_nb.ask.question import Question
from claude_nb.conversation import Turn
from claude_nb.notebook.answer import attached, render
from claude_nb.notebook.answer.pieces import Piece
from claude_nb.notebook.ledger.kept import Kept
from claude_nb.notebook.live import views
from claude_nb.notebook.live.publishing import Home
from claude_nb.notebook.run.follow import Outcome
from claude_nb.notebook.session import Session

__all__ = ["begin", "mark_stale", "through"]


def begin(
    session: Session,
    question: Question,
    display: str,
    stop: Callable[[], object],
    *,
    background: bool = False,
) -> views.View:
    """Return the view that shows a question's answer, which is kept from now on.

    Parameters
    ----------
    session : Session
        Keeps it.
    question : Question
        What is asked.
    display : str
        How answers are shown; see `claude_nb.notebook.environment.Environment`.
    stop : callable
        Stops the run, from any thread.
    background : bool
        Whether the cell ends before the answer does.
    """
    display = "final" if display == "live" and session.is_captured else display
    kept = Kept(cell=session.cell, number=session.number, title=question.title)
    kept.is_delivered = display != "live"  # who captures it has it, and its notebook is not to
    home = Home(mark=kept.mark, number=kept.number)
    model = str(question.params["model"])
    kept.view = views.choose(display, model, stop, background=background, home=home)
    if kept.view.pages and question.options.attach:
        kept.asked = attached.shown(question.asked["content"], question.options.attach)
        kept.view.put(Piece("asked", kept.asked[0]))
    session.kept.add(kept)
    if display == "live":
        from claude_nb.notebook.live import returning  # noqa: PLC0415 (only where pages are)

        returning.listen(partial(_told_page, session))
    return kept.view


def through(client: Any, question: Question, outcome: Outcome, session: Session) -> Any:
    """Return a client of which the output keeps each answer whole, if the question says so.

    Or if a notebook is replayed: saved without its answers it could not be replayed once more.
    """
    is_notebook = session.cassette is not None and session.cassette[1].unit == "cell"
    if not (question.options.keep or is_notebook):
        return client
    from claude_nb.cassette import kept  # noqa: PLC0415 (only where answers are kept)

    session.turns = session.turns or kept.Turns()
    keeper = kept.Keeper(partial(kept.asker, session.shell), session.turns)
    outcome.keeps = keeper.data
    return client.via(keeper.wrap)


def mark_stale(session: Session, turns: list[Turn]) -> None:
    """Let the outputs of these turns say that they answered what is said no more."""
    for turn in turns:
        kept = session.kept.named(turn.cell)
        if kept is not None and turn.cell and kept.final is not None:
            kept.view.amend(render.marked_stale(kept.final[0]))


def _told_page(session: Session, asked: Any) -> dict[str, Any]:
    """Return what a page asks for: answers that it lost, and what changes would write."""
    told: dict[str, Any] = {"answers": _answers(session, asked)}
    if asked.changes:
        told["changes"] = [asdict(each) for each in session.changes.marked(asked.changes)]
    return told


def _answers(session: Session, asked: Any) -> list[dict[str, Any]]:
    """Return the answers that a page asks for; those that are coming go to it by themselves."""
    for kept in session.kept.marked(asked.have):
        kept.is_delivered = True
    found = [*session.kept.waiting(asked.cells), *session.kept.marked(asked.marks)]
    wanted = {kept.mark: kept for kept in found if kept.final or kept.mark not in asked.live}
    count = getattr(session.shell, "execution_count", 0)
    told = [_told(kept) | {"count": count} for kept in wanted.values()]
    return [each for each in told if each["data"]]


def _told(kept: Kept) -> dict[str, Any]:
    """Return an output for its page: the final one, or a view of what is still coming."""
    data, metadata = kept.final or kept.view.again() or kept.final or ({}, {})
    where = {"mark": kept.mark, "cell": kept.cell, "number": kept.number}
    return {**where, "data": data, "metadata": metadata}
