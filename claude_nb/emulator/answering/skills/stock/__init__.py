"""What the skills know by heart, in the TOML files of this folder."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

__all__ = ["stock", "vocabulary"]


_FILES = Path(__file__).parent.glob("*.toml")
_STOCK = {path.stem: tomllib.loads(path.read_text(encoding="utf-8")) for path in _FILES}


def stock(name: str) -> dict[str, Any]:
    """Return what a file holds, by its name without the ending."""
    return _STOCK[name]


def vocabulary(skill: str) -> frozenset[str]:
    """Return the words that change nothing of what a skill is asked for."""
    return frozenset(str(stock("vocabulary")[skill]).split())
