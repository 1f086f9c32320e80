"""Where the ledger's file is: in the folder for data that the system gives each user."""

from __future__ import annotations

import os
import sys
from functools import cache
from importlib.util import find_spec
from pathlib import Path

__all__ = ["chosen", "default"]

_NAME = Path("claude_nb", "usage.sqlite3")
_OFF = frozenset({"off", "0", "no", "none", "false"})


@cache
def _is_possible() -> bool:
    return find_spec("_sqlite3") is not None  # a Python in a page may lack it


def default() -> Path:
    """Return the file that is used where nobody names another."""
    if os.name == "nt":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / _NAME
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / _NAME
    given = os.environ.get("XDG_DATA_HOME", "")
    return (Path(given) if Path(given).is_absolute() else Path.home() / ".local/share") / _NAME


def chosen(said: str) -> Path | None:
    """Return the file that ``CLAUDE_NB_LEDGER`` means; None if nothing is to be kept, or can be."""
    if said.lower() in _OFF or not _is_possible():
        return None
    try:
        return Path(said).expanduser().absolute() if said else default()
    except RuntimeError:  # this user has no home
        return None
