"""Connections of the server: read a call, check where it comes from, send the reply at its pace.

Speaks to tornado's HTTP/1.1 layer directly, so that a fault can end a response anywhere.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from http.client import responses
from typing import Any, cast
from urllib.parse import parse_qs, unquote, urlsplit

from tornado import httputil
from tornado.http1connection import HTTP1Connection
from tornado.iostream import StreamClosedError

from claude_nb.emulator.app import Emulator
from claude_nb.emulator.wire import Call, Part, Reply, dump, error_body

__all__ = ["FULL", "Door", "Limits"]

_BURST = 64 * 1024  # bytes written at once when nothing has to wait

_TOO_MANY = dump(error_body("overloaded_error", "Too many open connections", "req_emu0"))
FULL = (  # what one connection too many is told
    b"HTTP/1.1 529 Overloaded\r\ncontent-type: application/json\r\nconnection: close\r\n"
    b"content-length: %d\r\n\r\n%b" % (len(_TOO_MANY), _TOO_MANY)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a client may use up.

    Attributes
    ----------
    connections : int
        Open at a time.
    idle, body_time : float
        Seconds for the head of a request (and between requests), and for its body.
    write_time : float
        Seconds a client may refuse to read before it is dropped.
    header_bytes, body_bytes, batch_bytes, discard_bytes : int
        Largest head, body, and body of a batch; a body beyond is read up to `discard_bytes` and
        refused.
    """

    connections: int = 64
    idle: float = 12.0
    body_time: float = 12.0
    write_time: float = 60.0
    header_bytes: int = 64 * 1024
    body_bytes: int = 32 * 1024 * 1024
    batch_bytes: int = 256 * 1024 * 1024
    discard_bytes: int = 512 * 1024 * 1024


class Door(httputil.HTTPServerConnectionDelegate):
    """Lets calls in and replies out."""

    def __init__(self, emulator: Emulator, limits: Limits) -> None:
        self.emulator = emulator
        self.limits = limits
        self._sending: set[asyncio.Task[None]] = set()

    def start_request(
        self,
        server_conn: object,  # noqa: ARG002 - tornado's signature
        request_conn: httputil.HTTPConnection,
    ) -> httputil.HTTPMessageDelegate:
        """Receive one request of a connection."""
        return _Receiver(self, cast("HTTP1Connection", request_conn))

    def answer(self, connection: HTTP1Connection, call: Call) -> None:
        """Answer in a task of its own, which ends when the client leaves."""
        task = asyncio.ensure_future(_Sender(connection, self.limits).send(self.emulator, call))
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)
        connection.set_close_callback(lambda: _cancel(task))

    async def close(self) -> None:
        """End every reply that is being sent."""
        open_tasks = tuple(self._sending)
        for task in open_tasks:
            task.cancel()
        await asyncio.gather(*open_tasks, return_exceptions=True)


def _cancel(task: asyncio.Task[None]) -> None:
    task.cancel()


class _Receiver(httputil.HTTPMessageDelegate):
    def __init__(self, door: Door, connection: HTTP1Connection) -> None:
        self._door = door
        self._connection = connection
        self._body: list[bytes] = []
        self._start: httputil.RequestStartLine | None = None
        self._headers = httputil.HTTPHeaders()

    def headers_received(self, start_line: Any, headers: httputil.HTTPHeaders) -> None:
        self._start, self._headers = start_line, headers

    def data_received(self, chunk: bytes) -> None:
        self._body.append(chunk)

    def finish(self) -> None:
        if self._start is not None:
            call = _call(self._start, self._headers, b"".join(self._body))
            self._door.answer(self._connection, call)

    def on_connection_close(self) -> None:
        self._body.clear()


def _call(start: httputil.RequestStartLine, headers: httputil.HTTPHeaders, body: bytes) -> Call:
    target = urlsplit(start.path)
    lower = {name.lower(): value for name, value in headers.items()}
    return Call(
        method=start.method,
        path=unquote(target.path),
        headers=lower,
        body=body,
        query=parse_qs(target.query, keep_blank_values=True),
        base_url=f"http://{lower.get('host', '127.0.0.1')}",
    )


class _Sender:
    """Sends one reply."""

    def __init__(self, connection: HTTP1Connection, limits: Limits) -> None:
        self._connection = connection
        self._limits = limits

    async def send(self, emulator: Emulator, call: Call) -> None:
        try:
            reply = emulator.respond(call)
            await (self._stream(reply) if reply.streamed else self._whole(reply))
            self._connection.finish()
        except (StreamClosedError, asyncio.CancelledError, TimeoutError):
            self._connection.close()

    async def _stream(self, reply: Reply) -> None:
        if stream := self._connection.stream:
            stream.set_nodelay(True)
        await self._head(reply, {"cache-control": "no-cache"})
        await self._parts(reply.parts)

    async def _whole(self, reply: Reply) -> None:
        parts = list(reply.parts)
        first = parts[0].due
        await asyncio.sleep(first)
        await self._head(reply, {"content-length": str(sum(len(part.data) for part in parts))})
        await self._parts(part._replace(due=part.due - first) for part in parts)

    async def _head(self, reply: Reply, more: dict[str, str]) -> None:
        reason = responses.get(reply.status, "Unknown")
        line = httputil.ResponseStartLine("HTTP/1.1", reply.status, reason)
        headers = httputil.HTTPHeaders({**reply.headers, **more})
        await self._connection.write_headers(line, headers)

    async def _parts(self, parts: Iterable[Part]) -> None:
        loop = asyncio.get_running_loop()
        start, waiting = loop.time(), bytearray()
        for part in parts:
            delay = start + part.due - loop.time()
            if delay > 0:
                await self._write(waiting)
                await asyncio.sleep(delay)
            waiting += part.data
            if len(waiting) > _BURST:
                await self._write(waiting)
        await self._write(waiting)

    async def _write(self, waiting: bytearray) -> None:
        if waiting:
            data = bytes(waiting)
            waiting.clear()
            await asyncio.wait_for(self._connection.write(data), self._limits.write_time)
