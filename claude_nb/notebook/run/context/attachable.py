"""``-a last-plot``, ``last-error``, ``In[5]``, ``Out[5]``, ``cell:3``: what a notebook shows."""

from __future__ import annotations

import base64
import re
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from claude_nb.ask.attachments import documents, images
from claude_nb.ask.attachments.attach import Shown
from claude_nb.ask.context import choosing, cuts, outputs
from claude_nb.ask.context.cells import Cell
from claude_nb.ask.errors import InputError
from claude_nb.notebook.run.context import gather, history, tools
from claude_nb.notebook.session import Session

__all__ = ["attachable"]

Block = dict[str, Any]

_NUMBERED = re.compile(r"(In|Out)\s?\[\s*(\d{1,9})\s*\]")  # In [5] as lines below answers say
_PLACE = re.compile(r"cell:\s*(\d{1,9})", re.IGNORECASE)
_MOST_NAMED = 5  # numbers of cells in a sentence


@dataclass(frozen=True, slots=True)
class _Attachable:
    """What knows them, and what a model may look at with ``--tools notebook``."""

    session: Session
    cell: str

    def __call__(self, item: str) -> list[Block]:
        """Return the blocks of what has this name."""
        return _blocks(self.session, self.cell, item)

    def functions(self) -> list[Callable[..., Any]]:
        """Return the functions that a model may look with."""
        return [] if self.session.shell is None else tools.functions(self.session, self.cell)


def attachable(session: Session, cell: str) -> Shown:
    """Return what knows the outputs, errors and cells of a notebook by their names.

    Parameters
    ----------
    session : Session
        Of the kernel.
    cell : str
        The id of the cell that asks; empty where that is not known.
    """
    return _Attachable(session, cell)


def _blocks(session: Session, cell: str, item: str) -> list[Block]:
    """Return the blocks of what has this name here; nothing if that is no such name."""
    if session.shell is None:
        return []
    if item.lower() == "last-plot":
        return [_plot(session)]
    if item.lower() == "last-error":
        return [_document(session, _error(session), "last-error")]
    if numbered := _NUMBERED.fullmatch(item):
        number = int(numbered[2])
        return _output(session, number) if numbered[1] == "Out" else [_input(session, number)]
    place = _PLACE.fullmatch(item)
    return _cell(session, cell, int(place[1])) if place else []


def _plot(session: Session) -> Block:
    picture = session.outputs.picture if session.outputs is not None else None
    if picture is None:
        raise InputError(
            "-a last-plot: no cell has shown a picture since claude_nb was loaded here. Run the "
            "cell that draws it, or attach the figure by its name."
        )
    block = images.block(_decoded(picture.encoded), "last-plot")
    return _noted(block, f"last-plot is the picture of In [{picture.number}]")


def _decoded(encoded: str) -> bytes:
    try:
        return base64.b64decode(encoded)
    except ValueError:
        return b""  # as what is no picture


def _noted(block: Block, note: str) -> Block:
    noted = images.Noted(block)
    noted.note = note
    return noted


def _error(session: Session) -> str:
    cells = history.notebook(session, "").cells
    failed = [cell for cell in cells if any(map(_is_error, cell.outputs))]
    if failed:
        return _text(choosing.seen(failed[-1], pictures=False).blocks)
    if session.failure is None:
        raise InputError("-a last-error: no cell of this kernel has failed, so there is none.")
    told = traceback.format_exception(session.failure.error)
    return f"{cuts.whole(session.failure.source)}\n\n{cuts.whole(''.join(told))}"


def _is_error(output: Any) -> bool:
    return output.get("output_type") == "error"


def _input(session: Session, number: int) -> Block:
    found = _ran(session, number)
    if found is None:
        raise InputError(f"-a In[{number}]: {_known(session, 'was run')}")
    return _document(session, cuts.whole(found.source), f"In[{number}]")


def _output(session: Session, number: int) -> list[Block]:
    """Return what a cell showed; nothing if it has a value, which is attached as any other."""
    if number in session.shell.user_ns.get("Out", {}):
        return []
    found = _ran(session, number)
    shown = [outputs.shown(each, pictures=True) for each in (found.outputs if found else ())]
    pictures = [each.picture for each in shown if each.picture is not None]
    text = "\n".join(each.text for each in shown if each.picture is None and each.text.strip())
    if not pictures and not text:
        raise InputError(f"-a Out[{number}]: {_known(session, 'showed something')}")
    return [*([_document(session, text, f"Out[{number}]")] if text else []), *pictures]


def _ran(session: Session, number: int) -> Cell | None:
    cells = history.notebook(session, "", again=True).cells
    return next((cell for cell in cells if cell.number == number and cell.source.strip()), None)


def _known(session: Session, what: str) -> str:
    """Say which numbers there are instead."""
    cells = history.notebook(session, "", again=True).cells
    numbers = [cell.number for cell in cells if cell.outputs or what == "was run"]
    if not numbers:
        return f"no cell of this kernel {what}."
    named = ", ".join(str(number) for number in numbers[-_MOST_NAMED:])
    return f"no cell with that number {what} in this kernel; the last that did: {named}."


def _cell(session: Session, cell: str, place: int) -> list[Block]:
    found = gather.one(session, cell, place) if place else ()
    if found is None:
        raise InputError(
            f"-a cell:{place}: no page told the notebook's cells, which takes JupyterLab or "
            "Notebook 7 with the extension and ipykernel 7. Name it by its number: -a In[5]."
        )
    if not found or found[0].id == cell:
        own = "that is the cell that asks" if found else "the notebook has no cell there"
        raise InputError(f"-a cell:{place}: {own}. Cells are counted from 1, Markdown too.")
    if found[0].is_private:
        raise InputError(f"-a cell:{place}: that cell is marked claude: skip, so it stays here.")
    blocks = choosing.seen(found[0], pictures=True).blocks
    return [_document(session, _text(blocks), f"cell {place}"), *blocks[1:]]


def _document(session: Session, text: str, name: str) -> Block:
    """Return a text as a document, without what cells that ran call a secret."""
    ran = history.notebook(session, "", again=True).cells
    secrets = cuts.shared_secrets(cell.source for cell in ran)
    return documents.from_text(cuts.without(text, secrets), name)


def _text(blocks: Sequence[Block]) -> str:
    return str(blocks[0]["text"])
