"""The cells that this kernel ran, each once, as it was run last; runs no code of anybody's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from claude_nb.ask.context.cells import Cell, Notebook, is_question
from claude_nb.ask.context.outputs import is_answer
from claude_nb.notebook.ledger.outputs import Ran
from claude_nb.notebook.ledger.printed import Printed, kept
from claude_nb.notebook.session import Session

__all__ = ["notebook"]

_MOST = 2_000  # cells that are looked at
_OURS: dict[str, Any] = {"output_type": "display_data", "metadata": {"claude_nb": {}}}


def notebook(session: Session, cell: str, *, again: bool = False) -> Notebook:
    """Return what was run before now, in other cells than the one with this id.

    What was run before the extension was loaded has no ids; it stands there as often as it ran.

    Parameters
    ----------
    session : Session
        Of the kernel.
    cell : str
        The id of the cell that asks; empty where that is not known.
    again : bool
        Whether earlier runs of a cell count as well.
    """
    known = {run.number: run for run in (session.outputs.ran() if session.outputs else ())}
    typed = _typed(session, known)
    newest = {run.id: number for number, run in known.items()}
    cells = [
        _cell(session, number, typed[number], known.get(number))
        for number in sorted(typed)
        if again or _is_newest(number, known.get(number), newest)
    ]
    others = [each for each in cells if not (cell and each.id == cell)]
    return Notebook(cells=tuple(others), at=len(others), is_run=True)


def _typed(session: Session, known: Mapping[int, Ran]) -> dict[int, str]:
    """Return the sources by number, without the one that runs now."""
    if session.outputs is not None and not session.outputs.are_numbered:
        return {number: run.source for number, run in known.items()}
    typed: list[str] = list(kept(session.shell, "input_hist_raw", ()))
    numbers = range(max(1, len(typed) - _MOST), len(typed))
    return {number: typed[number] for number in numbers if number != session.number}


def _is_newest(number: int, run: Ran | None, newest: Mapping[str, int]) -> bool:
    return run is None or not run.id or newest[run.id] == number


def _cell(session: Session, number: int, source: str, run: Ran | None) -> Cell:
    source = run.source if run is not None else source
    name = run.id if run is not None and run.id else f"In[{number}]"
    cell = Cell(id=name, source=source, number=number)
    shown = run.outputs if run is not None else _shown(session, number)
    if is_question(cell) and not any(map(is_answer, shown)):
        shown = _answer(session, number)
    tags = run.tags if run is not None else ()
    return replace(cell, outputs=tuple(shown), tags=tags)


def _answer(session: Session, number: int) -> list[dict[str, Any]]:
    found = session.kept.named(str(number))
    if found is None or found.message is None:
        return []
    text = "".join(block.text for block in found.message.content if block.type == "text")
    return [_OURS | {"data": {"text/plain": text}}]


def _shown(session: Session, number: int) -> list[dict[str, Any]]:
    """Return what a cell printed, was worth, and failed with, before we were there."""
    shown = Printed(session.shell).since(number, "execute_result", "display_data")
    failed = kept(session.shell, "exceptions", {}).get(number)
    return [*shown, *([{"output_type": "error", **failed}] if failed else [])]
