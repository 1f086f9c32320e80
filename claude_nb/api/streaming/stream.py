"""Streams as people use them: `Stream` of raw events, `MessageStream` with text and snapshots.

Both read the same decoded events; text and the final message are taken from those directly, so
only who iterates over events pays for event objects. The rows of a batch's results are read in
the same way. However a stream is left, its connection is closed at once.
"""

from __future__ import annotations

import time
from abc import abstractmethod
from collections.abc import Callable, Generator, Iterator
from typing import Any, Generic, TypeVar

from claude_nb.api import errors
from claude_nb.api.network import TransportError
from claude_nb.api.sending.connector import Body
from claude_nb.api.streaming.closing import Closing
from claude_nb.api.streaming.derive import derived_events, raw_event
from claude_nb.api.streaming.lines import LineReader
from claude_nb.api.streaming.reader import EventReader
from claude_nb.api.streaming.source import Again, Source, lost
from claude_nb.api.types import Message, MessageBatchIndividualResponse, RawMessageStreamEvent
from claude_nb.api.types.stream_events import MessageStreamEvent
from claude_nb.api.wire import Response

# fmt: off
__all__ = [
    "EventStream", "JSONLDecoder", "MessageFacts", "MessageStream", "MessageStreamManager",
    "Stream", "StreamFacts", "final_text",
]
# fmt: on

EventT = TypeVar("EventT")


class StreamFacts:
    """What every kind of stream can tell without reading on."""

    _reader: Any

    @property
    def response(self) -> Response:
        """The head of the reply."""
        return self._reader.response

    @property
    def request_id(self) -> str | None:
        """The server's id for the request."""
        return self.response.request_id

    @property
    def workspace_id(self) -> str | None:
        """The workspace the request was counted for."""
        return self.response.headers.get("anthropic-workspace-id")


class MessageFacts(StreamFacts):
    """What every stream that puts a message together can tell without reading on."""

    _reader: EventReader

    @property
    def current_message_snapshot(self) -> Message:
        """The message as far as it has arrived.

        Raises
        ------
        AssertionError
            Nothing has arrived yet.
        """
        return self._reader.current()


class EventStream(StreamFacts, Closing, Generic[EventT]):
    """What all kinds of stream share: reading and closing.

    Parameters
    ----------
    reader : EventReader or LineReader
        The state of the stream.
    body : Body
        Where its bytes come from.
    again : callable, optional
        Sends the request again after an error that came in the place of an answer.
    """

    def __init__(
        self, reader: EventReader | LineReader, body: Body, again: Again | None = None
    ) -> None:
        self._reader = reader
        self._source = Source(body, again)
        self._decoded = _decoded(reader, self._source)
        self._events: Iterator[EventT] = self._typed()

    @abstractmethod
    def _typed(self) -> Iterator[EventT]:
        """Yield the events as this kind of stream gives them."""

    def __iter__(self) -> Iterator[EventT]:
        return self._events

    def __next__(self) -> EventT:
        return next(self._events)

    def close(self) -> None:
        """Close the connection. What has arrived stays readable."""
        self._decoded.close()
        self._source.body.close()
        self._reader.left()


class Stream(EventStream[RawMessageStreamEvent]):
    """The raw events of ``create(stream=True)``, without pings (unless asked for)."""

    def _typed(self) -> Iterator[RawMessageStreamEvent]:
        for event in self._decoded:
            yield raw_event(event)


class MessageStream(MessageFacts, EventStream[MessageStreamEvent]):
    """Raw and derived events of ``messages.stream``, and the message they make."""

    def _typed(self) -> Iterator[MessageStreamEvent]:
        for event in self._decoded:
            yield from derived_events(event, self._reader)

    @property
    def text_stream(self) -> Iterator[str]:
        """The text of the answer, piece by piece, and nothing else."""
        for event in self._decoded:
            if event.get("type") == "content_block_delta":
                delta = event["delta"]
                if delta.get("type") == "text_delta":
                    yield delta["text"]

    def until_done(self) -> None:
        """Read to the end."""
        for _ in self._decoded:
            pass

    def get_final_message(self) -> Message:
        """Read to the end and return the message.

        Raises
        ------
        APIError
            The stream failed or was closed; ``partial_message`` is what had arrived.
        """
        self.until_done()
        return self._reader.final()

    def get_final_text(self) -> str:
        """Read to the end and return the text of all text blocks.

        Raises
        ------
        RuntimeError
            The message has no text block.
        """
        return final_text(self.get_final_message())


class JSONLDecoder(EventStream[MessageBatchIndividualResponse]):
    """The rows of a batch's results. Leave it with ``close()`` or ``with`` to end early."""

    def _typed(self) -> Iterator[MessageBatchIndividualResponse]:
        return self._decoded


def final_text(message: Message) -> str:
    """Return the text of all text blocks of a message."""
    texts = [block.text for block in message.content if block.type == "text"]
    if not texts:
        kinds = ", ".join(block.type for block in message.content) or "nothing"
        raise RuntimeError(f"The message has no text block; its content is: {kinds}.")
    return "".join(texts)


def _decoded(reader: EventReader | LineReader, source: Source) -> Generator[Any, None, None]:
    """Yield the decoded events; close the body whenever this ends."""
    try:
        while True:
            try:
                yield from _read(reader, source.body)
            except errors.APIError as error:
                if not source.renewed(reader, error):
                    raise
            else:
                return
    except errors.APIError as error:
        raise error.with_traceback(None)  # noqa: B904 - the frames below show what a server sent
    except TransportError as error:
        lost(reader, error)
    finally:
        source.body.close()
        reader.left()


def _read(reader: EventReader | LineReader, body: Body) -> Generator[Any, None, None]:
    while (events := _next_events(reader, body)) is not None:
        yield from events
    yield from reader.finish()


def _next_events(reader: EventReader | LineReader, body: Body) -> Iterator[Any] | None:
    """Return the events of the next chunk, or None at the end."""
    before = time.monotonic()
    chunk = None if reader.over else next(body, None)
    return None if chunk is None else reader.feed(chunk, time.monotonic() - before)


class MessageStreamManager:
    """Sends the request on ``with``, and closes the stream when that is left."""

    def __init__(self, start: Callable[[], MessageStream]) -> None:
        self._start = start
        self._stream: MessageStream | None = None

    def __enter__(self) -> MessageStream:
        self._stream = stream = self._start()
        return stream

    def __exit__(self, *_: object) -> None:
        if self._stream is not None:
            self._stream.close()
