"""``claude-nb stamp``: write into a notebook what the ledger knows of it, for who gets the file."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import nbformat

from claude_nb._version import __version__
from claude_nb.ask.errors import InputError
from claude_nb.characters import plain
from claude_nb.notebook.environment import Environment
from claude_nb.notebook.ledger import place
from claude_nb.notebook.ledger.store import Call, Store, StoreError

__all__ = ["run"]

_NAME = "claude_nb"  # of the notebook's metadata


def run(notebooks: Iterable[Path], *, remove: bool) -> int:
    """Stamp notebooks, or take their stamps away.

    Returns
    -------
    int
        0 if all have what was asked for, 1 if the ledger knows nothing of one, 2 if one cannot be
        used.
    """
    return max((_one(path, remove=remove) for path in notebooks), default=0)


def _one(path: Path, *, remove: bool) -> int:
    try:
        notebook: Any = nbformat.read(path, as_version=4)
        stamp = None if remove else _stamp(_calls(path))
    except (OSError, ValueError, StoreError, InputError, nbformat.ValidationError) as problem:
        sys.stderr.write(f"claude-nb stamp: {plain(f'{path}: {problem}')}\n")
        return 2
    if stamp is None and not remove:
        sys.stdout.write(f"{plain(str(path))}: the ledger knows of no call; left as it is.\n")
        return 1
    before = notebook.metadata.pop(_NAME, None)
    if stamp is not None:
        notebook.metadata[_NAME] = stamp
    if stamp != before:
        nbformat.write(notebook, path)
    sys.stdout.write(f"{plain(str(path))}: {_said(stamp)}\n")
    return 0


def _calls(path: Path) -> list[Call]:
    ledger = place.chosen(Environment.read().ledger)
    if ledger is None or not ledger.exists():
        return []
    return Store(ledger).calls(notebook=str(path.absolute()))


def _stamp(calls: Sequence[Call]) -> dict[str, Any] | None:
    """Return what all calls of a notebook come to; None if there is none."""
    if not calls:
        return None
    prices = sorted({call.prices for call in calls if call.prices})
    unpriced = sum(call.cost is None and call.output > 0 for call in calls)
    return {
        "version": __version__,
        "models": sorted({call.model for call in calls}),
        "calls": len(calls),
        "dollars": round(sum(call.cost or 0.0 for call in calls), 6),
        **({"unpriced_calls": unpriced} if unpriced else {}),
        **({"prices": prices[-1]} if prices else {}),
        "replayed": _share(calls, "replayed"),
        "emulated": _share(calls, "emulator"),
        "last": calls[-1].at[:10],
    }


def _share(calls: Sequence[Call], origin: str) -> float:
    return round(sum(call.origin == origin for call in calls) / len(calls), 3)


def _said(stamp: dict[str, Any] | None) -> str:
    if stamp is None:
        return "no stamp."
    models = ", ".join(stamp["models"])
    return plain(f"{stamp['calls']} calls, ${stamp['dollars']:.4f}, {models}")
