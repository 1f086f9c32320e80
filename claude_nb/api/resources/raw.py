"""``with_raw_response``: the reply itself, to be parsed when wanted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from functools import cache, cached_property
from typing import Any, Generic, TypeVar

from claude_nb.api.streaming.closing import Closing
from claude_nb.api.wire import Headers, Response

__all__ = ["APIResponse", "AsyncAPIResponse", "RawResource", "Resource", "StreamedResource"]

T = TypeVar("T")


class _Reply(Generic[T]):
    """A reply and how to parse it.

    Parameters
    ----------
    http_response : Response
        The reply.
    parse : callable
        Returns what the call gives without ``with_raw_response``.
    """

    def __init__(self, http_response: Response, parse: Callable[[], T]) -> None:
        self.http_response = http_response
        self._parse = cache(parse)

    @property
    def headers(self) -> Headers:
        """Header fields of the reply."""
        return self.http_response.headers

    @property
    def status_code(self) -> int:
        """HTTP status."""
        return self.http_response.status_code

    @property
    def request_id(self) -> str | None:
        """The server's id for the request."""
        return self.http_response.request_id

    @property
    def url(self) -> str:
        """Where the request went."""
        return self.http_response.url

    @property
    def method(self) -> str:
        """HTTP method."""
        return self.http_response.request.method

    @property
    def elapsed(self) -> float:
        """Seconds from sending the request to the reply's head."""
        return self.http_response.elapsed

    @property
    def retries_taken(self) -> int:
        """Attempts before this one."""
        return int(self.http_response.request.headers["x-stainless-retry-count"])

    @property
    def content(self) -> bytes:
        """The body."""
        return self.http_response.content

    def __repr__(self) -> str:
        return f"<{type(self).__name__} [{self.status_code}]>"


class APIResponse(_Reply[T]):
    """A reply, and on request what it says."""

    def parse(self) -> T:
        """Return what the call gives without ``with_raw_response``."""
        return self._parse()

    def read(self) -> bytes:
        """Return the body."""
        return self.content

    def text(self) -> str:
        """Return the body as text."""
        return self.http_response.text

    def json(self) -> Any:
        """Return the body decoded from JSON."""
        return self.http_response.json()


class AsyncAPIResponse(_Reply[T]):
    """A reply, and on request what it says."""

    async def parse(self) -> T:
        """Return what the call gives without ``with_raw_response``."""
        return self._parse()

    async def read(self) -> bytes:
        """Return the body."""
        return self.content

    async def text(self) -> str:
        """Return the body as text."""
        return self.http_response.text

    async def json(self) -> Any:
        """Return the body decoded from JSON."""
        return self.http_response.json()


_CALLS = frozenset(
    {
        *("cancel", "count_tokens", "create", "delete", "parse", "retrieve"),
        *("retrieve_metadata", "upload"),
    }
)


class RawResource:
    """Those calls of a resource that have one reply, returning it."""

    def __init__(self, resource: Any) -> None:
        self._resource = resource

    def __getattr__(self, name: str) -> Any:
        if name not in _CALLS:
            raise AttributeError(f"with_raw_response has no {name!r}; it has {sorted(_CALLS)}.")
        return getattr(self._resource, name)

    def __dir__(self) -> list[str]:
        return sorted(_CALLS & set(dir(self._resource)))


class StreamedResource:
    """The same calls, each as a context manager whose reply is closed as the block is left."""

    def __init__(self, resource: Any, manager: type[Any]) -> None:
        self._resource = resource
        self._manager = manager

    def __getattr__(self, name: str) -> Any:
        call = getattr(RawResource(self._resource), name)

        def streamed(*args: Any, **params: Any) -> Any:
            return self._manager(lambda: call(*args, **params))

        return streamed

    def __dir__(self) -> list[str]:
        return dir(RawResource(self._resource))


class _Reading:
    """A reply within its block: a stream is read as it comes, anything else has come whole."""

    def __init__(self, reply: Any) -> None:
        self._reply = reply

    def __getattr__(self, name: str) -> Any:
        return getattr(self._reply, name)

    def iter_bytes(self, chunk_size: int = 65_536) -> Iterator[bytes]:
        """Yield the body of a reply that is no stream, piece by piece."""
        body = self._reply.content
        return (body[at : at + chunk_size] for at in range(0, len(body), chunk_size))

    def iter_text(self, chunk_size: int = 65_536) -> Iterator[str]:
        """Yield the same as text."""
        text = self._reply.http_response.text
        return (text[at : at + chunk_size] for at in range(0, len(text), chunk_size))

    def iter_lines(self) -> Iterator[str]:
        """Yield the same line by line."""
        return iter(self._reply.http_response.text.splitlines())


class StreamedReply(AbstractContextManager[Any]):
    """Makes the call as its block is entered, and closes what it opened as that is left."""

    def __init__(self, call: Callable[[], Any]) -> None:
        self._call = call
        self._opened: Any = None

    def __enter__(self) -> Any:
        reply = self._call()
        self._opened = reply.parse() if _is_stream(reply) else None
        return _Reading(reply)

    def __exit__(self, *_: object) -> None:
        if self._opened is not None:
            self._opened.close()


class AsyncStreamedReply(AbstractAsyncContextManager[Any]):
    """The same for asyncio."""

    def __init__(self, call: Callable[[], Any]) -> None:
        self._call = call
        self._opened: Any = None

    async def __aenter__(self) -> Any:
        reply = await self._call()
        self._opened = await reply.parse() if _is_stream(reply) else None
        return _Reading(reply)

    async def __aexit__(self, *_: object) -> None:
        if self._opened is not None:
            await self._opened.close()


def _is_stream(reply: Any) -> bool:
    return str(reply.headers.get("content-type", "")).startswith("text/event-stream")


class Resource:
    """Some calls of a client.

    Parameters
    ----------
    client : Anthropic or AsyncAnthropic
        Runs them.
    """

    def __init__(self, client: Any) -> None:
        self._client: Any = client

    @cached_property
    def with_raw_response(self) -> RawResource:
        """The same calls, returning replies to be parsed when wanted."""
        return RawResource(type(self)(self._client.raw()))

    @cached_property
    def with_streaming_response(self) -> StreamedResource:
        """The same calls as context managers, whose replies are closed as the block is left."""
        raw = self._client.raw()
        manager = StreamedReply if isinstance(self._client, Closing) else AsyncStreamedReply
        return StreamedResource(type(self)(raw), manager)
