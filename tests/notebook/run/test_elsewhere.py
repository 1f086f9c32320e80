"""Rows that others ask: threads, processes, engines that call a function on parts of a table."""

from __future__ import annotations

import pickle
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from types import SimpleNamespace

import pandas as pd
import polars as pl
import pytest

import claude_nb
from claude_nb.ask.errors import InputError
from claude_nb.notebook.session import current
from claude_nb.rows import answer_rows

pytestmark = pytest.mark.slow  # whole runs over rows, each in a thread of its own

ROWS = [{"text": f"w{number}"} for number in range(60)]
FORKED = get_context("fork")


@dataclass
class Named:
    """A name, and how long it is."""

    name: str
    length: int


@pytest.fixture
def store(alone, server, monkeypatch, tmp_path):
    """Give a file of answers, and ask a server that counts."""
    monkeypatch.setenv("ANTHROPIC_BASE_URL", server.url)
    monkeypatch.setenv("ANTHROPIC_API_KEY", "canary")
    alone.folder = tmp_path
    return tmp_path / "rows.sqlite3"


def pools():
    return {
        "threads": lambda: ThreadPoolExecutor(3),
        "processes": lambda: ProcessPoolExecutor(2, mp_context=FORKED),
    }


@pytest.mark.parametrize("kind", pools())
def test_each_row_is_asked_once_and_comes_to_its_place(server, store, kind):
    given = [*ROWS, *ROWS[:20], {"text": None}]
    with pools()[kind]() as pool:
        answers = claude_nb.map("Say {{text}}", given, executor=pool, store=store)
        again = claude_nb.map("Say {{text}}", given, executor=pool, store=store)
    assert len(server.asked) == 60
    texts = [answer.text for answer in answers]
    assert len(set(texts[:60])) == 60
    assert texts[60:80] == texts[:20]
    assert "no value there" in answers[80].error
    now = answers.progress
    assert (now.done, now.known, now.failed, now.total) == (60, 20, 1, 81)
    assert now.output_tokens > 0
    assert again.progress.known == 80
    assert claude_nb.map("Say {{text}}", given, store=store).progress.known == 80


def test_an_iterator_is_drawn_in_parts(server, store):
    with ThreadPoolExecutor(2) as pool:
        drawn = (f"w{number}" for number in range(230))
        answers = claude_nb.map("Say {{text}}", drawn, executor=pool, store=store)
    assert len(answers) == len(server.asked) == 230
    assert not answers.failed
    assert answers.to_frame()[229]["row"] == 229


def test_samples_and_failed_rows_are_asked_again_here(server, store):
    with ThreadPoolExecutor(2) as pool:
        answers = claude_nb.map(
            "Say {{text}}", ROWS[:4], executor=pool, store=store, samples=2, max_tokens=1
        )
    assert [answer.sample for answer in answers[:4]] == [0, 1, 0, 1]
    assert "cut at 1 tokens" in answers[0].error
    assert not answers.retry(max_tokens=500).failed


def test_what_every_row_would_meet_ends_the_run(store):
    with ThreadPoolExecutor(2) as pool, pytest.raises(claude_nb.NotFoundError):
        claude_nb.map("{{text}}", ROWS, executor=pool, store=store, model="claude-none-9")


def test_a_process_that_would_ask_elsewhere_is_refused(server, store, monkeypatch):
    class Moved(ThreadPoolExecutor):
        def submit(self, work, part):
            monkeypatch.setenv("ANTHROPIC_BASE_URL", "http://127.0.0.1:9")
            return super().submit(work, part)

    with Moved(2) as pool, pytest.raises(InputError, match="another process, which would ask"):
        claude_nb.map("{{text}}", ROWS, executor=pool, store=store)
    assert not server.asked


def test_what_is_handed_out_holds_no_key(store):
    class Seen(ThreadPoolExecutor):
        def submit(self, work, part):
            parts.append(pickle.dumps((work, part)))
            return super().submit(work, part)

    parts = []
    with Seen(2) as pool:
        claude_nb.map("Say {{text}}", ROWS, executor=pool, store=store)
    assert len(parts) == 2
    assert not [part for part in parts if b"canary" in part]


def test_a_class_that_cannot_go_to_a_process_is_said(server, store):
    @dataclass
    class Local:
        name: str

    pool, refused = ProcessPoolExecutor(1, mp_context=FORKED), "Define it in a module of its own"
    with pool, pytest.raises(InputError, match=refused):
        claude_nb.map("{{text}}", ROWS, executor=pool, store=store, schema=Local)
    assert not server.asked


