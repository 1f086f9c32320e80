"""``with_raw_response``: the reply itself, to be parsed when wanted."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, cached_property
from typing import Any, Generic, TypeVar

from claude_nb.api.wire import Headers, Response

__all__ = ["APIResponse", "AsyncAPIResponse", "RawResource", "Resource"]

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


_CALLS = frozenset({"cancel", "count_tokens", "create", "delete", "parse", "retrieve"})


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
