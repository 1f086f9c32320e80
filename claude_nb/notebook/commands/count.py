"""``%claude count``: how many tokens the next request has, or a text; the server counts."""

from __future__ import annotations

from typing import Any

from claude_nb import models
from claude_nb.api.errors import AnthropicError
from claude_nb.api.types.params import MessageCountTokensParams
from claude_nb.notebook import backend, render
from claude_nb.notebook.commands.chats import current
from claude_nb.notebook.commands.host import Host
from claude_nb.notebook.commands.page import Column, paragraph, show, soft, table
from claude_nb.notebook.commands.show import sent, settings
from claude_nb.notebook.failure import RunError, describe

__all__ = ["count", "run"]

_ASKED = frozenset(MessageCountTokensParams.__annotations__)
_ALONE = {"no_history": True, "system": None, "think": None, "option": (), "format": "markdown"} | {
    "tools": None,
    "schema": None,
}
_COLUMNS = (
    Column(""),
    Column("tokens", numeric=True),
    Column("of the context", numeric=True),
    Column("reading it costs", numeric=True),
)


def run(magics: Host, words: str) -> None:
    """Show the tokens of `words`, and of the next request."""
    server = backend.connect()
    chat = current(magics)
    question = settings(magics, chat, words or "?")
    rows = []
    if words:
        alone = settings(magics, chat, words, **_ALONE)
        rows.append(_row("this text", sent(alone), server))
    before = len(question.params["messages"]) > 1 or "system" in question.params
    if before or not words:
        name = f"next request of chat {chat}" + (", with it" if words else ", as yet without text")
        rows.append(_row(name, sent(question), server))
    who = "the built-in emulator" if server.emulated else server.client.base_url
    show(table(_COLUMNS, rows), paragraph(soft(f"{question.params['model']}, counted by {who}.")))


def count(params: Any, server: backend.Backend) -> int:
    """Return the tokens of a request.

    Raises
    ------
    RunError
        The server could not be asked.
    """
    wanted = {name: value for name, value in params.items() if name in _ASKED}
    try:
        return int(server.client.messages.count_tokens(**wanted).input_tokens)
    except AnthropicError as error:
        raise RunError(describe(error, params["model"]), shown=False) from error


def _row(name: str, params: Any, server: backend.Backend) -> tuple[str, ...]:
    tokens = count(params, server)
    info = models.get(params["model"])
    cost = models.cost(params["model"], {"input_tokens": tokens}) if server.priced else None
    return (
        name,
        f"{tokens:,}",
        f"{100 * tokens / info.context_window:.2g} %" if info else "",
        render.money(cost) if cost is not None else "",
    )
