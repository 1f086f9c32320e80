"""The same rows as message batches: created once, found again, each answer at its row."""

from __future__ import annotations

import asyncio
import json
import time

import pytest
from rows_rig import Asking

from claude_nb.api.network import TransportError
from claude_nb.ask.errors import InputError
from claude_nb.emulator import ManualClock
from claude_nb.rows import batch
from claude_nb.rows.batch import BatchRun
from claude_nb.rows.owners import Owner
from claude_nb.rows.store import Store

pytestmark = pytest.mark.slow  # whole runs over rows, each in a thread of its own


def rows(count: int) -> list[dict[str, object]]:
    return [{"text": f"w{number}"} for number in range(count)]


def batched(asking: Asking, count: int, **given) -> BatchRun:
    """Return a run by batch that has not begun."""
    return asking.run("Say {{text}}", rows(count), kind=BatchRun, longest=0.05, **given)


def finished(run: BatchRun) -> list[str]:
    """Go through a run, and return what the store has for its rows."""
    run.start()
    assert run.wait(120)
    if run.fatal:
        raise run.fatal
    kept = run.store.read([name for name in run.names if name])
    told = [kept[name].message for name in run.names if name in kept]
    return [message["content"][0]["text"] for message in told if message]


@pytest.fixture
def asking(serve, tmp_path):
    return Asking(serve(batch_seconds=0.2).url, tmp_path / "rows.sqlite3")


@pytest.fixture
def batches(asking):
    """Give a function that returns the batches of the server."""

    def listed():
        client = asking.run("{{text}}", rows(1)).client

        async def all_of_them():
            return [each async for each in client.messages.batches.list()]

        return asyncio.run(all_of_them())

    return listed


def test_each_answer_comes_to_its_row_and_is_not_asked_again(asking, batches):
    run = batched(asking, 150)
    assert finished(run) == [f"SAY W{number}" for number in range(150)]
    assert run.progress().done == 150
    assert finished(batched(asking, 150)) == [f"SAY W{number}" for number in range(150)]
    assert len(batches()) == 1
    answers = asking("Say {{text}}", rows(150))
    assert not answers.failed
    assert answers.progress.known == 150


def test_the_body_of_a_row_is_that_of_a_single_call(serve, tmp_path):
    bodies = []

    def answer(request):
        bodies.append(json.dumps(request, sort_keys=True))
        return "x"

    url = serve(answer=answer, batch_seconds=0.1).url
    options = {"system": "Be short.", "max_tokens": 300}
    Asking(url, tmp_path / "a")("Say {{text}}", rows(1), **options)
    finished(batched(Asking(url, tmp_path / "b"), 1, **options))
    assert len(bodies) == 2
    assert bodies[0] == bodies[1]


def test_rows_are_split_where_a_batch_would_be_too_large(asking, batches, monkeypatch):
    monkeypatch.setattr(batch, "MOST", 40)
    assert len(finished(batched(asking, 100))) == 100
    assert sorted(each.request_counts.succeeded for each in batches()) == [20, 40, 40]
    monkeypatch.setattr(batch, "MOST_BYTES", 1_000)
    asking.path = None
    assert len(finished(batched(asking, 30))) == 30
    assert len(batches()) > 3 + 3


class Losing:
    """A connector whose replies to the creation of batches are lost, so often."""

    def __init__(self, inner, times: int, *, sends: bool) -> None:
        self.inner, self.times, self.sends = inner, times, sends
        self.tried = 0

    def __getattr__(self, name):
        return getattr(self.inner, name)

    async def send(self, request, *, stream):
        is_creation = request.method == "POST" and request.url.endswith("/batches")
        if is_creation and self.tried < self.times:
            self.tried += 1
            if self.sends:
                await self.inner.send(request, stream=stream)
            raise TransportError("ReadError", "the connection was lost")
        return await self.inner.send(request, stream=stream)


