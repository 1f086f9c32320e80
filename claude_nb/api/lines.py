"""JSON Lines as they arrive: the rows of a batch's results, in constant memory."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Generator, Iterator
from types import TracebackType
from typing import Any, Self, cast

from pydantic_core import from_json

from claude_nb._http import TransportError
from claude_nb.api import errors
from claude_nb.api.connector import AsyncBody, Body
from claude_nb.api.flows import Failure, Streamed, transport_error
from claude_nb.api.secret import scrub
from claude_nb.api.types import MessageBatchIndividualResponse
from claude_nb.api.wire import Response

__all__ = ["AsyncJSONLDecoder", "JSONLDecoder", "LineReader"]

MAX_LINE_BYTES = 100_000_000


class LineReader:
    """Collects bytes and gives back rows. No I/O."""

    def __init__(self, response: Response, max_line_bytes: int = MAX_LINE_BYTES) -> None:
        self.response = response
        self._limit = max_line_bytes
        self._buffer = bytearray()

    def feed(self, chunk: bytes) -> Iterator[MessageBatchIndividualResponse]:
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
        """Yield the last row, if its line was left open."""
        yield from self._row(bytes(self._buffer))

    def broken(self, error: TransportError) -> errors.APIError:
        """Return the error for a transport failure."""
        return transport_error(Failure(error.kind, error), self.response.request)

    def _row(self, line: bytes) -> Iterator[MessageBatchIndividualResponse]:
        if not line.strip():
            return
        try:
            row: Any = from_json(line)
        except ValueError:
            row = None
        if not isinstance(row, dict):
            raise self._malformed(f"is no JSON object: {scrub(repr(line[:200]))}")
        yield MessageBatchIndividualResponse.from_wire(cast("dict[str, Any]", row))

    def _malformed(self, problem: str) -> errors.MalformedStreamError:
        text = f"A line of the results {problem}"
        return errors.MalformedStreamError(self.response, None, message=text)


class JSONLDecoder:
    """The rows of a batch's results. Leave it with ``close()`` or ``with`` to end early."""

    def __init__(self, streamed: Streamed) -> None:
        self.response = streamed.response
        self._body: Body = streamed.body
        self._rows = _rows(LineReader(streamed.response), self._body)

    def __iter__(self) -> Iterator[MessageBatchIndividualResponse]:
        return self._rows

    def __next__(self) -> MessageBatchIndividualResponse:
        return next(self._rows)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection."""
        self._rows.close()
        self._body.close()


def _rows(reader: LineReader, body: Body) -> Generator[MessageBatchIndividualResponse, None, None]:
    try:
        for chunk in body:
            yield from reader.feed(chunk)
        yield from reader.finish()
    except errors.APIError as error:
        raise error.with_traceback(None)  # noqa: B904 - the frames below show what a server sent
    except TransportError as error:
        raise reader.broken(error) from error
    finally:
        body.close()


class AsyncJSONLDecoder:
    """The rows of a batch's results. Leave it with ``close()`` or ``async with`` to end early."""

    def __init__(self, streamed: Streamed) -> None:
        self.response = streamed.response
        self._body: AsyncBody = streamed.body
        self._rows = _async_rows(LineReader(streamed.response), self._body)

    def __aiter__(self) -> AsyncIterator[MessageBatchIndividualResponse]:
        return self._rows

    async def __anext__(self) -> MessageBatchIndividualResponse:
        return await anext(self._rows)

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
        """Close the connection."""
        await self._body.close()
        await self._rows.aclose()


async def _async_rows(
    reader: LineReader, body: AsyncBody
) -> AsyncGenerator[MessageBatchIndividualResponse, None]:
    try:
        async for chunk in body:
            for row in reader.feed(chunk):
                yield row
        for row in reader.finish():
            yield row
    except errors.APIError as error:
        raise error.with_traceback(None)  # noqa: B904 - the frames below show what a server sent
    except TransportError as error:
        raise reader.broken(error) from error
    finally:
        await body.close()
