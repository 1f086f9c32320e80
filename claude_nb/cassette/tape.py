"""What stands in the place of a client's connector: plays recorded answers, records new ones.

Knows how bytes pass, not where they are kept: that is the store's part.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from claude_nb.api.connector import AsyncConnector
from claude_nb.api.wire import Headers, Request, Response

__all__ = ["REPLAYED_HEADER", "Store", "Taped", "tape"]

REPLAYED_HEADER = "x-claude-nb-replayed"


@dataclass(frozen=True, slots=True)
class Taped:
    """One exchange, as a line of the file holds it.

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
    """

    key: str
    request: dict[str, Any]
    status: int
    headers: dict[str, str]
    body: str


class Store(Protocol):
    """Where exchanges are kept."""

    def find(self, request: Request) -> Taped | None:
        """Return the recorded exchange, or None if the server is to be asked."""
        ...

    def keep(self, reply: Response, content: bytes) -> None:
        """Record an answer, if it is a whole one."""
        ...


def tape(connector: Any, store: Store) -> Any:
    """Return what sends in the connector's place."""
    return (_AsyncTape if isinstance(connector, AsyncConnector) else _Tape)(connector, store)


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
        taped = self._store.find(request)
        if taped is not None:
            return _played(taped, request, _Played if stream else None)
        reply, body = self._connector.send(request, stream=stream)
        if body is not None:
            return reply, _Recording(reply, body, self._store)
        self._store.keep(reply, reply.content)
        return reply, None


class _AsyncTape(_Connector):
    """The same for asyncio."""

    async def send(self, request: Request, *, stream: bool) -> tuple[Response, Any]:
        """Send a request, or find what was answered to it."""
        taped = self._store.find(request)
        if taped is not None:
            return _played(taped, request, _AsyncPlayed if stream else None)
        reply, body = await self._connector.send(request, stream=stream)
        if body is not None:
            return reply, _AsyncRecording(reply, body, self._store)
        self._store.keep(reply, reply.content)
        return reply, None


def _played(taped: Taped, request: Request, body: Any) -> tuple[Response, Any]:
    headers = Headers({**taped.headers, REPLAYED_HEADER: "true"})
    content = taped.body.encode()
    if body is None:
        return Response(taped.status, headers, request, content), None
    return Response(taped.status, headers, request), body(content)


class _Played:
    """The bytes of a recorded stream, an event at a time."""

    def __init__(self, content: bytes) -> None:
        self._chunks = iter(content.splitlines(keepends=True))

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        return next(self._chunks)

    def close(self) -> None:
        """Nothing is open."""


class _AsyncPlayed:
    """The same for asyncio."""

    def __init__(self, content: bytes) -> None:
        self._chunks = iter(content.splitlines(keepends=True))

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        try:
            return next(self._chunks)
        except StopIteration:
            raise StopAsyncIteration from None

    async def close(self) -> None:
        """Nothing is open."""


class _Heard:
    """What has arrived of a stream, kept until it is whole."""

    def __init__(self, reply: Response, body: Any, store: Store) -> None:
        self._reply, self._body, self._store = reply, body, store
        self._heard: list[bytes] = []

    def _keep(self) -> None:
        heard, self._heard = b"".join(self._heard), []
        self._store.keep(self._reply, heard)


class _Recording(_Heard):
    """The bytes of a stream as they arrive."""

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        self._heard.append(next(self._body))
        return self._heard[-1]

    def close(self) -> None:
        """Keep the stream, if it is whole, and close the connection."""
        self._keep()
        self._body.close()


class _AsyncRecording(_Heard):
    """The same for asyncio."""

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        self._heard.append(await anext(self._body))
        return self._heard[-1]

    async def close(self) -> None:
        """Keep the stream, if it is whole, and close the connection."""
        self._keep()
        await self._body.close()
