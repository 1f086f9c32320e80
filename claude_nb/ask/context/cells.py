"""What is known of a notebook's cells, wherever that came from."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["Cell", "Notebook", "is_question"]

_QUESTION = re.compile(r"\s*%%?claude(?!\w)")
_SKIP = re.compile(r"\s*(?:#|<!--|%%?claude\b[^\n]*\n\s*#)\s*claude:\s*skip\b", re.IGNORECASE)
_TAG = "claude-skip"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One cell.

    Attributes
    ----------
    id : str
        As the front end names it; empty where that is not known.
    kind : str
        ``"code"``, ``"markdown"`` or ``"raw"``.
    source : str
        As it is written, or as it was run.
    outputs : tuple of Mapping
        As notebook files have them.
    tags : tuple of str
        As the person set them.
    number : int or None
        The execution count: 3 for ``In [3]``.
    place : int
        In the notebook, from 1; 0 where that is not known.
    """

    id: str = ""
    kind: str = "code"
    source: str = ""
    outputs: tuple[Mapping[str, Any], ...] = ()
    tags: tuple[str, ...] = ()
    number: int | None = None
    place: int = 0

    @property
    def is_private(self) -> bool:
        """Whether the person wants it kept out."""
        return _TAG in self.tags or _SKIP.match(self.source) is not None

    @property
    def name(self) -> str:
        """How people and models are told which cell it is."""
        number = f"In [{self.number}]" if self.number is not None else ""
        kind = self.kind if self.kind != "code" else "" if number else "code, not run"
        return " · ".join(filter(None, [f"cell {self.place}" if self.place else "", number, kind]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Notebook:
    """The cells of a notebook.

    Attributes
    ----------
    cells : tuple of Cell
        In order.
    at : int
        How many of them stand above the one that asks.
    is_run : bool
        Whether they are what was run, in that order, not what is written.
    untold : int
        How many more stand above them, of which nothing was told.
    """

    cells: tuple[Cell, ...] = ()
    at: int = 0
    is_run: bool = False
    untold: int = 0


def is_question(cell: Cell) -> bool:
    """Return whether a cell asks Claude."""
    return cell.kind == "code" and _QUESTION.match(cell.source) is not None
