"""The emulator behind a loopback port: a daemon thread with its own event loop, on tornado.

Only moves bytes: heads and bodies in, parts out when they are due, and the connection closed
where a part says so. A client that leaves ends its answer at once, paused or not.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import Iterable
from types import TracebackType
from typing import Any, Self

from tornado.httpserver import HTTPServer
from tornado.iostream import IOStream
from tornado.netutil import bind_sockets

from claude_nb.emulator.app import Emulator
from claude_nb.emulator.connection import FULL, Door, Limits
from claude_nb.emulator.faults import Faults
from claude_nb.emulator.options import Options

__all__ = ["Server"]

_START = 10.0  # seconds to wait for the thread
_HOST = "127.0.0.1"


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
    """

    def __init__(self, emulator: Emulator, port: int = 0, limits: Limits | None = None) -> None:
        self.emulator = emulator
        self._limits = limits or Limits()
        self._sockets = bind_sockets(port, _HOST, family=socket.AF_INET)
        self.port: int = self._sockets[0].getsockname()[1]
        self.url = f"http://{_HOST}:{self.port}"
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
        for listening in self._sockets:
            listening.close()

    def __enter__(self) -> Self:
        """Return the server, which runs already."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the server."""
        self.close()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._serve(self._sockets))
        finally:
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
            self._loop.run_until_complete(self._loop.shutdown_default_executor())
            self._loop.close()

    async def _serve(self, sockets: Iterable[socket.socket]) -> None:
        door = Door(self.emulator, self._limits)
        server = _server(door, self._limits)
        server.add_sockets(sockets)
        self._ready.set()
        await self._stop.wait()
        server.stop()
        await door.close()
        await server.close_all_connections()


class _Server(HTTPServer):
    """An HTTP server that takes so many connections and no more."""

    def limit(self, connections: int) -> None:
        self._most = connections

    def handle_stream(self, stream: IOStream, address: tuple[Any, ...]) -> None:
        if len(self._connections) >= self._most:
            stream.write(FULL).add_done_callback(lambda _: stream.close())
            return
        super().handle_stream(stream, address)  # pyright: ignore[reportUnknownMemberType] - tornado


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
