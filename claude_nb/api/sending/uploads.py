"""A file on its way to the server: read piece by piece, as often as the request is tried.

References
----------
RFC 7578, ``multipart/form-data``.
"""

from __future__ import annotations

import hashlib
import mimetypes
import os
import secrets
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

__all__ = ["Upload", "upload_of"]

_PIECE = 256 * 1024  # bytes that are read at once
_ANY_TYPE = "application/octet-stream"
Progress = Callable[[int, int], Any]


@dataclass(frozen=True, slots=True)
class Upload:
    """The body of an upload.

    Attributes
    ----------
    name, media_type : str
        Of the file.
    size : int
        Bytes of the file.
    source : Path or bytes
        Where its bytes are.
    fields : Mapping of str
        Further fields of the form.
    on_progress : callable or None
        Called with the bytes of the file that were sent, and all there are.
    boundary : str
        Between the parts.
    """

    name: str
    media_type: str
    size: int
    source: Path | bytes = field(repr=False)
    fields: Mapping[str, str] = field(default_factory=dict[str, str])
    on_progress: Progress | None = None
    boundary: str = field(default_factory=lambda: secrets.token_hex(16), repr=False)

    @property
    def headers(self) -> dict[str, str]:
        """The header fields of the request."""
        length = len(self._head()) + self.size + len(self._tail())
        kind = f"multipart/form-data; boundary={self.boundary}"
        return {"Content-Type": kind, "Content-Length": str(length)}

    def __iter__(self) -> Iterator[bytes]:
        """Yield the body, from its beginning."""
        yield self._head()
        sent = 0
        for piece in self._pieces():
            yield piece
            sent += len(piece)
            if self.on_progress is not None:
                self.on_progress(sent, self.size)
        yield self._tail()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Yield the same."""
        for piece in self:
            yield piece

    def digest(self) -> str:
        """Return the SHA-256 of the file, which is what tells two uploads apart."""
        whole = hashlib.sha256()
        for piece in self._pieces():
            whole.update(piece)
        return whole.hexdigest()

    def _pieces(self) -> Iterator[bytes]:
        if isinstance(self.source, bytes):
            for at in range(0, self.size, _PIECE):
                yield self.source[at : at + _PIECE]
            return
        left = self.size
        with self.source.open("rb") as file:
            while left and (piece := file.read(min(_PIECE, left))):
                left -= len(piece)
                yield piece
        if left:
            raise OSError(f"{self.source} became shorter while it was read.")

    def _head(self) -> bytes:
        parts = [self._part(f'name="{name}"') + value for name, value in self.fields.items()]
        named = f'name="file"; filename="{_quoted(self.name)}"'
        file = self._part(named, f"\r\nContent-Type: {self.media_type}")
        return "\r\n".join([*parts, file]).encode("utf-8", "replace")

    def _part(self, named: str, more: str = "") -> str:
        return f"--{self.boundary}\r\nContent-Disposition: form-data; {named}{more}\r\n\r\n"

    def _tail(self) -> bytes:
        return f"\r\n--{self.boundary}--\r\n".encode()


def _quoted(name: str) -> str:
    """Return a name for a header: as browsers write it, so that none ends the field."""
    return name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")


def upload_of(given: Any, fields: Mapping[str, str], on_progress: Progress | None) -> Upload:
    """Return the upload of what a caller calls a file.

    Parameters
    ----------
    given : path, bytes, file object or tuple
        A tuple is (name, one of the others[, media type]); a text is a path.
    fields : Mapping of str
        Further fields of the form.
    on_progress : callable or None
        See `Upload`.

    Raises
    ------
    TypeError
        It is nothing of that.
    OSError
        There is no such file, or it cannot be read.
    """
    name, media_type, content = "", "", given
    if isinstance(given, tuple):
        name, content, *more = cast("tuple[Any, ...]", given)
        media_type = str(more[0]) if more and more[0] else ""
    source, found = _source(content)
    name = str(name or found or "upload")
    guessed = mimetypes.guess_type(name)[0] or _ANY_TYPE
    size = len(source) if isinstance(source, bytes) else source.stat().st_size
    return Upload(name, _safe(media_type) or guessed, size, source, dict(fields), on_progress)


def _safe(media_type: str) -> str:
    return media_type if media_type.isprintable() else ""


def _source(content: Any) -> tuple[Path | bytes, str]:
    """Return where the bytes are, and what the file is called if that is known."""
    if isinstance(content, str | os.PathLike):
        path = Path(cast("Any", content)).expanduser()
        if path.is_dir():
            raise IsADirectoryError(f"{path} is a folder: upload one file at a time.")
        path.stat()  # says so if there is none
        return path, path.name
    if isinstance(content, bytes | bytearray | memoryview):
        return bytes(cast("Any", content)), ""
    read = getattr(content, "read", None)
    data = read() if callable(read) else None
    if isinstance(data, bytes):
        return data, Path(str(getattr(content, "name", ""))).name
    what = "a file that is opened as text" if isinstance(data, str) else type(content).__name__
    raise TypeError(
        f"A file to upload is a path, bytes, a file opened with 'rb', or (name, one of these"
        f"[, media type]); not {what}."
    )
