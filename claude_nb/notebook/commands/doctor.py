"""``%claude doctor``: the checks of ``claude-nb doctor``, and whether this very page is alive."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from importlib.metadata import version
from uuid import uuid4

from claude_nb import models
from claude_nb.notebook import threads, views
from claude_nb.notebook.checks import Check, checks
from claude_nb.notebook.commands.host import Host
from claude_nb.notebook.commands.page import (
    Column,
    Piece,
    inline,
    paragraph,
    show,
    soft,
    strong,
    table,
)
from claude_nb.notebook.commands.probe import Answer, Probe

__all__ = ["examine", "run"]

_PAGE = "this page"
_LIMIT = 5.0  # seconds for the page to answer
_INSTALLED = "live view"  # whether the page's part lies here: moot once the page has answered
_ADVICE = (
    "Install anywidget where JupyterLab itself runs, then reload the page. Until then, "
    "CLAUDE_NB_DISPLAY=final shows each answer when it is whole."
)


def run(magics: Host, words: str) -> None:
    """Check everything and show it in one page."""
    del words
    model = models.resolve(magics.defaults()["model"])
    if not threads.AVAILABLE:
        show(*_page([*checks(model), Check(_PAGE, "the kernel runs in it")]))
    elif not views.is_live():
        none = Check(_PAGE, "there is none: answers are written out, and shown whole at the end")
        show(*_page([*checks(model), none]))
    else:
        _with_page(model)


def _with_page(model: str) -> None:
    """Ask the page while the other checks run; ipykernel 6 hears it when the cell has ended."""
    place = uuid4().hex
    found: list[Check] = []
    done = threading.Event()

    def late(answer: Answer | None) -> None:
        if done.is_set():
            show(*_page([*found, examine(answer)]), display_id=place, again=True)

    probe = Probe(late)
    found.extend(checks(model))
    if probe.heard_while_running:
        answer = probe.wait(_LIMIT)
        show(*_page([*found, examine(answer)]))
        probe.close()
        return
    waiting = Check(_PAGE, "asked; this line changes when the page has answered")
    show(*_page([*found, waiting]), display_id=place)
    done.set()
    threading.Timer(_LIMIT, lambda: probe.answer or late(None)).start()


def examine(answer: Answer | None) -> Check:
    """Return what the page's answer, or its silence, means."""
    here = version("anywidget")
    if answer is None:
        return Check(_PAGE, f"does not answer: its part of anywidget {here} is missing", _ADVICE)
    there = answer.version or "an unnamed version"
    took = f"answered after {answer.seconds:.2f} s"
    if answer.version and answer.version.split(".")[:2] != here.split(".")[:2]:
        advice = f"Install anywidget {there} here, or {here} where JupyterLab runs."
        return Check(_PAGE, f"{took}, with anywidget {there}; the kernel has {here}", advice)
    return Check(_PAGE, f"{took}, with anywidget {there}")


def _page(found: Iterable[Check]) -> list[Piece]:
    every = list(found)
    if any(check.name == _PAGE and "answered" in check.found for check in every):
        every = [check for check in every if check.name != _INSTALLED]
    wrong = sum(not check.fine for check in every)
    verdict = "All is well." if not wrong else "1 thing to do." if wrong == 1 else f"{wrong} to do."
    rows = [_row(check) for check in every]
    columns = (Column(""), Column(""), Column(""))
    return [table(columns, rows), paragraph(strong(verdict))]


def _row(check: Check) -> tuple[Piece | str, ...]:
    mark = inline("✓ " if check.fine else "✗ ", check.name if check.fine else strong(check.name))
    return mark, check.found, soft(f"→ {check.advice}") if check.advice else ""
