"""What stands before the network of every client where something is locked.

Below recordings, which send nothing; above whatever signs and translates.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from inspect import iscoroutinefunction
from typing import Any

from claude_nb.api.addresses import DEFAULT_BASE_URL, stays_here
from claude_nb.api.calls import EMULATED_HEADER
from claude_nb.api.wire import Request, Response
from claude_nb.models import BUILT_IN
from claude_nb.models.locks.locks import Lock, LockedBudgetError, LockedError, Locks, server_of
from claude_nb.models.locks.places import Found, found
from claude_nb.models.locks.reading import held
from claude_nb.models.spending.budget import Amount, Budget, BudgetError, Reservation
from claude_nb.models.spending.gate import gate

__all__ = ["locked"]


def locked(connector: Any, base_url: str) -> Any:
    """Return what sends in the connector's place; the connector itself where nothing is locked.

    Parameters
    ----------
    connector : object
        Sends requests.
    base_url : str
        Where it sends them, by which prices are known.

    Raises
    ------
    LockedError
        What is locked cannot be read.
    """
    locks = held()
    if not locks.each:
        return connector
    purse = _purse(found())
    if purse is not None and not stays_here(base_url):
        is_own = base_url == DEFAULT_BASE_URL
        models = BUILT_IN if is_own else replace(BUILT_IN, provider=base_url)
        connector = gate(connector, budget=lambda: purse, models=lambda: models)
    kind = _AsyncDoor if iscoroutinefunction(connector.send) else _Door
    return kind(connector, locks)


@cache
def _purse(_: tuple[Found, ...]) -> Budget | None:
    """Return what this process may spend, all its clients together; None for no limit."""
    purse: Budget | None = None
    for lock in held().each:
        purse = _Limit(lock, purse) if lock.amount else purse
    return purse


class _Limit(Budget):
    """A budget that says who can change it."""

    def __init__(self, lock: Lock, within: Budget | None) -> None:
        super().__init__(lock.dollars, lock.tokens, within=within)
        self._lock_of = lock

    def reserve(self, most: Amount, least: Amount | None = None) -> Reservation:
        """Set an amount aside; what has no price cannot be held to one."""
        who = self._lock_of.who
        if most.unpriced and self.tokens is None:
            said = f"Its price is not known, so it cannot be held to {self._lock_of.amount}."
            raise LockedBudgetError(said, who)
        try:
            return super().reserve(most, least)
        except LockedBudgetError:  # of the one that this is a part of
            raise
        except BudgetError as error:
            raise LockedBudgetError(str(error), who) from None


class _Base:
    def __init__(self, connector: Any, locks: Locks) -> None:
        self._connector = connector
        self._locks = locks

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connector, name)

    def _foreign(self, request: Request, reply: Response) -> LockedError | None:
        """Return what to raise where a server of this machine is no emulator, and not listed."""
        where = server_of(request.url)
        if EMULATED_HEADER in reply.headers or not stays_here(where):
            return None
        refused = self._locks.server_refusal(where)
        error = LockedError(refused)
        error.sent = True  # what answers there was known too late
        return error if refused else None


class _Door(_Base):
    """Sends what is allowed."""

    def send(self, request: Request, *, stream: bool) -> tuple[Response, Any]:
        """Send a request, if it may be sent."""
        self._locks.check(request)
        reply, body = self._connector.send(request, stream=stream)
        if foreign := self._foreign(request, reply):
            if body is not None:
                body.close()
            raise foreign
        return reply, body


class _AsyncDoor(_Base):
    """The same for asyncio."""

    async def send(self, request: Request, *, stream: bool) -> tuple[Response, Any]:
        """Send a request, if it may be sent."""
        self._locks.check(request)
        reply, body = await self._connector.send(request, stream=stream)
        if foreign := self._foreign(request, reply):
            if body is not None:
                await body.close()
            raise foreign
        return reply, body
