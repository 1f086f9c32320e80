"""The last answers of a kernel: none is lost with the page that showed it; pure.

Who asks for one names its cell's number, its cell's id or nothing; a page that comes back names the
cells of its notebook. There is room for so many, and for so much text.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

__all__ = ["Kept", "Shelf"]

MOST = 50  # answers
ROOM = 16_000_000  # characters of those that have ended


@dataclass(slots=True, eq=False, repr=False, kw_only=True)
class Kept:
    """One answer, coming or come.

    Attributes
    ----------
    cell : str
        The id of the cell that asked; empty where the front end sends none.
    number : int or None
        The cell's execution count: ``3`` for ``In [3]``.
    title : str
        How the question begins, for people.
    mark : str
        Names it, to its own kernel only; nobody can guess it.
    view : View
        Shows it; the view's ``final`` is its output, None while it is coming.
    message : Message or None
        The answer, whole or as far as it came; None until the end.
    is_delivered : bool
        Whether a page said that its notebook holds the output, or it is not for the notebook.
    asked : (SafeHtml, str) or None
        What went along with the question, where it is shown while the answer comes.
    """

    cell: str
    number: int | None
    title: str
    mark: str = field(default_factory=lambda: uuid4().hex)
    view: Any = None
    message: Any = None
    is_delivered: bool = False
    asked: Any = None

    @property
    def final(self) -> tuple[dict[str, Any], dict[str, Any]] | None:
        """The output's data and metadata; None while it is coming."""
        return self.view.final

    @property
    def size(self) -> int:
        """Characters of the output."""
        return sum(len(str(text)) for text in self.final[0].values()) if self.final else 0


class Shelf:
    """Keeps answers, oldest first. Safe to use from any thread."""

    def __init__(self) -> None:
        self._kept: list[Kept] = []
        self._lock = threading.Lock()

    def add(self, kept: Kept) -> None:
        """Keep one more; the oldest that have ended make room."""
        with self._lock:
            self._kept.append(kept)
            room = sum(each.size for each in self._kept) - ROOM
            for each in [each for each in self._kept[:-1] if each.final]:
                if len(self._kept) <= MOST and room <= 0:
                    break
                room -= each.size
                self._kept.remove(each)

    def all(self) -> list[Kept]:
        """Return those there are, oldest first."""
        with self._lock:
            return list(self._kept)

    def shown_by(self, view: Any) -> Kept:
        """Return the answer that a view shows; a new one, which is not kept, for any other."""
        found = (each for each in reversed(self.all()) if each.view is view)
        return next(found, None) or Kept(cell="", number=None, title="", view=view)

    def named(self, word: str) -> Kept | None:
        """Return the newest, of the cell with that number or id if one is named."""
        for each in reversed(self.all()):
            if not word or word in {str(each.number), each.cell}:
                return each
        return None

    def marked(self, marks: Iterable[str]) -> list[Kept]:
        """Return the answers with these marks."""
        wanted = set(marks)
        return [each for each in self.all() if each.mark in wanted]

    def waiting(self, cells: Iterable[str]) -> list[Kept]:
        """Return what the last run of each of these cells asked, and no page has yet."""
        wanted, newest = set(cells), {each.cell: each.number for each in self.all()}
        return [
            each
            for each in self.all()
            if each.cell in wanted and each.number == newest[each.cell] and not each.is_delivered
        ]
