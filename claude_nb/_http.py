"""The seam to the HTTP library: the only module that imports httpx or httpx2.

A `Connector` sends a `Request` and gives back a `Response` and its body; whatever the library
raises leaves here as a `TransportError`, without the library's frames, objects or headers.
The API key is added by an auth object at send time and taken off again when the reply's head has
arrived. Redirects are never followed: the library would carry ``x-api-key`` to the other host.
"""

from __future__ import annotations

import asyncio
import functools
import importlib
import os
import socket
import ssl
import sys
import time
import urllib.request
import weakref
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Generator, Iterator
from dataclasses import dataclass
from typing import Any, Self

from claude_nb.api.wire import Headers, Request, Response

__all__ = ["AsyncConnector", "Connector", "TransportError", "choose_library"]

Credentials = Callable[[], dict[str, str]]


class TransportError(Exception):
    """The exchange failed below HTTP.

    Attributes
    ----------
    kind : str
        Name of the failure, for example ``"ReadTimeout"`` or ``"ConnectError"``.
    """

    def __init__(self, kind: str, detail: str) -> None:
        super().__init__(kind, detail)
        self.kind = kind

    def __str__(self) -> str:
        return ": ".join(part for part in self.args if part)

    @property
    def timed_out(self) -> bool:
        """Whether the failure is that something took too long."""
        return self.kind.endswith("Timeout")


def choose_library() -> Any:
    """Return httpx, or httpx2 if ``CLAUDE_NB_HTTP`` says so or the kernel runs in a browser."""
    default = "httpx2" if sys.platform == "emscripten" else "httpx"
    name = os.environ.get("CLAUDE_NB_HTTP") or default
    if name not in ("httpx", "httpx2"):
        raise ValueError(f"CLAUDE_NB_HTTP={name!r}: must be httpx or httpx2.")
    return importlib.import_module(name)


@dataclass(frozen=True, slots=True)
class Pool:
    """How a connector makes its clients.

    Attributes
    ----------
    limit : int
        Most connections at a time.
    secure : bool
        Whether the server speaks TLS; without it no certificates are loaded.
    given : object or None
        A client of httpx or httpx2 to use instead.
    """

    limit: int = 100
    secure: bool = True
    given: Any = None

    def library(self) -> Any:
        """Return the module the client belongs to."""
        if self.given is None:
            return choose_library()
        names = {cls.__module__.partition(".")[0] for cls in type(self.given).__mro__}
        return importlib.import_module("httpx2" if "httpx2" in names else "httpx")

    def open(self, client: str, transport: str) -> Any:
        """Return a new client of the library (or the given one)."""
        if self.given is not None:
            return self.given
        library = choose_library()
        options: dict[str, Any] = {
            "limits": library.Limits(
                max_connections=self.limit, max_keepalive_connections=self.limit
            ),
            "verify": _certificates(library.__name__) if self.secure else _no_certificates(),
        }
        if urllib.request.getproxies():
            return getattr(library, client)(**options, follow_redirects=False)
        made = getattr(library, transport)(**options, socket_options=_keep_alive())
        return getattr(library, client)(transport=made, follow_redirects=False)


@functools.cache
def _certificates(library: str) -> Any:
    # made once a process: reading the certificates takes some 30 ms
    return importlib.import_module(library).create_ssl_context()


@functools.cache
def _no_certificates() -> ssl.SSLContext:
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # trusts nobody, verifies all the same


