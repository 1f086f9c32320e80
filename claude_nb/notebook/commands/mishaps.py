"""Remember the last Python error of the notebook, for ``%claude fix``.

IPython keeps the last error of any kind; here, errors of ours do not count, so that a mistyped
``%claude`` in between does not get in the way.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from IPython.core.getipython import get_ipython

from claude_nb.notebook.errors import CellError

__all__ = ["Mishap", "install", "last", "remove"]


@dataclass(frozen=True, slots=True)
class Mishap:
    """One error.

    Attributes
    ----------
    error : BaseException
        What was raised, with its traceback.
    source : str
        The cell that raised it, as typed; empty if that is not known.
    """

    error: BaseException
    source: str = ""


_last: WeakKeyDictionary[Any, Mishap] = WeakKeyDictionary()


def last(shell: Any) -> Mishap | None:
    """Return the last error that was not ours, or None if there was none."""
    if shell in _last:
        return _last[shell]
    error = getattr(sys, "last_value", None)  # from before the extension was loaded
    return None if error is None or isinstance(error, CellError) else Mishap(error)


def _watch(result: Any) -> None:
    error = result.error_in_exec or result.error_before_exec
    if error is None or isinstance(error, CellError | KeyboardInterrupt | SystemExit):
        return
    shell = get_ipython()
    if shell is not None:
        _last[shell] = Mishap(error, result.info.raw_cell)


def install(shell: Any) -> None:
    """Watch how this shell's cells end, from now on."""
    remove(shell)
    shell.events.register("post_run_cell", _watch)


def remove(shell: Any) -> None:
    """Stop watching, and forget."""
    if _watch in shell.events.callbacks["post_run_cell"]:
        shell.events.unregister("post_run_cell", _watch)
    _last.pop(shell, None)
