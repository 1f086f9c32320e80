"""Read JSON Lines: chunks of bytes in, the rows of a batch's results out, in constant memory.

No I/O: `claude_nb.api.streaming.stream` brings the chunks.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

from pydantic_core import from_json

from claude_nb.api import errors
from claude_nb.api.calls import CallRecorder
from claude_nb.api.secret import scrub
from claude_nb.api.sending.flows import Failure, transport_error
from claude_nb.api.types import MessageBatchIndividualResponse
from claude_nb.api.wire import Response

__all__ = ["LineReader"]

MAX_LINE_BYTES = 100_000_000
_LOOKED_AT, _SHOWN = 20_000, 200  # characters: a key that the cut parts is hidden first


class LineReader:
    """Collects bytes and gives back rows.

    Parameters
    ----------
    response : Response
        The head of the reply.
    recorder : CallRecorder
        Told when reading is over.
    max_line_bytes : int
        The most bytes of one row.
    """

    def __init__(
        self, response: Response, recorder: CallRecorder, max_line_bytes: int = MAX_LINE_BYTES
    ) -> None:
        self.response = response
        self.failure: errors.APIError | None = None
        self._recorder = recorder
        self._whole = False
        self._limit = max_line_bytes
        self._buffer = bytearray()
        self._rows = 0

    over: bool = False  # what ends the rows is the end of the body

    def feed(self, chunk: bytes, _: float = 0.0) -> Iterator[MessageBatchIndividualResponse]:
        """Yield the rows that this chunk completes.

        Raises
        ------
        MalformedStreamError
            A line is no JSON object, or longer than is accepted.
        """
        if b"\n" not in chunk:
            self._buffer += chunk
        else:
            self._buffer += chunk
            *lines, rest = bytes(self._buffer).split(b"\n")
            self._buffer = bytearray(rest)
            for line in lines:
                yield from self._row(line)
        if len(self._buffer) > self._limit:
            raise self._malformed(f"is longer than {self._limit:,} bytes.")

    def finish(self) -> Iterator[MessageBatchIndividualResponse]:
        """Yield the last row, if its line was left open.

        Raises
        ------
        MalformedStreamError
            It was cut off, or there was no row at all: each batch has at least one.
        """
        yield from self._row(bytes(self._buffer))
        if not self._rows:
            self.failure = error = self._error("The results are empty, which no batch's are.")
            raise error
        self._whole = True

    def broken(self, kind: str, cause: Exception) -> errors.APIError:
        """Return the error for a transport failure: it says how many rows had come."""
        error = transport_error(Failure(kind, cause), self.response.request)
        self.failure = errors.advised(error, self._so_far())
        return self.failure

    def left(self) -> None:
        """Take in that nothing more is read: the call has ended, one way or another."""
        self._recorder.end(self.failure, whole=self._whole)

    def _row(self, line: bytes) -> Iterator[MessageBatchIndividualResponse]:
        if not line.strip():
            return
        try:
            row: Any = from_json(line)
        except ValueError:
            row = None
        if not isinstance(row, dict):
            raise self._malformed(f"is no JSON object: {scrub(repr(line[:_LOOKED_AT]))[:_SHOWN]}")
        self._rows += 1
        yield MessageBatchIndividualResponse.from_wire(cast("dict[str, Any]", row))

    def _malformed(self, problem: str) -> errors.MalformedStreamError:
        self.failure = error = self._error(f"A line of the results {problem}")
        return error

    def _error(self, text: str) -> errors.MalformedStreamError:
        return errors.MalformedStreamError(self.response, None, message=f"{text} {self._so_far()}")

    def _so_far(self) -> str:
        """Say how many rows came, and how to go on."""
        return (
            f"{self._rows:,} results came whole. They can be read again, as often as is needed: "
            "call results() once more, and pass over the custom_ids you have."
        )
