"""One file that was uploaded, or that a tool made: what is known of it, and its bytes on disk."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from typing import IO

from claude_nb.emulator.clock import instant
from claude_nb.emulator.wire import JSON

__all__ = ["Stored"]

_IN_MEMORY = 64 * 1024  # bytes


@dataclass(slots=True, kw_only=True)
class Stored:
    """A file.

    Attributes
    ----------
    id : str
        Its id.
    workspace : str
        Whose it is: a digest of the key.
    filename, media_type : str
        As the API shows them.
    size : int
        Bytes.
    created : float
        Seconds since 1970.
    lifetime : int or None
        Seconds until it expires; None for never.
    is_made : bool
        Whether a tool made it; only such files can be downloaded.
    """

    id: str
    workspace: str
    filename: str
    media_type: str
    size: int
    created: float
    lifetime: int | None = None
    is_made: bool = False
    _content: IO[bytes] | None = field(default=None, init=False)

    def write(self, data: bytes) -> None:
        """Keep its content."""
        # small ones take no file; a file has no name, and nobody else can read it
        self._content = tempfile.SpooledTemporaryFile(_IN_MEMORY, prefix="claude_nb-file-")  # noqa: SIM115 - closed in close()
        self._content.write(data)

    def read(self) -> bytes:
        """Return its content, empty if it was never kept."""
        if self._content is None:
            return b""
        self._content.seek(0)
        return self._content.read()

    def close(self) -> None:
        """Free the disk."""
        if self._content is not None:
            self._content.close()

    def has_expired(self, now: float) -> bool:
        """Tell whether its content is gone."""
        return self.lifetime is not None and now >= self.created + self.lifetime

    def describe(self) -> JSON:
        """Return the file object."""
        ends = None if self.lifetime is None else instant(self.created + self.lifetime)
        return {
            "id": self.id,
            "type": "file",
            "filename": self.filename,
            "mime_type": self.media_type,
            "size_bytes": self.size,
            "created_at": instant(self.created),
            "downloadable": self.is_made,
            "expires_at": ends,
        }
