"""``%claude last`` and ``traceback``: an answer once more, and all of the last failure."""

from __future__ import annotations

from traceback import format_exception
from typing import Any

from claude_nb.api.hiding.hidden import hidden
from claude_nb.ask.errors import InputError
from claude_nb.characters import one_line
from claude_nb.notebook.commands.page import block, paragraph, show, soft
from claude_nb.notebook.ledger.kept import Kept
from claude_nb.notebook.live.publishing import publish
from claude_nb.notebook.session import Session

__all__ = ["failure", "run"]

_NAMED = 8  # answers that are named where there is none of that name
_TITLE = 40
_MOST = 20_000  # characters of a traceback
_LOOKED_AT = 100_000  # more than is shown: a key that the cut parts is hidden first


def run(session: Session, words: str) -> Any:
    """Show the last answer, or that of one cell, and return it; None while it is coming."""
    kept = session.kept.named(words)
    if kept is None:
        raise InputError(_missing(session, words))
    if kept.final is None and kept.view.again(here=True):
        return None
    data, metadata = kept.final or ({}, {})
    publish(data, metadata)
    return kept.message


def _missing(session: Session, words: str) -> str:
    there = session.kept.all()[-_NAMED:]
    if not there:
        return "There is no answer yet: nothing was asked in this kernel."
    named = ", ".join(f"{_name(each)} ({one_line(each.title, _TITLE)})" for each in there)
    return (
        f"No answer of a cell {words} is kept. Name a cell by the number of its In[…] or by its "
        f"id: {named}."
    )


def _name(kept: Kept) -> str:
    return kept.cell if kept.number is None else str(kept.number)


def failure(session: Session, words: str) -> None:
    """Show the traceback of the last run that failed."""
    del words
    error = session.last_error
    if error is None:
        show(paragraph("No %%claude of this session has failed."))
        return
    told = "".join(format_exception(error))
    whole = hidden(told[-_LOOKED_AT:])
    left_out = max(0, len(told) - _LOOKED_AT) + len(whole) - _MOST
    note = [paragraph(soft(f"The first {left_out:,} characters are left out."))]
    show(*(note if left_out > 0 else []), block(whole[-_MOST:].strip("\n")))
