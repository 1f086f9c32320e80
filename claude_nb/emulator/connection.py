"""Connections of the server: read a call, check where it comes from, send the reply at its pace.

Speaks to tornado's HTTP/1.1 layer directly, so that a fault can end a response anywhere.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import parse_qs, unquote, urlsplit

from tornado import httputil
from tornado.http1connection import HTTP1Connection

from claude_nb.emulator import guard
from claude_nb.emulator.app import Emulator
from claude_nb.emulator.sending import Sender
from claude_nb.emulator.wire import ApiError, Call, Reply, dump, error_body

__all__ = ["FULL", "Door", "Limits"]

_TOO_MANY = dump(error_body("overloaded_error", "Too many open connections", "req_emu0"))
FULL = (  # what one connection too many is told
    b"HTTP/1.1 529 Overloaded\r\ncontent-type: application/json\r\nconnection: close\r\n"
    b"content-length: %d\r\n\r\n%b" % (len(_TOO_MANY), _TOO_MANY)
)
_BATCHES = "/v1/messages/batches"


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

    def answer(self, connection: HTTP1Connection, call: Call, error: ApiError | None) -> None:
        """Answer in a task of its own, which ends when the client leaves."""
        task = asyncio.ensure_future(self._answer(connection, call, error))
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)
        connection.set_close_callback(lambda: _cancel(task))

    async def _answer(
        self, connection: HTTP1Connection, call: Call, error: ApiError | None
    ) -> None:
        started = asyncio.get_running_loop().time()
        sender = Sender(connection, started, self.limits.write_time)
        await sender.send(await self._reply(call, error))

    async def _reply(self, call: Call, error: ApiError | None) -> Reply:
        if error is not None:
            return self.emulator.refuse(error, call)
        if call.method == "POST" and call.path == _BATCHES:
            # a large batch takes seconds to check; streams go on meanwhile
            return await asyncio.to_thread(self.emulator.respond, call)
        return self.emulator.respond(call)

    async def close(self) -> None:
        """End every reply that is being sent."""
        open_tasks = tuple(self._sending)
        for task in open_tasks:
            task.cancel()
        await asyncio.gather(*open_tasks, return_exceptions=True)


def _cancel(task: asyncio.Task[None]) -> None:
    task.cancel()


class _Receiver(httputil.HTTPMessageDelegate):
    """Collects one request; what is refused by its head is read and thrown away."""

    def __init__(self, door: Door, connection: HTTP1Connection) -> None:
        self._door = door
        self._connection = connection
        self._call = Call("GET", "/", {})
        self._body: list[bytes] = []
        self._size = 0
        self._most = 0
        self._error: ApiError | None = None

    def headers_received(self, start_line: Any, headers: httputil.HTTPHeaders) -> None:
        self._call = _call(start_line, headers)
        limits = self._door.limits
        is_batch = self._call.path == _BATCHES
        self._most = limits.batch_bytes if is_batch else limits.body_bytes
        try:
            guard.check(self._call.method, self._call.headers, has_body=_has_body(headers))
        except ApiError as error:
            self._error = error

    def data_received(self, chunk: bytes) -> None:
        self._size += len(chunk)
        if self._size > self._most and self._error is None:
            message = "Request exceeds the maximum allowed number of bytes."
            self._error = ApiError(413, "request_too_large", message)
        if self._error is None:
            self._body.append(chunk)
        else:
            self._body.clear()

    def finish(self) -> None:
        body = b"".join(self._body)
        self._body.clear()
        self._door.answer(self._connection, self._call.with_body(body), self._error)

    def on_connection_close(self) -> None:
        self._body.clear()


def _has_body(headers: Mapping[str, str]) -> bool:
    return headers.get("content-length", "0") != "0" or "transfer-encoding" in headers


def _call(start: httputil.RequestStartLine, headers: httputil.HTTPHeaders) -> Call:
    target = urlsplit(start.path)
    lower = {name.lower(): value for name, value in headers.items()}
    return Call(
        method=start.method,
        path=unquote(target.path),
        headers=lower,
        query=parse_qs(target.query, keep_blank_values=True),
        base_url=f"http://{lower.get('host', '127.0.0.1')}",
    )
