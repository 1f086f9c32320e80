"""Where locks are written; all that is loaded where there are none."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

__all__ = ["NAME", "VARIABLE", "Found", "found"]

NAME = "claude_nb_locks.toml"
VARIABLE = "CLAUDE_NB_LOCKS"
_SYSTEM = ("/etc/ipython", "/usr/local/etc/ipython")


@dataclass(frozen=True, slots=True, eq=False, repr=False, match_args=False)  # quick to make
class Found:
    """A file that is there, or should be.

    Attributes
    ----------
    path : str
        Where.
    text : str
        What it says.
    problem : str
        Why that is not known; empty if it is.
    """

    path: str
    text: str = ""
    problem: str = ""


@cache
def found() -> tuple[Found, ...]:
    """Return the files of locks as they were when this process first asked for them.

    What a cell changes afterwards counts for nothing.
    """
    return tuple(each for path, is_named in _places() if (each := _read(path, is_named=is_named)))


def _places() -> Iterator[tuple[Path, bool]]:
    """Yield where locks can be, and whether it was said that they are there.

    The folders are those of IPython's machine-wide configuration; Windows has none that only its
    administrators can write to.
    """
    system = () if os.name == "nt" else _SYSTEM
    for folder in dict.fromkeys([*system, f"{sys.prefix}/etc/ipython"]):
        yield Path(folder, NAME), False
    if said := os.environ.get(VARIABLE, "").strip():
        yield Path(said), True


def _read(path: Path, *, is_named: bool) -> Found | None:
    """Return a file; None if there is none where there need be none."""
    try:
        return Found(str(path), path.read_text("utf-8-sig"))
    except (FileNotFoundError, NotADirectoryError):
        missing = f"{VARIABLE} names it, and it is not there"
        return Found(str(path), problem=missing) if is_named else None
    except (OSError, ValueError) as problem:
        reason = getattr(problem, "strerror", None) or "it is no text in UTF-8"
        return Found(str(path), problem=f"it cannot be read: {reason}")
