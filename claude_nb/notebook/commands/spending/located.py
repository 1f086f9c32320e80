"""Where the cells of a saved notebook stand: the ledger knows them by ids, which nobody reads."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple, cast

__all__ = ["Located", "located"]

_MOST = 50_000_000  # bytes of a file that is read for this


class Located(NamedTuple):
    """A cell of a file: the how manieth it is, from 1, and how its question begins."""

    place: int
    title: str


def located(notebook: Path) -> Mapping[str, Located]:
    """Return the cells of a notebook by their ids; none if the file cannot be read."""
    try:
        if notebook.stat().st_size > _MOST:
            return {}
        return dict(_cells(json.loads(notebook.read_bytes())["cells"]))
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return {}


def _cells(cells: list[Any]) -> Iterator[tuple[str, Located]]:
    for place, cell in enumerate(cells, 1):
        source = cell.get("source") or ""
        text = source if isinstance(source, str) else "".join(cast("list[str]", source))
        lines = [line for line in text.splitlines() if line.strip()]
        asked = [line for line in lines if not line.startswith("%%")] or lines or [""]
        yield str(cell.get("id") or ""), Located(place, asked[0].strip())
