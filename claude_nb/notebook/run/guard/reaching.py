"""Whether a person can be asked something in the page while a cell runs."""

from __future__ import annotations

import threading
from importlib.metadata import version

from claude_nb.notebook.environment import Environment
from claude_nb.notebook.run.guard import waiting
from claude_nb.notebook.run.guard.waiting import Page
from claude_nb.notebook.session import Session

__all__ = ["NOBODY", "is_unattended", "page", "reached", "unreachable"]

NOBODY = "no page runs these cells"
_DEAF = "ipykernel 6 hears no page while a cell runs"


def page() -> Page:
    """Return what can be asked, for one question."""
    from claude_nb.notebook.run.guard.page import PageQuestion  # noqa: PLC0415 (widgets, for pages)

    return PageQuestion()


def is_unattended(session: Session) -> bool:
    """Whether no cell may ask for input, as in nbclient: all are one run."""
    kernel = getattr(session.shell, "kernel", None)
    return getattr(kernel, "_allow_stdin", True) is False


def unreachable(session: Session) -> str:
    """Return why no page can be asked; empty if one may be there."""
    if version("ipykernel").startswith("6."):
        return _DEAF
    shows = Environment.read().display == "live" and not session.is_captured
    return "" if shows else NOBODY


def reached(session: Session) -> Page | None:
    """Return a page that hears, to be asked and closed; None if nobody can be asked now.

    Also None while other cells wait: a question would hold them all.
    """
    kernel = getattr(session.shell, "kernel", None)
    is_main = threading.current_thread() is threading.main_thread()
    if kernel is None or not is_main or is_unattended(session):
        return None
    if unreachable(session) or waiting.is_waiting(kernel):
        return None
    found = page()
    told = found.waiting()
    if told is None or [each for each in told.cells or [] if each.id != session.cell]:
        found.close()
        return None
    return found
