"""Rows through the engine of claude_nb.map, beside a bare asyncio and httpx loop and its peers.

The emulator is a process of its own, at speed 0; each side is a process of its own too, one after
the other, so that neither warms the other up and each one's memory is its own. Printed are rows a
second, their ratio to the bare loop, the processor's time for a row and the memory at its most
above that before the run. ``--rows 100000 --iterator`` draws the rows from a generator;
``--growth`` also runs a tenth of the rows and prints how time grows, ``--rounds 3`` runs both sides
in turns. ``--peers PYTHON`` has other packages of that interpreter's environment ask the same
(``pip install chatlas async-batch-llm anthropic``); they write nothing to disk here. ``--kills 20``
kills a run that often instead, goes on each time, and counts what the emulator was asked;
``--batch`` does any of it by message batches.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import re
import resource
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

if TYPE_CHECKING:
    from claude_nb.rows.run import Run

AT_ONCE = 32
MOST_BARE = 10_000  # rows of the bare loop, which holds a task for each
MODEL = "claude-sonnet-4-6"
PROMPT = "Say {{text}} and {{n}}"
ADDRESS = re.compile(r"http://[\d.:]+")


def rows(count: int) -> Iterator[dict[str, object]]:
    """Yield rows, no two of which are equal."""
    return ({"n": n, "text": f"word {n}"} for n in range(count))


def emulator(log: Path) -> tuple[subprocess.Popen[str], str]:
    """Start an emulator and return its process and address; each call is a line in the log."""
    command = [sys.executable, "-m", "claude_nb", "emulator", "--port", "0", "--speed", "0"]
    out = log.open("w")
    command += ["--requests-per-minute", "100000000", "--log"]  # our engine keeps to what is told
    process = subprocess.Popen(command, stdout=out, text=True)
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
            body: dict[str, object] = {"model": MODEL, "max_tokens": 4096}
            body["messages"] = [{"role": "user", "content": content}]
            async with gate:
                return (await client.post(f"{url}/v1/messages", headers=headers, json=body)).json()

        await asyncio.gather(*map(one, rows(count)))


def prompts(count: int) -> list[str]:
    """Return what the rows ask."""
    return [f"Say {each['text']} and {each['n']}" for each in rows(count)]


async def chatlas(url: str, count: int) -> None:
    """Ask with `parallel_chat`; its limit of requests a minute is set out of the way."""
    from chatlas import ChatAnthropic, parallel_chat  # noqa: PLC0415 (another environment's)

    chat = ChatAnthropic(model=MODEL, api_key="bench", kwargs={"base_url": url})
    done = await parallel_chat(chat, prompts(count), max_active=AT_ONCE, rpm=10**9)
    assert not [each for each in done if isinstance(each, Exception | None)]


async def batch_llm(url: str, count: int) -> None:
    """Ask with `async_batch_llm`, whose strategy calls the official SDK."""
    from anthropic import AsyncAnthropic  # noqa: PLC0415 (another environment's)
    from async_batch_llm import CallableStrategy, CallOutcome, process_prompts  # noqa: PLC0415

    client = AsyncAnthropic(api_key="bench", base_url=url, max_retries=0)

    async def ask(prompt: str, **_: object) -> CallOutcome[str]:
        messages = [{"role": "user", "content": prompt}]
        reply = await client.messages.create(model=MODEL, max_tokens=4096, messages=messages)
        return CallOutcome(reply.content[0].text)

    done = await process_prompts(CallableStrategy(ask), prompts(count), concurrency=AT_ONCE)
    assert all(each.success for each in done.results)


LOOPS = {"bare": bare, "chatlas": chatlas, "async-batch-llm": batch_llm}


def engine(url: str, path: Path, given: object, *, batch: bool = False) -> Run:
    """Return a run over rows of this engine, which environments of peers do not have."""
    from claude_nb.api.client import AsyncAnthropic  # noqa: PLC0415 (not for peers)
    from claude_nb.ask.options import Options  # noqa: PLC0415 (as above)
    from claude_nb.rows.batch import BatchRun  # noqa: PLC0415 (as above)
    from claude_nb.rows.pace import Pace  # noqa: PLC0415 (as above)
    from claude_nb.rows.plan import Plan  # noqa: PLC0415 (as above)
    from claude_nb.rows.run import Run  # noqa: PLC0415 (as above)
    from claude_nb.rows.store import Store  # noqa: PLC0415 (as above)
    from claude_nb.rows.tables import table  # noqa: PLC0415 (as above)

    client = AsyncAnthropic(api_key="bench", base_url=url)
    pace = Pace(window=AT_ONCE, most=AT_ONCE)
    plan = Plan(PROMPT, Options(), {}, "bench")
    return (BatchRun if batch else Run)(plan, table(given), Store(path), client, pace)


def finish(run: Run) -> None:
    """Run to the end; raise what ended it."""
    run.start()
    run.wait()
    if run.fatal:
        raise run.fatal


def megabytes() -> float:
    """Return the most memory this process had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


# One side, in a process of its own.


