"""A server that sends exactly the bytes a test wrote, on loopback. Standard library only.

A handler turns each request into steps: bytes are sent, a number waits that many seconds,
`CLOSE` and `RESET` end the connection, `STALL` sends nothing more until the client leaves.
"""

from __future__ import annotations

import contextlib
import json
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

CLOSE, RESET, STALL = "close", "reset", "stall"


@dataclass
class Received:
    """One request as it arrived."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes
    at: float = field(default_factory=time.monotonic)

    def json(self) -> Any:
        """Return the body decoded from JSON."""
        return json.loads(self.body)


class ScriptedServer:
    """Answers every request by the steps `handler` gives for it."""

    def __init__(self, handler: Callable[[Received], Iterable[Any]] | None = None) -> None:
        self.handler = handler or (lambda _: next(self._queue))
        self.requests: list[Received] = []
        self.accepted = 0
        self.left = threading.Semaphore(0)  # released when a client leaves during a stall
        self._queue: Any = iter(())
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.port = self._socket.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def script(self, *replies: Iterable[Any]) -> None:
        """Give these replies in turn, the last one again and again."""

        def queue():
            yield from replies
            while True:
                yield replies[-1]

        self._queue = queue()
        self.handler = lambda _: next(self._queue)

    @property
    def open_connections(self) -> int:
        """Count the connections that are open."""
        return len(self._open)

    def wait_until(self, condition: Callable[[], bool], seconds: float = 5.0) -> bool:
        """Return whether the condition came true in time."""
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > deadline:
                return False
            time.sleep(0.005)
        return True

    def close(self) -> None:
        """Stop listening, and end every connection."""
        with contextlib.suppress(OSError):  # closed before
            self._socket.shutdown(socket.SHUT_RDWR)  # closing alone would not wake who accepts
        self._thread.join()
        self._socket.close()
        with self._lock:
            connections = list(self._open)
        for connection in connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._lock:
                self.accepted += 1
                self._open.add(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            reader = connection.makefile("rb")
            with connection, reader:
                while (request := _read(reader)) is not None:
                    with self._lock:
                        self.requests.append(request)
                        steps = self.handler(request)
                    if not self._play(connection, steps):
                        return
        except (OSError, ValueError):
            pass
        finally:
            with self._lock:
                self._open.discard(connection)

    def _play(self, connection: socket.socket, steps: Iterable[Any]) -> bool:
        for step in steps:
            if isinstance(step, bytes):
                connection.sendall(step)
            elif isinstance(step, (int, float)):
                time.sleep(step)
            elif step == STALL:
                with contextlib.suppress(OSError):
                    connection.recv(1)
                self.left.release()
                return False
            elif step == RESET:
                linger = struct.pack("ii", 1, 0)
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                return False
            else:
                return False
        return True


def _read(reader: Any) -> Received | None:
    line = reader.readline()
    if not line:
        return None
    method, target, _ = line.decode().split()
    headers = {}
    while line := reader.readline().strip():
        name, _, value = line.decode().partition(":")
        headers[name.lower()] = value.strip()
    return Received(method, target, headers, reader.read(int(headers.get("content-length", 0))))


def head(status: int = 200, **headers: str) -> bytes:
    lines = [
        f"HTTP/1.1 {status} Something",
        *(f"{n.replace('_', '-')}: {v}" for n, v in headers.items()),
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def reply(status: int = 200, body: Any = b"", **headers: str) -> list[Any]:
    """Return the steps of one whole reply."""
    if not isinstance(body, bytes):
        body = json.dumps(body).encode()
        headers.setdefault("content_type", "application/json")
    return [head(status, content_length=str(len(body)), **headers) + body]


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


LAST_CHUNK = b"0\r\n\r\n"
SSE_HEAD = head(
    content_type="text/event-stream", transfer_encoding="chunked", request_id="req_stream"
)


def stream(*parts: Any, end: Any = LAST_CHUNK) -> list[Any]:
    """Return the steps of a stream: bytes go out as one chunk each, other steps as they are."""
    return [SSE_HEAD, *(chunk(p) if isinstance(p, bytes) else p for p in parts), end]


def sse(*events: Any) -> bytes:
    """Return the bytes of these events, as the API writes them."""
    return b"".join(
        f"event: {e['type']}\ndata: {json.dumps(e, ensure_ascii=False)}\n\n".encode()
        for e in events
    )


def error_body(kind: str, message: str = "no", **extra: Any) -> dict[str, Any]:
    return {
        "type": "error",
        "error": {"type": kind, "message": message, **extra},
        "request_id": "req_body",
    }
