"""``%claude count``: how many tokens the next request has, or a text; the server counts."""

from __future__ import annotations

from claude_nb.api.errors import AnthropicError
from claude_nb.ask.question import Question
from claude_nb.notebook.answer.amounts import money
from claude_nb.notebook.answer.failure import RunError, describe
from claude_nb.notebook.backend import Backend, connect
from claude_nb.notebook.commands.chats import current
from claude_nb.notebook.commands.page import columns, paragraph, show, soft, table
from claude_nb.notebook.commands.show import next_question
from claude_nb.notebook.run import counting
from claude_nb.notebook.session import Session

__all__ = ["run"]

_ALONE = {"no_history": True, "system": None, "think": None, "option": (), "format": "markdown"} | {
    "tools": None,
    "schema": None,
    "context": "none",
}
_COLUMNS = columns("", "#tokens", "#of the context", "#reading it costs")


def run(session: Session, words: str) -> None:
    """Show the tokens of `words`, and of the next request."""
    server = connect(session)
    chat = current(session)
    question = next_question(session, chat, words or "?")
    rows = []
    if words:
        alone = next_question(session, chat, words, **_ALONE)
        rows.append(_row("this text", alone, server))
    before = len(question.params["messages"]) > 1 or "system" in question.params
    before = before or question.context is not None
    if before or not words:
        name = f"next request of chat {chat}" + (", with it" if words else ", as yet without text")
        rows.append(_row(name, question, server))
    who = "the built-in emulator" if server.emulated else server.where
    how = f"counted by {who}"
    if any(row[1].startswith("≈") for row in rows):
        name = session.using.name if session.using is not None else who
        how = f"estimated by the length: {name} cannot count tokens"
    show(table(_COLUMNS, rows), paragraph(soft(f"{question.params['model']}, {how}.")))


def _row(name: str, question: Question, server: Backend) -> tuple[str, ...]:
    try:
        found = counting.count(question.sent, server)
    except AnthropicError as error:
        raise RunError(describe(error, question.params["model"]), shown=False) from error
    return (
        name,
        f"≈ {found.tokens:,}" if found.estimated else f"{found.tokens:,}",
        f"{100 * found.tokens / found.window:.2g} %" if found.window else "",
        money(found.cost) if found.cost is not None else "",
    )
