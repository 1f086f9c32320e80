"""Send requests, and read bodies: the two places where the client waits for the network.

One pool of connections a client and process, and with asyncio one a loop: connections that a
fork or another loop took along would mix up answers.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
import weakref
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from typing import Any, NoReturn, Self

from claude_nb._http import Credentials, Exchange, Pool
from claude_nb.api.wire import Request, Response

__all__ = ["AsyncBody", "AsyncConnector", "Body", "Connector"]

_FIRST_FAILURE = 300  # the first HTTP status that is no success


class Connector:
    """Sends requests and waits for their replies.

    Parameters
    ----------
    pool : Pool
        How to make the client; a forked child makes its own, as sharing the parent's
        connections would mix up the answers.
    credentials : callable
        Returns the headers that carry the key.
    """

    def __init__(self, pool: Pool, credentials: Credentials) -> None:
        self.pool = pool
        self._credentials = credentials
        self._clients: dict[int, Any] = {}
        self.closed = False

    def client(self) -> Any:
        """Return this process's client."""
        if self.pool.given is not None:
            return self.pool.given
        pid = os.getpid()
        found = self._clients.get(pid)
        # no lock, which a fork could copy while held: of two threads one client is just dropped
        return found or self._clients.setdefault(pid, self.pool.open("Client", "HTTPTransport"))

    def send(self, request: Request, *, stream: bool) -> tuple[Response, Body | None]:
        """Send a request; return its reply, with a body to read if it is streamed.

        Raises
        ------
        TransportError
            No whole reply (or, for a stream, no head of one) arrived.
        """
        client = self.client()
        exchange = Exchange(self.pool.library(), request, self._credentials)
        started = time.monotonic()
        try:
            reply = client.send(
                exchange.build(),
                stream=True,
                auth=exchange.auth(),
                follow_redirects=False,
            )
            if stream and reply.status_code < _FIRST_FAILURE:
                return exchange.response(reply, b"", started), Body(reply, exchange, self)
            content = reply.read()
            return exchange.response(reply, content, started), None
        except BaseException as error:  # noqa: BLE001 - failure() passes on what it does not know
            failure = exchange.failure(error)
        raise failure

    def close(self) -> None:
        """Close this process's connections."""
        self.closed = True
        client = self._clients.pop(os.getpid(), self.pool.given)
        if client is not None:
            client.close()

    def __reduce__(self) -> NoReturn:
        raise TypeError("Open connections cannot be copied.")

    def __del__(self) -> None:
        # scripts drop clients without closing them; a forked child leaves its parent's alone
        client = vars(self).get("_clients", {}).get(os.getpid())
        if client is not None:
            with contextlib.suppress(Exception):  # at interpreter exit anything may be gone
                client.close()


class Body:
    """The bytes of a streamed reply, as they arrive. Closing it closes the connection."""

    def __init__(self, reply: Any, exchange: Exchange, owner: Connector) -> None:
        exchange.expect_body()
        self._reply = reply
        self._exchange = exchange
        self._owner = owner  # whose connections stay open as long as this is read
        self._chunks: Iterator[bytes] = reply.iter_bytes()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> bytes:
        try:
            return next(self._chunks)
        except StopIteration:
            raise
        except BaseException as error:  # noqa: BLE001 - as above
            failure = self._exchange.failure(error)
        raise failure

    def close(self) -> None:
        """Close the connection, unless the body was read to its end."""
        self._reply.close()


class AsyncConnector:
    """The same for asyncio, with one client for each event loop, closed as the loop ends."""

    def __init__(self, pool: Pool, credentials: Credentials) -> None:
        self.pool = pool
        self._credentials = credentials
        self._clients: weakref.WeakKeyDictionary[Any, Any] = weakref.WeakKeyDictionary()
        self.closed = False

    async def client(self) -> Any:
        """Return this loop's client."""
        if self.pool.given is not None:
            return self.pool.given
        loop = asyncio.get_running_loop()
        key = (os.getpid(), id(loop))
        found = self._clients.get(loop)
        if found is None or found[0] != key or found[1].is_closed:
            client = self.pool.open("AsyncClient", "AsyncHTTPTransport")
            lifetime = _closed_with_loop(client)
            self._clients[loop] = found = (key, client, lifetime)
            await anext(lifetime)
        return found[1]

    async def send(self, request: Request, *, stream: bool) -> tuple[Response, AsyncBody | None]:
        """Send a request; see `Connector.send`."""
        client = await self.client()
        exchange = Exchange(self.pool.library(), request, self._credentials)
        started = time.monotonic()
        try:
            reply = await client.send(
                exchange.build(),
                stream=True,
                auth=exchange.auth(),
                follow_redirects=False,
            )
            if stream and reply.status_code < _FIRST_FAILURE:
                return exchange.response(reply, b"", started), AsyncBody(reply, exchange)
            content = await reply.aread()
            return exchange.response(reply, content, started), None
        except BaseException as error:  # noqa: BLE001 - failure() passes on what it does not know
            failure = exchange.failure(error)
        raise failure

    async def close(self) -> None:
        """Close this loop's connections."""
        self.closed = True
        found = self._clients.pop(asyncio.get_running_loop(), None)
        if found is not None:
            await found[2].aclose()
        if self.pool.given is not None:
            await self.pool.given.aclose()


async def _closed_with_loop(client: Any) -> AsyncGenerator[None, None]:
    # asyncio.run() closes unfinished asynchronous generators before it closes its loop
    try:
        yield
    finally:
        await client.aclose()


class AsyncBody:
    """The bytes of a streamed reply, as they arrive; see `Body`."""

    def __init__(self, reply: Any, exchange: Exchange) -> None:
        exchange.expect_body()
        self._reply = reply
        self._exchange = exchange
        self._chunks: AsyncIterator[bytes] = reply.aiter_bytes()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        try:
            return await anext(self._chunks)
        except StopAsyncIteration:
            raise
        except BaseException as error:  # noqa: BLE001 - as above
            failure = self._exchange.failure(error)
        raise failure

    async def close(self) -> None:
        """Close the connection, unless the body was read to its end."""
        await self._reply.aclose()
