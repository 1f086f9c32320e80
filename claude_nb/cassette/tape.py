"""What stands in the place of a client's connector: plays recorded answers, records new ones.

Knows how bytes pass and when, not where they are kept: that is the store's part.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from inspect import iscoroutinefunction
from typing import Any, Protocol

from claude_nb.api.calls import REPLAYED_HEADER
from claude_nb.api.wire import Headers, Request, Response
from claude_nb.cassette.played import Played
from claude_nb.cassette.taped import HasKey, Heard

__all__ = ["Asked", "Store", "tape"]


class Asked(Protocol):
    """A request that may be recorded."""

    def played(self, has_key: HasKey | None = None) -> Played | None:
        """Return the recorded answer, or None if the server is to be asked."""
        ...

    def keep(self, reply: Response, heard: Heard) -> None:
        """Record an answer, if it is a whole one."""
        ...

    def give_up(self) -> None:
        """No answer came."""
        ...


class Store(Protocol):
    """Where exchanges are kept."""

    def ask(self, request: Request) -> Asked | None:
        """Return the request as one to play or record; None if it is none of those."""
        ...


def tape(connector: Any, store: Store) -> Any:
    """Return what sends in the connector's place."""
    return (_AsyncTape if iscoroutinefunction(connector.send) else _Tape)(connector, store)


class _Connector:
    """In the place of a connector: whatever else is asked of it goes to the real one."""

    def __init__(self, connector: Any, store: Store) -> None:
        self._connector = connector
        self._store = store

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connector, name)


class _Tape(_Connector):
    """Plays or records what passes."""

    def send(self, request: Request, *, stream: bool) -> tuple[Response, Any]:
        """Send a request, or find what was answered to it."""
        asked = self._store.ask(request)
        if asked is None:
            return self._connector.send(request, stream=stream)
        found = asked.played(getattr(self._connector, "has_key", None))
        if found is not None:
            return _replied(found, request, _Played if stream else None)
        started = time.monotonic()
        try:
            reply, body = self._connector.send(request, stream=stream)
        except BaseException:
            asked.give_up()
            raise
        return _recorded(asked, reply, body, started, _Recording)


class _AsyncTape(_Connector):
    """The same for asyncio."""

    async def send(self, request: Request, *, stream: bool) -> tuple[Response, Any]:
        """Send a request, or find what was answered to it."""
        asked = self._store.ask(request)
        if asked is None:
            return await self._connector.send(request, stream=stream)
        found = asked.played(getattr(self._connector, "has_key", None))
        if found is not None:
            return _replied(found, request, _AsyncPlayed if stream else None)
        started = time.monotonic()
        try:
            reply, body = await self._connector.send(request, stream=stream)
        except BaseException:
            asked.give_up()
            raise
        return _recorded(asked, reply, body, started, _AsyncRecording)


def _recorded(asked: Asked, reply: Response, body: Any, started: float, kind: Any) -> Any:
    if body is not None:
        return reply, kind(asked, reply, body, started)
    asked.keep(reply, [(0.0, reply.content)])
    return reply, None


def _replied(found: Played, request: Request, body: Any) -> tuple[Response, Any]:
    headers = Headers({**found.headers, REPLAYED_HEADER: "true"})
    if body is None:
        content = b"".join(chunk for _, chunk in found.events)
        return Response(found.status, headers, request, content), None
    return Response(found.status, headers, request), body(found.events)


class _Played:
    """The bytes of a recorded stream, an event at a time."""

    def __init__(self, events: Sequence[tuple[float, bytes]]) -> None:
        self._events = iter(events)

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        wait, chunk = next(self._events)
        if wait:
            time.sleep(wait)
        return chunk

    def close(self) -> None:
        """Nothing is open."""


class _AsyncPlayed:
    """The same for asyncio."""

    def __init__(self, events: Sequence[tuple[float, bytes]]) -> None:
        self._events = iter(events)

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        try:
            wait, chunk = next(self._events)
        except StopIteration:
            raise StopAsyncIteration from None
        if wait:
            await asyncio.sleep(wait)
        return chunk

    async def close(self) -> None:
        """Nothing is open."""


class _Hearing:
    """What has arrived of a stream, kept until it is whole."""

    def __init__(self, asked: Asked, reply: Response, body: Any, started: float) -> None:
        self._asked, self._reply, self._body, self._started = asked, reply, body, started
        self._heard: list[tuple[float, bytes]] | None = []
        self._ended = reply.headers.get("content-type", "").startswith("text/event-stream")

    def _hear(self, chunk: bytes) -> bytes:
        if self._heard is not None:
            self._heard.append((time.monotonic() - self._started, chunk))
        return chunk

    def _keep(self) -> None:
        heard, self._heard = self._heard, None  # closed once more, it is not kept once more
        if heard is not None and self._ended:  # a stream of events says by itself that it is whole
            self._asked.keep(self._reply, heard)
        elif heard is not None:
            self._asked.give_up()


class _Recording(_Hearing):
    """The bytes of a stream as they arrive."""

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        try:
            return self._hear(next(self._body))
        except StopIteration:
            self._ended = True
            raise

    def close(self) -> None:
        """Keep the stream, if it is whole, and close the connection."""
        try:
            self._keep()
        finally:
            self._body.close()


class _AsyncRecording(_Hearing):
    """The same for asyncio."""

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        try:
            return self._hear(await anext(self._body))
        except StopAsyncIteration:
            self._ended = True
            raise

    async def close(self) -> None:
        """Keep the stream, if it is whole, and close the connection."""
        try:
            self._keep()
        finally:
            await self._body.close()
