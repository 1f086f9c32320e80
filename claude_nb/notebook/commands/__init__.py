"""``%claude``: a question on one line, or a command about models, chats, defaults and costs.

One file an idea; what a line means is decided in `dispatch`, what the commands are called in
`catalog`. Importing this package is cheap: a command's own module comes when it is first run.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

__all__ = ["install", "remove", "run"]


def run(magics: Any, line: str) -> Any:
    """Carry out ``%claude LINE`` and return what the line is worth.

    Parameters
    ----------
    magics : ClaudeMagics
        See `claude_nb.notebook.commands.host.Host` for what is needed of it.
    line : str
        What stands behind ``%claude``.

    Returns
    -------
    Message or None
        The answer to a question; None for most commands, which show what they have to say.

    Raises
    ------
    CellError
        It cannot be done, and says why.
    """
    return import_module(".dispatch", __name__).run(magics, line)


def install(shell: Any) -> None:
    """Make ``%claude what is this?`` a question, and remember the last Python error for `fix`."""
    import_module(".lines", __name__).install(shell)
    import_module(".mishaps", __name__).install(shell)


def remove(shell: Any) -> None:
    """Take back what `install` did."""
    import_module(".lines", __name__).remove(shell)
    import_module(".mishaps", __name__).remove(shell)
