"""What stands before the network of every client where something is locked.

Below recordings, which send nothing; above whatever signs and translates.
"""

from __future__ import annotations

import asyncio
import http.client
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from inspect import iscoroutinefunction
from typing import Any
from urllib.parse import urlsplit

from claude_nb import threads
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

_PATIENCE = 2.0  # seconds


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


def _is_emulator(where: str) -> bool:
    """Whether an emulator answers at an address of this machine; true where nobody can ask.

    It is told nothing of a request, and no key.
    """
    if not threads.AVAILABLE:  # nor are there sockets: its reply will tell
        return True
    parts = urlsplit(where)
    line = http.client.HTTPConnection(str(parts.hostname), parts.port or 80, timeout=_PATIENCE)
    try:
        line.request("GET", f"{parts.path}/v1/models?limit=1")
        return line.getresponse().getheader(EMULATED_HEADER) is not None
    except (OSError, http.client.HTTPException):
        return parts.scheme != "http"  # what cannot be asked so is judged by its reply
    finally:
        line.close()


async def _at_once(work: Callable[[str], bool], where: str) -> bool:
    return work(where)


class _Base:
    def __init__(self, connector: Any, locks: Locks) -> None:
        self._connector = connector
        self._locks = locks
        self._emulators: set[str] = set()  # that said so; their replies go on saying so

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connector, name)

    def _unsure(self, request: Request) -> str:
        """Refuse what is locked; return who is to be asked first whether it is an emulator.

        A server of this machine that is not listed may be one, and that always may answer.
        """
        self._locks.check(request)
        where = server_of(request.url)
        is_unsure = stays_here(where) and where not in self._emulators
        return where if is_unsure and self._locks.server_refusal(where) else ""

    def _told(self, where: str, *, is_emulator: bool) -> None:
        if not is_emulator:
            raise LockedError(self._locks.server_refusal(where))
        self._emulators.add(where)

    def _foreign(self, request: Request, reply: Response) -> LockedError | None:
        """Return what to raise where a server of this machine is no emulator, and not listed."""
        where = server_of(request.url)
        if EMULATED_HEADER in reply.headers or not stays_here(where):
            return None
        self._emulators.discard(where)
        if not (refused := self._locks.server_refusal(where)):
            return None
        error = LockedError(refused)
        error.sent = True  # what answers there was known too late
        return error


class _Door(_Base):
    """Sends what is allowed."""

    def send(self, request: Request, *, stream: bool) -> tuple[Response, Any]:
        """Send a request, if it may be sent."""
        if where := self._unsure(request):
            self._told(where, is_emulator=_is_emulator(where))
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
        if where := self._unsure(request):
            asks = asyncio.to_thread if threads.AVAILABLE else _at_once
            self._told(where, is_emulator=await asks(_is_emulator, where))
        reply, body = await self._connector.send(request, stream=stream)
        if foreign := self._foreign(request, reply):
            if body is not None:
                await body.close()
            raise foreign
        return reply, body
