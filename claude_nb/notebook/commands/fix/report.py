"""A Python error as text to send: the cell, its traceback, other cells; bounded, without keys."""

from __future__ import annotations

import linecache
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from claude_nb.api.hiding.hidden import hidden
from claude_nb.ask.context.cells import Cell
from claude_nb.notebook.session import CellFailure

__all__ = ["cell_file", "failing_cell", "fenced", "is_whole", "report"]

_SOURCE = 8_000  # characters of the failing cell
_ERROR = 500  # characters of its message
_OTHER = 2_000  # characters of another cell
_OTHERS = 3  # such cells, those nearest to the error
_TRACEBACK = 6_000  # characters
_FAR = 50_000  # characters from either end in which keys are looked for before a cut
_FIRST, _LAST = 3, 12  # frames of a long traceback


def report(failure: CellFailure, shell: Any) -> str:
    """Return what a model needs to know of an error.

    Parameters
    ----------
    failure : CellFailure
        The error.
    shell : InteractiveShell
        Knows which code is of which cell.
    """
    cell = _cut(failing_cell(failure, shell), _SOURCE)
    parts = [_headline(failure.error), f"The cell that failed:\n\n{fenced(cell)}"]
    for name, source in _others(failure, shell):
        parts.append(f"{name}, which takes part:\n\n{fenced(_cut(source, _OTHER))}")
    parts.append(f"The traceback:\n\n{fenced(_traceback(failure.error, shell), 'text')}")
    return hidden("\n\n".join(parts))


def is_whole(source: str) -> bool:
    """Return whether a report holds all of a failing cell, and not only its ends."""
    return len(source) <= _SOURCE and len(hidden(source)) <= _SOURCE


def _headline(error: BaseException) -> str:
    """Return kind and message on one line; a syntax error's without the name of a file."""
    message = _near(error.msg if isinstance(error, SyntaxError) else str(error))
    line = " ".join(f"{type(error).__name__}: {hidden(message)}".split())
    return _cut(line, _ERROR)


def failing_cell(failure: CellFailure, shell: Any) -> str:
    """Return the source of the cell that failed, as typed where that is known."""
    if failure.source:
        return failure.source
    cells = list(_cells(failure.error, shell))
    return "".join(linecache.getlines(cells[0])) if cells else ""


def cell_file(failure: CellFailure, shell: Any) -> str:
    """Return the name under which the cell that failed was compiled; empty if none was."""
    return next(_cells(failure.error, shell), "")


def _cells(error: BaseException, shell: Any) -> Iterator[str]:
    """Yield the file names of the cells that an error passed through, the outermost first."""
    files = [frame.filename for frame in traceback.extract_tb(error.__traceback__)]
    if isinstance(error, SyntaxError) and error.filename:
        files.append(error.filename)
    yield from (file for file in dict.fromkeys(files) if _cell_name(shell, file))


def _cell_name(shell: Any, file: str) -> str:
    named = shell.compile.format_code_name(file)
    return " ".join(named) if named else ""


def _others(failure: CellFailure, shell: Any) -> list[tuple[str, str]]:
    rest = list(_cells(failure.error, shell))[1:][-_OTHERS:]
    found = [(_cell_name(shell, file), "".join(linecache.getlines(file))) for file in rest]
    return [each for each in found if not Cell(source=each[1]).is_private]


def _traceback(error: BaseException, shell: Any) -> str:
    told = traceback.TracebackException.from_exception(error, compact=True)
    for one in _chain(told):
        file = getattr(one, "filename", None)  # a SyntaxError's
        in_cell = isinstance(file, str) and bool(_cell_name(shell, file))
        frames = [] if in_cell else _frames(one.stack, shell)  # those are of who read the cell
        one.stack = traceback.StackSummary.from_list(frames)
        if isinstance(file, str):
            one.filename = _place(file, shell)
    return _cut("".join(told.format()).strip("\n"), _TRACEBACK)


def _chain(told: traceback.TracebackException) -> Iterator[traceback.TracebackException]:
    """Yield an exception and those it came from."""
    yield told
    for other in (told.__cause__, told.__context__):
        if other is not None:
            yield from _chain(other)


def _frames(
    stack: traceback.StackSummary, shell: Any
) -> list[traceback.FrameSummary | tuple[str, int, str, str | None]]:
    """Return the frames from the first cell on, the middle ones left out if there are many."""
    frames = list(stack)
    cells = [place for place, frame in enumerate(frames) if _cell_name(shell, frame.filename)]
    frames = frames[cells[0] :] if cells else frames
    if len(frames) > _FIRST + _LAST:
        frames = [*frames[:_FIRST], *frames[-_LAST:]]
    return [
        (_place(frame.filename, shell), frame.lineno or 0, frame.name, frame.line)
        for frame in frames
    ]


def _place(file: str, shell: Any) -> str:
    """Return a file's name without what it tells about the person's machine."""
    return _cell_name(shell, file) or file.replace(str(Path.home()), "~")


def _near(words: str) -> str:
    """Return `words` without the middle of what is very long, which is shown in no case."""
    return words if len(words) <= 2 * _FAR else f"{words[:_FAR]}\n{words[-_FAR:]}"


def _cut(words: str, most: int) -> str:
    """Return `words` without keys, and with the middle left out if there are too many.

    Keys are hidden first: what a cut leaves of one is not recognised.
    """
    words = hidden(_near(words))
    left_out = len(words) - most
    if left_out <= 0:
        return words
    head = most // 3
    return f"{words[:head]}\n... {left_out:,} characters left out ...\n{words[head - most :]}"


def fenced(words: str, language: str = "python") -> str:
    """Return words in a fence that nothing in them closes."""
    fence = "`" * max(3, *(len(run) + 1 for run in _runs(words)))
    return f"{fence}{language}\n{words.strip(chr(10))}\n{fence}"


def _runs(words: str) -> list[str]:
    """Return the runs of backticks in `words`."""
    return ["", *"".join(char if char == "`" else " " for char in words).split()]
