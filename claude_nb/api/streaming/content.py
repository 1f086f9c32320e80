"""A reply that is a file: read as it comes, kept whole only if it is asked for whole."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

from claude_nb.api import errors
from claude_nb.api.calls import CallRecorder
from claude_nb.api.network import TransportError
from claude_nb.api.sending.flows import Failure, transport_error
from claude_nb.api.streaming.closing import AsyncClosing, Closing
from claude_nb.api.wire import Headers, Response
from claude_nb.private import open_private

__all__ = ["AsyncFileContent", "FileContent"]


class _Content:
    """What both kinds share.

    Parameters
    ----------
    response : Response
        The head of the reply.
    body : Body
        Its bytes.
    recorder : CallRecorder
        Told when reading is over.
    """

    def __init__(self, response: Response, body: Any, recorder: CallRecorder) -> None:
        self.http_response = response
        self._body = body
        self._recorder = recorder
        self._whole: bytes | None = None
        self._begun = False

    @property
    def headers(self) -> Headers:
        """Header fields of the reply."""
        return self.http_response.headers

    @property
    def status_code(self) -> int:
        """HTTP status."""
        return self.http_response.status_code

    def __repr__(self) -> str:
        kind = self.headers.get("content-type", "")
        return f"<{type(self).__name__} {kind}>"

    def _begin(self) -> None:
        if self._begun:
            raise RuntimeError("This file was read already: ask for it again with download().")
        self._begun = True

    def _failed(self, error: TransportError) -> errors.APIError:
        failure = transport_error(Failure(error.kind, error), self.http_response.request)
        self._recorder.end(failure)
        return failure


class FileContent(_Content, Closing):
    """The content of a file; it can be read once, whole or in pieces."""

    def iter_bytes(self) -> Iterator[bytes]:
        """Yield it piece by piece, as it comes."""
        self._begin()
        try:
            yield from self._body
            self._recorder.end(whole=True)
        except TransportError as error:
            raise self._failed(error) from error
        finally:
            self._body.close()

    def read(self) -> bytes:
        """Return all of it."""
        if self._whole is None:
            self._whole = b"".join(self.iter_bytes())
        return self._whole

    @property
    def content(self) -> bytes:
        """All of it."""
        return self.read()

    def text(self) -> str:
        """Return all of it as text."""
        return self.read().decode("utf-8", "replace")

    def write_to_file(self, path: str | os.PathLike[str]) -> None:
        """Write it into a file as it comes; what is there is replaced once all has come."""
        target, part = _places(path)
        try:
            with open_private(part, "wb") as file:
                for piece in [self._whole] if self._whole is not None else self.iter_bytes():
                    file.write(piece)
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)

    stream_to_file = write_to_file

    def close(self) -> None:
        """Close the connection."""
        self._body.close()


class AsyncFileContent(_Content, AsyncClosing):
    """The content of a file; it can be read once, whole or in pieces."""

    async def iter_bytes(self) -> AsyncIterator[bytes]:
        """Yield it piece by piece, as it comes."""
        self._begin()
        try:
            async for piece in self._body:
                yield piece
            self._recorder.end(whole=True)
        except TransportError as error:
            raise self._failed(error) from error
        finally:
            await self._body.close()

    async def read(self) -> bytes:
        """Return all of it."""
        if self._whole is None:
            self._whole = b"".join([piece async for piece in self.iter_bytes()])
        return self._whole

    async def text(self) -> str:
        """Return all of it as text."""
        return (await self.read()).decode("utf-8", "replace")

    async def write_to_file(self, path: str | os.PathLike[str]) -> None:
        """Write it into a file as it comes; what is there is replaced once all has come."""
        target, part = _places(path)
        try:
            with open_private(part, "wb") as file:
                if self._whole is not None:
                    file.write(self._whole)
                else:
                    async for piece in self.iter_bytes():
                        file.write(piece)
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)

    stream_to_file = write_to_file

    async def close(self) -> None:
        """Close the connection."""
        await self._body.close()


def _places(path: str | os.PathLike[str]) -> tuple[Path, Path]:
    """Return where a file goes, and where it is until all of it has come."""
    target = Path(path).expanduser()
    return target, target.with_name(f"{target.name}.part-{os.getpid()}")
