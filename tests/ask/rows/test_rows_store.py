"""Finished rows on disk: nothing is lost, nothing is asked twice, no secret is kept."""

from __future__ import annotations

import gc
import os
import sqlite3
import stat
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest
from rows_rig import Asking

from claude_nb.ask.errors import InputError
from claude_nb.rows import owners
from claude_nb.rows.owners import Owner
from claude_nb.rows.store import Kept, Store

pytestmark = pytest.mark.slow  # whole runs over rows, each in a thread of its own

ROOT = Path(__file__).parents[3]
A, B = ("a", 0), ("b", 0)
GONE = 4_194_304 + 1  # no process has that number


@pytest.fixture
def path(tmp_path):
    return tmp_path / "rows.sqlite3"


def test_a_row_that_one_run_has_claimed_is_theirs_for_every_other(path):
    one, other = Store(path), Store(path)
    assert one.claim(Owner("1"), [A, B]) == {A: "mine", B: "mine"}
    assert other.claim(Owner("2"), [A, B]) == {A: "theirs", B: "theirs"}
    one.save(Owner("1"), {A: Kept({"text": "x"})})
    one.release(Owner("1"))
    assert other.claim(Owner("2"), [A, B]) == {A: "done", B: "mine"}
    assert other.read([A, B]) == {A: Kept({"text": "x"})}


def test_the_claims_of_a_process_that_is_gone_are_void_at_once(path):
    store = Store(path)
    store.claim(Owner("dead", pid=GONE), [A])
    assert store.claim(Owner("2"), [A]) == {A: "mine"}


def test_the_claims_of_another_machine_are_void_when_it_was_not_heard_of(path, monkeypatch):
    store = Store(path)
    store.claim(Owner("far", machine="elsewhere", pid=GONE), [A])
    assert store.claim(Owner("2"), [A]) == {A: "theirs"}
    monkeypatch.setattr(owners, "LEASE", -1.0)
    assert store.claim(Owner("2"), [A]) == {A: "mine"}


def test_a_failed_row_is_taken_on_request_alone_and_keeps_its_error_until_it_is_asked(path):
    store, error = Store(path), Kept(None, {"type": "X", "message": "no"})
    store.claim(Owner("1"), [A])
    store.save(Owner("1"), {A: error})
    assert store.claim(Owner("2"), [A]) == {A: "failed"}
    assert store.claim(Owner("2"), [A], again=True) == {A: "mine"}
    store.release(Owner("2"))
    assert store.claim(Owner("3"), [A]) == {A: "failed"}
    assert store.read([A]) == {A: error}


def test_what_is_done_is_not_overwritten_by_who_lost_its_claim(path):
    store = Store(path)
    store.save(Owner("1"), {A: Kept({"text": "first"})})
    store.save(Owner("2"), {A: Kept(None, {"type": "X", "message": "late"})})
    assert store.read([A]) == {A: Kept({"text": "first"})}


def test_the_file_is_its_owners_alone_and_holds_neither_prompt_nor_key(asking, path, monkeypatch):
    monkeypatch.setenv("SERVICE_TOKEN", "tok-4f9b1c77aa02")
    store = Store(path, lambda text: text.replace("tok-4f9b1c77aa02", "[key]"))
    run = asking.run("A question about {{text}}", [{"text": "sea"}])
    run.store = store
    run.start()
    assert run.wait(60)
    store.save(Owner(), {A: Kept({"text": "it is tok-4f9b1c77aa02"})})
    content = path.read_bytes()
    assert b"question about" not in content  # the answer says it in capitals
    assert b"tok-4f9b" not in content
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("content", [b"no database, but a text of some length" * 9, None])
def test_a_file_that_is_no_store_is_left_alone_and_said(path, content):
    if content is None:
        with closing(sqlite3.connect(path)) as db:
            db.execute("pragma user_version = 99")
        content = path.read_bytes()
    else:
        path.write_bytes(content)
    with pytest.raises(InputError, match="cannot be used"):
        Store(path)
    assert path.read_bytes() == content


def test_rows_are_found_by_their_index_however_many_there_are(path):
    store = Store(path)
    plan = store._db.execute(
        "explain query plan select state from answers where name in (?,?)", ["a-0", "b-0"]
    ).fetchall()
    assert any("SEARCH answers USING" in each[-1] for each in plan), plan


def test_the_file_is_closed_when_nobody_holds_the_answers_any_more(asking, path):
    answers = asking("Say {{text}}", [{"text": "sea"}])
    db = answers._run.store._db
    assert answers[0].text == "SAY SEA"
    del answers
    gc.collect()
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        db.execute("select 1")


def test_two_runs_at_once_ask_no_row_twice(asking, counted, serve):
    rows = [{"text": f"w{number}"} for number in range(300)]
    other = Asking(asking.url, asking.path)
    runs = [asking.run("Say {{text}}", rows), other.run("Say {{text}}", rows)]
    for run in runs:
        run.start()
    assert all(run.wait(120) for run in runs)
    assert counted.total == 300
    assert max(counted.counts.values()) == 1
    for run in runs:
        assert len(run.store.read([name for name in run.names if name])) == 300


def test_a_run_that_is_stopped_keeps_what_is_on_its_way_and_goes_on_later(serve, counted, tmp_path):
    gate = threading.Event()

    def answer(request):
        gate.wait(30)
        return counted(request)

    asking = Asking(serve(answer=answer).url, tmp_path / "s")
    rows = [{"text": f"w{number}"} for number in range(100)]
    run = asking.run("Say {{text}}", rows)
    run.start()
    until = time.monotonic() + 60
    while not run.progress().running and time.monotonic() < until:
        time.sleep(0.01)
    run.stop()
    gate.set()
    assert run.wait(60)
    kept = run.progress().done
    assert 0 < kept < 100
    assert run.ended == "stopped"
    answers = asking("Say {{text}}", rows)
    assert not answers.failed
    assert counted.total == 100
    assert answers.progress.known == kept
