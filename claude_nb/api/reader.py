"""Read a stream: chunks of bytes in, decoded events out, the message put together on the way.

No I/O: `claude_nb.api.stream` brings the chunks. Whatever arrives, what leaves here is an event
or a typed error that carries the partial message.
"""

from __future__ import annotations

import contextlib
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import Any, cast

from pydantic_core import from_json

from claude_nb.api import errors
from claude_nb.api.accumulator import BlockAccumulator, MessageAccumulator
from claude_nb.api.flows import Failure, transport_error
from claude_nb.api.parsing import parsed_block, parsed_message
from claude_nb.api.secret import Secret, scrub
from claude_nb.api.sse import MAX_EVENT_BYTES, ServerSentEvent, SSEDecoder
from claude_nb.api.types import ContentBlock, Message
from claude_nb.api.wire import Response

__all__ = ["EventReader", "StreamOptions"]

_SHAPE_ERRORS = (AttributeError, IndexError, KeyError, TypeError, ValueError)


@dataclass(frozen=True, slots=True)
class StreamOptions:
    """How to read a stream.

    Attributes
    ----------
    idle_timeout : float or None
        Seconds without content after which the stream counts as stalled; pings are no content.
    include_pings : bool
        Whether pings are events too.
    max_event_bytes : int
        The most bytes of one event.
    secrets : tuple of Secret
        To keep out of errors.
    output_format : type, optional
        What the text of the answer is parsed into.
    """

    idle_timeout: float | None = None
    include_pings: bool = False
    max_event_bytes: int = MAX_EVENT_BYTES
    secrets: tuple[Secret | None, ...] = ()
    output_format: Any = None


