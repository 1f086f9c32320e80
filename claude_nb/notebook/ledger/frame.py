"""``claude_nb.usage()``: what calls took, as a table to count with; and the same as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import asdict, fields
from datetime import date, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

from claude_nb.ask.errors import InputError
from claude_nb.notebook.ledger import accounts
from claude_nb.notebook.ledger.store import Call, StoreError
from claude_nb.notebook.session import current
from claude_nb.private import open_private

__all__ = ["as_csv", "usage", "write_csv"]

_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would take for one


def usage(*, since: str | date | None = None, notebook: str | Path | None = None) -> Any:
    """Return the calls that the ledger keeps, one row each.

    Parameters
    ----------
    since : str or date, optional
        The first day, UTC: ``"2026-11-30"``.
    notebook : str or Path, optional
        Only those of this notebook's file; by default those of all.

    Returns
    -------
    pandas.DataFrame or list of dict
        With the columns ``at``, ``notebook``, ``cell``, ``model``, ``origin``, ``outcome``,
        ``seconds``, ``input``, ``cached``, ``stored``, ``output``, ``searches``, ``cost`` and
        ``prices``; a list where there is no pandas, or no call.

    Raises
    ------
    InputError
        Nothing is kept, or the ledger cannot be read.
    """
    kept = accounts.of(current())
    store = kept.store
    if store is None:
        raise InputError("No ledger is kept: CLAUDE_NB_LEDGER is off.")
    path = None if notebook is None else str(Path(notebook).absolute())
    try:
        rows = [asdict(call) for call in store.calls(since=_day(since), notebook=path)]
    except StoreError as problem:
        raise InputError(f"The ledger cannot be read: {problem}.") from None
    try:
        pandas = import_module("pandas") if rows else None
    except ImportError:
        pandas = None
    return rows if pandas is None else _framed(pandas, rows)


def _framed(pandas: Any, rows: list[dict[str, Any]]) -> Any:
    frame = pandas.DataFrame(rows)
    frame["at"] = pandas.to_datetime(frame["at"], utc=True)
    frame["cost"] = frame["cost"].astype(float)  # also where none is known
    return frame


def _day(since: str | date | None) -> str:
    if since is None:
        return ""
    if isinstance(since, date):
        return since.isoformat()
    try:
        return datetime.fromisoformat(since).isoformat()[: len(since)]
    except ValueError:
        raise InputError(f"since={since!r} is no day: write it as 2026-11-30.") from None


def as_csv(calls: Iterable[Call]) -> str:
    """Return calls as CSV, with a line of names; no text in it is a spreadsheet's formula."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([field.name for field in fields(Call)])
    for call in calls:
        writer.writerow([_safe(value) for value in asdict(call).values()])
    return text.getvalue()


def _safe(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def write_csv(path: Path, calls: Iterable[Call]) -> None:
    """Write calls to a file, which is its owner's alone if it is new.

    Raises
    ------
    InputError
        It cannot be written.
    """
    try:
        with open_private(path, "wb") as file:
            file.write(as_csv(calls).encode())
    except OSError as problem:
        raise InputError(f"{path} cannot be written: {problem.strerror}.") from None
