"""What a failing cell shows: one short message instead of a traceback.

Owns the exceptions that the magic and the panel raise. IPython asks an exception for
``_render_traceback_``; answering with a few lines keeps the cell readable while it still counts
as failed for nbclient, papermill and "Run all".
"""

from __future__ import annotations

__all__ = ["CellError", "InputError"]

MAX_LINES = 6
MAX_LINE = 300


class CellError(Exception):
    """A cell failed; shown as at most six lines.

    Parameters
    ----------
    message : str
        What was wrong, what is allowed and what to do. Lines beyond the sixth are dropped, and
        lines are cut at 300 characters, so that a failing cell stays small in the saved file.
    """

    def _render_traceback_(self) -> list[str]:
        lines = f"{type(self).__name__}: {self}".splitlines()[:MAX_LINES]
        return [line if len(line) <= MAX_LINE else line[: MAX_LINE - 1] + "…" for line in lines]


class InputError(CellError):
    """What the person typed cannot be used; nothing was sent."""
