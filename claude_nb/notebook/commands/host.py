"""What the commands need of the magic that they belong to."""

from __future__ import annotations

from typing import Any, Protocol

from claude_nb.conversation import Conversation
from claude_nb.notebook.ledger import Entry

__all__ = ["Host"]


class Host(Protocol):
    """The part of `ClaudeMagics` that commands use.

    Attributes
    ----------
    shell : InteractiveShell
        The running shell.
    chats : dict of Conversation
        By name.
    ledger : list of Entry
        One for each run that was answered or failed, oldest first.
    last_error : Exception or None
        What the last failed run raised.
    """

    shell: Any
    chats: dict[str, Conversation]
    ledger: list[Entry]
    last_error: BaseException | None

    def defaults(self) -> dict[str, Any]:
        """Return every setting's value for this session, by name."""
        ...

    def ask(self, values: dict[str, Any], text: str, *, cell: str | None = None) -> Any:
        """Ask `text` with these settings; `cell` names the turn where the cell's id cannot."""
        ...
