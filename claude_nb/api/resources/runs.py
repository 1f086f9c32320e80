"""What a resource needs of a client: something that runs its flows."""

from __future__ import annotations

from typing import Protocol, TypeVar

from claude_nb.api.resources.endpoints import Context
from claude_nb.api.sending.flows import Flow

__all__ = ["AsyncRuns", "Runs"]

T = TypeVar("T")


class Runs(Protocol):
    """A client that waits."""

    @property
    def context(self) -> Context:
        """What the client lends its calls."""
        ...

    def run(self, flow: Flow[T]) -> T:
        """Run a flow to its end and return its result."""
        ...


class AsyncRuns(Protocol):
    """A client for asyncio."""

    @property
    def context(self) -> Context:
        """What the client lends its calls."""
        ...

    async def run(self, flow: Flow[T]) -> T:
        """Run a flow to its end and return its result."""
        ...
