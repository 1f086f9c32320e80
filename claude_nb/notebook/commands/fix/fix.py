"""``%claude fix``: what went wrong in the last Python error, and mended code as the next cell."""

from __future__ import annotations

from functools import partial
from typing import Any

from claude_nb.ask import request
from claude_nb.ask.answers import extract
from claude_nb.ask.errors import InputError
from claude_nb.ask.options import SETTINGS, Options
from claude_nb.ask.question import Question
from claude_nb.conversation.sent_back import text_of
from claude_nb.notebook.answer import next_cell
from claude_nb.notebook.commands.fix.facts import gathered
from claude_nb.notebook.commands.fix.failures import last
from claude_nb.notebook.commands.fix.report import cell_file, failing_cell, report
from claude_nb.notebook.commands.fix.rules import mended
from claude_nb.notebook.commands.page import Piece, paragraph, show, strong
from claude_nb.notebook.places import CellPlace
from claude_nb.notebook.run.follow import Outcome
from claude_nb.notebook.run.run import perform
from claude_nb.notebook.session import CellFailure, Session

__all__ = ["run"]

_CHAT = "fix"
_KEYS = 20  # that are shown
_SYSTEM = (
    "You help with Python in a Jupyter notebook. In a few plain sentences, say what went wrong "
    "and why. Then give the whole mended cell in one ```python block: change what must change, "
    "leave the rest as it is. If the cause lies in another cell, say what to change or run there. "
    "Parts that read [key] were hidden on purpose: leave them as they are."
)
_PYTHON = frozenset({"", "python", "python3", "py", "ipython", "ipython3"})


def run(session: Session, words: str) -> Any:
    """Ask about the last Python error, and put the mended code into the next cell."""
    del words
    shell = session.shell
    failure = last(session)
    if failure is None:
        raise InputError("There is no Python error to mend: run the cell that fails first.")
    text = report(failure, shell)
    question = _question(session, text)
    place = CellPlace(session, question.options, session.cell_key(text))
    failed = failing_cell(failure, shell)
    ended = perform(question, place, session, partial(_mended, failed))
    message = ended.message()
    if message is not None and ended.outcome.emulated:
        _by_rule(session, failure, place.cell, failed)
    elif message is not None:
        for code in _mended(failed, question, ended.outcome):
            _insert(session, code, place.cell)
    return message


def _question(session: Session, text: str) -> Question:
    """Return the question, in a chat of its own that begins anew each time.

    The text is sent as it is: what looks like a variable of a prompt in it is somebody's code.
    """
    given = session.defaults()
    manner = {s.name: getattr(given, s.name) for s in SETTINGS if s.manner}
    options = Options(**manner, system=_SYSTEM, chat=_CHAT, fresh=True)
    params = request.build(options, [{"role": "user", "content": text}], session.models)
    request.check(params, session.models, session.locks)
    return Question(params=params, options=options)


def _mended(failed: str, question: Question, outcome: Outcome) -> list[str]:
    """Return the last whole block of Python, unless it is what failed; a model's own, or none."""
    del question
    if outcome.emulated or outcome.message is None:
        return []
    answer = text_of(outcome.message.to_dict())
    blocks = [b.text for b in extract.fences(answer) if b.closed and b.language in _PYTHON]
    return [code for code in blocks[-1:] if code.strip() != failed.strip()]


def _by_rule(session: Session, failure: CellFailure, cell: str, failed: str) -> None:
    """Insert what a rule makes of the cell, and say that no model wrote it."""
    facts = gathered(failure.error, failed, cell_file(failure, session.shell))
    if isinstance(failure.error, KeyError) and facts.known:
        show(paragraph("There are the keys ", ", ".join(map(repr, facts.known[:_KEYS])), "."))
    code = mended(failure.error, facts)
    if code is None:
        show(paragraph("No rule mends this cell; a model might: set ANTHROPIC_API_KEY."))
        return
    kind = type(failure.error).__name__
    show(
        paragraph(f"Mended below by a rule for {kind}, not by a model: read it before you run it.")
    )
    _insert(session, code, cell)


def _insert(session: Session, code: str, cell: str) -> None:
    prepared = next_cell.prepare(code, session.shell)
    how = next_cell.insert(session, prepared.text, cell)
    said = _said(how, prepared.warnings)
    if said:
        show(*said)


def _said(how: str, warnings: tuple[str, ...]) -> list[Piece]:
    said = {
        "kept": ["The same code was put into the cell below before; nothing was added."],
        "changed": ["The code is new; the cell proposed before still stands below it."],
    }.get(how, [])
    look = [paragraph(strong("Before you run it: "), warning) for warning in warnings]
    return [*(paragraph(line) for line in said), *look]