@pytest.mark.parametrize("sends", [True, False])
def test_a_batch_whose_reply_was_lost_is_found_and_exactly_one_lives(asking, batches, sends):
    run = batched(asking, 30, sure=0.3)
    run.client = run.client.via(lambda inner: Losing(inner, 1, sends=sends))
    assert len(finished(run)) == 30
    assert len(batches()) == 1


def test_a_reply_that_is_lost_twice_leaves_one_batch(asking, batches):
    run = batched(asking, 30, sure=0.3)
    lost = [Losing(None, 1, sends=False), Losing(None, 1, sends=True)]

    def wrap(inner):
        lost[1].inner = inner
        lost[0].inner = lost[1]
        return lost[0]

    run.client = run.client.via(wrap)
    assert len(finished(run)) == 30
    assert [each.tried for each in lost] == [1, 1]
    assert len(batches()) == 1


def test_a_process_that_ended_before_the_reply_leaves_its_batch_to_the_next(asking, batches):
    run = batched(asking, 30)
    run._draw()
    gone = Owner("gone", pid=4_194_305)
    run.store.beat(gone)
    run.store.intend(gone, run._place, [work.name for work in run._work])
    client = run.client
    requests = [{"custom_id": f"{work.name[0]}-0", "params": work.params} for work in run._work]
    asyncio.run(client.messages.batches.create(requests=requests))
    assert len(finished(batched(asking, 30))) == 30
    assert len(batches()) == 1


def test_an_interrupt_leaves_the_batch_alone_and_the_same_call_finds_it(serve, tmp_path):
    clock = ManualClock()
    asking = Asking(serve(clock=clock, batch_seconds=100).url, tmp_path / "s")
    run = batched(asking, 20)
    run.start()
    until = time.monotonic() + 60
    while not run.ids and time.monotonic() < until:
        time.sleep(0.01)
    with pytest.raises(InputError, match="has no hold on a batch"):
        run.set_limit(3)
    run.stop()
    assert run.wait(60)
    assert run.ended == "detached"
    now = asking("Say {{text}}", rows(20))
    assert "20 rows are in a batch" in now.summary()
    clock.advance(200)
    assert len(finished(batched(asking, 20))) == 20


def test_rows_that_fail_in_a_batch_are_marked_and_asked_again_on_request(serve, tmp_path):
    asking = Asking(serve(batch_seconds=0.1).url, tmp_path / "s")
    run = batched(asking, 5, model="claude-none-9")
    finished(run)
    kept = run.store.read([name for name in run.names if name])
    assert {each.error["type"] for each in kept.values()} == {"not_found_error"}
    assert run.progress().failed == 5
    again = batched(asking, 5, model="claude-none-9")
    finished(again)
    assert again.progress().known == 5


def test_a_cancelled_batch_leaves_its_rows_as_failed(serve, tmp_path):
    clock = ManualClock()
    asking = Asking(serve(clock=clock, batch_seconds=100).url, tmp_path / "s")
    run = batched(asking, 4)
    run.start()
    until = time.monotonic() + 60
    while not run.ids and time.monotonic() < until:
        time.sleep(0.01)
    asyncio.run(asking.run("{{text}}", rows(1)).client.messages.batches.cancel(run.ids[0]))
    clock.advance(200)
    assert run.wait(60)
    kept = run.store.read([name for name in run.names if name])
    assert {each.error["type"] for each in kept.values()} == {"canceled"}


def test_functions_cannot_be_called_from_a_batch(asking):
    def double(n: int) -> int:
        """Double a number."""
        return 2 * n

    with pytest.raises(InputError, match="cannot be called from a batch"):
        batched(asking, 1, tools="double", variables={"double": double})


def test_the_store_knows_what_was_intended_before_anything_was_sent(tmp_path):
    store = Store(tmp_path / "s")
    store.claim(Owner("1"), [("a" * 32, 0)])
    intent = store.intend(Owner("1"), "here", [("a" * 32, 0)])
    [told] = store.batches("here")
    assert (told.intent, told.batch, told.state, told.is_held) == (intent, None, "intended", True)
    assert store.created(intent, "msgbatch_1")
    assert not store.created(store.intend(Owner("1"), "here", []), "msgbatch_1")
