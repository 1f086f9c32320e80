"""What was said earlier in the same notebook cell: in this kernel, or in the saved notebook.

The notebook's file is read only where the server names it, and only the chat that a panel wrote
into the outputs of that very cell is taken from it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from claude_nb.conversation import Exchange
from claude_nb.notebook.environment import Environment
from claude_nb.notebook.panel import received

__all__ = ["earlier"]


def earlier(cell: str, panel: Any) -> list[Exchange]:
    """Return what was said in the panel that this one replaces, and close that panel.

    Parameters
    ----------
    cell : str
        The id of the running cell; empty if unknown.
    panel : Panel
        The one that is shown there now.
    """
    if not cell:
        return []
    panels = panel.session.panels
    before = panels.get(cell)
    panels[cell] = panel
    if before is panel or len(panel.conversation):
        return []
    if before is None:
        return _in_file(cell, Environment.read().notebook)
    before.close()
    return [exchange for exchange in before.conversation if exchange.turn is not None]


def _in_file(cell: str, notebook: str) -> list[Exchange]:
    path = Path(notebook)
    return received.in_notebook(path, cell) if path.suffix == ".ipynb" else []
