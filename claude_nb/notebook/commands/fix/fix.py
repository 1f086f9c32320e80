"""``%claude fix``: what went wrong in the last Python error, and what would mend the cell."""

from __future__ import annotations

from functools import partial
from typing import Any

from claude_nb.ask.context.cells import Cell
from claude_nb.ask.errors import InputError
from claude_nb.notebook.commands.fix import targets
from claude_nb.notebook.commands.fix.asked import asked, last_code
from claude_nb.notebook.commands.fix.facts import gathered
from claude_nb.notebook.commands.fix.failures import last
from claude_nb.notebook.commands.fix.offer import offer
from claude_nb.notebook.commands.fix.report import cell_file, failing_cell, is_whole, report
from claude_nb.notebook.commands.fix.rules import mended
from claude_nb.notebook.commands.page import paragraph, show
from claude_nb.notebook.places import CellPlace
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


def run(session: Session, words: str) -> Any:
    """Ask about the last Python error, and show what would change in the cell."""
    del words
    shell = session.shell
    failure = last(session)
    if failure is None:
        raise InputError("There is no Python error to mend: run the cell that fails first.")
    failed = targets.failed(session, failure, failing_cell(failure, shell))
    text = report(failure, shell)
    question = asked(session, text, system=_SYSTEM, chat=_CHAT)
    place = CellPlace(session, question.options, session.cell_key(text))
    ended = perform(question, place, session, partial(last_code, failed.source))
    message = ended.message()
    if message is not None and ended.outcome.emulated:
        _by_rule(session, failure, place.cell, failed)
    elif message is not None:
        code = last_code(failed.source, question, ended.outcome)
        is_seen = is_whole(failed.source)
        offer(session, failed, code[0] if code else failed.source, place.cell, whole=is_seen)
    return message


def _by_rule(session: Session, failure: CellFailure, cell: str, failed: Cell) -> None:
    """Offer what a rule makes of the cell, and say that no model wrote it."""
    facts = gathered(failure.error, failed.source, cell_file(failure, session.shell))
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
    offer(session, failed, code, cell)
