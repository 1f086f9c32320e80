"""How much of a reply's body is read, counted after decoding. No I/O.

Half a megabyte of gzip may be gigabytes of blanks, and the HTTP library decodes whatever arrived
together in one go. So its decoder sees a slice at a time, and reading ends at a limit.
"""

from __future__ import annotations

import contextlib
import math
import time
from collections.abc import AsyncIterator, Generator, Iterator
from dataclasses import replace
from functools import cache
from typing import Any

from claude_nb.api.wire import FIRST_FAILURE, Response

__all__ = ["ANSWER_BYTES", "ERROR_BYTES", "ERROR_SECONDS", "Collected", "in_slices"]

ERROR_BYTES = 4 * 1024 * 1024
ERROR_SECONDS = 30.0  # for all of the body; its head has told what matters
ANSWER_BYTES = 64 * 1024 * 1024
_SLICE = 4096  # bytes: of gzip and deflate, 4 MB at most
_SMALLER = {"br": 16, "zstd": 128}  # the same for codings that can say more in fewer bytes


class Collected:
    """What is read of a whole body.

    Parameters
    ----------
    status : int
        Of the reply: of a failure much less is read than of an answer.

    Attributes
    ----------
    content : bytearray
        Decoded, at most as long as is allowed.
    most : int
        Bytes of it.
    is_failure : bool
        Whether the status says so.
    cut : str
        Why it is not all of the body, as the end of a sentence; empty if it is.
    """

    def __init__(self, status: int) -> None:
        self.content: bytearray = bytearray()
        self.cut: str = ""
        self.is_failure: bool = status >= FIRST_FAILURE
        self.most: int = ERROR_BYTES if self.is_failure else ANSWER_BYTES
        self._until = time.monotonic() + ERROR_SECONDS

    def add(self, chunk: bytes) -> bool:
        """Take in a part of the body; return whether more is wanted."""
        self.content += chunk
        if len(self.content) > self.most:
            del self.content[self.most :]
            self.cut = f"is longer than {self.most >> 20} MB"
        elif self.is_failure and time.monotonic() > self._until:
            self.cut = f"took longer than {ERROR_SECONDS:g} s"
        return not self.cut

    def of(self, head: Response) -> Response:
        """Return the reply that had this body."""
        return replace(head, content=bytes(self.content), cut=self.cut)

    @contextlib.contextmanager
    def reading(self, library: Any) -> Generator[None]:
        """Keep what came of a failure's body that cannot be read to its end.

        The status says what went wrong, whatever its body is.
        """
        try:
            yield
        except (library.DecodingError, library.ReadTimeout) as problem:
            if not self.is_failure:
                raise
            self.cut = f"cannot be read ({problem})"


def in_slices(reply: Any, library: Any, most: float = math.inf) -> None:
    """Let the decoder of a reply see its body in slices; reading one may raise a DecodingError.

    Parameters
    ----------
    reply : Response
        The library's; its body is not read yet, or was read by whoever gave us the client.
    library : module
        Whose classes to use.
    most : float
        Bytes of it, encoded, that are read at all: they might be decoded to nothing.
    """
    named = reply.headers.get("content-encoding", "").lower().split(",")
    codings = [name for each in named if (name := each.strip()) not in {"", "identity"}]
    if codings and not reply.is_stream_consumed:
        size = min(_SMALLER.get(coding, _SLICE) for coding in codings)
        most = most if len(codings) == 1 else -1  # one in another multiplies: nobody sends that
        reply.stream = _sliced(library)(reply.stream, size, most)


@cache
def _sliced(library: Any) -> type[Any]:
    """Return the library's kind of stream whose parts are slices of another one's."""
    bases = (_Slices, library.SyncByteStream, library.AsyncByteStream)
    return type("_Sliced", bases, {"refusal": library.DecodingError})


class _Slices:
    refusal: type[Exception]

    def __init__(self, stream: Any, size: int, left: float) -> None:
        self._stream = stream
        self._size = size
        self._left = left

    def __iter__(self) -> Iterator[bytes]:
        self._check()
        for chunk in self._stream:
            yield from self._slices(chunk)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        self._check()
        async for chunk in self._stream:
            for part in self._slices(chunk):
                yield part

    def _slices(self, chunk: bytes) -> Iterator[bytes]:
        for start in range(0, len(chunk), self._size):
            self._check()
            part = chunk[start : start + self._size]
            self._left -= len(part)
            yield part

    def _check(self) -> None:
        if self._left < 0:
            raise self.refusal("encoded in a way, or at a length, that is not read")

    def close(self) -> None:
        self._stream.close()

    async def aclose(self) -> None:
        await self._stream.aclose()
