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

from claude_nb._http import Authorize, ClientFactory, Transfer
from claude_nb.api.errors import MissingCredentialsError
from claude_nb.api.wire import FIRST_FAILURE, Request, Response

__all__ = ["AsyncBody", "AsyncConnector", "Body", "Connector"]


class _Sender:
    """What sends requests in somebody's name."""

    _authorize: Authorize

    def has_key(self, request: Request) -> bool:
        """Return whether it is known who sends a request: else it cannot be sent."""
        try:
            self._authorize(request)
        except MissingCredentialsError:
            return False
        return True


class Connector(_Sender):
    """Sends requests and waits for their replies.

    Parameters
    ----------
    factory : ClientFactory
        How to make the client; a forked child makes its own, as sharing the parent's
        connections would mix up the answers.
    authorize : callable
        Returns the header fields that identify the sender of a request.
    """

    def __init__(self, factory: ClientFactory, authorize: Authorize) -> None:
        self.factory = factory
        self._authorize = authorize
        self._clients: dict[int, Any] = {}
        self.closed: bool = False

    def client(self) -> Any:
        """Return this process's client."""
        if self.factory.given is not None:
            return self.factory.given
        pid = os.getpid()
        found = self._clients.get(pid)
        if found is None:
            made = self.factory.open("Client", "HTTPTransport")
            # no lock, which a fork could copy while held: of two threads one client is dropped
            found = self._clients.setdefault(pid, made)
            if found is made:
                # scripts drop clients without closing them; in a cycle, the garbage collector
                # could finalise a socket before a __del__ of ours
                weakref.finalize(self, _close_in, pid, made)
        return found

    def send(self, request: Request, *, stream: bool) -> tuple[Response, Body | None]:
        """Send a request; return its reply, with a body to read if it is streamed.

        Raises
        ------
        TransportError
            No whole reply (or, for a stream, no head of one) arrived.
        """
        client = self.client()
        transfer = self.factory.transfer(request, self._authorize)
        started = time.monotonic()
        try:
            reply = client.send(
                transfer.build(), stream=True, auth=transfer.auth(), follow_redirects=False
            )
            response = transfer.response(reply, started)
            if stream and reply.status_code < FIRST_FAILURE:
                return response, Body(reply, transfer, self)
            return _whole(reply, response, transfer), None
        except BaseException as error:  # noqa: BLE001 - failure() passes on what it does not know
            failure = transfer.failure(error)
        raise failure

    def close(self) -> None:
        """Close this process's connections."""
        self.closed = True
        client = self._clients.pop(os.getpid(), self.factory.given)
        if client is not None:
            client.close()

    def __reduce__(self) -> NoReturn:
        raise TypeError("Open connections cannot be copied.")


def _whole(reply: Any, head: Response, transfer: Transfer) -> Response:
    """Return the response with its body, or as much of it as is read of one."""
    collected = transfer.expect_whole(reply)
    with contextlib.closing(reply), collected.reading(transfer.library):
        for chunk in reply.iter_bytes():
            if not collected.add(chunk):
                break
    return collected.of(head)


async def _whole_async(reply: Any, head: Response, transfer: Transfer) -> Response:
    """Do the same for asyncio."""
    collected = transfer.expect_whole(reply)
    try:
        with collected.reading(transfer.library):
            async for chunk in reply.aiter_bytes():
                if not collected.add(chunk):
                    break
    finally:
        await reply.aclose()
    return collected.of(head)


def _close_in(pid: int, client: Any) -> None:
    if pid == os.getpid():  # a forked child leaves its parent's alone
        with contextlib.suppress(Exception):  # at interpreter exit anything may be gone
            client.close()


