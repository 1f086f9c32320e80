"""The ledger's file: private, shared by processes, and never worth an answer."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import asdict, replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

import claude_nb
from claude_nb import InputError
from claude_nb.models.spending import Amount
from claude_nb.notebook.commands.spending import kept
from claude_nb.notebook.ledger import frame, place
from claude_nb.notebook.ledger.store import Call, Store, StoreError

CALL = Call(
    at="2026-11-30T10:00:00+00:00",
    notebook="/n/一.ipynb",
    cell="c1",
    model="claude-sonnet-4-6",
    origin="server",
    outcome="ok",
    seconds=1.5,
    input=10,
    cached=1,
    stored=2,
    output=20,
    searches=0,
    cost=0.01,
    prices="2026-11-27",
)


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "deep" / "usage.sqlite3")


def test_what_is_written_is_read(store):
    other = replace(CALL, notebook="", cost=None, at="2026-12-01T00:00:00+00:00")
    store.write(CALL)
    store.write(other)
    assert store.calls() == [CALL, other]
    assert store.calls(notebook="/n/一.ipynb") == [CALL]
    assert store.calls(since="2026-12-01") == [other]
    assert store.forget("/n/一.ipynb") == 1
    assert store.calls() == [other]


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX's")
@pytest.mark.parametrize("umask", [0o000, 0o022])
def test_file_and_folder_are_their_owners_alone(store, umask):
    before = os.umask(umask)
    try:
        store.write(CALL)
    finally:
        os.umask(before)
    assert store.path.stat().st_mode & 0o777 == 0o600
    assert store.path.parent.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("content", [b"no database " * 100, b"SQLite format 3\0 torn"])
def test_a_damaged_file_is_named(tmp_path, content):
    path = tmp_path / "usage.sqlite3"
    path.write_bytes(content)
    with pytest.raises(StoreError, match=r"usage\.sqlite3: "):
        Store(path).calls()
    assert path.read_bytes() == content


def test_a_file_of_a_newer_version_is_left_alone(store):
    store.write(CALL)
    with store._open() as data:
        data.execute("PRAGMA user_version = 99")
    with pytest.raises(StoreError, match="newer claude_nb"):
        Store(store.path).write(CALL)


WRITES = """
import sys
from pathlib import Path
from claude_nb.models.spending import Amount
from claude_nb.notebook.ledger.store import Call, Store
store = Store(Path(sys.argv[1]))
for number in range(30):
    store.write(Call(**eval(sys.argv[2])))
    store.spend("n", Amount(0.5, 1))
