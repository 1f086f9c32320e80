"""Where the bytes of a stream come from: a body, and another one if the first held a refusal."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from claude_nb.api import errors
from claude_nb.api.network import TransportError
from claude_nb.api.sending.flows import Streamed
from claude_nb.api.streaming.lines import LineReader
from claude_nb.api.streaming.reader import EventReader

__all__ = ["Again", "AgainLater", "AsyncSource", "Source", "lost"]

Again = Callable[[errors.APIStatusError], Streamed | None]
AgainLater = Callable[[errors.APIStatusError], Awaitable[Streamed | None]]
Reader = EventReader | LineReader


def lost(reader: Reader, error: TransportError) -> None:
    """Raise what a lost connection means, unless all has been read."""
    failure = reader.broken(error.kind, error)
    if failure is not None:
        raise failure from error


class _Source:
    """What both kinds share.

    Parameters
    ----------
    body : Body
        Of the first reply.
    again : callable, optional
        Sends the request again after such an error; None if that is no use.
    """

    def __init__(self, body: Any, again: Any = None) -> None:
        self.body: Any = body
        self._again = again

    def _worth(self, reader: Reader, error: errors.APIError) -> errors.APIStatusError | None:
        """Return the error, if the request may be sent again: nothing of an answer has come."""
        told = isinstance(reader, EventReader) and reader.refused and self._again is not None
        return error if told and isinstance(error, errors.APIStatusError) else None

    def _begin(self, reader: Reader, streamed: Streamed | None) -> bool:
        if streamed is None or not isinstance(reader, EventReader):
            return False
        self.body = streamed.body
        reader.restart(streamed.response)
        return True


class Source(_Source):
    """The bytes of a stream that is waited for."""

    def renewed(self, reader: Reader, error: errors.APIError) -> bool:
        """Return whether there is another body to read, after an error that the server sent."""
        told = self._worth(reader, error)
        if told is None:
            return False
        self.body.close()
        try:
            return self._begin(reader, self._again(told))
        except errors.APIError as later:
            reader.failure = later
            raise


class AsyncSource(_Source):
    """The bytes of a stream that is awaited."""

    async def renewed(self, reader: Reader, error: errors.APIError) -> bool:
        """Return whether there is another body to read; see `Source.renewed`."""
        told = self._worth(reader, error)
        if told is None:
            return False
        await self.body.close()
        try:
            return self._begin(reader, await self._again(told))
        except errors.APIError as later:
            reader.failure = later
            raise
