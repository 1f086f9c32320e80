"""Finished rows on disk: one SQLite file, in which a row is claimed before it is asked.

A row is named by its request's canonical hash and the number of its sample. What is kept is the
answer, or the error; no prompt, no key. A rollback journal with full sync: notebooks live on
network disks, where a write-ahead log is not safe.
"""

from __future__ import annotations

import json
import secrets
import sqlite3
import threading
import time
import weakref
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from claude_nb.ask.errors import InputError
from claude_nb.private import open_private
from claude_nb.rows.owners import Owner, lives

__all__ = ["Intent", "Kept", "Name", "State", "Store", "name_of", "text_of"]

Name = tuple[str, int]
"""A row's request and the number of its sample."""
State = Literal["mine", "theirs", "done", "failed", "batched"]

_FORMAT = 1
_CHUNK = 400  # names in one statement
_PATIENCE = 60.0  # seconds for another process to let go of the file
_TABLES = """
create table if not exists answers (
    name text primary key, state text not null, owner text, message text, error text,
    at real not null, seconds real);
create index if not exists claims on answers (owner) where owner is not null;
create table if not exists owners (
    id text primary key, machine text not null, pid integer not null, seen real not null);
create table if not exists batches (
    intent text primary key, batch text unique, owner text not null, server text not null,
    state text not null, requests integer not null, at real not null);
"""


@dataclass(frozen=True, slots=True)
class Intent:
    """A batch that was created, or was about to be.

    Attributes
    ----------
    intent : str
        Names it here.
    batch : str or None
        Its id; None if nobody knows whether it was created.
    is_held : bool
        Whether the process that creates it lives.
    server : str
        Where it is, as a hash.
    state : str
        ``"intended"``, ``"created"``, ``"collected"`` or ``"lost"``.
    requests : int
        How many rows it has.
    at : float
        When it was intended, in seconds since 1970.
    """

    intent: str
    batch: str | None
    is_held: bool
    server: str
    state: str
    requests: int
    at: float


@dataclass(frozen=True, slots=True)
class Kept:
    """What came of a row.

    Attributes
    ----------
    message : Mapping or None
        The answer, as on the wire.
    error : Mapping or None
        ``type`` and ``message`` of what went wrong; an answer that was cut has both.
    seconds : float or None
        That the answer took; None of a batch.
    """

    message: Mapping[str, Any] | None = None
    error: Mapping[str, Any] | None = None
    seconds: float | None = None

    @property
    def state(self) -> str:
        """How it stands in the store."""
        return "failed" if self.error else "done"


