"""``%claude fix``: what went wrong in the last Python error, and mended code as the next cell."""

from __future__ import annotations

from typing import Any

from claude_nb.conversation import Conversation
from claude_nb.notebook import extract, next_cell, request
from claude_nb.notebook.cell import cell_key
from claude_nb.notebook.commands.host import Host
from claude_nb.notebook.commands.mishaps import last
from claude_nb.notebook.commands.page import Piece, paragraph, show, strong
from claude_nb.notebook.commands.report import failing_cell, report
from claude_nb.notebook.errors import InputError
from claude_nb.notebook.question import Question
from claude_nb.notebook.settings import SETTINGS

__all__ = ["run"]

_CHAT = "fix"
_KEPT = ("model", "temperature", "top_p", "top_k", "max_tokens", "think", "hide_thinking")
_SYSTEM = (
    "You help with Python in a Jupyter notebook. In a few plain sentences, say what went wrong "
    "and why. Then give the whole mended cell in one ```python block: change what must change, "
    "leave the rest as it is. If the cause lies in another cell, say what to change or run there. "
    "Parts that read [key] were hidden on purpose: leave them as they are."
)
_PYTHON = frozenset({"", "python", "python3", "py", "ipython", "ipython3"})


def run(magics: Host, words: str) -> Any:
    """Ask about the last Python error, and put the mended code into the next cell."""
    del words
    shell = magics.shell
    mishap = last(shell)
    if mishap is None:
        raise InputError("There is no Python error to mend: run the cell that fails first.")
    question = _question(magics, report(mishap, shell))
    from claude_nb.notebook import run as runs  # noqa: PLC0415 (a function here has that name)

    message = runs.ask(question, magics)
    if message is not None:
        _propose(shell, message, question.cell, failing_cell(mishap, shell))
    return message


def _question(magics: Host, text: str) -> Question:
    """Return the question, in a chat of its own that begins anew each time.

    The text is sent as it is: what looks like a variable of a prompt in it is somebody's code.
    """
    given = magics.defaults()
    values = {setting.name: setting.default for setting in SETTINGS}
    values |= {name: given[name] for name in _KEPT} | {"system": _SYSTEM, "chat": _CHAT}
    params = request.build(values, [{"role": "user", "content": text}])
    request.check(params)
    chat = magics.chats[_CHAT] = Conversation(_CHAT)
    return Question(params=params, values=values, chat=chat, cell=cell_key(magics.shell, text))


def _propose(shell: Any, message: Any, cell: str, failed: str) -> None:
    """Insert the last whole block of Python, unless it is what failed."""
    answer = "".join(block.text for block in message.content if block.type == "text")
    blocks = [b.text for b in extract.fences(answer) if b.closed and b.language in _PYTHON]
    if not blocks or blocks[-1].strip() == failed.strip():
        return
    prepared = next_cell.prepare(blocks[-1])
    how = next_cell.insert(shell, prepared.text, cell)
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
