"""Rows through the engine of claude_nb.map, beside a bare asyncio and httpx loop of the same width.

The emulator is a process of its own, at speed 0. Prints rows a second of both, their ratio, and the
memory that a run adds. ``--rows 100000 --iterator`` draws the rows from a generator. ``--kills 20``
kills a run that often instead, goes on each time, and counts what the emulator was asked.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx

from claude_nb.api.client import AsyncAnthropic
from claude_nb.ask.options import Options
from claude_nb.rows.answers import Answers
from claude_nb.rows.batch import BatchRun
from claude_nb.rows.pace import Pace
from claude_nb.rows.plan import Plan
from claude_nb.rows.run import Run
from claude_nb.rows.store import Store
from claude_nb.rows.tables import table

AT_ONCE = 32
PROMPT = "Say {{text}} and {{n}}"
ADDRESS = re.compile(r"http://[\d.:]+")


def rows(count: int) -> Iterator[dict[str, object]]:
    """Yield rows, no two of which are equal."""
    return ({"n": n, "text": f"word {n}"} for n in range(count))


def emulator(log: Path) -> tuple[subprocess.Popen[str], str]:
    """Start an emulator and return its process and address; each call is a line in the log."""
    command = [sys.executable, "-m", "claude_nb", "emulator", "--port", "0", "--speed", "0"]
    out = log.open("w")
    process = subprocess.Popen([*command, "--log"], stdout=out, text=True)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if found := ADDRESS.search(log.read_text()):
            return process, found[0]
        time.sleep(0.05)
    raise RuntimeError("the emulator did not start")


async def bare(url: str, count: int) -> None:
    """Ask as many people's loop does, with a semaphore."""
    gate = asyncio.Semaphore(AT_ONCE)
    headers = {"x-api-key": "bench", "anthropic-version": "2023-06-01"}
    async with httpx.AsyncClient(limits=httpx.Limits(max_connections=AT_ONCE)) as client:

        async def one(row: dict[str, object]) -> object:
            content = f"Say {row['text']} and {row['n']}"
            body = {"model": "claude-sonnet-4-6", "max_tokens": 4096}
            body["messages"] = [{"role": "user", "content": content}]
            async with gate:
                return (await client.post(f"{url}/v1/messages", headers=headers, json=body)).json()

        await asyncio.gather(*map(one, rows(count)))


def engine(url: str, path: Path, given: object, *, batch: bool = False) -> Run:
    """Return a run over rows of this engine."""
    client = AsyncAnthropic(api_key="bench", base_url=url)
    pace = Pace(window=AT_ONCE, most=AT_ONCE)
    plan = Plan(PROMPT, Options(), {}, "bench")
    return (BatchRun if batch else Run)(plan, table(given), Store(path), client, pace)


def finish(run: Run) -> float:
    """Run to the end and return the seconds; raise what ended it."""
    began = time.perf_counter()
    run.start()
    run.wait()
    if run.fatal:
        raise run.fatal
    return time.perf_counter() - began


def megabytes() -> float:
    """Return the most memory this process had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def compare(url: str, folder: Path, count: int, *, iterator: bool, batch: bool) -> None:
    """Print rows a second of both, their ratio, and what our run added to the memory."""
    begun = time.perf_counter()
    asyncio.run(bare(url, min(count, 10_000)))
    loop = min(count, 10_000) / (time.perf_counter() - begun)
    given = rows(count) if iterator else list(rows(count))
    before = megabytes()
    run = engine(url, folder / "rows.sqlite3", given, batch=batch)
    ours = count / finish(run)
    print(f"bare loop {loop:,.0f} rows/s; rows {ours:,.0f} rows/s; ratio {ours / loop:.2f}")
    print(f"memory: {megabytes() - before:,.0f} MB more than before, {megabytes():,.0f} MB in all")
    print(Answers(run, lambda *_: Answers(run, None)).progress)  # type: ignore[arg-type]


def kill(url: str, folder: Path, log: Path, count: int, kills: int) -> None:
    """Kill a run at random moments, go on each time, and count what was asked."""
    path, chance = folder / "killed.sqlite3", random.Random(7)  # noqa: S311 (no secret)
    ours = [sys.executable, __file__, "--url", url, "--rows", str(count), "--store", str(path)]
    for _ in range(kills):
        child = subprocess.Popen(ours, stdout=subprocess.DEVNULL)
        time.sleep(chance.uniform(1.0, 4.0))
        child.kill()
        child.wait()
    finish(run := engine(url, path, list(rows(count))))
    kept = run.store.read([name for name in run.names if name])
    answered = sum(each.error is None for each in kept.values())
    asked = log.read_text().count("POST /v1/messages")
    print(f"{kills} kills of {count:,} rows: {answered:,} answered, {asked:,} asked")
    print(f"at most {count + kills * AT_ONCE:,} were allowed: rows and what was on its way")


def main() -> None:
    """Measure what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--iterator", action="store_true")
    parser.add_argument("--batch", action="store_true")
    parser.add_argument("--kills", type=int, default=0)
    parser.add_argument("--url", help=argparse.SUPPRESS)
    parser.add_argument("--store", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.url:  # the child that is killed
        finish(engine(given.url, given.store, list(rows(given.rows))))
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        process, url = emulator(folder / "log")
        try:
            if given.kills:
                kill(url, folder, folder / "log", given.rows, given.kills)
            else:
                compare(url, folder, given.rows, iterator=given.iterator, batch=given.batch)
        finally:
            process.terminate()
            process.wait()


if __name__ == "__main__":
    os.environ.pop("ANTHROPIC_BASE_URL", None)
    main()
