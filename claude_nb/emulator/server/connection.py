"""Connections of the server: read a call, check where it comes from, send the reply at its pace.

Speaks to tornado's HTTP/1.1 layer directly, so that a fault can end a response anywhere.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, cast
from urllib.parse import parse_qs, unquote, urlsplit

from tornado import httputil
from tornado.http1connection import HTTP1Connection

from claude_nb.emulator.app import Emulator
from claude_nb.emulator.endpoints.batches import KEPT_BYTES
from claude_nb.emulator.endpoints.files import KEPT_FILE_BYTES
from claude_nb.emulator.server import guard
from claude_nb.emulator.server.receiving import Body, Intake
from claude_nb.emulator.server.sending import Sender
from claude_nb.emulator.server.working import Workers
from claude_nb.emulator.wire import ApiError, Call, Reply, dump, error_body

__all__ = ["FULL", "Door", "Limits"]

_TOO_MANY = dump(error_body("overloaded_error", "Too many open connections", "req_emu0"))
FULL = (  # what one connection too many is told
    b"HTTP/1.1 529 Overloaded\r\ncontent-type: application/json\r\nconnection: close\r\n"
    b"content-length: %d\r\n\r\n%b" % (len(_TOO_MANY), _TOO_MANY)
)
_BATCHES, _FILES = "/v1/messages/batches", "/v1/files"
_WORKERS = 8  # calls that are worked on at a time


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
    answer_time, batch_time : float
        Seconds until the head of an answer, and of an answer to a batch, before it is 504.
    header_bytes, body_bytes, batch_bytes, file_bytes, discard_bytes : int
        Largest head, body, body of a batch, and upload of a file; a body beyond is read up to
        `discard_bytes` and refused.
    in_flight_bytes : int
        Bodies of all connections together, from their first byte until they are answered; what is
        beyond gets 529.
    kept_bytes : int
        Batches on disk, all together; for a new one the oldest that have ended go.
    kept_file_bytes : int
        Files on disk, all together; a new one beyond is refused.
    """

    connections: int = 1000
    idle: float = 12.0
    body_time: float = 12.0
    write_time: float = 60.0
    answer_time: float = 30.0
    batch_time: float = 600.0
    header_bytes: int = 64 * 1024
    body_bytes: int = 32 * 1024 * 1024
    batch_bytes: int = 256 * 1024 * 1024
    file_bytes: int = 128 * 1024 * 1024
    discard_bytes: int = 512 * 1024 * 1024
    in_flight_bytes: int = 384 * 1024 * 1024
    kept_bytes: int = KEPT_BYTES
    kept_file_bytes: int = KEPT_FILE_BYTES


class Door(httputil.HTTPServerConnectionDelegate):
    """Lets calls in and replies out."""

    def __init__(self, emulator: Emulator, limits: Limits) -> None:
        self.emulator = emulator
        self.limits = limits
        self.intake: Intake = Intake(limits.in_flight_bytes, limits.connections)
        self.workers: Workers = Workers(_WORKERS)
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
        sender = Sender(connection, started, self.limits.write_time, self.workers)
        reply = await self._reply(call, error)
        del call  # and its body, which nobody needs while the reply is sent
        await sender.send(reply)

    async def _reply(self, call: Call, error: ApiError | None) -> Reply:
        if error is not None:
            return self.emulator.refuse(error, call)
        is_batch = call.path == _BATCHES
        patience = self.limits.batch_time if is_batch else self.limits.answer_time
        try:
            # other calls are taken in and other streams go on meanwhile
            return await self.workers.run(partial(self.emulator.respond, call), patience)
        except TimeoutError:
            return self.emulator.refuse(_too_slow(), call)

    async def close(self) -> None:
        """End every reply that is being sent."""
        open_tasks = tuple(self._sending)
        for task in open_tasks:
            task.cancel()
        await asyncio.gather(*open_tasks, return_exceptions=True)


def _too_slow() -> ApiError:
    # the same work would take as long again
    headers = {"x-should-retry": "false"}
    return ApiError(504, "timeout_error", "Request timed out", headers=headers)


def _cancel(task: asyncio.Task[None]) -> None:
    task.cancel()


class _Receiver(httputil.HTTPMessageDelegate):
    """Collects one request; what is refused by its head is read and thrown away."""

    def __init__(self, door: Door, connection: HTTP1Connection) -> None:
        self._door = door
        self._connection = connection
        self._call = Call("GET", "/", {})
        self._body = Body(door.intake, 0)
        self._error: ApiError | None = None

    def headers_received(self, start_line: Any, headers: httputil.HTTPHeaders) -> None:
        self._call = _call(start_line, headers)
        limits = self._door.limits
        large = {_BATCHES: limits.batch_bytes, _FILES: limits.file_bytes}
        most = large.get(self._call.path, limits.body_bytes)
        self._body = Body(self._door.intake, most)
        method, has_body, is_file = self._call.method, _has_body(headers), self._call.path == _FILES
        try:
            guard.check(method, self._call.headers, has_body=has_body, form=is_file)
            self._door.emulator.identify(self._call.headers)  # nobody else's body is kept
            self._body.expect(headers.get("content-length", ""))
        except ApiError as error:
            self._error = error

    def data_received(self, chunk: bytes) -> None:
        if self._error is not None:
            return
        try:
            self._body.add(chunk)
        except ApiError as error:
            self._error = error
            self._body.drop()

    def finish(self) -> None:
        call = self._body.into(self._call)
        self._door.answer(self._connection, call, self._error)

    def on_connection_close(self) -> None:
        self._body.drop()


def _has_body(headers: Mapping[str, str]) -> bool:
    return headers.get("content-length", "0") != "0" or "transfer-encoding" in headers


def _target(text: str) -> tuple[str, str]:
    """Return path and query of what was asked for."""
    try:
        target = urlsplit(text)
    except ValueError:  # brackets that are none of an address: no such path either
        return text, ""
    return target.path, target.query


def _call(start: httputil.RequestStartLine, headers: httputil.HTTPHeaders) -> Call:
    path, query = _target(start.path)
    lower = {name.lower(): value for name, value in headers.items()}
    return Call(
        method=start.method,
        path=unquote(path),
        headers=lower,
        query=parse_qs(query, keep_blank_values=True),
        base_url=f"http://{lower.get('host', '127.0.0.1')}",
    )