class Store:
    """The answers of one file.

    Parameters
    ----------
    path : Path or None
        The file, which is made if it is not there; None keeps all in memory.
    scrub : callable
        Takes secrets out of what is written.

    Raises
    ------
    InputError
        The file cannot be used.
    """

    def __init__(self, path: Path | None, scrub: Callable[[str], str] = lambda text: text) -> None:
        self.path = path
        self._scrub = scrub
        self._lock = threading.RLock()
        try:
            self._db = _opened(path)
            # not when a run is over: answers are read from it for as long as anybody holds them
            self._close = weakref.finalize(self, self._db.close)
            self._prepare()
        except (OSError, ValueError, sqlite3.Error) as problem:  # a name may hold a NUL
            raise InputError(
                f"store={str(path)!r} cannot be used: {_why(path, problem)}."
            ) from None

    def _prepare(self) -> None:
        try:
            self._db.execute("pragma journal_mode = delete")
            self._db.execute("pragma synchronous = full")
            with self._writing() as db:
                _make_tables(db)
        except sqlite3.Error:
            self.close()
            raise

    @contextmanager
    def _writing(self) -> Generator[sqlite3.Connection]:
        """Hold the file for a change that happens whole or not at all."""
        with self._lock:
            self._db.execute("begin immediate")
            try:
                yield self._db
            except BaseException:
                self._db.execute("rollback")
                raise
            self._db.execute("commit")

    def unwritten(self, problem: sqlite3.Error) -> InputError:
        """Return the error of a run whose answers could not be kept."""
        return InputError(
            f"The store {str(self.path)!r} could not be written: {problem}. What was kept before "
            "is kept; make room, or name another store, and call again."
        )

    def close(self) -> None:
        """Close the file; it closes by itself when nobody holds this any more."""
        with self._lock:
            self._close()

    # Batches.

    def intend(self, owner: Owner, server: str, names: Sequence[Name]) -> str:
        """Write down that rows are about to be sent as one batch, and return what names it."""
        intent = f"intent-{secrets.token_hex(8)}"
        with self._writing() as db:
            db.execute(
                "insert into batches (intent, owner, server, state, requests, at) "
                "values (?, ?, ?, 'intended', ?, ?)",
                [intent, owner.id, server, len(names), time.time()],
            )
            db.executemany(
                "update answers set state = 'batched', owner = ? where name = ?",
                [(intent, text_of(name)) for name in names],
            )
        return intent

    def created(self, intent: str, batch: str) -> bool:
        """Write down the id of a batch; return False if it is that of another."""
        try:
            with self._writing() as db:
                db.execute(
                    "update batches set batch = ?, state = 'created' where intent = ?",
                    [batch, intent],
                )
        except sqlite3.IntegrityError:
            return False
        return True

    def settle(self, intent: str, state: str) -> None:
        """Write down that a batch is over; rows that are still in it were not answered."""
        with self._writing() as db:
            db.execute("update batches set state = ? where intent = ?", [state, intent])
            db.execute(
                "update answers set state = 'failed', owner = null where owner = ? and "
                "error is not null",
                [intent],
            )
            db.execute("delete from answers where owner = ?", [intent])

    def still_batched(self, names: Sequence[Name]) -> set[Name]:
        """Return which of some rows are in a batch."""
        with self._lock:
            found = self._rows(self._db, names, "state")
            return {name for name, state in found if state == "batched"}

    def batches(self, server: str = "") -> list[Intent]:
        """Return the batches of a server, oldest first; of all servers if none is named."""
        with self._lock:
            alive = self._alive(self._db)
            found = self._db.execute(
                "select intent, batch, owner, server, state, requests, at from batches order by at"
            ).fetchall()
        told = [Intent(each[0], each[1], each[2] in alive, *each[3:7]) for each in found]
        return [each for each in told if server in {"", each.server}]

    # Rows.

    def claim(
        self, owner: Owner, names: Sequence[Name], *, again: bool = False
    ) -> dict[Name, State]:
        """Take the rows that nobody has, and return how each stands.

        Parameters
        ----------
        owner : Owner
            Who takes them.
        names : sequence of Name
            The rows.
        again : bool
            Whether to take those that failed, too.
        """
        with self._writing() as db:
            self._beat(db, owner)
            alive = self._alive(db)
            known = {n: (state, who) for n, state, who in self._rows(db, names, "state, owner")}
            states: dict[Name, State] = {
                name: _state(known.get(name), owner, alive, again=again) for name in names
            }
            mine = [name for name, state in states.items() if state == "mine"]
            db.executemany(
                "insert into answers (name, state, owner, at) "
                "values (?, 'claimed', ?, ?) on conflict do update "
                "set state = 'claimed', owner = excluded.owner",
                [(text_of(name), owner.id, time.time()) for name in mine],
            )
        return states

    def save(self, owner: Owner, rows: Mapping[Name, Kept]) -> None:
        """Write what came of some rows; they are on disk when this returns."""
        now = time.time()
        written = [
            (
                text_of(name),
                row.state,
                self._json(row.message),
                self._json(row.error),
                now,
                row.seconds,
            )
            for name, row in rows.items()
        ]
        with self._writing() as db:
            self._beat(db, owner)
            db.executemany(
                "insert into answers (name, state, message, error, at, seconds) "
                "values (?, ?, ?, ?, ?, ?) on conflict do update set state = excluded.state, "
                "owner = null, message = excluded.message, error = excluded.error, "
                "at = excluded.at, seconds = excluded.seconds where answers.state != 'done'",
                written,
            )

    def release(self, owner: Owner) -> None:
        """Give back the rows that were claimed and not asked."""
        with self._writing() as db:
            db.execute(
                "update answers set state = 'failed', owner = null "
                "where owner = ? and state = 'claimed' and error is not null",
                [owner.id],
            )
            db.execute("delete from answers where owner = ? and state = 'claimed'", [owner.id])
            db.execute("delete from owners where id = ?", [owner.id])

    def beat(self, owner: Owner) -> None:
        """Say that an owner is still at work."""
        with self._writing() as db:
            self._beat(db, owner)

    def read(self, names: Iterable[Name]) -> dict[Name, Kept]:
        """Return what is kept of some rows; those of which nothing is are left out."""
        with self._lock:
            found = self._rows(self._db, list(names), "message, error, seconds")
            return {
                name: Kept(_object(message), _object(error), seconds)
                for name, message, error, seconds in found
                if message or error
            }

    def errors(self, names: Sequence[Name]) -> Iterator[tuple[Name, Mapping[str, Any]]]:
        """Yield what went wrong with those of some rows that failed."""
        with self._lock:
            found = [each for each in self._rows(self._db, names, "error") if each[1]]
        yield from ((name, json.loads(error)) for name, error in found)

    def _json(self, value: Mapping[str, Any] | None) -> str | None:
        if value is None:
            return None
        return self._scrub(json.dumps(value, ensure_ascii=False, separators=(",", ":")))

    @staticmethod
    def _beat(db: sqlite3.Connection, owner: Owner) -> None:
        db.execute(
            "insert into owners (id, machine, pid, seen) values (?, ?, ?, ?) "
            "on conflict do update set seen = excluded.seen",
            [owner.id, owner.machine, owner.pid, time.time()],
        )

    @staticmethod
    def _alive(db: sqlite3.Connection) -> set[str]:
        now = time.time()
        told = db.execute("select id, machine, pid, seen from owners").fetchall()
        return {each[0] for each in told if lives(Owner(*each[:3]), each[3], now)}

    @staticmethod
    def _rows(db: sqlite3.Connection, names: Sequence[Name], columns: str) -> Iterator[Any]:
        for start in range(0, len(names), _CHUNK):
            part = {text_of(name): name for name in names[start : start + _CHUNK]}
            found = db.execute(
                f"select name, {columns} from answers "  # noqa: S608 (columns of ours)
                f"where name in ({','.join('?' * len(part))})",
                list(part),
            ).fetchall()
            yield from ((part[text], *values) for text, *values in found)


