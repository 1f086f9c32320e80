"""A notebook's cells as its page has them, asked for while a cell runs; never waited for long.

The kernel asks on a comm, at whose target the front-end extension listens; the page with the cell
that asks answers on one of its own. Kernels with subshells hear that while the cell runs, others
would not; nor would they on a comm that the running cell has opened.
"""

from __future__ import annotations

import threading
from importlib.metadata import PackageNotFoundError, version
from itertools import count
from typing import Annotated, Any, Literal

from comm import create_comm, get_comm_manager
from pydantic import Field, StrictInt, TypeAdapter

from claude_nb.notebook.page.constants import CELLS
from claude_nb.notebook.page.gate import RefusedError, Said, said

__all__ = ["Pages", "Told", "ToldCell"]

FIRST = 1.5  # seconds for a page that may be there
SOON = 0.4  # seconds for one that has not answered before, and for a comm it may have lost

_Name = Annotated[str, Field(max_length=200)]
_Place = Annotated[StrictInt, Field(ge=0, le=1_000_000)]


class ToldCell(Said):
    """A cell, as a page tells it; outputs are as notebook files have them, cut at both ends."""

    id: _Name
    kind: Literal["code", "markdown", "raw"]
    source: Annotated[str, Field(max_length=100_000)]
    outputs: Annotated[list[dict[str, Any]], Field(max_length=50)]
    tags: Annotated[list[_Name], Field(max_length=100)]
    number: StrictInt | None
    place: _Place


class Told(Said):
    """What a page tells.

    Attributes
    ----------
    ask : int
        Which question of the kernel it answers.
    at : int
        How many cells stand above the one that asks.
    cells : list of ToldCell
        Those next to it, in order.
    """

    ask: StrictInt
    at: _Place
    cells: Annotated[list[ToldCell], Field(max_length=1_000)]


_TOLD = TypeAdapter(Told)


class Pages:
    """The pages of a kernel, as far as they tell cells."""

    def __init__(self) -> None:
        self._numbers = count(1)
        self._came = threading.Condition()
        self._told: dict[int, Told | None] = {}  # by the questions that wait
        self._comm: Any = None
        self._answered: bool | None = None  # None before any was asked
        get_comm_manager().register_target(CELLS, self._opened)

    def cells(self, cell: str, *, everything: bool, pictures: bool, only: int = 0) -> Told | None:
        """Return what the page with that cell tells; None if none answers in time.

        Parameters
        ----------
        cell : str
            The id of the cell that asks.
        everything : bool
            Whether the cells below it are asked for, too.
        pictures : bool
            Whether pictures of outputs are.
        only : int
            The place of the one cell that is asked for, from 1; 0 for all others.
        """
        if not cell or not _hears():
            return None
        wish = {"cell": cell, "all": everything, "pictures": pictures, "only": only}
        told = self._ask(wish, SOON) if self._comm is not None and self._answered else None
        if told is None:
            self._comm = None
            told = self._ask(wish, SOON if self._answered is False else FIRST)
        self._answered = told is not None
        return told

    def _ask(self, wish: dict[str, Any], seconds: float) -> Told | None:
        number = next(self._numbers)
        self._told[number] = None
        if self._comm is None:
            self._comm = create_comm(target_name=CELLS, data={**wish, "ask": number})
        else:
            self._comm.send({**wish, "ask": number})
        with self._came:
            self._came.wait_for(lambda: self._told[number], seconds)
            return self._told.pop(number)

    def _opened(self, comm: Any, message: object) -> None:
        """Hear a page that answers."""
        del message
        comm.on_msg(self._heard)

    def _heard(self, received: Any) -> None:
        """Take what a page said, in whichever thread that is."""
        try:
            told = said(_TOLD, received["content"].get("data"), "Cells")
        except RefusedError:
            return
        with self._came:
            if told.ask in self._told:  # else it came too late
                self._told[told.ask] = told
                self._came.notify_all()


def _hears() -> bool:
    """Return whether a page is heard while a cell runs, as on ipykernel 7."""
    try:
        return not version("ipykernel").startswith("6.")
    except PackageNotFoundError:
        return False
