"""Send one reply over a connection, each part when it is due.

What is due together goes out together; a client that reads too slowly is waited for, and dropped
after a while.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
import math
import time
from collections.abc import AsyncGenerator, Iterable, Iterator
from functools import partial
from http.client import responses

from tornado import httputil
from tornado.http1connection import HTTP1Connection
from tornado.iostream import StreamClosedError

from claude_nb.emulator.server.working import Workers
from claude_nb.emulator.wire import Part, Reply

__all__ = ["Sender"]

_BURST = 16 * 1024  # bytes written at once when nothing has to wait
_PROMISED = 64  # bytes that a cut chunk lacks
_log = logging.getLogger("claude_nb.emulator.app")
_SLICE = 0.01  # seconds one reply may compute before the others get their turn


def _portion(parts: Iterator[Part]) -> list[Part]:
    ends = time.monotonic() + _SLICE
    found: list[Part] = []
    for part in parts:
        found.append(part)
        if time.monotonic() > ends:
            break
    return found


class _Cut(Exception):  # noqa: N818 - an end, not an error
    """The connection is to be closed here."""


class Sender:
    """Sends one reply.

    Parameters
    ----------
    connection : HTTP1Connection
        Has just received the call.
    started : float
        When, by the loop's clock; parts are due relative to it.
    patience : float
        Seconds a client may refuse to read.
    workers : Workers
        Compute the parts of a reply that is work.
    """

    def __init__(
        self, connection: HTTP1Connection, started: float, patience: float, workers: Workers
    ) -> None:
        self._connection = connection
        self._loop = asyncio.get_running_loop()
        self._started = started
        self._patience = patience
        self._workers = workers
        self._waiting = bytearray()
        self._yielded = started

    async def send(self, reply: Reply) -> None:
        """Send the reply, or close the connection where a fault or the client ends it."""
        try:
            await (self._stream(reply) if reply.streamed else self._whole(reply))
            self._connection.finish()
        except (_Cut, StreamClosedError, asyncio.CancelledError, TimeoutError):
            self._connection.close()
        except Exception:  # noqa: BLE001 - half-way through, all that is left is to hang up
            _log.exception("reply broken off")
            self._connection.close()

    async def _stream(self, reply: Reply) -> None:
        if stream := self._connection.stream:
            stream.set_nodelay(True)
        await self._until(reply.head_due)
        is_begun = False
        async with contextlib.aclosing(self._portions(reply)) as portions:
            async for portion in portions:
                parts = iter(portion)
                first = next(parts, Part(b""))
                if not is_begun:
                    await self._head(reply, {"cache-control": "no-cache"}, first)
                    is_begun = True
                await self._parts(itertools.chain([first], parts))

    async def _portions(self, reply: Reply) -> AsyncGenerator[Iterable[Part]]:
        """Yield the parts: all of them, or what a worker has computed of them in a moment."""
        if not reply.is_work:
            yield reply.parts
            return
        rest, portion = iter(reply.parts), None
        while portion != []:
            portion = await self._workers.run(partial(_portion, rest), self._patience)
            yield portion

    async def _whole(self, reply: Reply) -> None:
        parts = list(reply.parts)
        await self._until(parts[0].due)
        length = reply.length or sum(len(part.data) for part in parts)
        await self._head(reply, {"content-length": str(length)}, parts[0])
        await self._parts(parts)

    async def _head(self, reply: Reply, more: dict[str, str], first: Part) -> None:
        if first.end == "reset":
            raise _Cut
        reason = responses.get(reply.status, "Unknown")
        line = httputil.ResponseStartLine("HTTP/1.1", reply.status, reason)
        headers = httputil.HTTPHeaders({**reply.headers, **more})
        await self._connection.write_headers(line, headers)

    async def _parts(self, parts: Iterable[Part]) -> None:
        for part in parts:
            if self._started + part.due > self._loop.time() or part.alone:
                await self._flush()
                await self._until(part.due)
            if part.end:
                await self._cut(part)
            self._waiting += part.data
            if len(self._waiting) > _BURST or self._loop.time() - self._yielded > _SLICE:
                await self._flush()
                await asyncio.sleep(0)
                self._yielded = self._loop.time()
        await self._flush()

    async def _until(self, due: float) -> None:
        if math.isinf(due):
            await self._loop.create_future()  # until the client leaves
        delay = self._started + due - self._loop.time()
        if delay > 0:
            await asyncio.sleep(delay)
            self._yielded = self._loop.time()

    async def _flush(self) -> None:
        if self._waiting:
            data = bytes(self._waiting)
            self._waiting.clear()
            written = self._connection.write(data)
            if written.done():  # the usual case: the system took it at once
                written.result()
                return
            # not wait_for: before Python 3.12 it may swallow the cancellation that ends a reply
            async with asyncio.timeout(self._patience):
                await written

    async def _cut(self, part: Part) -> None:
        await self._flush()
        if stream := self._connection.stream:
            head = b"%x\r\n" % (len(part.data) + _PROMISED)
            await stream.write(head + part.data)
        raise _Cut
