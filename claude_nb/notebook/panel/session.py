"""What a panel shares with its session: variables, chats, and the ledger of runs.

They are the magic's own where ``%load_ext claude_nb`` was run, so that ``%%claude -c panel`` goes
on with a panel's chat and ``%claude usage`` counts its runs.
"""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

from IPython.core.getipython import get_ipython

from claude_nb.conversation import Conversation
from claude_nb.notebook.ledger import Entry

__all__ = ["Session", "cell_id", "free_name", "session"]


class Session:
    """A session without the magic.

    Attributes
    ----------
    shell : InteractiveShell or None
        The running shell.
    chats : dict of Conversation
        By name.
    ledger : list of Entry
        One for each run, oldest first.
    """

    def __init__(self) -> None:
        self.chats: dict[str, Conversation] = {}
        self.ledger: list[Entry] = []

    @property
    def shell(self) -> Any:
        """The running shell, if any."""
        return get_ipython()


_alone = Session()


def session() -> Any:
    """Return the magic of this session if it is loaded, or what stands in for it."""
    shell: Any = get_ipython()
    registry = shell.magics_manager.registry if shell is not None else {}
    return registry.get("ClaudeMagics", _alone)


def free_name(chats: MutableMapping[str, Conversation]) -> str:
    """Return a name for a panel's chat that no chat has: ``panel``, ``panel-2`` and so on."""
    number, name = 1, "panel"
    while name in chats:
        number += 1
        name = f"panel-{number}"
    return name


def cell_id() -> str:
    """Return the id of the running notebook cell; empty where the front end sends none."""
    shell: Any = get_ipython()
    parent = shell.get_parent() if hasattr(shell, "get_parent") else {}
    return str((parent.get("metadata") or {}).get("cellId") or "")
