"""``%claude doctor``: the checks of ``claude-nb doctor``, and whether this very page is alive."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from importlib.metadata import version
from uuid import uuid4

from claude_nb import threads
from claude_nb.notebook.answer.amounts import count
from claude_nb.notebook.checks import Check, checks
from claude_nb.notebook.commands import page
from claude_nb.notebook.commands.probe import PageReply, Probe
from claude_nb.notebook.environment import Environment
from claude_nb.notebook.session import Session

__all__ = ["examine", "run"]

_PAGE = "this page"
_LIMIT = 5.0  # seconds for the page to answer
_INSTALLED = "live view"  # whether the page's part lies here: moot once the page has answered
_ADVICE = (
    "Install anywidget where JupyterLab itself runs, then reload the page. Until then, "
    "CLAUDE_NB_DISPLAY=final shows each answer when it is whole."
)


def run(session: Session, words: str) -> None:
    """Check everything and show it in one page."""
    del words
    model = session.models.resolve(session.defaults().model)
    if not threads.AVAILABLE:
        page.show(*_page([*checks(model), Check(_PAGE, "the kernel runs in it")]))
    elif Environment.read().display != "live":
        none = Check(_PAGE, "there is none: answers are written out, and shown whole at the end")
        page.show(*_page([*checks(model), none]))
    else:
        _with_page(model)


def _with_page(model: str) -> None:
    """Ask the page while the other checks run; ipykernel 6 hears it when the cell has ended."""
    place = uuid4().hex
    found: list[Check] = []
    done = threading.Event()

    def late(answer: PageReply | None) -> None:
        if done.is_set():
            page.show(*_page([*found, examine(answer)]), display_id=place, again=True)

    probe = Probe(late)
    found.extend(checks(model))
    if probe.heard_while_running:
        answer = probe.wait(_LIMIT)
        page.show(*_page([*found, examine(answer)]))
        probe.close()
        return
    waiting = Check(_PAGE, "asked; this line changes when the page has answered")
    page.show(*_page([*found, waiting]), display_id=place)
    done.set()
    threading.Timer(_LIMIT, lambda: probe.answer or late(None)).start()


def examine(answer: PageReply | None) -> Check:
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


def _page(found: Iterable[Check]) -> list[page.Piece]:
    every = list(found)
    if any(check.name == _PAGE and "answered" in check.found for check in every):
        every = [check for check in every if check.name != _INSTALLED]
    wrong = sum(not check.fine for check in every)
    verdict = f"{count(wrong, 'thing')} to do." if wrong else "All is well."
    rows = [_row(check) for check in every]
    return [page.paragraph(page.strong(verdict)), page.table(page.columns("", ""), rows)]


def _row(check: Check) -> tuple[page.Piece | str, ...]:
    name = check.name if check.fine else page.strong(check.name)
    advice = [page.strong(f"→ {check.advice}")] if check.advice else []
    return (
        page.inline(page.mark(fine=check.fine), " ", name),
        page.lines(page.text(check.found), *advice),
    )