class Body:
    """The bytes of a streamed reply, as they arrive. Closing it closes the connection."""

    def __init__(self, reply: Any, transfer: Transfer, owner: Connector) -> None:
        transfer.expect_body(reply)
        self._reply = reply
        self._transfer = transfer
        self._owner = owner  # whose connections stay open as long as this is read
        self._chunks: Iterator[bytes] = reply.iter_bytes()

    @property
    def reply(self) -> Any:
        """The reply of the HTTP library."""
        return self._reply

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> bytes:
        try:
            return next(self._chunks)
        except StopIteration:
            raise
        except BaseException as error:  # noqa: BLE001 - as above
            failure = self._transfer.failure(error)
        raise failure

    def close(self) -> None:
        """Close the connection, unless the body was read to its end."""
        self._reply.close()


class AsyncConnector(_Sender):
    """The same for asyncio, with one client for each event loop, closed as the loop ends."""

    def __init__(self, factory: ClientFactory, authorize: Authorize) -> None:
        self.factory = factory
        self._authorize = authorize
        self._clients: weakref.WeakKeyDictionary[Any, Any] = weakref.WeakKeyDictionary()
        self.closed: bool = False

    async def client(self) -> Any:
        """Return this loop's client."""
        if self.factory.given is not None:
            return self.factory.given
        loop = asyncio.get_running_loop()
        key = (os.getpid(), id(loop))
        found = self._clients.get(loop)
        if found is None or found[0] != key or found[1].is_closed:
            client = self.factory.open("AsyncClient", "AsyncHTTPTransport")
            lifetime = _closed_with_loop(client)
            self._clients[loop] = found = (key, client, lifetime)
            await anext(lifetime)
            # as above: who drops this in a cycle must not leave its sockets to chance
            weakref.finalize(self, _close_on, weakref.ref(loop), lifetime).atexit = False
        return found[1]

    async def send(self, request: Request, *, stream: bool) -> tuple[Response, AsyncBody | None]:
        """Send a request; see `Connector.send`."""
        client = await self.client()
        transfer = self.factory.transfer(request, self._authorize)
        started = time.monotonic()
        try:
            reply = await client.send(
                transfer.build(), stream=True, auth=transfer.auth(), follow_redirects=False
            )
            response = transfer.response(reply, started)
            if stream and reply.status_code < FIRST_FAILURE:
                return response, AsyncBody(reply, transfer)
            return await _whole_async(reply, response, transfer), None
        except BaseException as error:  # noqa: BLE001 - failure() passes on what it does not know
            failure = transfer.failure(error)
        raise failure

    async def close(self) -> None:
        """Close this loop's connections."""
        self.closed = True
        found = self._clients.pop(asyncio.get_running_loop(), None)
        if found is not None:
            await found[2].aclose()
        if self.factory.given is not None:
            await self.factory.given.aclose()


async def _closed_with_loop(client: Any) -> AsyncGenerator[None, None]:
    # asyncio.run() closes unfinished asynchronous generators before it closes its loop
    try:
        yield
    finally:
        await client.aclose()


def _close_on(loop: weakref.ref[Any], lifetime: AsyncGenerator[None, None]) -> None:
    running = loop()
    if running is not None and not running.is_closed():
        with contextlib.suppress(RuntimeError):  # it was closed in between
            running.call_soon_threadsafe(
                lambda: asyncio.ensure_future(_end(lifetime), loop=running)
            )


async def _end(lifetime: AsyncGenerator[None, None]) -> None:
    await lifetime.aclose()


class AsyncBody:
    """The bytes of a streamed reply, as they arrive; see `Body`."""

    def __init__(self, reply: Any, transfer: Transfer) -> None:
        transfer.expect_body(reply)
        self._reply = reply
        self._transfer = transfer
        self._chunks: AsyncIterator[bytes] = reply.aiter_bytes()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        try:
            return await anext(self._chunks)
        except StopAsyncIteration:
            raise
        except BaseException as error:  # noqa: BLE001 - as above
            failure = self._transfer.failure(error)
        raise failure

    async def close(self) -> None:
        """Close the connection, unless the body was read to its end."""
        await self._reply.aclose()
