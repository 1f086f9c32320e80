"""A cell's question: asked and waited for, in the background, or only shown."""

from __future__ import annotations

from typing import Any

from claude_nb.ask.errors import RefusedError
from claude_nb.ask.options import Options
from claude_nb.ask.question import Question, compose
from claude_nb.ask.server_tools import check_used, with_named
from claude_nb.notebook.environment import Environment
from claude_nb.notebook.places import CellPlace
from claude_nb.notebook.run import background, containers, dry_run, origins, run
from claude_nb.notebook.run.context.attachable import attachable
from claude_nb.notebook.run.context.gather import gathered
from claude_nb.notebook.run.files import uploading
from claude_nb.notebook.session import Session

__all__ = ["ask"]


def ask(session: Session, options: Options, text: str, cell: str) -> Any:
    """Ask from a cell, and return what the cell is worth.

    Parameters
    ----------
    session : Session
        Of the shell that runs the cell.
    options : Options
        Of the cell.
    text : str
        The prompt.
    cell : str
        Identifies the cell.

    Returns
    -------
    Message, Handle or None
        The answer; with ``--bg`` a handle on it, which has ended where nothing can go on in the
        background; None for a dry run, or if it was stopped before anything came.
    """
    place = CellPlace(session, options, cell)
    question = _composed(session, options, text, place)
    if options.dry_run:
        return dry_run.show(question, session)
    if options.upload:
        question = uploading.uploaded(question, session)
    if (
        options.bg
        and not session.is_captured
        and background.possible(environment := Environment.read())
    ):
        return background.start(question, place, session, environment.display)
    ended = run.perform(question, place, session)
    message = ended.message()  # what failed fails the cell
    return background.Handle.of(ended, place, session) if options.bg else message


def _composed(session: Session, options: Options, text: str, place: CellPlace) -> Question:
    if options.option != session.defaults().option:  # a default waits for its tool
        check_used(options)
    history, variables = place.history(), session.variables
    container = containers.usable(place.container())
    context = gathered(session, options, session.cell, place.turns())
    try:
        return compose(
            with_named(options, session.servers),
            text,
            variables=variables,
            history=history,
            models=session.models,
            container=container,
            context=context,
            shown=attachable(session, session.cell),
            locks=session.locks,
        )
    except RefusedError as refusal:
        raise origins.explained(session, options, refusal) from None
