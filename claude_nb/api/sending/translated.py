"""Before a connector: says to a cloud, in its dialect, what is meant for the API."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from inspect import iscoroutinefunction
from typing import Any

from claude_nb.api.platforms.dialect import Dialect, Frames, refused, unknown
from claude_nb.api.wire import Headers, Request, Response

__all__ = ["translated"]


def translated(connector: Any, dialect: Dialect) -> Any:
    """Return what sends in the connector's place."""
    kind = _AsyncTranslated if iscoroutinefunction(connector.send) else _Translated
    return kind(connector, dialect)


class _Base:
    def __init__(self, connector: Any, dialect: Dialect) -> None:
        self._connector = connector
        self._dialect = dialect

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connector, name)

    def has_key(self, request: Request) -> bool:
        """Return whether it is known who sends a request."""
        sent = self._dialect.request(request)
        return sent is not None and self._connector.has_key(sent)

    def _understood(self, reply: Response, request: Request, *, streams: bool) -> Response:
        """Return a reply as one to what was asked."""
        fields = dict(reply.headers)
        if "x-amzn-requestid" in fields:
            fields.setdefault("request-id", fields["x-amzn-requestid"])
        if streams and self._dialect.frames is not None:
            fields["content-type"] = "text/event-stream"
        return refused(replace(reply, request=request, headers=Headers(fields)))

    def _frames(self) -> Frames | None:
        make = self._dialect.frames
        return make() if make is not None else None


class _Translated(_Base):
    """For clients that wait."""

    def send(self, request: Request, *, stream: bool) -> tuple[Response, Any]:
        """Send a request; see `claude_nb.api.sending.connector.Connector.send`."""
        sent = self._dialect.request(request)
        if sent is None:
            return unknown(request, self._dialect.name), None
        reply, body = self._connector.send(sent, stream=stream)
        frames = self._frames() if body is not None else None
        understood = self._understood(reply, request, streams=body is not None)
        return understood, body if frames is None else _Body(body, frames)


class _AsyncTranslated(_Base):
    """The same for asyncio."""

    async def send(self, request: Request, *, stream: bool) -> tuple[Response, Any]:
        """Send a request; see `claude_nb.api.sending.connector.Connector.send`."""
        sent = self._dialect.request(request)
        if sent is None:
            return unknown(request, self._dialect.name), None
        reply, body = await self._connector.send(sent, stream=stream)
        frames = self._frames() if body is not None else None
        understood = self._understood(reply, request, streams=body is not None)
        return understood, body if frames is None else _AsyncBody(body, frames)


class _Framed:
    def __init__(self, body: Any, frames: Frames) -> None:
        self._body = body
        self._frames = frames

    def __getattr__(self, name: str) -> Any:
        return getattr(self._body, name)


class _Body(_Framed):
    """A stream's bytes, as server-sent events."""

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        return self._frames.feed(next(self._body))


class _AsyncBody(_Framed):
    """The same for asyncio."""

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        return self._frames.feed(await anext(self._body))
