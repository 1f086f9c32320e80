"""Files that the page hands over: kept in a directory of the panel's own until it is closed."""

from __future__ import annotations

import base64
import binascii
import re
import tempfile
from pathlib import Path

from claude_nb.notebook.errors import InputError

__all__ = ["Uploads"]

MOST = 24 * 1024 * 1024  # bytes of one file; a request takes 32 MB, encoded
_UNFIT = re.compile(r"[^\w.() -]+")


class Uploads:
    """Files by name, on disk, so that a copied ``%%claude`` cell can attach them too."""

    def __init__(self) -> None:
        self._directory: tempfile.TemporaryDirectory[str] | None = None

    def take(self, name: str, piece: str, *, first: bool) -> str:
        """Add a piece of a file and return the file's path.

        Parameters
        ----------
        name : str
            What the page calls it; only its last part is used.
        piece : str
            Base64.
        first : bool
            Whether the file begins with it.

        Raises
        ------
        InputError
            The piece cannot be read, or the file is too large.
        """
        path = self._path(name)
        try:
            data = base64.b64decode(piece, validate=True)
        except binascii.Error:
            raise InputError(f"{path.name} arrived damaged: attach it again.") from None
        before = 0 if first or not path.exists() else path.stat().st_size
        if before + len(data) > MOST:
            path.unlink(missing_ok=True)
            raise InputError(f"{path.name} is too large: a file may have {MOST >> 20} MB.")
        with path.open("wb" if first else "ab") as file:
            file.write(data)
        return str(path)

    def _path(self, name: str) -> Path:
        if self._directory is None:
            self._directory = tempfile.TemporaryDirectory(prefix="claude_nb-")
        safe = _UNFIT.sub("_", Path(name.replace("\\", "/")).name).strip(". ")[:100]
        return Path(self._directory.name) / (safe or "file")

    def close(self) -> None:
        """Delete all files."""
        if self._directory is not None:
            self._directory.cleanup()
            self._directory = None
