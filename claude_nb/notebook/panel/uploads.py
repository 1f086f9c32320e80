"""Files that the page hands over: kept in a directory of the panel's own until it is closed."""

from __future__ import annotations

import base64
import re
import tempfile
from pathlib import Path

from claude_nb.ask.errors import InputError
from claude_nb.private import open_private

__all__ = ["Uploads"]

MOST = 24 * 1024 * 1024  # bytes of one file; a request takes 32 MB, encoded
_MOST_ALL = 20 * MOST  # bytes of all files of a panel
_MOST_FILES = 500
_MOST_NAME = 180  # bytes of a name; file systems take 255
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
            The piece cannot be read, the file is too large, or there are too many.
        """
        path = self._path(name)
        data = _decoded(piece)
        if data is None or not (first or path.exists()):
            raise InputError(f"{path.name} arrived damaged: attach it again.")
        before = 0 if first else path.stat().st_size
        if before + len(data) > MOST:
            path.unlink(missing_ok=True)
            raise InputError(f"{path.name} is too large: a file may have {MOST >> 20} MB.")
        self._check_room(path, len(data), first=first)
        try:
            with open_private(path, "wb" if first else "ab") as file:
                file.write(data)
        except OSError as problem:
            raise InputError(f"{path.name} cannot be kept: {problem.strerror}.") from None
        return str(path)

    def _check_room(self, path: Path, more: int, *, first: bool) -> None:
        """Raise `InputError` if the files of this panel would take too much room."""
        sizes = {each: each.stat().st_size for each in path.parent.iterdir()}
        if first:
            sizes.pop(path, None)  # it takes the place of the one before
        if sum(sizes.values()) + more > _MOST_ALL or len(sizes) >= _MOST_FILES:
            raise InputError(
                f"This panel holds {len(sizes)} files with {sum(sizes.values()) >> 20} MB, which "
                "is enough: panel.close() deletes them, and a new panel takes more."
            )

    def _path(self, name: str) -> Path:
        if self._directory is None:
            self._directory = tempfile.TemporaryDirectory(prefix="claude_nb-")
        safe = _UNFIT.sub("_", Path(name.replace("\\", "/")).name).strip(". ")
        return Path(self._directory.name) / (_shortened(safe) or "file")

    def close(self) -> None:
        """Delete all files."""
        if self._directory is not None:
            self._directory.cleanup()
            self._directory = None


def _decoded(piece: str) -> bytes | None:
    """Return what Base64 stands for, or None if it is none."""
    try:
        return base64.b64decode(piece, validate=True)
    except ValueError:
        return None


def _shortened(name: str) -> str:
    """Return a name that every file system takes, with its ending."""
    if len(name.encode()) <= _MOST_NAME:
        return name
    ending = Path(name).suffix if len(Path(name).suffix.encode()) <= _MOST_NAME // 2 else ""
    room = _MOST_NAME - len(ending.encode())
    return name.encode()[:room].decode(errors="ignore") + ending
