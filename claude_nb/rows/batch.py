"""The same rows as message batches: half the price, done within a day, found again after anything.

What is about to be created is written down first, and it is created once: where the reply was
lost, the batch is looked for in the list. Rows in a batch belong to it, not to a process, so that
any kernel with the same call collects them.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from claude_nb.api import errors
from claude_nb.ask.errors import InputError
from claude_nb.rows import judging
from claude_nb.rows.progress import Progress
from claude_nb.rows.run import Run, Work
from claude_nb.rows.sending import Sender
from claude_nb.rows.store import Intent, Kept, Name, State, name_of, text_of

__all__ = ["BatchRun", "place_of"]

MOST = 100_000  # requests of one batch
MOST_BYTES = 255_000_000  # of one batch: 256 MB with what is around the requests
_AROUND = 80  # bytes around the parameters of a request
_ROUND = 500  # results that are written at once
_SKEW = 120.0  # seconds that the server's clock may be behind ours
_SURE = 60.0  # seconds after which a batch that is not in the list was not created
_LOOKS = 2.0  # seconds between two looks at the list
_FIRST, _LONGEST, _GROWTH = 1.0, 60.0, 1.5  # seconds between two looks at a batch
_UNASKED = {
    "canceled": "The batch was cancelled before this row was asked.",
    "expired": "The batch expired before this row was asked.",
}


def place_of(server: str, key: Any) -> str:
    """Return what tells the batches of one server and key from all others."""
    return hashlib.sha256(f"{server} {getattr(key, 'tail', '')}".encode()).hexdigest()[:16]


@dataclass(eq=False)
class BatchRun(Run):
    """A run whose rows go out as batches.

    Attributes
    ----------
    longest : float
        Seconds between two looks at a batch, at most.
    sure : float
        Seconds after which a batch that is not in the server's list was not created.
    """

    longest: float = _LONGEST
    sure: float = _SURE
    ids: list[str] = field(default_factory=list[str])

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.plan.common.functions:
            raise InputError(
                "tools= cannot be called from a batch, which nobody answers in between: leave out "
                "via='batch'."
            )
        if self.plan.common.params.get("mcp_servers"):
            raise InputError(
                "MCP servers cannot be used in a batch, whose rows have no header of their own: "
                "leave out via='batch'."
            )
        self._place = place_of(self.client.base_url, self.client.api_key)
        self._size = 0
        self._said = ""
        self._unsure: list[tuple[str, list[Work]]] = []

    def progress(self) -> Progress:
        """Return where it stands."""
        waiting = 0 if self.ended else len(self.batched)
        return replace(super().progress(), running=waiting, why=self._said or "preparing a batch")

    async def _go_on(self, sender: Sender) -> None:
        for intent in await self._in_store(self.store.batches, self._place):
            if intent.state == "intended" and not intent.is_held:  # whoever sent it is gone
                await self._found(intent)
        await self._send_all(sender)
        while self._unsure and not self._stopping:
            await self._send_again(sender)
        await self._watch()

    def _take(self, work: Work, state: State) -> None:
        super()._take(work, state)
        if state == "mine":
            self._size += _bytes(work)

    def _look_for_pattern(self, kept: Kept) -> None:
        """Do nothing: the rows of a batch were all sent before the first one failed."""

    # Creating.

    async def _send_all(self, sender: Sender) -> None:
        while not self._stopping and (self._work or not self._drawn):
            if not self._drawn and len(self._work) < MOST and self._size < MOST_BYTES:
                await self._in_store(self._draw)
            else:
                await self._create(sender)

    def _next_batch(self) -> list[Work]:
        """Return as many rows as fit in one batch, and at least one."""
        works: list[Work] = []
        size = 0
        while self._work and len(works) < MOST:
            more = _bytes(self._work[0])
            if works and size + more > MOST_BYTES:
                break
            size += more
            works.append(self._work.popleft())
        self._size -= size
        return works

    async def _create(self, sender: Sender) -> None:
        works = self._next_batch()
        names = [work.name for work in works]
        intent = await self._in_store(self.store.intend, self.owner, self._place, names)
        requests = [{"custom_id": text_of(work.name), "params": work.params} for work in works]
        self._said = f"sending a batch of {len(names):,}"
        try:
            batch = await sender.client.messages.batches.create(requests=requests)
        except errors.APIError as error:
            if not _may_be_there(error):
                await self._in_store(self.store.settle, intent, "refused")
                raise
            self._unsure.append((intent, works))
        else:
            await self._in_store(self.store.created, intent, batch.id)
            self.batched.update(names)

    async def _send_again(self, sender: Sender) -> None:
        """Find a batch whose reply was lost, or send its rows once more if it is surely none."""
        name, works = self._unsure.pop()
        known = await self._in_store(self.store.batches, self._place)
        if await self._found(next(each for each in known if each.intent == name)):
            self.batched.update(work.name for work in works)
            return
        states = await self._in_store(self.store.claim, self.owner, [w.name for w in works])
        for work in works:
            self._take(work, states[work.name])
        await self._send_all(sender)

    async def _found(self, intent: Intent) -> bool:
        """Look for a batch in the server's list until it is sure that it is none."""
        self._said = "looking for a batch whose reply was lost"
        while not self._stopping:
            batch = await self._in_list(intent)
            if batch and await self._in_store(self.store.created, intent.intent, batch):
                return True
            if time.time() - intent.at >= self.sure:
                await self._in_store(self.store.settle, intent.intent, "lost")
                break
            await self._pause(min(_LOOKS, self.sure))
        return False

    async def _in_list(self, intent: Intent) -> str:
        """Return the batch of the list that this must be: new, of that size, and no other's."""
        known = {each.batch for each in await self._in_store(self.store.batches)}
        since = datetime.fromtimestamp(intent.at - _SKEW, UTC)
        async for batch in self.client.messages.batches.list(limit=100):
            if batch.created_at < since:
                return ""
            counts = batch.request_counts
            total = counts.processing + counts.succeeded + counts.errored + counts.canceled
            if batch.id not in known and total + counts.expired == intent.requests:
                return batch.id
        return ""

    # Watching.

    async def _watch(self) -> None:
        pause = min(_FIRST, self.longest)
        while self.batched and not self._stopping:
            for intent in await self._in_store(self.store.batches, self._place):
                if intent.batch and intent.state == "created":
                    await self._look(intent)
            still = await self._in_store(self.store.still_batched, list(self.batched))
            self.batched.intersection_update(still)
            if self.batched:
                await self._pause(pause)
                pause = min(pause * _GROWTH, self.longest)
        if self.batched:
            self._stopping = "detached"

    async def _look(self, intent: Intent) -> None:
        try:
            batch = await self.client.messages.batches.retrieve(str(intent.batch))
        except errors.NotFoundError:
            if time.time() - intent.at > 10 * _SURE:  # one that is new may not be there yet
                await self._in_store(self.store.settle, intent.intent, "gone")
            return
        if batch.id not in self.ids:
            self.ids.append(batch.id)
        self._said = f"{batch.id} is {batch.processing_status.replace('_', ' ')}"
        if batch.processing_status == "ended":
            await self._collect(intent)

    async def _collect(self, intent: Intent) -> None:
        results = await self.client.messages.batches.results(str(intent.batch))
        self.hear(results.response.headers)
        part: dict[Name, Kept] = {}
        async for each in results:
            part[name_of(each.custom_id)] = self._kept(each.result)
            if len(part) >= _ROUND:
                await self._saved(part)
                part = {}
        await self._saved(part)
        await self._in_store(self.store.settle, intent.intent, "collected")

    async def _saved(self, part: Mapping[Name, Kept]) -> None:
        await self._in_store(self.store.save, self.owner, part)
        for name, kept in part.items():
            if name in self.batched:
                self.batched.discard(name)
                self._count(kept)

    def _kept(self, result: Any) -> Kept:
        if result.type == "succeeded":
            message = result.message.to_dict()
            wrong = judging.problem(
                message, self.plan.schema, self.plan.common.params["max_tokens"]
            )
            return Kept(message, wrong)
        if result.type in _UNASKED:
            return Kept(None, {"type": result.type, "message": _UNASKED[result.type]})
        error = result.error.error
        return Kept(None, {"type": error.type, "message": str(error.message)})


def _bytes(work: Work) -> int:
    return len(json.dumps(work.params)) + _AROUND


def _may_be_there(error: errors.APIError) -> bool:
    """Return whether a batch may have been created although its creation failed."""
    if not isinstance(error, errors.APIStatusError):
        return True
    return error.status_code >= 500 and not isinstance(error, errors.OverloadedError)  # noqa: PLR2004
