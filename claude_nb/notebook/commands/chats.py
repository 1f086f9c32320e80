"""``%claude chats``, ``undo`` and ``reset``: the conversations, and taking turns back."""

from __future__ import annotations

from claude_nb.api.hiding.hidden import hidden
from claude_nb.ask.errors import InputError
from claude_nb.ask.names import did_you_mean
from claude_nb.characters import one_line
from claude_nb.conversation import Conversation, Turn
from claude_nb.conversation.sent_back import text_of
from claude_nb.notebook.answer.amounts import count
from claude_nb.notebook.commands import page
from claude_nb.notebook.session import Session

__all__ = ["begins", "chats", "current", "find", "reset", "undo"]

_SHOWN = 60  # characters of a question
_LOOKED_AT = 4_000  # a key that the cut parts is hidden first
_COLUMNS = page.columns("chat", "#turns", "#stale", "#tokens written", "last question")


def chats(session: Session, words: str) -> None:
    """Show all conversations."""
    del words
    if not session.chats:
        page.show(
            page.paragraph("No conversation yet: ", page.code("%claude Hello!"), " begins one.")
        )
        return
    here = current(session)
    rows = [_row(chat, here=chat.name == here) for chat in session.chats.values()]
    page.show(
        page.table(_COLUMNS, rows),
        page.paragraph(page.soft("Go on with one: "), page.code("%%claude -c NAME")),
    )


def _row(chat: Conversation, *, here: bool) -> tuple[page.Piece | str, ...]:
    name = page.inline(page.code(chat.name), *([" ", page.strong("default")] if here else []))
    return (
        name,
        str(len(chat.turns)),
        str(sum(turn.stale for turn in chat.turns) or ""),
        f"{chat.total('output_tokens'):,}",
        begins(chat.turns[-1]) if chat.turns else "",
    )


def undo(session: Session, words: str) -> None:
    """Take back the last turn."""
    chat = find(session, words)
    _idle(chat)
    turn = chat.take_back() if chat is not None else None
    if chat is None or turn is None:
        raise InputError(f"There is nothing to take back in {words or current(session)}.")
    left = count(len(chat.turns), "turn").capitalize()
    verb = "is" if len(chat.turns) == 1 else "are"
    taken = f"Took back turn {len(chat.turns) + 1} of "
    page.show(
        page.paragraph(taken, page.code(chat.name), f": “{begins(turn)}”. {left} {verb} left.")
    )


def reset(session: Session, words: str) -> None:
    """Forget all turns of a conversation."""
    chat = find(session, words)
    _idle(chat)
    turns = len(chat.turns) if chat is not None else 0
    if chat is not None:
        chat.clear()
    name = page.code(chat.name if chat is not None else current(session))
    said = f" is empty now: {count(turns, 'turn')} forgotten." if turns else " was empty already."
    page.show(page.paragraph("Chat ", name, said))


def _idle(chat: Conversation | None) -> None:
    if chat is not None and chat.running:
        raise InputError(f"An answer is still coming in {chat.name}: stop it first.")


def current(session: Session) -> str:
    """Return the name of the chat that a cell without ``-c`` goes on with."""
    return session.defaults().chat or "main"


def find(session: Session, name: str) -> Conversation | None:
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
    if name and name not in session.chats and name != current(session):
        raise InputError(
            f"There is no chat {name!r}.{did_you_mean(name, [current(session), *session.chats])} "
            "%claude chats shows them all."
        )
    return session.chats.get(name or current(session))


def begins(turn: Turn) -> str:
    """Return how the question of a turn begins, on one line."""
    asked = turn.messages[0]
    return (
        one_line(hidden(text_of(asked)[:_LOOKED_AT]), _SHOWN)
        or f"({len(asked['content'])} attachments)"
    )
