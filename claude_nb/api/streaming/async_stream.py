"""The streams of `claude_nb.api.streaming.stream`, for asyncio."""

from __future__ import annotations

import time
from abc import abstractmethod
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterator
from typing import Any, Generic, TypeVar

from claude_nb.api import errors
from claude_nb.api.network import TransportError
from claude_nb.api.sending.connector import AsyncBody
from claude_nb.api.streaming.closing import AsyncClosing
from claude_nb.api.streaming.derive import derived_events, raw_event
from claude_nb.api.streaming.lines import LineReader
from claude_nb.api.streaming.reader import EventReader
from claude_nb.api.streaming.source import AgainLater, AsyncSource, lost
from claude_nb.api.streaming.stream import MessageFacts, StreamFacts, final_text
from claude_nb.api.types import Message, MessageBatchIndividualResponse, RawMessageStreamEvent
from claude_nb.api.types.stream_events import MessageStreamEvent

# fmt: off
__all__ = [
    "AsyncEventStream", "AsyncJSONLDecoder", "AsyncMessageStream", "AsyncMessageStreamManager",
    "AsyncStream",
]
# fmt: on

EventT = TypeVar("EventT")


class AsyncEventStream(StreamFacts, AsyncClosing, Generic[EventT]):
    """What all kinds of stream share: reading and closing."""

    def __init__(
        self, reader: EventReader | LineReader, body: AsyncBody, again: AgainLater | None = None
    ) -> None:
        self._reader = reader
        self._source = AsyncSource(body, again)
        self._decoded = _decoded(reader, self._source)
        self._events: AsyncIterator[EventT] = self._typed()

    @abstractmethod
    def _typed(self) -> AsyncIterator[EventT]:
        """Yield the events as this kind of stream gives them."""

    def __aiter__(self) -> AsyncIterator[EventT]:
        return self._events

    async def __anext__(self) -> EventT:
        return await anext(self._events)

    async def close(self) -> None:
        """Close the connection. What has arrived stays readable."""
        await self._source.body.close()
        await self._decoded.aclose()
        self._reader.left()


class AsyncStream(AsyncEventStream[RawMessageStreamEvent]):
    """The raw events of ``create(stream=True)``, without pings (unless asked for)."""

    async def _typed(self) -> AsyncIterator[RawMessageStreamEvent]:
        async for event in self._decoded:
            yield raw_event(event)


class AsyncMessageStream(MessageFacts, AsyncEventStream[MessageStreamEvent]):
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


class AsyncJSONLDecoder(AsyncEventStream[MessageBatchIndividualResponse]):
    """The rows of a batch's results. Leave it with ``close()`` or ``async with`` to end early."""

    def _typed(self) -> AsyncIterator[MessageBatchIndividualResponse]:
        return self._decoded


async def _decoded(
    reader: EventReader | LineReader, source: AsyncSource
) -> AsyncGenerator[Any, None]:
    """Yield the decoded events; close the body whenever this ends."""
    try:
        while True:
            try:
                while (events := await _next_events(reader, source.body)) is not None:
                    for event in events:
                        yield event
                for event in reader.finish():
                    yield event
            except errors.APIError as error:
                if not await source.renewed(reader, error):
                    raise
            else:
                return
    except errors.APIError as error:
        raise error.with_traceback(None)  # noqa: B904 - the frames below show what a server sent
    except TransportError as error:
        lost(reader, error)
    finally:
        await source.body.close()
        reader.left()


async def _next_events(reader: EventReader | LineReader, body: AsyncBody) -> Iterator[Any] | None:
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

    async def __aexit__(self, *_: object) -> None:
        if self._stream is not None:
            await self._stream.close()
