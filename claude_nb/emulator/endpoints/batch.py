"""One message batch: its requests on disk, and its state as a function of the time.

Nothing runs in the background. What a batch has done by now follows from when it was created,
canceled and how long it takes; results are computed as they are read, so that a batch of 100,000
needs no more memory than one answer.

References
----------
Messages API, "Batch processing": states, counts, expiry after 24 hours, results kept 29 days.
"""

from __future__ import annotations

import json
import random
import tempfile
from array import array
from collections.abc import Iterator
from typing import Any

from claude_nb.emulator.clock import instant
from claude_nb.emulator.endpoints.headers import Caller
from claude_nb.emulator.wire import JSON

__all__ = ["EXPIRY", "Batch"]

EXPIRY = 24 * 3600.0  # seconds
_KEPT = 29 * 24 * 3600.0  # seconds
_IN_MEMORY = 64 * 1024  # bytes
_CANCEL_TIME = 1.0  # seconds between the wish and the end


class Batch:
    """A batch.

    Parameters
    ----------
    batch_id : str
        Its id.
    caller : Caller
        Who made it, under which API version.
    created : float
        Seconds since 1970.
    duration : float
        Seconds it takes; beyond 24 hours, what is not done by then expires.
    """

    def __init__(self, batch_id: str, caller: Caller, created: float, duration: float) -> None:
        self.id = batch_id
        self.caller = caller
        self.created = created
        self._duration = duration
        self._canceled: float | None = None
        # small ones take no file; a file has no name, and nobody else can read it
        self._store = tempfile.SpooledTemporaryFile(_IN_MEMORY, prefix="claude_nb-batch-")  # noqa: SIM115 - closed in close()
        self._offsets = array("Q", [0])
        self._refused = bytearray()  # 1 for each request that will end in an error

    def __len__(self) -> int:
        """Return the number of requests."""
        return len(self._refused)

    @property
    def size(self) -> int:
        """Bytes of its requests."""
        return self._offsets[-1]

    def add(self, entry: bytes, *, is_refused: bool) -> None:
        """Append a request (one line of JSON)."""
        self._store.write(entry)
        self._offsets.append(self._offsets[-1] + len(entry))
        self._refused.append(is_refused)

    def close(self) -> None:
        """Free the disk."""
        self._store.close()

    def cancel(self, now: float) -> None:
        """Ask for the end; what is done by now stays done."""
        if self._canceled is None:
            self._canceled = now

    def has_ended(self, now: float) -> bool:
        """Tell whether all requests have their result."""
        return now >= self._ends

    @property
    def _ends(self) -> float:
        ends = [self.created + self._duration, self.created + EXPIRY]
        if self._canceled is not None:
            ends.append(self._canceled + _CANCEL_TIME)
        return min(ends)

    def _done(self) -> int:
        # requests finish evenly over the duration; the rest is canceled or expires
        until = self.created + EXPIRY if self._canceled is None else self._canceled
        share = (until - self.created) / self._duration if self._duration > 0 else 1.0
        return int(len(self) * min(1.0, share))

    def _order(self) -> array[int]:
        order = array("L", range(len(self)))
        random.Random(self.id).shuffle(order)  # noqa: S311 - any order, but the same each time
        return order

    def describe(self, now: float, base_url: str) -> JSON:
        """Return the batch object."""
        is_kept = now < self.created + _KEPT
        results = f"{base_url}/v1/messages/batches/{self.id}/results"
        return {
            "id": self.id,
            "type": "message_batch",
            "processing_status": self._status(now),
            "request_counts": self._counts(now),
            "created_at": instant(self.created),
            "expires_at": instant(self.created + EXPIRY),
            "ended_at": instant(self._ends) if self.has_ended(now) else None,
            "cancel_initiated_at": None if self._canceled is None else instant(self._canceled),
            "archived_at": None if is_kept else instant(self.created + _KEPT),
            "results_url": results if self.has_ended(now) and is_kept else None,
        }

    def _status(self, now: float) -> str:
        if self.has_ended(now):
            return "ended"
        return "in_progress" if self._canceled is None else "canceling"

    def _counts(self, now: float) -> JSON:
        counts = dict.fromkeys(("processing", "succeeded", "errored", "canceled", "expired"), 0)
        if not self.has_ended(now):
            return {**counts, "processing": len(self)}
        done = self._done()
        errored = sum(self._refused[n] for n in self._order()[:done])
        undone = "expired" if self._canceled is None else "canceled"
        return {**counts, "succeeded": done - errored, "errored": errored, undone: len(self) - done}

    def outcomes(self) -> Iterator[tuple[JSON, str]]:
        """Yield (request, ``""`` or what befell it instead) in the order they finished."""
        done = self._done()
        undone = "expired" if self._canceled is None else "canceled"
        for rank, n in enumerate(self._order()):
            yield self._read(n), "" if rank < done else undone

    def _read(self, n: int) -> Any:
        self._store.seek(self._offsets[n])
        return json.loads(self._store.read(self._offsets[n + 1] - self._offsets[n]))
