"""Chats that are kept by themselves, where ``%config ClaudeMagics.keep_chats`` says so.

A notebook's chats are read when it first asks in a new kernel, and written after each change.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from pathlib import Path

from claude_nb.api.calls import say
from claude_nb.ask.errors import InputError
from claude_nb.conversation import Conversation
from claude_nb.notebook.ledger import accounts, chats
from claude_nb.notebook.session import Session

__all__ = ["Keeper", "of"]


class _Watcher:
    """Writes one chat whenever it changes."""

    def __init__(self, keeper: Keeper, chat: Conversation) -> None:
        self._keeper = keeper
        self._chat = chat

    def refresh(self) -> None:
        """Write it, unless an answer is still coming: that changes it once more."""
        if not self._chat.running:
            self._keeper.write(self._chat)


class Keeper:
    """Keeps the chats of one notebook.

    Parameters
    ----------
    session : Session
        Whose chats they are.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._watchers: dict[str, _Watcher] = {}
        self._told: set[str] = set()
        self._has_read = False

    @property
    def folder(self) -> Path | None:
        """Where they are; None where it is not known whose they are, or nothing is kept."""
        kept = accounts.of(self._session)
        if not kept.is_kept or kept.store is None:
            return None
        return chats.folder_of(kept.store.path, kept.notebook)

    def look(self) -> None:
        """Read what an earlier kernel kept, once, and watch the chats there are now."""
        folder = self.folder
        if folder is None:
            return
        if not self._has_read:
            self._has_read = True
            for path in sorted(folder.glob("*.json")):
                self._resume(path)
        for name, chat in list(self._session.chats.items()):
            if name not in self._watchers:
                self._watchers[name] = watcher = _Watcher(self, chat)
                chat.watchers.add(watcher)
                watcher.refresh()

    def _resume(self, path: Path) -> None:
        """Go on with a kept chat; a damaged file is put aside, and named."""
        try:
            name, exchanges = chats.read(path)
        except InputError as problem:
            aside = path.with_suffix(".damaged")
            with suppress(OSError):
                path.replace(aside)
            self._tell(f"A chat was not taken up again: {problem} The file is {aside.name} now.")
            return
        if name not in self._session.chats:
            self._session.chats[name] = chat = Conversation(name)
            chat.resume(exchanges)

    def write(self, chat: Conversation) -> None:
        """Write a chat; one without turns has no file."""
        folder = self.folder
        if folder is None:
            return
        try:
            path = chats.path_of(folder, _file_name(chat.name))
            if chat.turns:
                chats.written(chat, path)
            else:
                path.unlink(missing_ok=True)
        except (InputError, OSError) as problem:
            self._tell(f"The chat {chat.name} is not kept: {problem}")

    def _tell(self, problem: str) -> None:
        if problem not in self._told:
            self._told.add(problem)
            say(problem)


def _file_name(chat: str) -> str:
    """Return a name for the file of a chat, whatever the chat is called."""
    plain = "".join(letter if letter.isalnum() or letter in "-_" else "_" for letter in chat[:60])
    mark = hashlib.sha256(chat.encode(errors="replace")).hexdigest()[:8]
    return plain if plain == chat else f"chat-{plain}-{mark}"


def of(session: Session) -> Keeper:
    """Return the session's keeper."""
    if session.keeper is None:
        session.keeper = Keeper(session)
    return session.keeper
