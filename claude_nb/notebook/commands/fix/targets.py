"""Which cell a command is about: the one that failed, the one above, or one by its name."""

from __future__ import annotations

import re
from dataclasses import replace

from claude_nb.ask.context.cells import Cell, Notebook, is_question
from claude_nb.ask.errors import InputError
from claude_nb.notebook.run.context import gather, history
from claude_nb.notebook.session import CellFailure, Session

__all__ = ["NAMED", "above", "failed", "found_on", "named", "on_page", "ran_last"]

NAMED = re.compile(r"cell:\s*(\d{1,9})|In\[\s*(\d{1,9})\s*\]", re.IGNORECASE)
_KEPT = "is marked claude: skip, so it stays here."


def on_page(session: Session) -> Notebook | None:
    """Return the notebook as its page has it; None where no page tells."""
    return gather.on_page(session, session.cell)


def failed(session: Session, failure: CellFailure, source: str) -> Cell:
    """Return the cell that failed, as it was run; its place where a page knows it.

    Raises
    ------
    InputError
        The person wants it kept here.
    """
    known = reversed(_ran(session).cells)
    ran = next((c for c in known if failure.cell in {c.id, ""} and c.source == source), None)
    tags = ran.tags if ran is not None else ()
    number = ran.number if ran is not None else None
    cell = Cell(id=failure.cell, source=source, number=number, tags=tags)
    return _public(cell, "The cell that failed")


def above(session: Session) -> Cell:
    """Return the cell of code above the one that asks; where no page tells, what ran last.

    Raises
    ------
    InputError
        There is none, or the person wants it kept here.
    """
    notebook = on_page(session) or _ran(session)
    own = [cell for cell in notebook.cells[: notebook.at] if _is_code(cell)]
    if not own:
        raise InputError(
            "There is no cell of code above this one: name one, such as cell:3 or In[5]."
        )
    return _public(own[-1], "The cell above")


def ran_last(session: Session) -> Cell:
    """Return the cell of code that ran last before the one that asks.

    Raises
    ------
    InputError
        There is none, or the person wants it kept here.
    """
    own = [cell for cell in _ran(session).cells if _is_code(cell)]
    if not own:
        raise InputError("No cell of code has run yet: run one, or name one: cell:3.")
    return _public(own[-1], "The cell that ran last")


def named(session: Session, word: str) -> Cell:
    """Return the cell of a name that `NAMED` matches.

    Raises
    ------
    InputError
        There is none, or the person wants it kept here.
    """
    found = NAMED.fullmatch(word.strip())
    place, number = (found[1], found[2]) if found is not None else (None, None)
    if number is not None:
        known = [each for each in _ran(session).cells if each.number == int(number)]
        missing = f"In[{number}] is no cell that ran last in this kernel."
    else:
        known = _placed(session, int(place or 0))
        missing = f"The notebook has no cell {place}: they are counted from 1, Markdown too."
    if not known or not _is_code(known[0]):
        raise InputError(missing if not known else f"{word.strip()} is no cell of code.")
    return _public(known[0], word.strip())


def _placed(session: Session, place: int) -> list[Cell]:
    found = gather.one(session, session.cell, place) if place else ()
    if found is None:
        raise InputError(
            f"cell:{place}: no page told the notebook's cells, which takes JupyterLab or "
            "Notebook 7 with the extension and ipykernel 7. Name it by its number: In[5]."
        )
    return [each for each in found if each.id != session.cell]


def _ran(session: Session) -> Notebook:
    return history.notebook(session, session.cell)


def _is_code(cell: Cell) -> bool:
    return cell.kind == "code" and bool(cell.source.strip()) and not is_question(cell)


def _public(cell: Cell, what: str) -> Cell:
    if cell.is_private:
        raise InputError(f"{what} {_KEPT}")
    is_made_up = cell.id == f"In[{cell.number}]"  # where the front end sends no ids
    return replace(cell, id="") if is_made_up else cell


def found_on(notebook: Notebook | None, cell: Cell) -> Cell | None:
    """Return that cell as a page has it: by its id, else the nearest above that says the same."""
    if notebook is None:
        return None
    if cell.id:
        return next((each for each in notebook.cells if each.id == cell.id), None)
    source = cell.source.strip()
    same = [each for each in notebook.cells[: notebook.at] if each.source.strip() == source]
    return same[-1] if same else None
