"""The file of a cassette: JSON Lines to which others may append too, each line read once.

What others add is read from where the last reading ended; a file that shrank, was replaced or was
edited is read anew. A line that holds no exchange is named in `damaged` and passed over: one torn
line is not to cost all others.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

from claude_nb.api.errors import AnthropicError
from claude_nb.cassette.line import LineError, is_unfinished, read, written
from claude_nb.cassette.lock import opened
from claude_nb.cassette.taped import Place, Taped

__all__ = ["UNFINISHED", "CassetteError", "CassetteFile", "check_regular"]

_REMEMBERED = 64  # bytes before the place of the next reading: other ones there mean an edit
_BOM = b"\xef\xbb\xbf"
UNFINISHED = "it is unfinished"


class CassetteError(AnthropicError):
    """The cassette cannot be read, or holds no answer to a request."""

    sent = False


def check_regular(path: Path) -> None:
    """Raise `CassetteError` for a device, a pipe or a folder, which has no end, or none is read."""
    if path.exists() and not path.is_file():
        raise CassetteError(f"{path} is no file that recordings could be in: name another.")


class CassetteFile:
    """The exchanges of a file, by place; of several with one place, the last.

    Parameters
    ----------
    path : Path
        The file; there may be none yet.

    Attributes
    ----------
    taped : dict of Taped
        By place.
    by_key : dict
        The places of each key.
    damaged : dict of str
        By number of the line, why it is no exchange.
    replaced : set of int
        Numbers of the lines that later ones replace.
    hanging : int
        Number of the last line, if it has no end: someone may be writing it; else 0.
    """

    unit = "line"  # what `line` of an exchange counts

    def __init__(self, path: Path) -> None:
        self.path = path
        self._forget()

    def _forget(self) -> None:
        self.taped: dict[Place, Taped] = {}
        self.by_key: dict[str, dict[Place, None]] = {}
        self.damaged: dict[int, str] = {}
        self._state: tuple[int, int, int] | None = None
        self.replaced: set[int] = set()
        self._lines = self._bytes = 0  # lines, and bytes, that are whole
        self._end = b""  # the last of those bytes
        self.hanging: int = 0

    def catch_up(self) -> None:
        """Read what is new in the file.

        Raises
        ------
        CassetteError
            It cannot be read, or is no cassette.
        """
        check_regular(self.path)
        try:
            if _state(self.path.stat()) != self._state:
                with self.path.open("rb") as file:
                    self._go_on(file)
        except FileNotFoundError:
            self._forget()
        except OSError as problem:
            raise CassetteError(f"{self.path} cannot be read: {problem}") from None

    def append(self, taped: Taped) -> None:
        """Add an exchange.

        Raises
        ------
        CassetteError
            What stands there is no cassette, or this could not be read again.
        OSError
            The file cannot be written; it is then as it was.
        """
        try:
            data = written(taped)
        except LineError as problem:
            raise CassetteError(str(problem)) from None
        check_regular(self.path)
        with opened(self.path) as file:
            self._go_on(file)
            _write(file, b"\n" * bool(self.hanging) + data)
            self._go_on(file)

    def _go_on(self, file: BinaryIO) -> None:
        """Read on if the file has only grown, else from its start."""
        state = _state(os.fstat(file.fileno()))
        if state == self._state:
            return
        file.seek(self._bytes - len(self._end))
        grown = self._state is not None and state[0] > self._state[0] and state[1] == self._state[1]
        if not grown or file.read(len(self._end)) != self._end:
            self._forget()
            file.seek(0)
        self._take(file.read())
        self._state = state
        if self.damaged and not self.taped:
            self._refuse_foreign()

    def _refuse_foreign(self) -> None:
        """Raise an error unless all that stands here is a line of ours that was cut off."""
        for number, why in self.damaged.items():
            if why != UNFINISHED:
                self._state = None
                raise CassetteError(
                    f"{self.path} is no cassette: line {number} is no recorded answer ({why}), and "
                    "no other line is one. Name another file, or delete this one."
                )

    def _take(self, content: bytes) -> None:
        *lines, rest = content.split(b"\n")
        for number, line in enumerate(lines, self._lines + 1):
            self._add(line, number)
        whole = content.removesuffix(rest)
        self._lines += len(lines)
        self._bytes += len(whole)
        self._end = (self._end + whole)[-_REMEMBERED:]
        self.hanging = self._lines + 1 if rest else 0
        self._add(rest, self._lines + 1)  # and again, should it turn out to go on

    def _add(self, line: bytes, number: int) -> None:
        line = line.removeprefix(_BOM).removesuffix(b"\r")
        self.damaged.pop(number, None)
        if not line.strip():
            return
        try:
            taped = replace(read(line), line=number)
        except LineError as problem:
            self.damaged[number] = UNFINISHED if is_unfinished(line) else str(problem)
            return
        before = self._hold(taped)
        self.replaced |= {before.line} - {number}

    def _hold(self, taped: Taped) -> Taped:
        """Take an exchange in; return the one whose place it takes, itself if there was none."""
        before = self.taped.pop(taped.place, taped)  # the last of one place is the last of all
        self.taped[taped.place] = taped
        self.by_key.setdefault(taped.key, {}).pop(taped.place, None)
        self.by_key[taped.key][taped.place] = None
        return before

    def comparable(self, known: dict[str, Any]) -> dict[str, Any]:
        """Return a request's identity as it is kept here."""
        return known

    def find(self, place: Place) -> Taped | None:
        """Return the exchange of a place; else the last of another cell; else one for any place."""
        key, cell, number = place
        held = self.by_key.get(key, {})
        ranked = [place, *(other for other in reversed(held) if other[2] == number)]
        ranked += [(key, cell, 0), *(other for other in reversed(held) if not other[2])]
        return next((self.taped[each] for each in ranked if each in self.taped), None)


def _write(file: BinaryIO, data: bytes) -> None:
    """Write at the end, all or nothing: a full disk is not to leave half a line."""
    start = file.seek(0, os.SEEK_END)
    view = memoryview(data)
    try:
        while view:
            view = view[file.write(view) :]
    except OSError:
        file.truncate(start)
        raise


def _state(found: os.stat_result) -> tuple[int, int, int]:
    """Return size, inode and time of change: another one means another content."""
    return found.st_size, found.st_ino, found.st_mtime_ns
