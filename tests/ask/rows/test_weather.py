"""Foul weather over rows: each ends answered, or with an error that says its kind."""

from __future__ import annotations

import threading
import time

import pydantic
import pytest
from rows_rig import Asking

from claude_nb import emulator
from claude_nb.api.retry import RetryPolicy
from claude_nb.api.wire import Headers
from claude_nb.emulator import Fault
from claude_nb.rows import sending
from claude_nb.rows.pace import Pace

pytestmark = pytest.mark.slow  # whole runs over rows, each in a thread of its own

STREAMED = 30_000  # max_tokens for which a row is streamed


class Named(pydantic.BaseModel):
    """A name."""

    name: str


def rows(count):
    return [{"text": f"w{number}"} for number in range(count)]


@pytest.fixture
def hasty(monkeypatch):
    """Let rows be tried again without a wait, as often as ever."""
    monkeypatch.setattr(RetryPolicy, "wait", hurried(RetryPolicy.wait))


def hurried(wait):
    def soon(self, attempt, status, headers):
        seconds = wait(self, attempt, status, headers)
        return None if seconds is None else 0.0

    return soon


@pytest.mark.parametrize(
    ("fault", "window"),
    [
        (Fault("status", status=429, times=30, retry_after="0.05"), 6.4),
        (Fault("status", status=529, times=30), 8.0),
        (Fault("status", status=503, times=30), 8.0),
    ],
    ids=["a storm of 429", "a server that is overloaded", "a server in trouble"],
)
def test_refusals_delay_rows_and_lose_none(serve, counted, hasty, fault, window):
    pace = Pace()
    answers = Asking(serve(faults=[fault]).url, None)("{{text}}", rows(200), pace=pace)
    assert [answer.text for answer in answers] == [f"W{n}" for n in range(200)]
    assert max(counted.counts.values()) == 1
    assert pace.window == pytest.approx(window)  # one cut of a fifth at 429, and no growth


@pytest.mark.parametrize("kind", ["cut", "end", "drop", "error"])
def test_streams_that_break_are_asked_for_again(serve, tmp_path, hasty, kind):
    server = serve(faults=[Fault(kind, times=30)])
    answers = Asking(server.url, tmp_path / "s")("{{text}}", rows(60), max_tokens=STREAMED)
    assert [answer.text for answer in answers] == [f"W{n}" for n in range(60)]


def test_a_server_that_never_recovers_leaves_typed_errors(serve, tmp_path, hasty):
    server = serve(faults=[Fault("status", status=529, times=10_000)])
    answers = Asking(server.url, tmp_path / "s")("{{text}}", rows(5))
    assert [answer.error.split(":")[0] for answer in answers] == ["OverloadedError"] * 5


def test_a_row_is_tried_for_longer_than_ten_seconds():
    policy = RetryPolicy(sending._RETRIES, jitter=lambda: 1.0)
    waits = [policy.wait(attempt, None, Headers()) for attempt in range(1, sending._RETRIES + 1)]
    assert None not in waits
    assert sum(waits) > 10


@pytest.mark.parametrize("gone", [0.5, pytest.param(10.0, marks=pytest.mark.long)])
def test_rows_wait_for_a_server_that_is_gone_for_a_while(counted, tmp_path, gone):
    with emulator.serve(tokens_per_second=0, answer=counted) as server:
        url = server.url
    asking = Asking(url, tmp_path / "s")
    run = asking.run("{{text}}", rows(100))
    run.start()
    time.sleep(gone)
    assert not run.progress().answered
    port = int(url.rpartition(":")[2])
    with emulator.serve(tokens_per_second=0, answer=counted, port=port):
        assert run.wait(120)
    assert run.progress().done == 100
    assert counted.total == 100


def test_answers_that_break_their_schema_fail_alone(serve, tmp_path):
    def answer(request):
        number = int(request["messages"][-1]["content"].removeprefix("w"))
        return "I would rather not." if number % 33 == 5 else '{"name": "x"}'

    asking = Asking(serve(answer=answer).url, tmp_path / "s")
    answers = asking("{{text}}", rows(300), schema="Named", variables={"Named": Named})
    failed = [answer.row for answer in answers.failed]
    assert failed == list(range(5, 300, 33))
    assert len(failed) / 300 == pytest.approx(0.03)
    assert {answer.error.split(":")[0] for answer in answers.failed} == {"AnswerError"}


def test_a_row_that_takes_long_does_not_hold_the_others(serve, counted, tmp_path):
    others = threading.Event()

    def answer(request):
        if request["messages"][-1]["content"] == "w3":
            assert others.wait(60), "the others wait for this one"
        text = counted(request)
        if counted.total >= 199:
            others.set()
        return text

    answers = Asking(serve(answer=answer).url, tmp_path / "s")("{{text}}", rows(200))
    assert [answer.text for answer in answers] == [f"W{n}" for n in range(200)]
