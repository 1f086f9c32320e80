"""``%claude``: a question on one line, or a command about models, chats, defaults and costs.

One file an idea; what a line means is decided in `dispatch`, what the commands are called in
`catalog`. Importing this package is cheap: a command's own module comes when it is first run.
"""

from __future__ import annotations

from typing import Any

from claude_nb.notebook.commands import lines
from claude_nb.notebook.commands.fix import failures
from claude_nb.notebook.session import Session

__all__ = ["install", "remove", "run"]


def run(session: Session, line: str) -> Any:
    """Carry out ``%claude LINE`` and return what the line is worth.

    Parameters
    ----------
    session : Session
        Of the shell.
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
    from claude_nb.notebook.commands import dispatch  # noqa: PLC0415 (0.3 s, not at %load_ext)

    return dispatch.run(session, line)


def install(shell: Any) -> None:
    """Make ``%claude what is this?`` a question, and remember the last Python error for `fix`."""
    lines.install(shell)
    failures.install(shell)


def remove(shell: Any) -> None:
    """Take back what `install` did."""
    lines.remove(shell)
    failures.remove(shell)
