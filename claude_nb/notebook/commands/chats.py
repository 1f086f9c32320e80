"""``%claude chats``, ``undo`` and ``reset``: the conversations, and taking turns back."""

from __future__ import annotations

from claude_nb.conversation import Conversation, Turn
from claude_nb.notebook.commands.host import Host
from claude_nb.notebook.commands.page import (
    Column,
    Piece,
    code,
    inline,
    paragraph,
    show,
    soft,
    strong,
    table,
)
from claude_nb.notebook.errors import InputError
from claude_nb.notebook.names import did_you_mean

__all__ = ["begins", "chats", "current", "find", "reset", "undo"]

_SHOWN = 60  # characters of a question
_COLUMNS = (
    Column("chat"),
    Column("turns", numeric=True),
    Column("stale", numeric=True),
    Column("tokens written", numeric=True),
    Column("last question"),
)


def chats(magics: Host, words: str) -> None:
    """Show all conversations."""
    del words
    if not magics.chats:
        show(paragraph("No conversation yet: ", code("%claude Hello!"), " begins one."))
        return
    here = current(magics)
    rows = [_row(chat, here=chat.name == here) for chat in magics.chats.values()]
    show(table(_COLUMNS, rows), paragraph(soft("Go on with one: "), code("%%claude -c NAME")))


def _row(chat: Conversation, *, here: bool) -> tuple[Piece | str, ...]:
    name = inline(code(chat.name), *([" ", strong("default")] if here else []))
    return (
        name,
        str(len(chat.turns)),
        str(sum(turn.stale for turn in chat.turns) or ""),
        f"{chat.total('output_tokens'):,}",
        begins(chat.turns[-1]) if chat.turns else "",
    )


def undo(magics: Host, words: str) -> None:
    """Take back the last turn."""
    chat = find(magics, words)
    turn = chat.undo() if chat else None
    if chat is None or turn is None:
        raise InputError(f"There is nothing to take back in {words or current(magics)}.")
    left = _turns(len(chat.turns)).capitalize()
    verb = "is" if len(chat.turns) == 1 else "are"
    taken = f"Took back turn {len(chat.turns) + 1} of "
    show(paragraph(taken, code(chat.name), f": “{begins(turn)}”. {left} {verb} left."))


def reset(magics: Host, words: str) -> None:
    """Forget all turns of a conversation."""
    chat = find(magics, words)
    count = len(chat.turns) if chat else 0
    if chat is not None:
        chat.clear()
    name = code(chat.name if chat else current(magics))
    said = f" is empty now: {_turns(count)} forgotten." if count else " was empty already."
    show(paragraph("Chat ", name, said))


def current(magics: Host) -> str:
    """Return the name of the chat that a cell without ``-c`` goes on with."""
    return str(magics.defaults().get("chat") or "main")


def find(magics: Host, name: str) -> Conversation | None:
    """Return the chat of this name, or the current one if no name is given.

    Returns
    -------
    Conversation or None
        None if no name is given and the current chat has not begun.

    Raises
    ------
    InputError
        There is no chat of this name; near names are offered.
    """
    if name and name not in magics.chats and name != current(magics):
        raise InputError(
            f"There is no chat {name!r}.{did_you_mean(name, [current(magics), *magics.chats])} "
            "%claude chats shows them all."
        )
    return magics.chats.get(name or current(magics))


def begins(turn: Turn) -> str:
    """Return how the question of a turn begins, on one line."""
    content = turn.messages[0]["content"]
    blocks = [{"type": "text", "text": content}] if isinstance(content, str) else list(content)
    texts = [block["text"] for block in blocks if block.get("type") == "text"]
    line = " ".join(" ".join(texts).split()) or f"({len(blocks)} attachments)"
    return line if len(line) <= _SHOWN else f"{line[: _SHOWN - 1]}…"


def _turns(count: int) -> str:
    return "1 turn" if count == 1 else f"{count} turns" if count else "no turns"
