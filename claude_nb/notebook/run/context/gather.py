"""What a question sees: asked of its page, else of what this kernel ran; never waits for long."""

from __future__ import annotations

from collections.abc import Iterable

from claude_nb.ask.context.cells import Notebook
from claude_nb.ask.context.choosing import Context, chosen
from claude_nb.ask.options import Options
from claude_nb.conversation import Turn
from claude_nb.notebook.run.context import history
from claude_nb.notebook.session import Session

__all__ = ["gathered"]

_RUN = "what was run, not what is written: no page told the notebook's cells"


def gathered(
    session: Session, options: Options, cell: str, turns: Iterable[Turn] = ()
) -> Context | None:
    """Return what a question sees; None where it is to see nothing.

    Parameters
    ----------
    session : Session
        Of the kernel.
    options : Options
        Of the question.
    cell : str
        The id of the cell that asks; empty where that is not known.
    turns : iterable of Turn
        Those that are sent as history: their cells are not sent once more.
    """
    if options.context == "none" or session.shell is None:
        return None
    notebook = _notebook(session, cell)
    asked = {turn.cell.partition("/")[0] for turn in turns}
    asked |= {f"In[{number}]" for number, key in session.numbered.items() if key in asked}
    return chosen(
        notebook,
        options.context,
        budget=options.context_tokens,
        pictures=options.context_images,
        asked=asked,
        notes=[_RUN] if notebook.is_run else [],
    )


def _notebook(session: Session, cell: str) -> Notebook:
    return history.notebook(session, cell)