def side(given: argparse.Namespace) -> None:
    """Ask all rows, and print seconds, the processor's seconds and megabytes."""
    drawn = rows(given.rows)
    asked = drawn if given.iterator else list(drawn)
    loop = LOOPS.get(given.side)
    run = None if loop else engine(given.url, given.store, asked, batch=given.batch)
    before, began, used = megabytes(), time.perf_counter(), time.process_time()
    if run is None:
        asyncio.run(loop(given.url, given.rows))
    else:
        finish(run)
    seconds, processor = time.perf_counter() - began, time.process_time() - used
    answered = given.rows if run is None else run.progress().done
    print(f"{seconds:.3f} {processor:.3f} {megabytes() - before:.1f} {answered}")


def measured(
    url: str, folder: Path, name: str, count: int, *flags: str, python: str = sys.executable
) -> list[float]:
    """Return what one side of the comparison prints."""
    store = folder / f"{name}-{count}.sqlite3"
    told = ["--side", name, "--url", url, "--store", str(store), "--rows", str(count), *flags]
    done = subprocess.run([python, __file__, *told], stdout=subprocess.PIPE, text=True, check=True)
    return list(map(float, done.stdout.split()[-4:]))  # some talk before


def compare(url: str, folder: Path, given: argparse.Namespace) -> None:
    """Print a line for each side, and how time grows."""
    count, flags = given.rows, [f"--{n}" for n in ("iterator", "batch") if getattr(given, n)]
    ratios: list[float] = []
    for number in range(given.rounds):  # in turns: what else the machine does hits both
        place = folder / str(number)
        place.mkdir()
        few = min(count, MOST_BARE)
        bare_took = show("bare loop", few, *measured(url, place, "bare", few)) * count / few
        seconds = show("claude_nb", count, *measured(url, place, "rows", count, *flags))
        ratios.append(bare_took / seconds)
        print(f"  ratio to the bare loop {ratios[-1]:.2f}", flush=True)
    loop = count / bare_took
    print(f"  median of {given.rounds}: {statistics.median(ratios):.2f}")
    if given.growth:
        tenth = measured(url, folder, "rows", count // 10, *flags)
        print(f"  time of {count:,} rows to that of {count // 10:,}: {seconds / tenth[0]:.1f}")
    for peer in ("chatlas", "async-batch-llm") if given.peers else ():
        took = show(peer, few, *measured(url, folder, peer, few, python=given.peers))
        print(f"  ratio to the bare loop {few / took / loop:.2f}", flush=True)


def show(  # noqa: PLR0917
    name: str, count: int, seconds: float, processor: float, memory: float, answered: float
) -> float:
    """Print what one side took, and return its seconds."""
    print(
        f"{name:16} {count / seconds:6,.0f} rows/s, {1000 * processor / count:.2f} ms of the "
        f"processor a row, {memory:,.0f} MB more than before, {answered:,.0f} answered",
        flush=True,
    )
    return seconds


# Killed.


def kill(url: str, folder: Path, log: Path, given: argparse.Namespace) -> None:
    """Kill a run at random moments, go on each time, and count what was asked."""
    path, chance = folder / "killed.sqlite3", random.Random(7)  # noqa: S311 (no secret)
    told = ["--side", "rows", "--url", url, "--rows", str(given.rows), "--store", str(path)]
    ours = [sys.executable, __file__, *told, *(["--batch"] if given.batch else [])]
    for _ in range(given.kills):
        child = subprocess.Popen(ours, stdout=subprocess.DEVNULL)
        time.sleep(chance.uniform(1.0, 1.0 + given.within))
        child.send_signal(signal.SIGKILL)
        child.wait()
    finish(run := engine(url, path, list(rows(given.rows)), batch=given.batch))
    kept = run.store.read([name for name in run.names if name])
    answered = sum(each.error is None for each in kept.values())
    calls = re.findall(r"POST /v1/messages(/batches)?(?= )", log.read_text())
    print(f"{given.kills} kills of {given.rows:,} rows: {answered:,} answered")
    if given.batch:
        print(f"  {calls.count('/batches')} batches were created")
    else:
        most = given.rows + given.kills * AT_ONCE
        print(f"  {len(calls):,} asked; at most {most:,} were allowed: what was on its way")


def main() -> None:
    """Measure what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--iterator", action="store_true")
    parser.add_argument("--batch", action="store_true")
    parser.add_argument("--growth", action="store_true")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--peers")
    parser.add_argument("--kills", type=int, default=0)
    parser.add_argument("--within", type=float, default=3.0)
    parser.add_argument("--side", help=argparse.SUPPRESS)
    parser.add_argument("--url", help=argparse.SUPPRESS)
    parser.add_argument("--store", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.side:
        side(given)
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        process, url = emulator(folder / "log")
        try:
            if given.kills:
                kill(url, folder, folder / "log", given)
            else:
                compare(url, folder, given)
        finally:
            process.terminate()
            process.wait()


if __name__ == "__main__":
    os.environ.pop("ANTHROPIC_BASE_URL", None)
    main()
