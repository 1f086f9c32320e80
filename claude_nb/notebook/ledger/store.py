"""The ledger's file: an SQLite database of calls and budgets, for all notebooks of a user.

Holds figures, never a prompt, an answer or a key. Each use opens it anew and is one transaction, so
that kernels can use it at once, and what one has written is there if it is killed the next moment.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from claude_nb.models.spending import Amount
from claude_nb.private import open_private

if TYPE_CHECKING:
    import sqlite3

__all__ = ["Call", "Kept", "Store", "StoreError"]

_PATIENCE = 10.0  # seconds that another kernel may take to write
_IMPATIENCE = 0.2  # the same after it took longer than that, until it has ended
_VERSION = 1
_SCHEMA = """
CREATE TABLE IF NOT EXISTS calls (
    at TEXT NOT NULL, notebook TEXT NOT NULL, cell TEXT NOT NULL, model TEXT NOT NULL,
    origin TEXT NOT NULL, outcome TEXT NOT NULL, seconds REAL NOT NULL, input INTEGER NOT NULL,
    cached INTEGER NOT NULL, stored INTEGER NOT NULL, output INTEGER NOT NULL,
    searches INTEGER NOT NULL, cost REAL, prices TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS calls_at ON calls (at);
CREATE INDEX IF NOT EXISTS calls_notebook ON calls (notebook);
CREATE TABLE IF NOT EXISTS budgets (
    notebook TEXT PRIMARY KEY, dollars REAL, tokens INTEGER,
    spent REAL NOT NULL, used INTEGER NOT NULL, unpriced INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS silent (notebook TEXT PRIMARY KEY);
"""


class StoreError(Exception):
    """The ledger's file cannot be used, and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call, as the ledger keeps it.

    Attributes
    ----------
    at : str
        When it ended: ISO 8601, UTC, to the second.
    notebook, cell : str
        The notebook's file and the cell's id, as far as they are known.
    model : str
        That answered.
    origin : str
        ``"server"``, ``"local"`` (a server of this machine), ``"emulator"`` or ``"replayed"``.
    outcome : str
        ``"ok"``, ``"stopped"``, or the name of an error.
    seconds : float
        From the first attempt to the end.
    input, cached, stored, output : int
        Tokens: read, read from the prompt cache, written to it, and generated.
    searches : int
        Web searches by the server.
    cost : float or None
        US dollars; 0 where nothing is charged, None where it is not known.
    prices : str
        The date of the prices that `cost` was made with; empty if none was needed.
    """

    at: str
    notebook: str
    cell: str
    model: str
    origin: str
    outcome: str
    seconds: float
    input: int
    cached: int
    stored: int
    output: int
    searches: int
    cost: float | None
    prices: str


@dataclass(frozen=True, slots=True)
class Kept:
    """The budget of a notebook, as it is kept: its limits, and what is spent of it."""

    dollars: float | None
    tokens: int | None
    spent: Amount


_COLUMNS = ", ".join(field.name for field in fields(Call))
_PLACES = ", ".join("?" for _ in fields(Call))


class Store:
    """The file.

    Parameters
    ----------
    path : Path
        Where it is; made when something is first written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._is_ready = False
        self._patience = _PATIENCE

    def write(self, call: Call) -> None:
        """Add a call."""
        with self._open() as data:
            data.execute(f"INSERT INTO calls ({_COLUMNS}) VALUES ({_PLACES})", astuple(call))  # noqa: S608 (names of ours)

    def calls(self, *, since: str = "", notebook: str | None = None) -> list[Call]:
        """Return the calls from a time on, of all notebooks or of one; oldest first."""
        where, values = "at >= ?", [since]
        if notebook is not None:
            where, values = f"{where} AND notebook = ?", [since, notebook]
        names = [field.name for field in fields(Call)]
        with self._open() as data:
            rows = data.execute(
                f"SELECT {_COLUMNS} FROM calls WHERE {where} ORDER BY rowid",  # noqa: S608 (names of ours)
                values,
            ).fetchall()
        return [Call(**dict(zip(names, row, strict=True))) for row in rows]

    def forget(self, notebook: str) -> int:
        """Take all calls of a notebook out; return how many there were."""
        with self._open() as data:
            return data.execute("DELETE FROM calls WHERE notebook = ?", [notebook]).rowcount

    def silence(self, notebook: str, *, silent: bool) -> None:
        """Keep no calls of this notebook from now on, or keep them again."""
        change = "INSERT OR IGNORE INTO silent VALUES (?)"
        with self._open() as data:
            data.execute(change if silent else "DELETE FROM silent WHERE notebook = ?", [notebook])

    def is_silent(self, notebook: str) -> bool:
        """Whether no calls of this notebook are kept."""
        return bool(self._rows("SELECT 1 FROM silent WHERE notebook = ?", [notebook]))

    # Budgets.

    def budget(self, notebook: str) -> Kept | None:
        """Return a notebook's budget, if it has one."""
        rows = self._rows(
            "SELECT dollars, tokens, spent, used, unpriced FROM budgets WHERE notebook = ?",
            [notebook],
        )
        return Kept(rows[0][0], rows[0][1], Amount(*rows[0][2:])) if rows else None

    def set_budget(self, notebook: str, dollars: float | None, tokens: int | None) -> None:
        """Give a notebook these limits; what was spent of an earlier one stays spent."""
        with self._open() as data:
            data.execute(
                "INSERT INTO budgets VALUES (?, ?, ?, 0, 0, 0) ON CONFLICT (notebook) "
                "DO UPDATE SET dollars = excluded.dollars, tokens = excluded.tokens",
                [notebook, dollars, tokens],
            )

    def end_budget(self, notebook: str) -> None:
        """Take a notebook's budget away, and forget what was spent of it."""
        with self._open() as data:
            data.execute("DELETE FROM budgets WHERE notebook = ?", [notebook])

    def spend(self, notebook: str, amount: Amount) -> Amount | None:
        """Add to what is spent, in one step, and return the sum; None without a budget."""
        with self._open() as data:
            rows = data.execute(
                "UPDATE budgets SET spent = spent + ?, used = used + ?, unpriced = unpriced + ? "
                "WHERE notebook = ? RETURNING spent, used, unpriced",
                [amount.dollars, amount.tokens, amount.unpriced, notebook],
            ).fetchall()
        return Amount(*rows[0]) if rows else None

    # The file.

    def _rows(self, query: str, values: Sequence[Any]) -> list[Any]:
        if not self.path.exists():
            return []
        with self._open() as data:
            return data.execute(query, values).fetchall()

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """Open the file for one transaction.

        Raises
        ------
        StoreError
            It cannot be read or written.
        """
        import sqlite3  # noqa: PLC0415 (a Python in a page may lack it: see `place`)

        try:
            self._make()
            with (
                closing(sqlite3.connect(self.path, timeout=self._patience)) as data,
                data,  # one transaction, given up if it fails
            ):
                self._prepare(data)
                yield data
            self._patience = _PATIENCE
        except (sqlite3.Error, OSError) as problem:
            if isinstance(problem, sqlite3.OperationalError) and "locked" in str(problem):
                self._patience = _IMPATIENCE  # each cell would wait for as long
            raise StoreError(f"{self.path}: {problem}") from problem

    def _make(self) -> None:
        """Make the file before SQLite does: its owner's alone, as what SQLite puts beside it."""
        if not self.path.exists():
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            open_private(self.path, "ab").close()
            self._is_ready = False

    def _prepare(self, data: sqlite3.Connection) -> None:
        data.execute("PRAGMA synchronous = NORMAL")
        (version,) = data.execute("PRAGMA user_version").fetchone()
        if self._is_ready and version == _VERSION:  # 0: somebody put an empty file in its place
            return
        if version > _VERSION:
            raise StoreError(f"{self.path} was written by a newer claude_nb: update this one")
        if version < _VERSION:
            data.execute("BEGIN IMMEDIATE")  # else each statement waits for the disk by itself
            for statement in _SCHEMA.split(";"):
                data.execute(statement)
            data.execute(f"PRAGMA user_version = {_VERSION}")
        self._is_ready = True
