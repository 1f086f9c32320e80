"""Remember the last Python error of the notebook, for ``%claude fix``.

IPython keeps the last error of any kind; here, errors of ours do not count, so that a mistyped
``%claude`` in between does not get in the way.
"""

from __future__ import annotations

import ast
import linecache
import sys
from dataclasses import replace
from typing import Any

from IPython.core.getipython import get_ipython

from claude_nb.notebook.errors import OURS
from claude_nb.notebook.session import CellFailure, Session, of

__all__ = ["install", "last", "remove"]


def last(session: Session) -> CellFailure | None:
    """Return the last error that was not ours, or None if there was none."""
    if session.failure is not None:
        return replace(session.failure, error=_complete(session.failure.error))
    error = getattr(sys, "last_value", None)  # from before the extension was loaded
    return None if error is None or isinstance(error, OURS) else CellFailure(_complete(error))


def _complete(error: BaseException) -> BaseException:
    """Return what Python says of a cell of which IPython says, since Python 3.13, that it goes on.

    "Incomplete input" tells nobody what is missing; "'(' was never closed" does.
    """
    if type(error).__name__ != "_IncompleteInputError" or not isinstance(error, SyntaxError):
        return error
    file = error.filename or ""
    try:
        ast.parse("".join(linecache.getlines(file)), file)
    except SyntaxError as told:
        return told.with_traceback(error.__traceback__)
    return SyntaxError(*error.args)


def _watch(result: Any) -> None:
    error = result.error_in_exec or result.error_before_exec
    if error is None or isinstance(error, (*OURS, KeyboardInterrupt, SystemExit)):
        return
    shell = get_ipython()
    if shell is not None:
        session = of(shell)
        session.failure = CellFailure(error, result.info.raw_cell, session.cell)


def install(shell: Any) -> None:
    """Watch how this shell's cells end, from now on."""
    remove(shell)
    shell.events.register("post_run_cell", _watch)


def remove(shell: Any) -> None:
    """Stop watching."""
    if _watch in shell.events.callbacks["post_run_cell"]:
        shell.events.unregister("post_run_cell", _watch)
