"""What was said earlier in the same notebook cell: in this kernel, or in the saved notebook.

The notebook's file is read only where the server names it, and only the chat that a panel wrote
into the outputs of that very cell is taken from it.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any
from weakref import WeakValueDictionary

from claude_nb.notebook.errors import InputError
from claude_nb.notebook.panel import saved
from claude_nb.notebook.panel.chat import Exchange

__all__ = ["earlier"]

_LARGEST = 50 * 1024 * 1024  # bytes of a notebook that is looked into
_panels: WeakValueDictionary[str, Any] = WeakValueDictionary()


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
    before = _panels.get(cell)
    _panels[cell] = panel
    if before is panel or len(panel.said):
        return []
    if before is None:
        return _in_file(cell)
    before.close()
    return [exchange for exchange in before.said if exchange.turn is not None]


def _in_file(cell: str) -> list[Exchange]:
    path = Path(os.environ.get("JPY_SESSION_NAME", ""))
    try:
        if path.suffix != ".ipynb" or path.stat().st_size > _LARGEST:
            return []
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        outputs = next(one["outputs"] for one in cells if one.get("id") == cell)
        chats = [output["data"][saved.CHAT] for output in outputs if saved.CHAT in output["data"]]
        return saved.read(chats[0])
    except (OSError, ValueError, KeyError, TypeError, IndexError, StopIteration, InputError):
        return []