def test_a_pool_that_breaks_leaves_what_is_kept(server, store):
    class Broken(ThreadPoolExecutor):
        def submit(self, work, part):
            if len(server.asked) < 20:
                return super().submit(work, part)
            lost = Future()
            lost.set_exception(RuntimeError("a worker was ended"))
            return lost

    with Broken(1) as pool, pytest.raises(RuntimeError, match="a worker was ended"):
        claude_nb.map("Say {{text}}", (row for row in ROWS * 9), executor=pool, store=store)
    assert claude_nb.map("Say {{text}}", ROWS, store=store).progress.known == 60


def test_stop_ends_it_after_the_parts_on_their_way(server, store):
    drawn = ({"text": f"w{number}"} for number in range(600))
    with ThreadPoolExecutor(1) as pool:
        answers = claude_nb.map("Say {{text}}", drawn, executor=pool, store=store, wait=False)
        while not server.asked:
            answers.over(0.01)
        with pytest.raises(InputError, match="keeps the limit that it began with"):
            answers.limit = 3
        answers.stop()
        answers.wait(60)
    assert answers.progress.ended == "stopped"
    assert len(server.asked) == len(answers) == 200


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"executor": 4}, "must be a concurrent.futures.Executor"),
        ({"budget": 2}, "have no hold on what an executor runs"),
        ({"via": "batch"}, "have no hold on what an executor runs"),
        ({"store": ":memory:"}, "cannot be shared"),
    ],
)
def test_what_does_not_fit_is_said_before_anything_is_sent(server, store, given, says):
    with ThreadPoolExecutor(1) as pool, pytest.raises(InputError, match=says):
        claude_nb.map("{{text}}", ROWS, **{"executor": pool, "store": store, **given})
    assert not server.asked


def test_processes_are_refused_where_a_budget_is_to_hold(server, store, monkeypatch):
    monkeypatch.setenv("CLAUDE_NB_BUDGET", "$1")
    pool = ProcessPoolExecutor(1, mp_context=FORKED)
    with pool, pytest.raises(InputError, match="has no hold"):
        claude_nb.map("{{text}}", ROWS, executor=pool, store=store)
    with ThreadPoolExecutor(1) as pool:
        assert not claude_nb.map("{{text}}", ROWS, executor=pool, store=store).failed


# Parts of a table.


@pytest.mark.parametrize("make", [pd.DataFrame, pl.DataFrame, list])
def test_a_part_comes_back_with_what_came_and_its_columns_are_known_before(server, store, make):
    ask = pickle.loads(pickle.dumps(answer_rows))  # noqa: S301 (our own)
    empty = ask(make(ROWS)[:0], "Say {{text}}", store=store)
    assert not server.asked
    assert not store.exists()
    for _ in range(3):
        part = ask(make(ROWS), "Say {{text}}", store=store, workers=2)
    assert len(server.asked) == 60
    assert len(part) == 60
    if make is not list:
        assert list(empty.columns) == list(part.columns)
        assert [*empty.dtypes][:4] == [*part.dtypes][:4]


def test_the_fields_of_a_schema_are_columns_whatever_came(server, store):
    frame = pd.DataFrame(ROWS[:3])
    part = answer_rows(frame, "Say {{text}}", store=store, schema=Named)
    empty = answer_rows(frame[:0], "Say {{text}}", store=store, schema=Named)
    assert list(part.columns)[:3] == ["text", "name", "length"]
    assert list(empty.columns) == list(part.columns)
    assert part["error"].str.startswith("AnswerError").all()
    assert str(empty["length"].dtype) == str(part["length"].dtype) == "Int64"


def test_workers_divide_the_limit(server, store):
    with pytest.raises(InputError, match="workers=0"):
        answer_rows(ROWS, "{{text}}", store=store, workers=0)
    answer_rows(ROWS, "Say {{text}}", store=store, workers=50, limit=100)
    [pace] = current().paces.values()
    assert pace.window <= 9  # it never had more than two on their way


def test_tokens_of_servers_are_not_handed_out(server, store, alone):
    alone.settings = SimpleNamespace(mcp="https://docs.example.org/mcp")
    refused = "tokens of MCP servers are not handed out"
    with (
        ProcessPoolExecutor(1, mp_context=FORKED) as pool,
        pytest.raises(InputError, match=refused),
    ):
        claude_nb.map("{{text}}", ROWS, executor=pool, store=store)
    assert not server.asked


def test_what_is_recorded_is_asked_here_alone(server, store, alone, monkeypatch):
    monkeypatch.setenv("CLAUDE_NB_CASSETTE", str(store.with_name("lesson.answers.jsonl")))
    monkeypatch.setenv("CLAUDE_NB_CASSETTE_MODE", "record")
    with ThreadPoolExecutor(1) as pool, pytest.raises(InputError, match="a recording is of this"):
        claude_nb.map("{{text}}", ROWS, executor=pool, store=store)
    assert not server.asked
    assert len(claude_nb.map("{{text}}", ROWS[:9], store=store)) == 9
