"""The cells that this kernel ran, each once, as it was run last; runs no code of anybody's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from claude_nb.ask.context.cells import Cell, Notebook, is_question
from claude_nb.notebook.ledger.outputs import Ran
from claude_nb.notebook.session import Session

__all__ = ["notebook"]

_MOST = 2_000  # cells that are looked at
_OURS: dict[str, Any] = {"output_type": "display_data", "metadata": {"claude_nb": {}}}
_TEXT = 40_000  # characters that a cell printed, at either end


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
    typed: list[str] = list(_kept(session, "input_hist_raw", ()))
    numbers = range(max(1, len(typed) - _MOST), len(typed))
    newest = {known[number].id: number for number in numbers if number in known}
    cells = [
        _cell(session, number, typed[number], known.get(number))
        for number in numbers
        if number != session.number and (again or _is_newest(number, known.get(number), newest))
    ]
    others = [each for each in cells if not (cell and each.id == cell)]
    return Notebook(cells=tuple(others), at=len(others), is_run=True)


def _is_newest(number: int, run: Ran | None, newest: Mapping[str, int]) -> bool:
    return run is None or not run.id or newest[run.id] == number


def _cell(session: Session, number: int, source: str, run: Ran | None) -> Cell:
    source = run.source if run is not None else source
    name = run.id if run is not None and run.id else f"In[{number}]"
    cell = Cell(id=name, source=source, number=number)
    shown = _answer(session, number) if is_question(cell) else _shown(session, number, run)
    tags = run.tags if run is not None else ()
    return replace(cell, outputs=tuple(shown), tags=tags)


def _answer(session: Session, number: int) -> list[dict[str, Any]]:
    kept = session.kept.named(str(number))
    if kept is None or kept.message is None:
        return []
    text = "".join(block.text for block in kept.message.content if block.type == "text")
    return [_OURS | {"data": {"text/plain": text}}]


def _shown(session: Session, number: int, run: Ran | None) -> list[dict[str, Any]]:
    """Return what a cell printed, showed, and failed with."""
    told = _kept(session, "outputs", {}).get(number, ())
    printed = [each for each in told if each.output_type in {"out_stream", "err_stream"}]
    shown = [{"output_type": "stream", "text": _ends(each.bundle["stream"])} for each in printed]
    if run is not None and run.outputs:
        shown += run.outputs
    else:
        results = [each for each in told if each.output_type == "execute_result"]
        shown += [{"output_type": "execute_result", "data": dict(each.bundle)} for each in results]
    failed = _kept(session, "exceptions", {}).get(number)
    if not failed:
        return shown
    return [each for each in shown if each["output_type"] != "error"] + [
        {"output_type": "error", **failed}
    ]


def _kept(session: Session, name: str, otherwise: Any) -> Any:
    """Return what IPython keeps under that name; versions and embedding programs differ."""
    return getattr(getattr(session.shell, "history_manager", None), name, otherwise)


def _ends(pieces: list[str]) -> str:
    """Return what was printed, in so many pieces, without the middle of what is very long."""
    if sum(map(len, pieces)) <= 2 * _TEXT:
        return "".join(pieces)
    first = _first(pieces)
    last = _first([piece[::-1] for piece in reversed(pieces)])[::-1]
    return f"{first}\n[much is left out here]\n{last}"


def _first(pieces: list[str]) -> str:
    found, length = list[str](), 0
    for piece in pieces:
        found.append(piece[: _TEXT - length])
        length += len(found[-1])
        if length >= _TEXT:
            break
    return "".join(found)
