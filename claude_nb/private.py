"""Files that are their owner's alone, from their first moment on."""

from __future__ import annotations

import os
from pathlib import Path
from typing import IO, Any, Literal

__all__ = ["open_private"]

_MODE = 0o600  # read and written by the owner, by nobody else


def open_private(path: Path, mode: Literal["ab", "a+b", "wb"], *, buffering: int = -1) -> IO[Any]:
    """Open a file that holds what somebody asked or was answered.

    A new one can be read by its owner only, whatever the umask is; there is no moment between
    making it and saying so. One that exists keeps its mode: somebody chose it, perhaps to share
    the file, and it was as open before.

    Parameters
    ----------
    path : Path
        The file.
    mode : {"ab", "a+b", "wb"}
        Add to it, read it and add to it, or write it anew.
    buffering : int
        As `open` takes it.

    Raises
    ------
    OSError
        It cannot be opened.
    """
    return open(path, mode, buffering, opener=lambda name, flags: os.open(name, flags, _MODE))
