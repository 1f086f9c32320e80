"""Take in the bodies of requests: one no longer than is allowed, nor all together.

A quarter of the whole is kept for small bodies, a share for each connection, so that large uploads
which stand still keep nobody else out.
"""

from __future__ import annotations

import weakref
from collections import deque

from claude_nb.emulator.wire import ApiError, Call

__all__ = ["Body", "Intake"]


class Intake:
    """The bodies that are in memory, of all connections.

    Parameters
    ----------
    most : int
        Bytes in total.
    connections : int
        At most, at a time.

    Attributes
    ----------
    held : int
        Bytes, some of which may have been given back since.
    """

    def __init__(self, most: int, connections: int) -> None:
        self.held: int = 0
        self._most = most
        self._reserve = most // 4
        self._share = self._reserve // connections
        self._given = deque[int]()  # by whatever thread is the last to need a body

    def take(self, size: int, body: int) -> bool:
        """Count more bytes of a body, or return False if they are too many.

        Parameters
        ----------
        size : int
            Bytes that came.
        body : int
            Bytes of this body, with them.
        """
        most = self._most if body <= self._share else self._most - self._reserve
        while self._given:
            self.held -= self._given.popleft()
        if self.held + size > most:
            return False
        self.held += size
        return True

    def give(self, size: int) -> None:
        """Count bytes as free again; from any thread."""
        self._given.append(size)

    def lend(self, call: Call, size: int) -> None:
        """Leave so many bytes to a call: they are free when it is, wherever it went."""
        weakref.finalize(call, self.give, size).atexit = False


class Body:
    """One body as it arrives.

    Parameters
    ----------
    intake : Intake
        All of them.
    most : int
        Bytes of this one.
    """

    def __init__(self, intake: Intake, most: int) -> None:
        self._intake = intake
        self._most = most
        self._content = bytearray()

    def expect(self, length: str) -> None:
        """Refuse a body by the length it announces; ApiError, 413."""
        if length.isdecimal() and int(length[:20]) > self._most:  # no number has 20 digits here
            raise _too_large()

    def add(self, chunk: bytes) -> None:
        """Take in a part; ApiError, 413 or 529, if that is too much."""
        size = len(self._content) + len(chunk)
        if size > self._most:
            raise _too_large()
        if not self._intake.take(len(chunk), size):
            raise ApiError(529, "overloaded_error", "Overloaded")
        self._content += chunk

    def into(self, call: Call) -> Call:
        """Return the call with this body, which is empty from now on."""
        content, self._content = self._content, bytearray()
        whole = call.with_body(bytes(content))
        self._intake.lend(whole, len(content))
        return whole

    def drop(self) -> None:
        """Forget what has arrived."""
        content, self._content = self._content, bytearray()
        self._intake.give(len(content))


def _too_large() -> ApiError:
    message = "Request exceeds the maximum allowed number of bytes."
    return ApiError(413, "request_too_large", message)