class EventReader:
    """The state of one stream.

    Parameters
    ----------
    response : Response
        The head of the reply.
    options : StreamOptions
        How to read it.
    """

    def __init__(self, response: Response, options: StreamOptions) -> None:
        self.response = response
        self.message = MessageAccumulator()
        self.failure: errors.APIError | None = None
        self._options = options
        self._decoder = SSEDecoder(options.max_event_bytes)
        self._idle = 0.0
        self._final: Message | None = None

    def feed(self, chunk: bytes, waited: float) -> Iterator[dict[str, Any]]:
        """Yield the events this chunk completes.

        Parameters
        ----------
        chunk : bytes
            As it arrived.
        waited : float
            Seconds that passed waiting for it.

        Raises
        ------
        APIStatusError
            The server sent an error event.
        MalformedStreamError
            An event cannot be read.
        StreamStalledError
            Too long without content.
        """
        self._idle += waited
        for sse in self._decoder.feed(chunk):
            if sse.data and (event := self._decode(sse)) is not None:
                yield event
        if self._decoder.too_large:
            limit = self._options.max_event_bytes
            raise self._malformed(errors.EventTooLargeError, f"is larger than {limit:,} bytes")
        self._watch()

    def finish(self) -> Iterator[dict[str, Any]]:
        """Take in the end of the stream; yield a last event that lacks only its blank line.

        Raises
        ------
        IncompleteStreamError
            The message has not ended.
        """
        rest = self._decoder.flush()
        if rest is not None and rest.event == b"message_stop" and _is_json(rest.data):
            yield from filter(None, [self._decode(rest)])
        if not self.message.stopped:
            raise self.incomplete("The stream ended before the message did.")

    def broken(self, kind: str, cause: Exception) -> errors.APIError | None:
        """Return the error for a transport failure; None once the message is complete."""
        if self.message.stopped:
            return None
        limit = self._options.idle_timeout
        if kind == "ReadTimeout" and limit is not None:
            return self._fail(self._stalled(limit))
        error = transport_error(Failure(kind, cause), self.response.request)
        return self._fail(error)

    def incomplete(self, text: str) -> errors.APIError:
        """Return the error for a message that will not be completed."""
        request = self.response.request
        return self._fail(errors.IncompleteStreamError(message=text, request=request))

    @property
    def over(self) -> bool:
        """Whether to stop reading: the message is complete, and nothing else comes."""
        limit = self._options.idle_timeout
        return self.message.stopped and limit is not None and self._idle > limit

    def final(self) -> Message:
        """Return the complete message: the same object each time.

        Raises
        ------
        APIError
            The stream failed, or was left before the message was complete.
        InvalidToolInputError
            The input of a tool is no JSON.
        """
        if self.failure is not None:
            raise self.failure
        if not (self.message.started and self.message.stopped):
            raise self.incomplete("The stream was closed before the message was complete.")
        final = self._final
        if final is None:
            form, final = self._options.output_format, self.current()
            final = parsed_message(final, form, self.response) if form else final
            self._final = final
        return final

    def current(self) -> Message:
        """Return the message so far.

        Raises
        ------
        AssertionError
            It has not begun.
        InvalidToolInputError
            The input of a tool is no JSON.
        """
        if not self.message.started:
            raise AssertionError("The message has not begun: no event has arrived yet.")
        if self._final is not None:
            return self._final
        with self._tool_input():
            message = self.message.snapshot()
        message._request_id = self.response.request_id  # pyright: ignore[reportPrivateUsage] # noqa: SLF001 - the official name
        return message

    def block(self, block: BlockAccumulator) -> dict[str, Any]:
        """Return a block that is complete."""
        with self._tool_input():
            return block.as_json()

    def parsed(self, block: ContentBlock) -> ContentBlock:
        """Return a complete block, its text parsed if that was asked for."""
        form = self._options.output_format
        return parsed_block(block, form, self.response) if form else block

    @contextlib.contextmanager
    def _tool_input(self) -> Generator[None]:
        try:
            yield
        except ValueError as error:
            problem = str(error)
        else:
            return
        text = f"completes tool input that is no JSON: {problem}"
        raise self._malformed(errors.InvalidToolInputError, text)

    def _decode(self, sse: ServerSentEvent) -> dict[str, Any] | None:
        name = sse.event
        if name == b"ping":
            return {"type": "ping"} if self._options.include_pings else None
        if name == b"error":
            raise self._fail(errors.from_event(self._error_body(sse.data), self.response))
        if not name:
            return None  # the API names every event; what has no name is not its
        self._idle = 0.0
        try:
            event = cast("dict[str, Any]", from_json(sse.data))
            self.message.apply(event)
        except _SHAPE_ERRORS as error:
            problem = str(error)
        else:
            return event
        text = f"cannot be read ({problem}): {sse.data[:200]!r}"
        raise self._malformed(errors.MalformedStreamError, text)

    def _error_body(self, data: bytes) -> object:
        text = scrub(data.decode("utf-8", "replace"), *self._options.secrets)
        try:
            return from_json(text)
        except ValueError:
            return text

    def _watch(self) -> None:
        limit = self._options.idle_timeout
        if limit is not None and self._idle > limit and not self.message.stopped:
            raise self._fail(self._stalled(limit))

    def _stalled(self, limit: float) -> errors.APIError:
        text = f"No content arrived for {limit:g} s."
        return errors.StreamStalledError(self.response.request, message=text)

    def _malformed(
        self, cls: type[errors.MalformedStreamError], problem: str
    ) -> errors.MalformedStreamError:
        text = scrub(f"An event of the stream {problem}", *self._options.secrets)
        return self._fail(cls(self.response, None, message=text))

    def _fail(self, error: Any) -> Any:
        """Give the error what has arrived of the message, and remember it."""
        if self.failure is None:
            self.failure = error
            try:
                error.partial_message = self.message.snapshot() if self.message.started else None
            except _SHAPE_ERRORS:
                error.partial_message = None
        return error


def _is_json(data: bytes) -> bool:
    try:
        from_json(data)
    except ValueError:
        return False
    return True
