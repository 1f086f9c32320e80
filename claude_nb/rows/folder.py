"""Files as rows: their paths now, their content when their turn comes."""

from __future__ import annotations

import glob
import os
import re
from pathlib import Path
from typing import Any

from claude_nb.ask.errors import InputError

__all__ = ["files"]

_NUMBER = re.compile(r"(\d+)")
_SHOWN = 5  # names that are said where no file fits


def files(pattern: str | Path) -> list[dict[str, Any]]:
    """Return a row for each file that a pattern names.

    Parameters
    ----------
    pattern : str or Path
        ``"scans/*.pdf"``; ``**`` goes through folders; a folder stands for the files in it.

    Returns
    -------
    list of dict
        ``file``, the path, to be attached, and ``name``; page 2 comes before page 10.

    Raises
    ------
    InputError
        No file fits.

    Examples
    --------
    >>> answers = claude_nb.map(  # doctest: +SKIP
    ...     "What is the total of {{name}}?", claude_nb.rows.files("bills/*.pdf"), attach=["file"]
    ... )
    """
    where = Path(pattern).expanduser()
    found = filter(_is_a_document, _matching(where))
    rows = [{"file": path, "name": path.name} for path in found]
    if not rows:
        raise InputError(f"{os.fspath(pattern)!s:.200}: no file fits.{_near(where)}")
    return sorted(rows, key=lambda row: _order(row["file"]))


def _matching(where: Path) -> list[Path]:
    try:
        if where.is_dir():
            return list(where.iterdir())
        if where.is_file():  # its name may look like a pattern
            return [where]
    except (OSError, ValueError):  # not to be read, or no name at all
        return []
    return [Path(name) for name in glob.glob(os.fspath(where), recursive=True)]  # noqa: PTH207 (Path.glob takes no path from the root)


def _is_a_document(path: Path) -> bool:
    return path.is_file() and not path.name.startswith(".")


def _order(path: Path) -> list[tuple[int, int | str]]:
    """Return what sorts names as people number them."""
    parts = _NUMBER.split(os.fspath(path).casefold())
    return [(0, int(part)) if part.isdecimal() else (1, part) for part in parts]


def _near(where: Path) -> str:
    folder = where.parent
    try:
        if not folder.is_dir():
            return f" There is no folder {folder!s:.200}."
        names = sorted(path.name for path in filter(_is_a_document, folder.iterdir()))
    except (OSError, ValueError):
        return ""
    more = ", …" if len(names) > _SHOWN else ""
    return f" In {folder!s:.200}: {', '.join(names[:_SHOWN])}{more}." if names else " It is empty."
