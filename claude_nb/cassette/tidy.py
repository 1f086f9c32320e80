"""Look after the file of a cassette: what it holds, what is wrong with it, and put it in order.

In order it is sorted by key, cell and number, with one line for each: what changes between two
recordings then shows as just that.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from claude_nb.cassette.file import CassetteError
from claude_nb.cassette.line import LineError, written
from claude_nb.cassette.lock import opened
from claude_nb.cassette.notebook import file_of
from claude_nb.cassette.said import holds_a_key
from claude_nb.cassette.taped import Taped

__all__ = ["Found", "inspect", "tidy"]


@dataclass(frozen=True)
class Found:
    """What is in a file.

    Attributes
    ----------
    recorded : tuple of Taped
        The recordings that are played, in the file's order.
    damaged : dict of str
        By number of the line, why it is none.
    replaced : tuple of int
        Numbers of the lines that later ones replace.
    unit : str
        What these numbers count: ``line``, or ``cell`` of a notebook.
    """

    recorded: tuple[Taped, ...]
    damaged: dict[int, str]
    replaced: tuple[int, ...]
    unit: str = "line"

    @cached_property
    def keyed(self) -> tuple[int, ...]:
        """Numbers of the lines that hold what looks like a key."""
        return tuple(taped.line for taped in self.recorded if holds_a_key(taped))


def inspect(path: Path) -> Found:
    """Return what is in a file.

    Raises
    ------
    CassetteError
        There is none, it cannot be read, or it is no cassette.
    """
    if not path.exists():
        raise CassetteError(f"There is no file {path}.")
    file = file_of(path)
    file.catch_up()
    replaced = tuple(sorted(file.replaced))
    return Found(tuple(file.taped.values()), dict(file.damaged), replaced, file.unit)


def tidy(path: Path) -> Found:
    """Put a file in order; who records at the same time waits. Returns what was in it before.

    Damaged lines, what later lines replace, and lines with keys are taken out.

    Raises
    ------
    CassetteError
        It is no cassette, or cannot be written; it is then as it was.
    """
    if inspect(path).unit != "line":  # read before there would be a new file
        raise CassetteError(f"{path} is a notebook: run its cells again to keep other answers.")
    try:
        with opened(path):
            found = inspect(path)
            kept = [taped for taped in found.recorded if taped.line not in found.keyed]
            _replace(path, b"".join(_lines(kept)))
    except (OSError, LineError) as problem:
        raise CassetteError(f"{path} was left as it is: {problem}") from None
    return found


def _lines(recorded: Sequence[Taped]) -> list[bytes]:
    return [written(taped) for taped in sorted(recorded, key=lambda taped: taped.place)]


def _replace(path: Path, content: bytes) -> None:
    """Put another content in the place of a file, at once and with the same mode."""
    path = path.resolve()  # a link stays one
    new = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with new.open("xb") as file:
            shutil.copymode(path, new)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
    finally:
        with contextlib.suppress(FileNotFoundError):
            new.unlink()
