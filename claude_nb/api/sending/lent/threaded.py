"""A connector that waits, for asyncio: one thread a request, which reads the body too.

For clients that are there in one kind only. Threads are daemons: one that waits for a server which
says nothing keeps no program from ending.
"""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Self

from claude_nb.api.wire import Request, Response

__all__ = ["Lent", "Threaded"]

_END = object()


class Lent:
    """A connector that somebody else goes on using: closing this closes nothing of it."""

    def __init__(self, connector: Any) -> None:
        self._connector = connector
        self._closed = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connector, name)

    @property
    def closed(self) -> bool:
        """Whether nothing can be sent any more."""
        return self._closed or self._connector.closed

    def close(self) -> None:
        """Send nothing more."""
        self._closed = True


class Threaded:
    """Sends through a connector that waits.

    Parameters
    ----------
    connector : object
        With the ``send`` of `claude_nb.api.sending.connector.Connector`.
    """

    def __init__(self, connector: Any) -> None:
        self._connector = connector

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connector, name)

    async def send(self, request: Request, *, stream: bool) -> tuple[Response, Any]:
        """Send a request; see `claude_nb.api.sending.connector.Connector.send`."""
        work = _Work(asyncio.get_running_loop())
        threading.Thread(
            target=work.run, args=(self._connector, request, stream), daemon=True
        ).start()
        try:
            reply, has_body = await work.next()
        except BaseException:  # cancelled: what comes is closed as it comes
            work.leave()
            raise
        return reply, _Body(work) if has_body else None

    async def close(self) -> None:
        """Send nothing more."""
        self._connector.close()


class _Work:
    """One request: its thread puts what comes, the loop takes it."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._came: asyncio.Queue[tuple[Any, BaseException | None]] = asyncio.Queue()
        self._body: Any = None
        self._left = False

    def run(self, connector: Any, request: Request, stream: bool) -> None:  # noqa: FBT001 (a thread's)
        """Send, then read to the end (of a whole reply there is none)."""
        try:
            reply, self._body = connector.send(request, stream=stream)
            self._put((reply, self._body is not None))
            if self._body is not None:
                self._read()
        except BaseException as error:  # noqa: BLE001 - raised where it is waited for
            self._put(None, error)
        finally:
            self._close()

    def _read(self) -> None:
        for chunk in self._body:
            if self._left:
                return
            self._put(chunk)
        self._put(_END)

    def _put(self, value: Any, error: BaseException | None = None) -> None:
        put: Callable[[tuple[Any, BaseException | None]], None] = self._came.put_nowait
        with suppress(RuntimeError):  # the loop has ended: nobody waits
            self._loop.call_soon_threadsafe(put, (value, error))

    async def next(self) -> Any:
        """Return what comes next, or raise what went wrong."""
        value, error = await self._came.get()
        if error is not None:
            raise error
        return value

    def leave(self) -> None:
        """Close the connection, also under the thread that reads from it."""
        self._left = True
        _hang_up(getattr(self._body, "reply", None))
        self._close()

    def _close(self) -> None:
        body, close = self._body, getattr(self._body, "close", None)
        if body is not None and close is not None:
            with suppress(Exception):  # it is read at this moment, and ends for that
                close()


def _hang_up(reply: Any) -> None:
    """End what a thread waits for: a socket that is only closed wakes nobody who reads from it."""
    with suppress(Exception):  # of another library, or over already
        line: Any = reply.extensions["network_stream"]
        line.get_extra_info("socket").shutdown(socket.SHUT_RDWR)


class _Body:
    """The bytes of a streamed reply, as they arrive."""

    def __init__(self, work: _Work) -> None:
        self._work = work
        self._over = False

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        if self._over:
            raise StopAsyncIteration
        chunk = await self._work.next()
        if chunk is _END:
            self._over = True
            raise StopAsyncIteration
        return chunk

    async def close(self) -> None:
        """Close the connection, unless the body was read to its end."""
        if not self._over:
            self._over = True
            self._work.leave()
