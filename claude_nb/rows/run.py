"""A run over rows, one request each: claimed, sent at the common pace, on disk before it counts.

Runs in a thread with a loop of its own, because a kernel's loop belongs to the kernel; whoever
started it waits, or goes on. Rows are drawn as they are needed, so that a table may be larger than
memory.
"""

from __future__ import annotations

import asyncio
import sqlite3
import threading
import time
from collections import Counter, deque
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from claude_nb.api.calls import EMULATED_HEADER
from claude_nb.api.client import AsyncAnthropic
from claude_nb.ask.errors import InputError
from claude_nb.rows import judging
from claude_nb.rows.ahead import counted, spread
from claude_nb.rows.allowance import Allowance
from claude_nb.rows.owners import LEASE, Owner
from claude_nb.rows.pace import Pace
from claude_nb.rows.plan import RECORDING, Plan
from claude_nb.rows.progress import Progress, uncached
from claude_nb.rows.sending import Sender
from claude_nb.rows.store import Kept, Name, State, Store
from claude_nb.rows.tables import Table

__all__ = ["Run", "Work"]

_AHEAD = 64  # rows that are composed and claimed before their turn
_FEW = 4  # of rows with files, each of which may fill a request
_POLL = 1.0  # seconds until rows of another kernel are looked at again
_NONE: Mapping[str, Any] = MappingProxyType({})
_ALIKE = 10  # first rows that all fail in the same way: then nothing more is sent


@dataclass(frozen=True, slots=True)
class Work:
    """A row that is to be asked."""

    name: Name
    params: Mapping[str, Any]


