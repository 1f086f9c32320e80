"""The streams of `claude_nb.api.stream`, for asyncio."""

from __future__ import annotations

import time
from abc import abstractmethod
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterator
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

from claude_nb._http import TransportError
from claude_nb.api import errors
from claude_nb.api.connector import AsyncBody
from claude_nb.api.derive import derived_events, raw_event
from claude_nb.api.reader import EventReader
from claude_nb.api.stream import MessageFacts, StreamFacts, final_text
from claude_nb.api.types import Message, RawMessageStreamEvent
from claude_nb.api.types.stream_events import MessageStreamEvent

__all__ = ["AsyncMessageStream", "AsyncMessageStreamManager", "AsyncStream"]

EventT = TypeVar("EventT")


class _AsyncEventStream(StreamFacts, Generic[EventT]):
    """What the two kinds of stream share: reading and closing."""

    def __init__(self, reader: EventReader, body: AsyncBody) -> None:
        self._reader = reader
        self._body = body
        self._decoded = _decoded(reader, body)
        self._events: AsyncIterator[EventT] = self._typed()

    @abstractmethod
    def _typed(self) -> AsyncIterator[EventT]:
        """Yield the events as this kind of stream gives them."""

    def __aiter__(self) -> AsyncIterator[EventT]:
        return self._events

    async def __anext__(self) -> EventT:
        return await anext(self._events)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connection. What has arrived stays readable."""
        await self._body.close()
        await self._decoded.aclose()


class AsyncStream(_AsyncEventStream[RawMessageStreamEvent]):
    """The raw events of ``create(stream=True)``, without pings (unless asked for)."""

    async def _typed(self) -> AsyncIterator[RawMessageStreamEvent]:
        async for event in self._decoded:
            yield raw_event(event)


class AsyncMessageStream(MessageFacts, _AsyncEventStream[MessageStreamEvent]):
    """Raw and derived events of ``messages.stream``, and the message they make."""

    async def _typed(self) -> AsyncIterator[MessageStreamEvent]:
        async for event in self._decoded:
            for derived in derived_events(event, self._reader):
                yield derived

    @property
    async def text_stream(self) -> AsyncIterator[str]:
        """The text of the answer, piece by piece, and nothing else."""
        async for event in self._decoded:
            if event.get("type") == "content_block_delta":
                delta = event["delta"]
                if delta.get("type") == "text_delta":
                    yield delta["text"]

    async def until_done(self) -> None:
        """Read to the end."""
        async for _ in self._decoded:
            pass

    async def get_final_message(self) -> Message:
        """Read to the end and return the message; see `MessageStream.get_final_message`."""
        await self.until_done()
        return self._reader.final()

    async def get_final_text(self) -> str:
        """Read to the end and return the text of all text blocks."""
        return final_text(await self.get_final_message())


async def _decoded(reader: EventReader, body: AsyncBody) -> AsyncGenerator[dict[str, Any], None]:
    """Yield the decoded events; close the body whenever this ends."""
    try:
        while (events := await _next_events(reader, body)) is not None:
            for event in events:
                yield event
        for event in reader.finish():
            yield event
    except errors.APIError as error:
        raise error.with_traceback(None)  # noqa: B904 - the frames below show what a server sent
    except TransportError as error:
        failure = reader.broken(error.kind, error)
        if failure is not None:
            raise failure from error
    finally:
        await body.close()


async def _next_events(reader: EventReader, body: AsyncBody) -> Iterator[dict[str, Any]] | None:
    """Return the events of the next chunk, or None at the end."""
    before = time.monotonic()
    chunk = None if reader.over else await anext(body, None)
    return None if chunk is None else reader.feed(chunk, time.monotonic() - before)


class AsyncMessageStreamManager:
    """Sends the request on ``async with``, and closes the stream when that is left."""

    def __init__(self, start: Callable[[], Awaitable[AsyncMessageStream]]) -> None:
        self._start = start
        self._stream: AsyncMessageStream | None = None

    async def __aenter__(self) -> AsyncMessageStream:
        self._stream = stream = await self._start()
        return stream

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._stream is not None:
            await self._stream.close()
