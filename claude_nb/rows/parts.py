"""The rows of a run in parts, each answered by whoever an `Executor` gives it to.

Who has a part writes its answers to the store that all share, and tells how it went. Here parts are
only handed out and counted: a few at a time, for rows may be more than memory holds.
"""

from __future__ import annotations

import asyncio
import pickle
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from claude_nb.ask.errors import InputError
from claude_nb.rows.progress import Progress
from claude_nb.rows.run import Run
from claude_nb.rows.sending import Sender
from claude_nb.rows.store import Name

__all__ = ["PartRun", "Told", "told", "width_of"]

_PART = 200  # rows
_WIDTH = 4  # parts at once, of an executor that does not say how many workers it has
_POLL = 1.0  # seconds
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Told:
    """How it went with a part.

    Attributes
    ----------
    names : list of Name or None
        Under which its answers are kept; None of a row that was not asked.
    unasked : dict
        Why rows were not asked, by their place in the part.
    progress : Progress
        How its run ended.
    equal : int
        Rows that are equal to others of the part.
    emulated : bool
        Whether an emulator answered.
    """

    names: list[Name | None]
    unasked: dict[int, dict[str, Any]]
    progress: Progress
    equal: int
    emulated: bool


def told(run: Run) -> Told:
    """Return how a run over a part went."""
    return Told(run.names, run.unasked, run.progress(), run.equal, run.emulated)


def width_of(executor: Executor | None) -> int:
    """Return how many parts an executor works on at once, as far as it says that."""
    said: Any = getattr(executor, "_max_workers", None)  # those of the standard library, and loky
    return said if isinstance(said, int) and said > 0 else _WIDTH


@dataclass(eq=False, kw_only=True)
class PartRun(Run):
    """A run whose rows others ask.

    Attributes
    ----------
    executor : Executor
        Who gives parts to them.
    ask : callable
        What they do with a part: returns what it told.
    width : int
        Parts that are handed out at once.
    """

    executor: Executor
    ask: Callable[[Sequence[Row]], Told]
    width: int

    def __post_init__(self) -> None:
        super().__post_init__()
        self._handed = 0
        share = -(-(self.table.count or _PART * self.width) // self.width)
        self._size = max(1, min(_PART, share))

    def set_limit(self, most: int) -> None:
        """Refuse: who has a part has its share of the limit, too."""
        raise InputError(
            f"limit={most}: what an executor runs elsewhere keeps the limit that it began with. "
            "Stop it, and call again with another limit=."
        )

    def progress(self) -> Progress:
        """Return where it stands."""
        said = f"{len(self._tasks)} parts at once in {type(self.executor).__name__}"
        return replace(super().progress(), running=self._handed, why=said)

    async def _go_on(self, sender: Sender) -> None:  # noqa: ARG002 (others send)
        while self._tasks or not (self._drawn or self._stopping):
            while len(self._tasks) < self.width and not (self._drawn or self._stopping):
                place, part = await self._in_store(self._next_part)
                if part:
                    self._tasks.add(asyncio.create_task(self._hand(place, part)))
            if self._tasks:
                await self._pause(_POLL)

    def _next_part(self) -> tuple[int, list[Row]]:
        """Draw rows, in the store's thread: iterators may be slow."""
        drawn = list(islice(self._rows, self._size))
        self._drawn = len(drawn) < self._size
        if not drawn:
            return 0, []
        self._open(len(drawn) * self.samples)
        return drawn[0][0], [row for _, row in drawn]

    async def _hand(self, place: int, part: list[Row]) -> None:
        self._handed += len(part)
        try:
            future = self.executor.submit(self.ask, part)
            self._hear(place, await asyncio.wrap_future(future))
        except asyncio.CancelledError:
            self.stop()
        except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 (raised where it was begun)
            self._end_with(_known(error))
        finally:
            self._handed -= len(part)
            if task := asyncio.current_task():
                self._tasks.discard(task)
            self._wake.set()

    def _hear(self, place: int, part: Told) -> None:
        """Count what came of a part."""
        now, unasked = part.progress, {place + row: why for row, why in part.unasked.items()}
        self._fill(place * self.samples, part.names, unasked)
        self._add(part.equal, emulated=part.emulated)
        for name in ("known", "done", "failed"):
            self._counts[name] += getattr(now, name)
        self._counts["input"] += now.input_tokens
        self._counts["output"] += now.output_tokens
        self._counts["cached"] += now.cached_tokens
        self._spared += now.saved or 0.0
        if asked := now.done + now.failed - len(part.unasked) * self.samples:
            self._asked += asked
            is_known = self._cost is not None and now.cost is not None
            self._cost = (self._cost or 0.0) + (now.cost or 0.0) if is_known else None
        if now.ended in {"stopped", "alike"}:
            self.stop(now.ended)


def _known(error: BaseException) -> BaseException:
    """Return an error, or what it means where it is about what can be sent to a process."""
    if isinstance(error, pickle.PicklingError) or "pickle" in str(error).lower():
        return InputError(
            f"executor= sends schema and functions to other processes, and one cannot go: {error}. "
            "Define it in a module of its own, or use a ThreadPoolExecutor."
        )
    if isinstance(error, RuntimeError) and "shutdown" in str(error):
        return InputError(
            "executor= takes no more work, since it was shut down: call inside its with block, or "
            "make a new one."
        )
    return error