@dataclass(eq=False)
class Run:
    """A run.

    Attributes
    ----------
    plan : Plan
        What is asked.
    table : Table
        Of which rows.
    store : Store
        Where answers are kept.
    client : AsyncAnthropic
        Who asks.
    pace : Pace
        How many at once.
    samples : int
        How often each row is asked.
    budget : float or None
        US dollars that this run may cost.
    limit : int or None
        Most requests at once; may be changed while it runs.
    again : bool
        Whether rows that failed before are asked again.
    most : int or None
        Rows after which it ends, as a pilot does.
    before : Mapping
        What is taken over from an earlier run, by place among the answers: it is not asked.
    allowance : Allowance
        What it may cost, perhaps together with other runs; by default its own budget.
    """

    plan: Plan
    table: Table
    store: Store
    client: AsyncAnthropic
    pace: Pace
    samples: int = 1
    budget: float | None = None
    limit: int | None = None
    again: bool = False
    most: int | None = None
    before: Mapping[int, Name] = field(default_factory=dict[int, Name])
    allowance: Allowance | None = None
    names: list[Name | None] = field(default_factory=list[Name | None])
    unasked: dict[int, dict[str, Any]] = field(default_factory=dict[int, dict[str, Any]])
    fatal: BaseException | None = None
    batched: set[Name] = field(default_factory=set[Name])
    counted: list[int] = field(default_factory=list[int])
    equal: int = 0
    ended: str = ""

    def __post_init__(self) -> None:
        self.owner: Owner = Owner()
        self.emulated: bool = self.plan.server == "emulator"
        self._counts: Counter[str] = Counter()
        self._cost: float | None = 0.0
        self._spared: float = 0.0
        self._ahead = _FEW if self.plan.options.attach else _AHEAD
        self._allowance = self.allowance or Allowance(self.budget, self.plan.models)
        self._asked = 0
        self._alike: Counter[str] = Counter()
        self._work: deque[Work] = deque()
        self._theirs: dict[Name, Work] = {}
        self._seen: set[Name] = set()
        self._rows: Iterator[tuple[int, Mapping[str, Any]]] = enumerate(self.table.rows)
        self._drawn = False
        self._stopping = ""
        self._finished: dict[Name, Kept] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._writing: asyncio.Task[None] | None = None
        self._began = self._ended_at = 0.0
        self._loop: asyncio.AbstractEventLoop | None = None
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._perform, name="claude_nb rows", daemon=True)

    # From any thread.

    def start(self) -> None:
        """Begin."""
        self._began = time.monotonic()
        self._thread.start()

    def wait(self, seconds: float | None = None) -> bool:
        """Wait for the end, or so many seconds; return whether it is over."""
        # not by the thread: a join that is interrupted takes it for ended (Python 3.11, 3.12)
        return self._over.wait(seconds)

    def stop(self, reason: str = "stopped", *, now: bool = False) -> None:
        """Begin no more rows; with `now`, do not even wait for those on their way."""
        self._stopping = self._stopping or reason
        loop = self._loop
        if loop is not None:
            with suppress(RuntimeError):  # it ended in between
                loop.call_soon_threadsafe(self._cancel if now else self._wake.set)

    def set_limit(self, most: int) -> None:
        """Ask at most so many at once from now on."""
        self.limit = most

    def progress(self) -> Progress:
        """Return where it stands."""
        count = self._counts
        total = self.table.count
        limit = min(int(self.pace.window), self.limit or self.pace.most)
        return Progress(
            total=len(self.names)
            if self._drawn
            else total
            if total is None
            else total * self.samples,
            known=count["known"],
            done=count["done"],
            failed=count["failed"],
            running=len(self._tasks),
            input_tokens=count["input"],
            output_tokens=count["output"],
            cached_tokens=count["cached"],
            cost=self._cost if self._asked else None,
            saved=None if self._cost is None else self._spared,
            seconds=(self._ended_at or time.monotonic()) - self._began,
            limit=limit,
            why=self.pace.why,
            ended=self.ended,
        )

    def hear(self, headers: Mapping[str, str]) -> None:
        """Note who answered: a recording may be of the emulator."""
        self.emulated = self.emulated or EMULATED_HEADER in headers

    # In its own thread.

    def _perform(self) -> None:
        try:
            asyncio.run(self._all())
        except BaseException as error:  # noqa: BLE001 (it is raised where the run was started)
            self.fatal = self.fatal or error
        self._ended_at = self._ended_at or time.monotonic()
        self.ended = "error" if self.fatal else self._stopping or "done"
        self._over.set()

    async def _all(self) -> None:
        self._wake, self._lock = asyncio.Event(), asyncio.Lock()
        self._loop = asyncio.get_running_loop()
        client, sealed = self.client.copy(max_retries=0), self.plan.sealed
        sender = Sender(client, self.pace, sealed=sealed, heard=self.hear)
        with ThreadPoolExecutor(1, "claude_nb store") as pool:
            self._pool = pool
            beating = asyncio.create_task(self._beat())
            try:
                await self._go_on(sender)
                if self.most is not None and self._asked and not self._stopping:
                    self._ended_at = time.monotonic()
                    await self._look_ahead(client)
            finally:
                while self._tasks:
                    await asyncio.wait(self._tasks)
                await self._written()
                beating.cancel()
                await self._in_store(self.store.release, self.owner)

    async def _look_ahead(self, client: AsyncAnthropic) -> None:
        """Have rows counted that a pilot leaves; not by a recording, which knows no more rows."""
        if self.plan.server != RECORDING and not self.plan.common.functions:
            asked = len(self.names) // self.samples
            requests = await self._in_store(spread, self.plan, self.table, asked)
            self.counted = await counted(client, requests)

    async def _in_store(self, work: Any, *given: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._pool, work, *given)

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(LEASE / 3)
            await self._in_store(self.store.beat, self.owner)

    async def _go_on(self, sender: Sender) -> None:
        drawing: asyncio.Task[Any] | None = None
        while not self._stopping:
            if len(self._work) < self._ahead // 2 and not self._drawn and drawing is None:
                drawing = asyncio.create_task(self._in_store(self._draw))
                drawing.add_done_callback(lambda _: self._wake.set())
            if drawing is not None and drawing.done():
                await drawing
                drawing = None
                continue
            pause = self._next(sender, drawing is None)
            if pause is None:
                break
            if pause:
                await self._pause(pause)
        if drawing is not None:
            await drawing

    def _next(self, sender: Sender, idle: bool) -> float | None:  # noqa: FBT001 (of ours)
        """Send a row and return 0, or return the seconds to wait; None if there is no more."""
        if not self._work:
            if not idle or self._tasks:
                return _POLL
            if self._theirs:
                self._look_again()
                return 0 if self._work else _POLL
            return None
        work = self._work[0]
        if not self._allowance.allows(work.name, work.params):
            if not self._tasks:
                self._stopping = "budget"
            return _POLL
        alone = self.plan.is_cached and self._tasks and not self._asked  # it keeps what all share
        wait = _POLL if alone else self.pace.admit(self.limit)
        if wait:
            return wait
        task = asyncio.create_task(self._ask(sender, self._work.popleft()))
        self._tasks.add(task)
        return 0

    async def _pause(self, seconds: float) -> None:
        self._wake.clear()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._wake.wait(), seconds)

    def _cancel(self) -> None:
        for task in self._tasks:
            task.cancel()
        self._wake.set()

    def _draw(self) -> None:
        """Compose and claim the next rows, in the store's thread: iterators may be slow."""
        drawn: dict[Name, Work] = {}
        for _ in range(self._ahead):
            if self.most is not None and len(self.names) >= self.most * self.samples:
                self._drawn = True
                break
            place, row = next(self._rows, (-1, _NONE))
            if place < 0:
                self._drawn = True
                break
            self._compose(place, row, drawn)
        states = self.store.claim(self.owner, list(drawn), again=self.again) if drawn else {}
        for name, state in states.items():
            self._take(drawn[name], state)

    def _compose(self, place: int, row: Mapping[str, Any], drawn: dict[Name, Work]) -> None:
        try:
            planned = self.plan.of(row)
        except InputError as problem:
            self.unasked[place] = judging.error_of(problem)
            self.names += [None] * self.samples
            self._counts["failed"] += self.samples
            return
        for sample in range(self.samples):
            name = self.before.get(len(self.names), (planned.key, sample))
            is_before = len(self.names) in self.before
            self.names.append(name)
            if is_before:
                self._counts["known"] += 1
            elif name in self._seen:
                self.equal += 1
                self._counts["known"] += 1
            else:
                self._seen.add(name)
                drawn[name] = Work(name, planned.params)

    def _take(self, work: Work, state: State) -> None:
        if state == "mine":
            self._work.append(work)
        elif state == "theirs":
            self._theirs[work.name] = work
        elif state == "batched":
            self.batched.add(work.name)
        else:
            self._counts["known"] += 1

    def _look_again(self) -> None:
        waiting, self._theirs = self._theirs, {}
        for name, state in self.store.claim(self.owner, list(waiting)).items():
            self._take(waiting[name], state)

    def _end_with(self, error: BaseException) -> None:
        self.fatal, self._stopping = self.fatal or error, "error"

    # What others tell of rows that they ask.

    def _open(self, count: int) -> None:
        """Make room for so many answers."""
        self.names += [None] * count

    def _fill(
        self, at: int, names: list[Name | None], unasked: Mapping[int, dict[str, Any]]
    ) -> None:
        """Take over what became of the rows whose answers begin at a place."""
        self.names[at : at + len(names)] = names
        self.unasked |= unasked

    def _add(self, equal: int, *, emulated: bool) -> None:
        """Take over how many rows were equal to others, and who answered."""
        self.equal += equal
        self.emulated = self.emulated or emulated

    # One row.

    async def _ask(self, sender: Sender, work: Work) -> None:
        kept: Kept | None = None
        try:
            functions = self.plan.common.functions
            message, seconds = await sender.answer(work.params, functions)
            self._allowance.answered(work.name, message.get("usage") or {})
            wrong = judging.problem(message, self.plan.schema, work.params["max_tokens"])
            kept = Kept(message, wrong, seconds)
        except asyncio.CancelledError as error:
            self._allowance.failed(work.name, error)
        except Exception as error:  # noqa: BLE001 (a row never fails the table)
            self._allowance.failed(work.name, error)
            if judging.is_fatal(error):
                self._end_with(error)
            else:
                kept = Kept(None, judging.error_of(error))
        try:
            if kept is not None:
                await self._keep(work.name, kept)
        except sqlite3.Error as problem:
            self._end_with(self.store.unwritten(problem))
        finally:
            self.pace.ended()
            task = asyncio.current_task()
            if task is not None:
                self._tasks.discard(task)
            self._wake.set()

    async def _keep(self, name: Name, kept: Kept) -> None:
        """Have a row written, together with those that end while others are written."""
        self._finished[name] = kept
        if self._writing is None:
            self._writing = asyncio.create_task(self._write())
        await asyncio.shield(self._writing)

    async def _write(self) -> None:
        async with self._lock:
            finished, self._finished, self._writing = self._finished, {}, None
            await self._in_store(self.store.save, self.owner, finished)
        for kept in finished.values():
            self._count(kept)

    async def _written(self) -> None:
        """Wait until all that came is on disk, also of rows that nobody waits for any more."""
        if self._writing is not None:
            await self._writing
        async with self._lock:
            pass

    def _count(self, kept: Kept) -> None:
        self._asked += 1
        self._counts["failed" if kept.error else "done"] += 1
        if kept.message is not None:
            self._take_up(str(kept.message.get("model")), kept.message.get("usage") or _NONE)
        self._look_for_pattern(kept)

    def _take_up(self, model: str, usage: Mapping[str, Any]) -> None:
        """Count what an answer took."""
        plain = uncached(usage)
        self._counts["input"] += plain["input_tokens"]
        self._counts["output"] += usage.get("output_tokens") or 0
        self._counts["cached"] += usage.get("cache_read_input_tokens") or 0
        price = self.plan.models.cost(model, usage)
        if price is None or self._cost is None:
            self._cost = None
            return
        self._cost += price
        if plain["input_tokens"] != usage.get("input_tokens"):
            self._spared += (self.plan.models.cost(model, plain) or price) - price

    def _look_for_pattern(self, kept: Kept) -> None:
        """End a run whose first rows all failed in the same way, before all the others do."""
        self._alike[str(kept.error["type"]) if kept.error else ""] += 1
        if self._asked == _ALIKE == self._alike.most_common(1)[0][1] and kept.error:
            self.stop("alike")
