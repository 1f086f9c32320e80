"""Rows: what `claude_nb.map` asks of a table, for engines that have it in parts, and files as rows.

Names are loaded when first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from claude_nb.notebook.run.rows.workers import answer_rows
    from claude_nb.rows.folder import files

__all__ = ["answer_rows", "files"]

_HOMES = {"answer_rows": "claude_nb.notebook.run.rows.workers", "files": "claude_nb.rows.folder"}


if not TYPE_CHECKING:  # else no checker would find a misspelt name

    def __getattr__(name: str) -> object:
        """Load a public name from its module."""
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
