"""Who asks: a cell of a notebook, as often as it is run, or the whole of a script.

Equal requests of one asker are its first, second, third. A cell that is run again begins anew, and
what other cells ask shifts nothing.
"""

from __future__ import annotations

import hashlib
import sys
import threading
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Asker", "Counted", "Turns", "asker"]


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks.

    Attributes
    ----------
    cell : str
        16 hexadecimal digits that name the text of the cell; empty outside of cells.
    execution : object
        What tells this run of the cell from others.
    """

    cell: str = ""
    execution: object = None


def asker(shell: Any = None) -> Asker:
    """Return who asks now.

    Parameters
    ----------
    shell : InteractiveShell, optional
        Whose cells ask. Default: the one that runs; IPython is looked at where it is loaded.
    """
    if shell is None:
        ipython = sys.modules.get("IPython.core.getipython")
        shell = ipython.get_ipython() if ipython is not None else None
    if shell is None:
        return Asker()
    if hasattr(shell, "get_parent"):
        parent: dict[str, Any] = shell.get_parent() or {}
        content: dict[str, Any] = parent.get("content") or {}
        header: dict[str, Any] = parent.get("header") or {}
        return Asker(_named(content.get("code", "")), header.get("msg_id"))
    cells: list[Any] = shell.user_ns.get("_ih") or [""]
    return Asker(_named(cells[-1]), shell.execution_count)


def _named(code: Any) -> str:
    text = str(code).strip().replace("\r\n", "\n")
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()[:16] if text else ""


@dataclass(slots=True)
class Counted:
    """One request on its way: which of the equal ones it is.

    Attributes
    ----------
    cell : str
        Names the cell that asks.
    number : int
        1 for the first.
    """

    cell: str
    number: int
    _taken: set[int]

    def give_back(self) -> None:
        """Take back the number: no answer came of this, so the next attempt has it again."""
        self._taken.discard(self.number)


@dataclass(slots=True)
class Turns:
    """Counts the requests of each asker."""

    _askers: dict[str, tuple[object, dict[str, set[int]]]] = field(
        default_factory=dict[str, tuple[object, dict[str, set[int]]]]
    )
    _lock: Any = field(default_factory=threading.Lock)

    def take(self, key: str, who: Asker) -> Counted:
        """Return the first number that no other request of this key has, of this asker."""
        with self._lock:
            execution, taken = self._askers.get(who.cell, (None, {}))
            if execution != who.execution:
                taken = {}
            self._askers[who.cell] = (who.execution, taken)
            numbers = taken.setdefault(key, set())
            number = next(n for n in range(1, len(numbers) + 2) if n not in numbers)
            numbers.add(number)
            return Counted(who.cell, number, numbers)
