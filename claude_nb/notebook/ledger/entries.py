"""The runs of a session, one entry each: what was asked, what it took and how it ended; pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Entry", "Total", "total"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One run.

    Attributes
    ----------
    cell : str
        The notebook cell's id (or a hash of its text where the front end sends none).
    chat : str
        Name of the chat; empty if the question was asked by itself.
    model : str
        The id that answered, or was asked if nothing did.
    usage : Mapping
        Tokens by kind, as the server counted them; empty if it did not.
    seconds : float
        From request to end.
    cost : float or None
        US dollars; None where prices are unknown or nothing is charged.
    state : str
        ``"complete"``, ``"stopped"``, ``"cut off"`` and so on: how the run ended.
    title : str
        How the question begins, for people.
    number : int or None
        The cell's execution count: ``3`` for ``In [3]``.
    emulated, replayed : bool
        Whether the emulator answered.
    refused : bool
        Whether nothing was sent, or the server took nothing of it, which nobody bills.
    """

    cell: str
    chat: str
    model: str
    usage: Mapping[str, Any] = field(default_factory=dict[str, Any])
    seconds: float = 0.0
    cost: float | None = None
    state: str = "complete"
    title: str = ""
    number: int | None = None
    emulated: bool = False
    replayed: bool = False
    refused: bool = False

    @property
    def free(self) -> bool:
        """Whether it cost nothing for sure."""
        return self.emulated or self.replayed or self.refused

    @property
    def searches(self) -> int:
        """Web searches by the server."""
        used: Mapping[str, Any] = self.usage.get("server_tool_use") or {}
        return int(used.get("web_search_requests") or 0)

    def tokens(self, kind: str) -> int:
        """Return the tokens of one kind (``"output_tokens"``), 0 if unknown."""
        return int(self.usage.get(kind) or 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """Several runs together.

    Attributes
    ----------
    runs : int
        How many.
    read, cached, stored, written : int
        Tokens of the prompts, those of them that came from the cache, those that went into it, and
        tokens generated.
    searches : int
        Web searches by the server.
    seconds : float
        Time spent waiting.
    cost : float or None
        US dollars; None if no run has a known one.
    unpriced : int
        Runs with no known cost that really went to a server.
    """

    runs: int
    read: int
    cached: int
    stored: int
    written: int
    seconds: float
    cost: float | None
    unpriced: int
    searches: int


_PROMPT = ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens")


def total(entries: Iterable[Entry]) -> Total:
    """Return the sums over `entries`."""
    known = list(entries)
    costs = [entry.cost for entry in known if entry.cost is not None]
    return Total(
        runs=len(known),
        read=sum(entry.tokens(kind) for entry in known for kind in _PROMPT),
        cached=sum(entry.tokens("cache_read_input_tokens") for entry in known),
        stored=sum(entry.tokens("cache_creation_input_tokens") for entry in known),
        written=sum(entry.tokens("output_tokens") for entry in known),
        seconds=sum(entry.seconds for entry in known),
        cost=sum(costs) if costs else None,
        unpriced=sum(entry.cost is None and not entry.free for entry in known),
        searches=sum(entry.searches for entry in known),
    )
