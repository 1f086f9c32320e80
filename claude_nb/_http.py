"""The seam to the HTTP library: the only module that imports httpx or httpx2.

Whatever the library raises becomes a `TransportError`, without the library's frames, objects or
headers. The API key is added by an auth object at send time and taken off again when the reply's
head has arrived. Redirects are never followed: the library would carry ``x-api-key`` to the other
host.
"""

from __future__ import annotations

import contextlib
import functools
import importlib
import importlib.util
import logging
import os
import socket
import ssl
import sys
import time
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from claude_nb.api.bodies import ERROR_SECONDS, Collected, in_slices
from claude_nb.api.network import TransportError
from claude_nb.api.secret import Secret, known, scrub
from claude_nb.api.wire import Headers, Request, Response

if TYPE_CHECKING:
    from claude_nb.api.network.proxies import Proxy

# fmt: off
__all__ = [
    "Authorize", "ClientFactory", "DefaultAsyncHttpxClient", "DefaultHttpxClient", "Transfer",
    "choose_library",
]
# fmt: on

Authorize = Callable[[Request], Mapping[str, Secret]]


LIBRARIES = ("httpx", "httpx2")


def library_name() -> str:
    """Return httpx, or httpx2 if ``CLAUDE_NB_HTTP`` says so or the kernel runs in a browser."""
    default = LIBRARIES[sys.platform == "emscripten"]
    name = os.environ.get("CLAUDE_NB_HTTP", "").strip().lower() or default
    if name not in LIBRARIES:
        raise ValueError(f"CLAUDE_NB_HTTP={name!r}: must be {' or '.join(LIBRARIES)}.")
    return name


def choose_library() -> Any:
    """Return the library of that name."""
    return importlib.import_module(library_name())


@dataclass(frozen=True, slots=True)
class ClientFactory:
    """How a connector makes its clients.

    Attributes
    ----------
    limit : int
        Most connections at a time.
    secure : bool
        Whether the server speaks TLS; without it no certificates are loaded.
    given : object or None
        A client of httpx or httpx2 to use instead.
    proxy : Proxy or None
        What stands between. The environment is not asked again.
    name : str
        Of the library; chosen as this is made, so that a client stays with one.
    """

    limit: int = 100
    secure: bool = True
    given: Any = None
    proxy: Proxy | None = None
    name: str = field(default_factory=library_name)

    def library(self) -> Any:
        """Return the module the client belongs to."""
        names = {cls.__module__.partition(".")[0] for cls in type(self.given).__mro__}
        theirs = "httpx2" if "httpx2" in names else "httpx"
        return importlib.import_module(self.name if self.given is None else theirs)

    def transfer(self, request: Request, authorize: Authorize) -> Transfer:
        """Return what sends one request through such a client."""
        return Transfer(self.library(), request, authorize, self.proxy)

    def open(self, client: str, transport: str) -> Any:
        """Return a new client of the library (or the given one).

        Raises
        ------
        TransportError
            The environment names a proxy or certificates that cannot be used.
        """
        if self.given is not None:
            return self.given
        from claude_nb.api.network import certificates  # noqa: PLC0415 (when something is sent)

        library = self.library()
        _scrub_logs(library.__name__)
        options: dict[str, Any] = {
            "limits": library.Limits(
                max_connections=self.limit, max_keepalive_connections=self.limit
            ),
            "verify": certificates.context() if self.secure else _no_certificates(),
        }
        if self.proxy is not None:
            options["proxy"] = _proxy(library, self.proxy)
        made = getattr(library, transport)(**options, socket_options=_keep_alive())
        return getattr(library, client)(transport=made, follow_redirects=False, trust_env=False)


def _proxy(library: Any, proxy: Proxy) -> Any:
    """Return the library's form of a proxy."""
    has_socks = importlib.util.find_spec("socksio") is not None
    address = proxy.checked(("http", "https", *(("socks5", "socks5h") if has_socks else ())))
    with contextlib.suppress(ValueError, library.InvalidURL):
        return library.Proxy(address)
    raise proxy.unreadable()


class _Scrubbed(logging.Filter):
    """Takes keys out of what is logged, should a server have echoed one in a header."""

    def filter(self, record: logging.LogRecord) -> bool:
        from claude_nb.api.hiding.hidden import hidden  # noqa: PLC0415 (only where logs are kept)

        record.msg, record.args = hidden(record.getMessage()), None
        return True