def _keep_alive() -> list[tuple[int, int, int]]:
    """Return socket options that keep a silent connection from being forgotten on the way."""
    wanted = (("TCP_KEEPIDLE", 60), ("TCP_KEEPINTVL", 60), ("TCP_KEEPCNT", 5))
    return [
        (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
        *(
            (socket.IPPROTO_TCP, int(getattr(socket, name)), value)
            for name, value in wanted
            if hasattr(socket, name)
        ),
    ]


@functools.cache
def _auth_class(library: Any) -> type[Any]:
    def auth_flow(self: Any, request: Any) -> Generator[Any, Any, None]:
        added = [name for name in self.headers() if name not in request.headers]
        for name in added:
            request.headers[name] = self.headers()[name]
        yield request
        for name in added:
            del request.headers[name]

    members = {"auth_flow": auth_flow, "__module__": __name__}
    return type("_Auth", (library.Auth,), members)


@dataclass(slots=True)
class _Exchange:
    """What both connectors do with a request and its reply, apart from waiting for it."""

    library: Any
    request: Request

    def build(self) -> Any:
        extensions = {"timeout": self.request.timeout.as_dict()}
        return self.library.Request(
            self.request.method,
            self.request.url,
            headers=dict(self.request.headers),
            content=self.request.content or None,
            extensions=extensions,
        )

    def auth(self, credentials: Credentials) -> Any:
        auth = _auth_class(self.library)()
        auth.headers = credentials
        return auth

    def response(self, reply: Any, content: bytes, started: float) -> Response:
        headers = Headers(list(reply.headers.multi_items()))
        elapsed = time.monotonic() - started
        return Response(int(reply.status_code), headers, self.request, content, elapsed)

    def failure(self, error: BaseException) -> TransportError:
        """Return what to raise for an error of the library; pass on everything else."""
        library = self.library
        if isinstance(error, library.HTTPError | library.InvalidURL | library.StreamError):
            return TransportError(type(error).__name__, str(error))
        if isinstance(error, OSError | EOFError):
            return TransportError(type(error).__name__, str(error))
        raise error.with_traceback(None)


class Connector:
    """Sends requests and waits for their replies.

    Parameters
    ----------
    pool : Pool
        How to make the client; a forked child makes its own, as sharing the parent's
        connections would mix up the answers.
    credentials : callable
        Returns the headers that carry the key.
    """

    def __init__(self, pool: Pool, credentials: Credentials) -> None:
        self.pool = pool
        self._credentials = credentials
        self._clients: dict[int, Any] = {}
        self.closed = False

    def client(self) -> Any:
        """Return this process's client."""
        if self.pool.given is not None:
            return self.pool.given
        pid = os.getpid()
        found = self._clients.get(pid)
        # no lock, which a fork could copy while held: of two threads one client is just dropped
        return found or self._clients.setdefault(pid, self.pool.open("Client", "HTTPTransport"))

    def send(self, request: Request, *, stream: bool) -> tuple[Response, Body | None]:
        """Send a request; return its reply, with a body to read if it is streamed.

        Raises
        ------
        TransportError
            No whole reply (or, for a stream, no head of one) arrived.
        """
        client = self.client()
        exchange = _Exchange(self.pool.library(), request)
        started = time.monotonic()
        try:
            reply = client.send(
                exchange.build(),
                stream=True,
                auth=exchange.auth(self._credentials),
                follow_redirects=False,
            )
            if stream and reply.status_code < 300:  # noqa: PLR2004 - the first status that is no success
                return exchange.response(reply, b"", started), Body(reply, exchange)
            content = reply.read()
            return exchange.response(reply, content, started), None
        except BaseException as error:  # noqa: BLE001 - failure() passes on what it does not know
            failure = exchange.failure(error)
        raise failure

    def close(self) -> None:
        """Close this process's connections."""
        self.closed = True
        client = self._clients.pop(os.getpid(), self.pool.given)
        if client is not None:
            client.close()


class Body:
    """The bytes of a streamed reply, as they arrive. Closing it closes the connection."""

    def __init__(self, reply: Any, exchange: _Exchange) -> None:
        self._reply = reply
        self._exchange = exchange
        self._chunks: Iterator[bytes] = reply.iter_bytes()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> bytes:
        try:
            return next(self._chunks)
        except StopIteration:
            raise
        except BaseException as error:  # noqa: BLE001 - as above
            failure = self._exchange.failure(error)
        raise failure

    def close(self) -> None:
        """Close the connection, unless the body was read to its end."""
        self._reply.close()


class AsyncConnector:
    """The same for asyncio, with one client for each event loop, closed as the loop ends."""

    def __init__(self, pool: Pool, credentials: Credentials) -> None:
        self.pool = pool
        self._credentials = credentials
        self._clients: weakref.WeakKeyDictionary[Any, Any] = weakref.WeakKeyDictionary()
        self.closed = False

    async def client(self) -> Any:
        """Return this loop's client."""
        if self.pool.given is not None:
            return self.pool.given
        loop = asyncio.get_running_loop()
        key = (os.getpid(), id(loop))
        found = self._clients.get(loop)
        if found is None or found[0] != key or found[1].is_closed:
            client = self.pool.open("AsyncClient", "AsyncHTTPTransport")
            lifetime = _closed_with_loop(client)
            self._clients[loop] = found = (key, client, lifetime)
            await anext(lifetime)
        return found[1]

    async def send(self, request: Request, *, stream: bool) -> tuple[Response, AsyncBody | None]:
        """Send a request; see `Connector.send`."""
        client = await self.client()
        exchange = _Exchange(self.pool.library(), request)
        started = time.monotonic()
        try:
            reply = await client.send(
                exchange.build(),
                stream=True,
                auth=exchange.auth(self._credentials),
                follow_redirects=False,
            )
            if stream and reply.status_code < 300:  # noqa: PLR2004 - the first status that is no success
                return exchange.response(reply, b"", started), AsyncBody(reply, exchange)
            content = await reply.aread()
            return exchange.response(reply, content, started), None
        except BaseException as error:  # noqa: BLE001 - failure() passes on what it does not know
            failure = exchange.failure(error)
        raise failure

    async def close(self) -> None:
        """Close this loop's connections."""
        self.closed = True
        found = self._clients.pop(asyncio.get_running_loop(), None)
        if found is not None:
            await found[2].aclose()
        if self.pool.given is not None:
            await self.pool.given.aclose()


async def _closed_with_loop(client: Any) -> AsyncGenerator[None, None]:
    # asyncio.run() closes unfinished asynchronous generators before it closes its loop
    try:
        yield
    finally:
        await client.aclose()


class AsyncBody:
    """The bytes of a streamed reply, as they arrive; see `Body`."""

    def __init__(self, reply: Any, exchange: _Exchange) -> None:
        self._reply = reply
        self._exchange = exchange
        self._chunks: AsyncIterator[bytes] = reply.aiter_bytes()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        try:
            return await anext(self._chunks)
        except StopAsyncIteration:
            raise
        except BaseException as error:  # noqa: BLE001 - as above
            failure = self._exchange.failure(error)
        raise failure

    async def close(self) -> None:
        """Close the connection, unless the body was read to its end."""
        await self._reply.aclose()


def DefaultHttpxClient(**options: Any) -> Any:  # noqa: N802 - the official SDK's name
    """Return a client of the library to change and pass as ``http_client``."""
    return choose_library().Client(**{"follow_redirects": False, **options})


def DefaultAsyncHttpxClient(**options: Any) -> Any:  # noqa: N802 - the official SDK's name
    """Return an async client of the library to change and pass as ``http_client``."""
    return choose_library().AsyncClient(**{"follow_redirects": False, **options})
