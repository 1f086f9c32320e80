"""Read a stream: chunks of bytes in, decoded events out, the message put together on the way.

No I/O: `claude_nb.api.streaming.stream` brings the chunks. Whatever arrives, what leaves here is an
event or a typed error that carries the partial message.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from pydantic_core import from_json

from claude_nb.api import errors
from claude_nb.api.calls import CallRecorder
from claude_nb.api.errors import refusals
from claude_nb.api.platforms.platform import ANTHROPIC, Decoder
from claude_nb.api.platforms.sse import MAX_EVENT_BYTES, ServerSentEvent
from claude_nb.api.schemas.parsing import parsed_block, parsed_message
from claude_nb.api.secret import Secret, scrub
from claude_nb.api.sending.flows import Failure, transport_error
from claude_nb.api.streaming.accumulator import BlockAccumulator, MessageAccumulator
from claude_nb.api.streaming.halves import Halves
from claude_nb.api.types import ContentBlock, Message
from claude_nb.api.types.json_text import has_halves
from claude_nb.api.wire import Response

__all__ = ["EventReader", "StreamOptions"]

_LOOKED_AT, _SHOWN = 20_000, 200  # characters: a key that the cut parts is hidden first
_SHAPE_ERRORS = (
    *(AttributeError, IndexError, KeyError, TypeError, ValueError),
    RecursionError,  # from half a character in what is nested deeply
)


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
    decoder : callable
        Most bytes of an event → what turns bytes into events.
    """

    idle_timeout: float | None = None
    include_pings: bool = False
    max_event_bytes: int = MAX_EVENT_BYTES
    secrets: tuple[Secret | None, ...] = ()
    output_format: Any = None
    decoder: Callable[[int], Decoder] = ANTHROPIC.decoder


class EventReader:
    """The state of one stream.

    Parameters
    ----------
    response : Response
        The head of the reply.
    options : StreamOptions
        How to read it.
    recorder : CallRecorder
        Told when reading is over.
    """

    def __init__(self, response: Response, options: StreamOptions, recorder: CallRecorder) -> None:
        self._options = options
        self._recorder = recorder
        self._final: Message | None = None
        self.restart(response)

    def restart(self, response: Response) -> None:
        """Begin with the reply to an attempt, of which nothing is read yet."""
        self.response: Response = response
        self.message: MessageAccumulator = MessageAccumulator()
        self.failure: errors.APIError | None = None
        self._decoder = self._options.decoder(self._options.max_event_bytes)
        self._idle = 0.0
        self._halves = Halves()
        self._head: bytearray | None = bytearray()  # of the body, until an event is understood

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
        if self._head is not None:
            self._head += chunk[: _LOOKED_AT - len(self._head)]
        for sse in self._decoder.feed(chunk):
            if sse.data:
                yield from self._decode(sse)
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
            yield from self._decode(rest)
        if not self.message.stopped:
            raise self._never_began() or self.incomplete("The stream ended before the message did.")

    def _never_began(self) -> errors.APIError | None:
        """Return what is wrong with a body that holds no event at all, unless it is empty."""
        text = (self._head or b"").decode("utf-8", "replace")
        if not text.strip():
            return None
        clean = scrub(text, *self._options.secrets).encode()
        reply = replace(self.response, content=clean)
        missed, cls = "no stream of the Messages API", errors.MalformedStreamError
        return self._fail(refusals.from_success(reply, missed, cls))

    @property
    def refused(self) -> bool:
        """Whether the server refused in its first event, so that nothing has begun."""
        return isinstance(self.failure, errors.APIStatusError) and not self.message.started

    def broken(self, kind: str, cause: Exception) -> errors.APIError | None:
        """Return the error for a transport failure; None once the message is complete."""
        if self.message.stopped:
            return None
        limit = self._options.idle_timeout
        if kind == "ReadTimeout" and limit is not None:
            return self._fail(self._stalled(limit))
        error = transport_error(Failure(kind, cause), self.response.request)
        return self._fail(error)

    def left(self) -> None:
        """Take in that nothing more is read: the call has ended, one way or another."""
        self._recorder.end(self.failure, whole=self.message.stopped, reply=self.message.head)

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
        return parsed_block(block, form) if form else block

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

    def _decode(self, sse: ServerSentEvent) -> Sequence[dict[str, Any]]:
        try:
            read = None if sse.event else _read(sse.data)
        except ValueError:
            return ()  # "[DONE]", a comment of a proxy
        name = sse.event or _name_in(read)
        if name:
            self._head = None
        if name == b"ping":
            return ({"type": "ping"},) if self._options.include_pings else ()
        if name == b"error":
            raise self._fail(refusals.from_event(self._error_body(sse.data), self.response))
        if not name:
            return ()  # the API's events have a type, in their name or in their data
        self._idle = 0.0
        try:
            event, cut = read or _read(sse.data)
            events = self._mended(event) if cut or self._halves.held else (event,)
            for event in events:
                self.message.apply(event)
        except _SHAPE_ERRORS as error:
            problem = str(error)
        else:
            return events
        shown = scrub(repr(sse.data[:_LOOKED_AT]), *self._options.secrets)[:_SHOWN]
        text = f"cannot be read ({problem}): {shown}"
        raise self._malformed(errors.MalformedStreamError, text)

    def _mended(self, event: Any) -> Sequence[dict[str, Any]]:
        """Return an event of whole characters, as more than one or as none where that needs it."""
        return list(self._halves.mended(event))

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


def _read(data: bytes) -> tuple[Any, bool]:
    """Return the value of an event's data, and whether characters in it may be cut in two.

    Raises
    ------
    ValueError
        It is no JSON, or nested too deeply.
    """
    try:
        return from_json(data), False
    except ValueError:
        if not has_halves(data):
            raise
    try:
        return json.loads(data), True
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _name_in(read: Any) -> bytes:
    """Return the type in the data of an event that has no name of its own."""
    event = cast("tuple[Any, bool]", read)[0]
    kind = cast("dict[str, Any]", event).get("type") if isinstance(event, dict) else None
    return kind.encode(errors="replace") if isinstance(kind, str) else b""


def _is_json(data: bytes) -> bool:
    try:
        from_json(data)
    except ValueError:
        return False
    return True