@functools.cache
def _scrub_logs(library: str) -> None:
    core = library.replace("httpx", "httpcore")
    parts = ("connection", "http11", "http2", "proxy", "socks")
    for name in ("claude_nb", library, core, *(f"{core}.{part}" for part in parts)):
        logging.getLogger(name).addFilter(_Scrubbed())


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
        added = [name for name in self.added if name not in request.headers]
        for name in added:
            request.headers[name] = self.added[name].reveal()
        yield request
        for name in added:
            del request.headers[name]

    members = {"auth_flow": auth_flow, "__module__": __name__}
    return type("_Auth", (library.Auth,), members)


@functools.cache
def _stream_class(library: Any) -> type[Any]:
    """Return what the library reads a body from, piece by piece, in either kind of client."""

    def init(self: Any, upload: Any) -> None:
        self.upload = upload

    members = {
        "__init__": init,
        "__iter__": lambda self: iter(self.upload),
        "__aiter__": lambda self: aiter(self.upload),
        "__module__": __name__,
    }
    return type("_Upload", (library.SyncByteStream, library.AsyncByteStream), members)


@dataclass(slots=True)
class Transfer:
    """What both connectors do with a request and its reply, apart from waiting for it."""

    library: Any
    request: Request
    authorize: Authorize
    proxy: Proxy | None = None
    added: Mapping[str, Secret] = field(default_factory=dict[str, Secret])
    seconds: dict[str, float | None] = field(default_factory=dict[str, float | None])

    def expect_body(self, reply: Any) -> None:
        """Wait for each part of a streamed body as long as for a part, no longer as for the head.

        Parameters
        ----------
        reply : Response
            The library's, its body not read yet.
        """
        in_slices(reply, self.library)
        idle = self.request.idle_timeout
        if idle is not None:  # the library looks at this again when it begins to read the body
            self.seconds["read"] = min(idle, self.seconds["read"] or idle)

    def expect_whole(self, reply: Any) -> Collected:
        """Return what takes in the parts of a whole body, read within its limits."""
        collected = Collected(int(reply.status_code))
        in_slices(reply, self.library, collected.most)
        if collected.is_failure:
            self.seconds["read"] = min(ERROR_SECONDS, self.seconds["read"] or ERROR_SECONDS)
        return collected

    def build(self) -> Any:
        """Return the library's form of the request, still without the key."""
        self.seconds.update(self.request.timeout.as_dict())
        asked = (self.request.method, self.request.url)
        made = self.library.Request(
            *asked,
            headers=dict(self.request.headers),
            content=self.request.content or None,
            extensions={"timeout": self.seconds},
        )
        if self.request.upload is None:
            return made
        body = _stream_class(self.library)(self.request.upload)  # else it counts as read: empty
        return self.library.Request(
            *asked, headers=made.headers, stream=body, extensions=made.extensions
        )

    def auth(self) -> Any:
        """Return what adds the key, or signature, as the request is sent."""
        auth = _auth_class(self.library)()
        self.added = {**self.authorize(self.request), **self.request.private}
        auth.added = self.added
        return auth

    def response(self, reply: Any, started: float) -> Response:
        """Return our form of the library's reply; `started` is when it was asked for."""
        fields: list[tuple[str, str]] = reply.headers.multi_items()
        secrets = known(*self.added.values())
        headers = Headers([(name, secrets.scrub(value)) for name, value in fields])
        elapsed = time.monotonic() - started
        return Response(int(reply.status_code), headers, self.request, elapsed=elapsed)

    def failure(self, error: BaseException) -> TransportError:
        """Return what to raise for an error of the library; pass on everything else."""
        library = self.library
        theirs = (library.HTTPError, library.InvalidURL, library.StreamError)
        if not isinstance(error, (*theirs, OSError, EOFError)):
            raise error.with_traceback(None)
        from claude_nb.api.network import failures  # noqa: PLC0415 (when something fails)

        told = failures.told(type(error).__name__, error, self.request.url, self.proxy)
        return TransportError(told.kind, self._clean(told.detail))

    def _clean(self, text: str) -> str:
        """Take the key out, should the server have sent it back."""
        return scrub(text, *self.added.values())


def DefaultHttpxClient(**options: Any) -> Any:  # noqa: N802 - the official SDK's name
    """Return a client of the library to change and pass as ``http_client``."""
    return choose_library().Client(**{"follow_redirects": False, **options})


def DefaultAsyncHttpxClient(**options: Any) -> Any:  # noqa: N802 - the official SDK's name
    """Return an async client of the library to change and pass as ``http_client``."""
    return choose_library().AsyncClient(**{"follow_redirects": False, **options})
