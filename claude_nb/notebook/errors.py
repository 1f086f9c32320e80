"""What a failing cell shows: one short message instead of a traceback.

IPython asks an exception for ``_render_traceback_``; answering with a few lines keeps the cell
readable while it still counts as failed for nbclient, papermill and "Run all". `claude_nb.ask`
knows nothing of IPython, so its errors learn here to be shown like that.
"""

from __future__ import annotations

from claude_nb.ask.errors import AnswerError, InputError

__all__ = ["OURS", "CellError", "StoppedError"]

MAX_LINES = 6
MAX_LINE = 300


def _few_lines(error: BaseException) -> list[str]:
    lines = f"{type(error).__name__}: {error}".splitlines()[:MAX_LINES]
    return [line if len(line) <= MAX_LINE else line[: MAX_LINE - 1] + "…" for line in lines]


class CellError(Exception):
    """A cell failed; shown as at most six lines.

    Parameters
    ----------
    message : str
        What was wrong, what is allowed and what to do. Lines beyond the sixth are dropped, and
        lines are cut at 300 characters, so that a failing cell stays small in the saved file.
    """

    _render_traceback_ = _few_lines


class StoppedError(KeyboardInterrupt):
    """The kernel was interrupted while it asked: the cell fails, and queued cells do not run.

    Parameters
    ----------
    has_content : bool
        Whether something came of the answer.
    """

    def __init__(self, *, has_content: bool = False) -> None:
        kept = ": what came of the answer is kept." if has_content else " before anything came."
        super().__init__(f"Interrupted{kept}")

    def _render_traceback_(self) -> list[str]:
        return [str(self)]


OURS = (CellError, InputError, AnswerError)
"""Errors that say it all in their message; none of them is a fault of a person's code."""

for _kind in (InputError, AnswerError):
    _kind._render_traceback_ = _few_lines  # pyright: ignore[reportAttributeAccessIssue]
