"""Runs that are killed at random moments, and gone on with: each row is answered exactly once.

A few kills by default; twenty of them, and two kernels at once, are marked ``long``.
"""

from __future__ import annotations

import asyncio
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from rows_rig import Asking

from claude_nb.rows.batch import BatchRun

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[3]
CHILD = """
import sys
sys.path[:0] = [{rig!r}]
from pathlib import Path
from rows_rig import Asking
from claude_nb.rows.batch import BatchRun
from claude_nb.rows.run import Run
asking = Asking({url!r}, Path({path!r}))
rows = [{{"text": f"w{{n}}"}} for n in range({count})]
run = asking.run("Say {{{{text}}}}", rows, kind={kind}, {options})
run.start()
run.wait()
"""
BATCH = "longest=0.2, sure=2.0"
LONG = pytest.mark.long


def rows(count):
    return [{"text": f"w{number}"} for number in range(count)]


@pytest.fixture
def child(serve, tmp_path):
    """Give a function that starts a run in a process of its own."""
    started = []

    def start(url, count, kind="Run", options="limit=8"):
        code = CHILD.format(
            rig=str(Path(__file__).parent),
            url=url,
            path=str(tmp_path / "rows.sqlite3"),
            count=count,
            kind=kind,
            options=options,
        )
        process = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT)  # noqa: S603 (ours)
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait(60)


def wait_until(reached):
    """Wait for a condition, two minutes at most."""
    until = time.monotonic() + 120
    while not reached() and time.monotonic() < until:
        time.sleep(0.01)


@pytest.mark.parametrize(
    ("count", "limit", "kills"), [(600, 8, 3), pytest.param(2000, 32, 20, marks=LONG)]
)
def test_nothing_is_asked_twice_but_what_was_on_its_way(  # noqa: PLR0917
    serve, counted, child, tmp_path, count, limit, kills
):
    chance, url = random.Random(count), serve().url  # noqa: S311 (no secret)
    for asked in sorted(chance.sample(range(count), kills)):
        process = child(url, count, options=f"{limit=}")
        wait_until(lambda asked=asked: counted.total >= asked)
        time.sleep(chance.uniform(0, 0.05))
        process.kill()
        process.wait(60)
    answers = Asking(url, tmp_path / "rows.sqlite3")("Say {{text}}", rows(count))
    assert [answer.text for answer in answers] == [f"SAY W{n}" for n in range(count)]
    assert count <= counted.total <= count + kills * limit


@pytest.mark.parametrize(("count", "kills"), [(300, 2), pytest.param(2000, 20, marks=LONG)])
def test_a_batch_is_created_once_however_often_its_run_is_killed(
    serve, child, tmp_path, count, kills
):
    chance, url = random.Random(count), serve(batch_seconds=3.0).url  # noqa: S311 (no secret)
    for _ in range(kills):
        process = child(url, count, "BatchRun", BATCH)
        time.sleep(chance.uniform(0.5, 2.0))
        process.kill()
        process.wait(60)
    asking = Asking(url, tmp_path / "rows.sqlite3")
    run = asking.run("Say {{text}}", rows(count), kind=BatchRun, longest=0.2, sure=2.0)
    run.start()
    assert run.wait(120)
    kept = run.store.read([name for name in run.names if name])
    texts = [kept[name].message["content"][0]["text"] for name in run.names]
    assert texts == [f"SAY W{n}" for n in range(count)]
    assert len(listed(run.client)) == 1


def listed(client):
    """Return the batches of a server."""

    async def all_of_them():
        return [each async for each in client.messages.batches.list()]

    return asyncio.run(all_of_them())


@pytest.mark.parametrize("count", [300, pytest.param(2000, marks=LONG)])
def test_two_processes_on_one_store_ask_no_row_twice(serve, counted, child, tmp_path, count):
    url = serve().url
    both = [child(url, count), child(url, count)]
    assert [process.wait(300) for process in both] == [0, 0]
    assert counted.total == count
    known = Asking(url, tmp_path / "rows.sqlite3")("Say {{text}}", rows(count)).progress.known
    assert known == count
