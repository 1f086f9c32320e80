"""The seam to the HTTP library: the only module that imports httpx or httpx2.

Whatever the library raises becomes a `TransportError`, without the library's frames, objects or
headers. The API key is added by an auth object at send time and taken off again when the reply's
head has arrived. Redirects are never followed: the library would carry ``x-api-key`` to the other
host.
"""

from __future__ import annotations

import functools
import importlib
import logging
import os
import socket
import ssl
import sys
import time
import urllib.request
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import Any

from claude_nb.api.secret import Secret, scrub
from claude_nb.api.wire import Headers, Request, Response

__all__ = [
    "Credentials",
    "DefaultAsyncHttpxClient",
    "DefaultHttpxClient",
    "Exchange",
    "Pool",
    "TransportError",
    "choose_library",
]

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
        _scrub_logs(library.__name__)
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


class _Scrubbed(logging.Filter):
    """Takes keys out of what the library logs, should a server have echoed one in a header."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = scrub(record.getMessage()), None
        return True


@functools.cache
def _scrub_logs(library: str) -> None:
    core = library.replace("httpx", "httpcore")
    for name in (library, *(f"{core}.{part}" for part in ("connection", "http11", "proxy"))):
        logging.getLogger(name).addFilter(_Scrubbed())


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
class Exchange:
    """What both connectors do with a request and its reply, apart from waiting for it."""

    library: Any
    request: Request
    credentials: Credentials
    seconds: dict[str, float | None] = field(default_factory=dict[str, float | None])

    def expect_body(self) -> None:
        """Wait for each part of the body as long as for a part, no longer as for the head."""
        idle = self.request.idle_timeout
        if idle is not None:  # the library looks at this again when it begins to read the body
            self.seconds["read"] = min(idle, self.seconds["read"] or idle)

    def build(self) -> Any:
        """Return the library's form of the request, still without the key."""
        self.seconds.update(self.request.timeout.as_dict())
        return self.library.Request(
            self.request.method,
            self.request.url,
            headers=dict(self.request.headers),
            content=self.request.content or None,
            extensions={"timeout": self.seconds},
        )

    def auth(self) -> Any:
        """Return what adds the key as the request is sent."""
        auth = _auth_class(self.library)()
        auth.headers = self.credentials
        return auth

    def response(self, reply: Any, content: bytes, started: float) -> Response:
        """Return our form of the library's reply; `started` is when it was asked for."""
        fields: list[tuple[str, str]] = reply.headers.multi_items()
        headers = Headers([(name, self._clean(value)) for name, value in fields])
        elapsed = time.monotonic() - started
        return Response(int(reply.status_code), headers, self.request, content, elapsed)

    def failure(self, error: BaseException) -> TransportError:
        """Return what to raise for an error of the library; pass on everything else."""
        library = self.library
        if isinstance(error, library.HTTPError | library.InvalidURL | library.StreamError):
            return TransportError(type(error).__name__, self._clean(str(error)))
        if isinstance(error, OSError | EOFError):
            return TransportError(type(error).__name__, self._clean(str(error)))
        raise error.with_traceback(None)

    def _clean(self, text: str) -> str:
        """Take the key out, should the server have sent it back."""
        return scrub(text, *(Secret(value) for value in self.credentials().values()))


def DefaultHttpxClient(**options: Any) -> Any:  # noqa: N802 - the official SDK's name
    """Return a client of the library to change and pass as ``http_client``."""
    return choose_library().Client(**{"follow_redirects": False, **options})


def DefaultAsyncHttpxClient(**options: Any) -> Any:  # noqa: N802 - the official SDK's name
    """Return an async client of the library to change and pass as ``http_client``."""
    return choose_library().AsyncClient(**{"follow_redirects": False, **options})
