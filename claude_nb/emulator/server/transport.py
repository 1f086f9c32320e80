"""The emulator with no socket: a transport for httpx and httpx2 clients.

For places that have no sockets, such as a kernel in a browser, and for fast tests. It imports
neither library: a request brings the classes of its own along.

>>> import httpx
>>> http = httpx.Client(transport=Transport(), base_url="http://127.0.0.1")  # doctest: +SKIP
"""

from __future__ import annotations

import asyncio
import math
import sys
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any
from urllib.parse import parse_qs

from claude_nb.emulator.app import Emulator
from claude_nb.emulator.wire import Call, Part, Reply

__all__ = ["Transport"]


class Transport:
    """Takes the place of ``httpx.HTTPTransport`` and of ``httpx.AsyncHTTPTransport``.

    Parameters
    ----------
    emulator : Emulator, optional
        Shared with other transports or a server; a new one by default.

    Notes
    -----
    Faults that end a connection raise the library's own ``RemoteProtocolError``, and a stall
    beyond the read timeout its ``ReadTimeout``.
    """

    def __init__(self, emulator: Emulator | None = None) -> None:
        self.emulator: Emulator = emulator or Emulator()

    def __enter__(self) -> Transport:  # noqa: PYI034 - not meant to be subclassed
        """Return the transport."""
        return self

    def __exit__(self, *_: object) -> None:
        """Free what the emulator keeps on disk."""
        self.close()

    async def __aenter__(self) -> Transport:  # noqa: PYI034 - not meant to be subclassed
        """Return the transport."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Free what the emulator keeps on disk."""
        self.close()

    def close(self) -> None:
        """Free what the emulator keeps on disk."""
        self.emulator.close()

    async def aclose(self) -> None:
        """Free what the emulator keeps on disk."""
        self.close()

    def handle_request(self, request: Any) -> Any:
        """Answer a request of a blocking client."""
        pace = _Pace(request)
        reply = self.emulator.respond(_call(request, request.read()))
        pace.check(reply)
        time.sleep(max(0.0, reply.head_due))
        return pace.response(reply, _sync_body(pace, reply))

    async def handle_async_request(self, request: Any) -> Any:
        """Answer a request of an asynchronous client."""
        pace = _Pace(request)
        reply = self.emulator.respond(_call(request, await request.aread()))
        pace.check(reply)
        await asyncio.sleep(max(0.0, reply.head_due))
        return pace.response(reply, _async_body(pace, reply))


def _call(request: Any, body: bytes) -> Call:
    url = request.url
    return Call(
        method=request.method,
        path=url.path,
        headers={name.lower(): value for name, value in request.headers.items()},
        body=body,
        query=parse_qs(url.query.decode(), keep_blank_values=True),
        base_url=f"{url.scheme}://{url.netloc.decode()}",
    )


class _Pace:
    """One exchange: its clock, its read timeout, and the classes of the library that asks."""

    def __init__(self, request: Any) -> None:
        self._library = sys.modules[type(request).__module__.split(".", maxsplit=1)[0]]
        self._request = request
        self._started = time.monotonic()
        timeout = request.extensions.get("timeout", {}).get("read")
        self._timeout = math.inf if timeout is None else timeout

    def check(self, reply: Reply) -> None:
        """Raise what a fault before the head looks like to a client."""
        if isinstance(reply.parts, list) and reply.parts[0].end == "reset":
            self._raise("RemoteProtocolError", "Server disconnected without sending a response.")

    def wait(self, part: Part) -> float:
        """Return the seconds until `part` is due."""
        delay = self._started + part.due - time.monotonic()
        return min(max(0.0, delay), self._timeout + 1e-3)

    def data(self, part: Part, waited: float) -> bytes:
        """Return the bytes of `part`, or raise what its end looks like to a client."""
        if waited > self._timeout:
            self._raise("ReadTimeout", "The read operation timed out")
        return part.data

    def end(self, part: Part) -> None:
        """Raise if the connection breaks after `part`."""
        if part.end:
            self._raise(
                "RemoteProtocolError",
                "peer closed connection without sending complete message body",
            )

    def response(self, reply: Reply, body: Any) -> Any:
        """Return the library's response."""
        is_async = hasattr(body, "__aiter__")
        base = self._library.AsyncByteStream if is_async else self._library.SyncByteStream
        name = "__aiter__" if is_async else "__iter__"

        def iterate(_: object) -> Any:
            return body

        stream = type("Body", (base,), {name: iterate})()
        return self._library.Response(
            reply.status, headers=dict(reply.headers), stream=stream, request=self._request
        )

    def _raise(self, name: str, message: str) -> None:
        raise getattr(self._library, name)(message, request=self._request)


def _sync_body(pace: _Pace, reply: Reply) -> Iterator[bytes]:
    for part in reply.parts:
        waited = pace.wait(part)
        time.sleep(waited)
        yield pace.data(part, waited)
        pace.end(part)


async def _async_body(pace: _Pace, reply: Reply) -> AsyncIterator[bytes]:
    for part in reply.parts:
        waited = pace.wait(part)
        if waited:
            await asyncio.sleep(waited)
        yield pace.data(part, waited)
        pace.end(part)
