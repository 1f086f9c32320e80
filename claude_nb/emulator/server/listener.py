"""The emulator behind a loopback port: a daemon thread with its own event loop, on tornado.

Only moves bytes: heads and bodies in, parts out when they are due, and the connection closed
where a part says so. A client that leaves ends its answer at once, paused or not.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import threading
from typing import Any, Self

from tornado.httpserver import HTTPServer
from tornado.iostream import IOStream

from claude_nb.emulator.app import Emulator
from claude_nb.emulator.endpoints.options import Options
from claude_nb.emulator.faults import Faults
from claude_nb.emulator.server.connection import FULL, Door, Limits

__all__ = ["Server"]

_START = 10.0  # seconds to wait for the thread
_HOST = "127.0.0.1"
_FILES = 512  # that a kernel has open beside its connections
_BACKLOG = 1024  # connections the system may hold until they are taken


class Server:
    """A running emulator; also a context manager that closes it.

    Parameters
    ----------
    emulator : Emulator
        Answers the calls.
    port : int
        0 picks a free one.
    limits : Limits
        On connections, sizes and times.

    Attributes
    ----------
    url : str
        Base URL, such as ``"http://127.0.0.1:43210"``.
    options : Options
        May be changed while it runs.
    api_key : str
        For clients.
    """

    def __init__(self, emulator: Emulator, port: int = 0, limits: Limits | None = None) -> None:
        self.emulator = emulator
        self._limits = limits or Limits()
        self._door = Door(emulator, self._limits)
        self._socket = _listen(port)
        self.port: int = self._socket.getsockname()[1]
        self.url: str = f"http://{_HOST}:{self.port}"
        self._loop = asyncio.new_event_loop()
        self._stop = asyncio.Event()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="claude_nb-emulator", daemon=True)
        self._thread.start()
        self._ready.wait(_START)

    @property
    def options(self) -> Options:
        """What can be changed while the server runs."""
        return self.emulator.options

    @property
    def api_key(self) -> str:
        """A key that it takes; `shared` makes a secret one, and no other is taken."""
        return self.emulator.api_key

    @property
    def faults(self) -> Faults:
        """The faults that are armed; ``server.faults.add(Fault(...))`` arms one more."""
        return self.emulator.faults

    def close(self) -> None:
        """End open streams, close the port and wait for the thread; safe to call again."""
        if self._thread.is_alive():
            with contextlib.suppress(RuntimeError):  # the loop ended in between
                self._loop.call_soon_threadsafe(self._stop.set)
            self._thread.join(_START)
        self.emulator.close()

    def forget(self) -> None:
        """Release the port in a forked child, where the thread does not exist."""
        self._socket.close()

    def __enter__(self) -> Self:
        """Return the server, which runs already."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the server."""
        self.close()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._serve())
        finally:
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
            self._loop.run_until_complete(self._loop.shutdown_default_executor())
            self._loop.close()

    async def _serve(self) -> None:
        door = self._door
        allow_files(_FILES + 2 * self._limits.connections)
        server = _server(door, self._limits)
        server.add_socket(self._socket)
        self._ready.set()
        await self._stop.wait()
        server.stop()
        await door.close()
        await server.close_all_connections()


def _listen(port: int) -> socket.socket:
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        if os.name != "nt":  # there it would allow two servers on one port
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((_HOST, port))
        listening.listen(_BACKLOG)
        listening.setblocking(False)  # noqa: FBT003 - the standard library's signature
    except OSError:
        listening.close()
        raise
    return listening


class _Server(HTTPServer):
    """An HTTP server that takes so many connections and no more."""

    def limit(self, connections: int) -> None:
        self._most = connections

    def handle_stream(self, stream: IOStream, address: tuple[Any, ...]) -> None:
        if len(self._connections) >= self._most:
            stream.write(FULL).add_done_callback(lambda _: stream.close())
            return
        super().handle_stream(stream, address)  # pyright: ignore[reportUnknownMemberType] - tornado


def allow_files(wanted: int) -> None:
    """Raise this process's own limit on open files, where it is below what the connections need.

    Many systems begin at 1,024, and a notebook that asks its own emulator needs two for a call.
    """
    try:
        import resource  # noqa: PLC0415 (there is none on Windows)
    except ImportError:
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < most:
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def _server(door: Door, limits: Limits) -> HTTPServer:
    server = _Server(
        door,
        idle_connection_timeout=limits.idle,
        body_timeout=limits.body_time,
        max_header_size=limits.header_bytes,
        max_body_size=limits.discard_bytes,
    )
    server.limit(limits.connections)
    return server
