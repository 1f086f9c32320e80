"""One recorded exchange."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from claude_nb.api.wire import Request

__all__ = ["HasKey", "Heard", "Place", "Taped"]

Heard: TypeAlias = Sequence[tuple[float, bytes]]  # seconds since the request, and what came then

HasKey: TypeAlias = Callable[[Request], bool]  # whether a request could be sent at all

Place: TypeAlias = tuple[str, str, int]  # key, cell and number: what a file holds one of


@dataclass(frozen=True, slots=True)
class Taped:
    """One exchange.

    Attributes
    ----------
    key : str
        Names the request.
    request : dict
        Path, the headers that matter, and body.
    status : int
        HTTP status.
    headers : dict of str
        Of the reply, what an answer needs.
    body : str
        Of the reply, whole.
    n : int
        Which of the equal requests of its cell it answered, from 1; 0, as before these were told
        apart, for any.
    cell : str
        Names the cell that asked, by its text; empty if none did.
    pace : tuple of int
        Of a stream, the milliseconds before each event, from the request on.
    line : int
        Where in the file it is, from 1.
    """

    key: str
    request: dict[str, Any]
    status: int
    headers: dict[str, str]
    body: str
    n: int = 0
    cell: str = ""
    pace: tuple[int, ...] = ()
    line: int = field(default=0, compare=False)

    @property
    def place(self) -> Place:
        """What the file holds one of: the last."""
        return self.key, self.cell, self.n

    @property
    def streamed(self) -> bool:
        """Whether the answer is a stream of events."""
        return self.headers.get("content-type", "").startswith("text/event-stream")
