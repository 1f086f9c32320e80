"""What a question sees: told by its page, else what this kernel ran; never waits for long."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from claude_nb.ask.context.cells import Cell, Notebook
from claude_nb.ask.context.choosing import Context, chosen
from claude_nb.ask.options import Options
from claude_nb.conversation import Turn
from claude_nb.notebook.run.context import history
from claude_nb.notebook.session import Session

__all__ = ["cell_of", "gathered", "on_page", "one", "seen_by"]

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
    notebook = _on_page(session, options, cell) or history.notebook(session, cell)
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


def seen_by(panel: Any, options: Options, before: str) -> Context | None:
    """Return what a question of a panel sees, which is asked from the cell that shows the panel.

    Parameters
    ----------
    panel : Panel
        Has a session and a conversation.
    options : Options
        Of the question.
    before : str
        The id of the exchange in whose place it is asked; empty at the end.
    """
    chat = panel.conversation
    turns = [] if options.no_history else chat.turns[: chat.position(before)]
    return gathered(panel.session, options, cell_of(panel), turns)


def cell_of(panel: Any) -> str:
    """Return the id of the cell that shows a panel; empty if none does."""
    shown = dict(panel.session.panels)
    return next((name for name, each in shown.items() if each is panel), "")


def _on_page(session: Session, options: Options, cell: str) -> Notebook | None:
    """Return the cells as the page has them; None without a page that tells."""
    everything = options.context == "all"
    return on_page(session, cell, everything=everything, pictures=options.context_images)


def on_page(
    session: Session, cell: str, *, everything: bool = True, pictures: bool = False
) -> Notebook | None:
    """Return the other cells of a notebook, as its page has them; None without one that tells.

    Parameters
    ----------
    session : Session
        Of the kernel.
    cell : str
        The id of the cell that asks.
    everything : bool
        Whether the cells below it are asked for, too.
    pictures : bool
        Whether pictures of outputs are.
    """
    told = _told(session, cell, everything=everything, pictures=pictures)
    if told is None:
        return None
    cells = [_cell(each) for each in told.cells if each.id != cell]
    at = sum(each.place <= told.at for each in cells)
    return Notebook(cells=tuple(cells), at=at, untold=max(0, told.at - at))


def one(session: Session, cell: str, place: int) -> tuple[Cell, ...] | None:
    """Return the cell at that place of the notebook; nothing if there is none, None without a page.

    Parameters
    ----------
    session : Session
        Of the kernel.
    cell : str
        The id of the cell that asks.
    place : int
        From 1.
    """
    told = _told(session, cell, everything=True, pictures=True, only=place)
    return None if told is None else tuple(_cell(each) for each in told.cells)


def _told(session: Session, cell: str, **wish: Any) -> Any:
    if not cell or not hasattr(session.shell, "kernel"):
        return None
    if session.pages is None:
        from claude_nb.notebook.live.cells import Pages  # noqa: PLC0415 (only where pages are)

        session.pages = Pages()
    return session.pages.cells(cell, **wish)


def _cell(told: Any) -> Cell:
    return Cell(
        id=told.id,
        kind=told.kind,
        source=told.source,
        outputs=tuple(told.outputs),
        tags=tuple(told.tags),
        number=told.number,
        place=told.place,
    )