def _opened(path: Path | None) -> sqlite3.Connection:
    if path is not None:
        open_private(path, "ab").close()
    return sqlite3.connect(
        ":memory:" if path is None else path,
        isolation_level=None,
        check_same_thread=False,
        timeout=_PATIENCE,
    )


def _why(path: Path | None, problem: Exception) -> str:
    """Return what is wrong with a file, and what to do."""
    folder = path.parent if path is not None else Path()
    if isinstance(problem, FileNotFoundError) and not folder.is_dir():
        return f"there is no folder {str(folder)!r}. Make it first, or name another file"
    if isinstance(problem, sqlite3.OperationalError) and "locked" in str(problem):
        return (
            f"another program has held it for {_PATIENCE:.0f} s. End what it does there, or name "
            "another file"
        )
    said = getattr(problem, "strerror", None) or problem
    return f"{said}. Name a file that is none yet, or one that claude_nb.map made"


def _make_tables(db: sqlite3.Connection) -> None:
    (version,) = db.execute("pragma user_version").fetchone()
    if version not in {0, _FORMAT}:
        raise sqlite3.DatabaseError("it is of another version of claude_nb")
    found = {each[0] for each in db.execute("select name from sqlite_master where type = 'table'")}
    if not version and found and "answers" not in found:
        raise sqlite3.DatabaseError("it is a database of something else")
    for statement in _TABLES.split(";"):
        db.execute(statement)
    columns = {each[1] for each in db.execute("pragma table_info(answers)")}
    if "seconds" not in columns:  # files of before
        db.execute("alter table answers add column seconds real")
    db.execute(f"pragma user_version = {_FORMAT}")


def _state(
    known: tuple[str, str | None] | None, owner: Owner, alive: set[str], *, again: bool
) -> State:
    if known is None:
        return "mine"
    state, holder = known
    if state == "claimed":
        return "theirs" if holder in alive and holder != owner.id else "mine"
    if state == "failed":
        return "mine" if again else "failed"
    return "batched" if state == "batched" else "done"


def text_of(name: Name) -> str:
    """Return a row's name as one text, fit for the ``custom_id`` of a batch."""
    return f"{name[0]}-{name[1]}"


def name_of(text: str) -> Name:
    """Return the name that a text stands for."""
    key, _, sample = text.rpartition("-")
    return key, int(sample)


def _object(text: str | None) -> Mapping[str, Any] | None:
    return None if text is None else json.loads(text)
