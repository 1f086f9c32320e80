"""Which cell is running, so that a conversation can follow the notebook."""

from __future__ import annotations

import hashlib
from typing import Any

__all__ = ["cell_key"]


def cell_key(shell: Any, text: str) -> str:
    """Return what identifies the running cell: its id, else a hash of its `text`."""
    parent = shell.get_parent() if hasattr(shell, "get_parent") else {}
    cell_id = (parent.get("metadata") or {}).get("cellId")
    return cell_id or hashlib.sha256(text.encode()).hexdigest()[:16]
