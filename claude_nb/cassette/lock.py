"""The file of a cassette, opened to add to: of several kernels that do, one after the other."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Generator
from pathlib import Path
from typing import Any, BinaryIO

from claude_nb.private import open_private

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None
try:
    import msvcrt
except ImportError:
    msvcrt = None

__all__ = ["opened"]

_FAR = 2**40  # no content is there: Windows refuses others what is locked


@contextlib.contextmanager
def opened(path: Path) -> Generator[BinaryIO]:
    """Open a file to read and add to, made if need be, that nobody else adds to meanwhile.

    Where the file system has no locks, a single write at the end is what keeps lines whole.

    Raises
    ------
    OSError
        It cannot be opened.
    """
    while True:
        file: Any
        with open_private(path, "a+b", buffering=0) as file, _locked(file.fileno()):
            if not _is_still(file, path):  # somebody put another in its place, or took it away
                continue
            yield file
            return


def _is_still(file: BinaryIO, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return False


@contextlib.contextmanager
def _locked(number: int) -> Generator[None]:
    with contextlib.suppress(OSError):  # no locks on this file system
        _lock(number, take=True)
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            _lock(number, take=False)


def _lock(number: int, *, take: bool) -> None:
    if hasattr(fcntl, "flock"):  # a web page has the rest of it
        unix: Any = fcntl
        unix.flock(number, unix.LOCK_EX if take else unix.LOCK_UN)
    elif msvcrt is not None:
        os.lseek(number, _FAR, os.SEEK_SET)
        windows: Any = msvcrt  # which is not there elsewhere
        windows.locking(number, windows.LK_LOCK if take else windows.LK_UNLCK, 1)
