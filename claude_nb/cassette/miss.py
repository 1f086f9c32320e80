"""What is said when nothing that is recorded answers a request."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from claude_nb.cassette.nearest import changes, nearest, question, shown
from claude_nb.cassette.taped import Place, Taped

__all__ = ["told"]


def told(
    path: Path,
    asked: dict[str, Any],
    place: Place,
    recorded: Sequence[Taped],
    damaged: Mapping[int, str],
    *,
    unit: str = "line",
) -> str:
    """Return the sentences: what was asked, what comes nearest to it, and how that differs.

    Parameters
    ----------
    path : Path
        The file.
    asked : dict
        The identity of the request.
    place : tuple
        Its key, the cell that asks, and which of the equal requests it is.
    recorded : sequence of Taped
        What the file holds.
    damaged : Mapping
        By number of the line, why it was skipped.
    unit : str
        What the numbers of recordings count.
    """
    body = asked["body"]
    model = cast("dict[str, Any]", body).get("model") if isinstance(body, dict) else None
    whom = f" to {model}" if model else ""
    said = f"{path} holds no answer to this request{whom}: {shown(question(asked))}."
    return " ".join([said, _why(asked, place, recorded, unit), *_skipped(damaged, unit)])


def _why(asked: dict[str, Any], place: Place, recorded: Sequence[Taped], unit: str) -> str:
    key, cell, number = place
    equal = sum(taped.key == key for taped in recorded)
    if equal:
        where = "run of the cell" if cell else "run"
        return (
            f"Asked for the {_nth(number)} time in this {where}, it was recorded {_times(equal)}."
        )
    near = nearest(asked, recorded)
    if near is None:
        return "It holds no answer to any request of this kind."
    which = (
        "The one recording" if len(recorded) == 1 else f"The nearest of {len(recorded)} recordings"
    )
    where = f"{unit} {near.line}, {shown(question(near.request))}"
    return f"{which} ({where}) differs: {changes(asked, near)}."


def _skipped(damaged: Mapping[int, str], unit: str) -> list[str]:
    if not damaged:
        return []
    lines = ", ".join(str(number) for number in [*damaged][:5])
    return [f"Damaged {unit}s were skipped ({lines}): one of them may have held it."]


def _nth(number: int) -> str:
    return {1: "first", 2: "second", 3: "third"}.get(number, f"{number}th")


def _times(number: int) -> str:
    return {1: "once", 2: "twice"}.get(number, f"{number} times")
