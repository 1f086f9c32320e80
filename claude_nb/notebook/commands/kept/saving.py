"""``%claude save`` and ``load``: a conversation that outlives its kernel."""

from __future__ import annotations

from pathlib import Path

from claude_nb.ask.errors import InputError
from claude_nb.conversation import Conversation
from claude_nb.notebook.commands import page
from claude_nb.notebook.commands.chats import begins, current
from claude_nb.notebook.ledger import accounts, chats
from claude_nb.notebook.session import Session

__all__ = ["load", "save"]


def save(session: Session, words: str) -> None:
    """Write the chat of this name, else the current one, to the file of this name."""
    name = _unquoted(words) or current(session)
    chat = session.chats.get(name) or session.chats.get(current(session))
    if chat is None or not chat.turns:
        raise InputError(f"There is nothing to save: chat {current(session)} has no turns.")
    path = _path(session, name)
    count = chats.written(chat, path)
    turns = "1 turn" if count == 1 else f"{count} turns"
    page.show(
        page.paragraph(f"Saved {turns} of ", page.code(chat.name), " in ", page.code(_short(path))),
        page.paragraph(page.soft("Prompts and answers are in that file, which is yours alone.")),
    )


def load(session: Session, words: str) -> None:
    """Go on with a saved chat, in a chat of its name."""
    name = _unquoted(words) or current(session)
    path = _path(session, name)
    saved, exchanges = chats.read(path)
    name = saved if chats.is_path(name) else name
    chat = session.chats.setdefault(name, Conversation(name))
    if chat.running:
        raise InputError(f"An answer is still coming in {name}: stop it first.")
    chat.resume(exchanges)
    turns = "1 turn" if len(exchanges) == 1 else f"{len(exchanges)} turns"
    last = f"; the last: “{begins(chat.turns[-1])}”" if chat.turns else ""
    page.show(
        page.paragraph(f"Loaded {turns} into ", page.code(name), f"{last}."), _next(session, name)
    )


def _next(session: Session, name: str) -> page.Piece:
    if name == current(session):
        return page.paragraph(
            "Your next question goes on with it; ", page.code("%claude show"), " shows it."
        )
    go, shows = page.code(f"%%claude -c {name}"), page.code(f"%claude show {name}")
    return page.paragraph(go, " goes on with it; ", shows, " shows it.")


def _path(session: Session, name: str) -> Path:
    if chats.is_path(name):
        return Path(name).expanduser().absolute()
    store = accounts.of(session).store
    if store is None:
        raise InputError("CLAUDE_NB_LEDGER is off, so nothing has a place: name a file, x.json.")
    return chats.path_of(chats.folder_of(store.path), name)


def _short(path: Path) -> str:
    """Return a path as people type it: from the current folder where it is in there."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


def _unquoted(words: str) -> str:
    return words.strip().strip("\"'")