"""


def changes(store) -> int:
    """Return how many transactions were written into the file, as SQLite counts them."""
    return int.from_bytes(store.path.read_bytes()[24:28])


def test_a_new_file_waits_for_the_disk_once_and_one_that_is_read_never(store):
    store.write(CALL)
    assert changes(store) == 1
    Store(store.path).calls()
    assert changes(store) == 1


def test_two_processes_at_once_lose_nothing(store):
    store.set_budget("n", 1.0, None)
    command = [sys.executable, "-c", WRITES, str(store.path), repr(asdict(CALL))]
    running = [subprocess.Popen(command) for _ in range(2)]  # noqa: S603
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: store.write(CALL), range(40)))
    assert [each.wait(120) for each in running] == [0, 0]
    assert len(store.calls()) == 100
    assert store.budget("n").spent == Amount(30.0, 60)


def test_budgets_are_kept_raised_and_ended(store):
    assert store.budget("n") is None
    assert store.spend("n", Amount(1.0)) is None
    store.set_budget("n", 2.0, None)
    assert store.spend("n", Amount(0.5, 7, 7)) == Amount(0.5, 7, 7)
    store.set_budget("n", 3.0, 100)
    kept = store.budget("n")
    assert (kept.dollars, kept.tokens, kept.spent) == (3.0, 100, Amount(0.5, 7, 7))
    store.end_budget("n")
    assert store.budget("n") is None


@pytest.mark.parametrize("said", ["off", "OFF", "0", "no"])
def test_the_ledger_can_be_off(said):
    assert place.chosen(said) is None


def test_where_the_file_is(monkeypatch, tmp_path):
    assert place.chosen(str(tmp_path / "x.db")) == tmp_path / "x.db"
    if sys.platform.startswith("linux"):
        monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
        assert place.chosen("") == tmp_path / "claude_nb" / "usage.sqlite3"
        monkeypatch.setenv("XDG_DATA_HOME", "relative")
        assert place.chosen("") == Path.home() / ".local/share/claude_nb/usage.sqlite3"


def test_csv_holds_every_call_and_no_formula():
    hostile = replace(CALL, model="=cmd|'/c calc'!A0", cell='a,"b"\nc', cost=None)
    lines = frame.as_csv([CALL, hostile])
    assert lines.startswith("at,notebook,cell,model,origin,")
    assert "'=cmd" in lines
    assert ",=cmd" not in lines


def test_usage_is_a_table(monkeypatch, tmp_path):
    monkeypatch.setenv("CLAUDE_NB_LEDGER", str(tmp_path / "u.sqlite3"))
    assert claude_nb.usage() == []
    store = Store(tmp_path / "u.sqlite3")
    store.write(CALL)
    store.write(replace(CALL, at=datetime.now(UTC).isoformat(timespec="seconds"), cost=None))
    assert len(claude_nb.usage()) == 2
    assert len(claude_nb.usage(since=date(2026, 11, 30))) >= 1
    assert len(claude_nb.usage(notebook="/n/一.ipynb")) == 2
    assert len(claude_nb.usage(since="2999-01-01")) == 0
    with pytest.raises(InputError, match="is no day"):
        claude_nb.usage(since="yesterday")


def test_without_pandas_it_is_rows(monkeypatch, tmp_path):
    monkeypatch.setenv("CLAUDE_NB_LEDGER", str(tmp_path / "u.sqlite3"))
    Store(tmp_path / "u.sqlite3").write(CALL)
    monkeypatch.setitem(sys.modules, "pandas", None)
    assert claude_nb.usage() == [asdict(CALL)]


def test_with_the_ledger_off_that_is_said(monkeypatch):
    monkeypatch.setenv("CLAUDE_NB_LEDGER", "off")
    with pytest.raises(InputError, match="CLAUDE_NB_LEDGER is off"):
        claude_nb.usage()


def test_a_file_that_was_deleted_or_emptied_is_begun_again(store):
    store.write(CALL)
    store.path.unlink()
    store.write(CALL)
    store.path.write_bytes(b"")
    store.write(CALL)
    assert store.calls() == [CALL]


def test_a_clock_that_was_put_back_hides_no_call(monkeypatch):
    days = (
        "2026-11-29T23:59:59",
        "2026-11-30T00:00:00",
        "2026-11-29T23:00:00",
        "2027-05-01T00:00:00",
    )
    calls = [replace(CALL, at=day, input=5, cached=0, stored=0, output=0) for day in days]
    monkeypatch.setattr(kept, "current_day", lambda: date(2026, 11, 30))
    assert kept._by_day(calls).endswith("·█▅")


def test_a_file_that_somebody_keeps_is_waited_for_once(store, monkeypatch):
    store.write(CALL)
    asked = []
    connect = sqlite3.connect

    def connected(path, timeout):
        asked.append(timeout)
        return connect(path, timeout=0)

    with closing(connect(store.path)) as other:
        monkeypatch.setattr(sqlite3, "connect", connected)
        other.execute("BEGIN EXCLUSIVE")
        for _ in range(2):
            with pytest.raises(StoreError, match="locked"):
                store.write(CALL)
    store.write(CALL)
    store.write(CALL)
    assert asked == [10, 0.2, 0.2, 10]
    assert len(store.calls()) == 3
