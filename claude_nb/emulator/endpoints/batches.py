"""The batch endpoints: take in, list, show, cancel, delete, hand out results.

References
----------
Messages API, "Message Batches": limits, validation after acceptance, results in any order.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import re
import threading
from collections import Counter
from collections.abc import Callable, Generator, Iterator
from typing import Any, cast

from claude_nb.emulator.endpoints import listing
from claude_nb.emulator.endpoints.batch import Batch
from claude_nb.emulator.endpoints.headers import Caller
from claude_nb.emulator.validation import batch_item
from claude_nb.emulator.wire import (
    JSON,
    ApiError,
    Call,
    bad_json,
    bad_request,
    check_levels,
    dump,
    encode,
    parse,
    too_deep,
)

__all__ = ["KEPT_BYTES", "Batches"]

KEPT_BYTES = 512 * 1024 * 1024
_MOST = 100_000  # requests
_MOST_BATCHES = 512  # a batch counts at least as so small a part of what is kept
_OPENING = re.compile(r'\s*\{\s*"requests"\s*:\s*\[\s*')
_COMMA = re.compile(r"\s*,\s*")
_CLOSING = re.compile(r"\s*\]\s*\}\s*\Z")
_NOT_IN_BATCHES = ("stream", "speed")

Compose = Callable[[JSON, Caller, str], JSON]
Check = Callable[[JSON, Caller, float], None]


class Batches:
    """All batches of an emulator.

    Parameters
    ----------
    check : callable
        Raises ApiError for parameters that will end in an error if this caller sends them at a
        moment (seconds since 1970).
    compose : callable
        Answers valid parameters for a caller; the last argument tells repetitions apart.
    most : int
        Bytes of all of them together.
    """

    def __init__(self, check: Check, compose: Compose, most: int = KEPT_BYTES) -> None:
        self._most = most
        self._awaited: list[int] = []  # sizes of those that are being taken in
        self._check = check
        self._compose = compose
        self._batches: dict[str, Batch] = {}
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)

    def close(self) -> None:
        """Free the disk."""
        with self._lock:
            for batch in self._batches.values():
                batch.close()
            self._batches.clear()

    def create(self, call: Call, caller: Caller, now: float, duration: float) -> JSON:
        """Take in a batch; only its outer shape is checked."""
        with self._room(len(call.body), caller, now):
            batch = Batch(f"msgbatch_emu{next(self._numbers):021d}", caller, now, duration)
            try:
                self._fill(batch, _entries(call.body))
            except BaseException:
                batch.close()
                raise
            with self._lock:
                self._batches[batch.id] = batch
        return batch.describe(now, call.base_url)

    @contextlib.contextmanager
    def _room(self, size: int, caller: Caller, now: float) -> Generator[None]:
        """Keep room for a batch while it is taken in; ApiError, 413 or 429, if there is none."""
        size = self._cost(size)
        if size > self._most:
            raise ApiError(413, "request_too_large", "Request exceeds the maximum size")
        with self._lock:
            self._make_room(size, caller, now)
            self._awaited.append(size)
        try:
            yield
        except OSError:
            raise _full() from None
        finally:
            with self._lock:
                self._awaited.remove(size)

    def _make_room(self, size: int, caller: Caller, now: float) -> None:
        """Forget batches that have ended, of whoever has most, the oldest first."""
        held = Counter({caller.workspace: size})
        for batch in self._batches.values():
            held[batch.caller.workspace] += self._cost(batch.size)
        ended = [batch for batch in self._batches.values() if batch.has_ended(now)]
        while held.total() + sum(self._awaited) > self._most:
            oldest = max(ended, key=lambda batch: held[batch.caller.workspace], default=None)
            if oldest is None:
                raise _full()
            ended.remove(oldest)
            held[oldest.caller.workspace] -= self._cost(oldest.size)
            self._batches.pop(oldest.id).close()

    def _cost(self, size: int) -> int:
        return max(size, self._most // _MOST_BATCHES)

    def _fill(self, batch: Batch, entries: Iterator[Any]) -> None:
        seen = set[str]()
        for number, entry in enumerate(entries):
            if number >= _MOST:
                raise bad_request(
                    f"requests: List should have at most {_MOST} items after validation"
                )
            batch_item(entry, number)
            if entry["custom_id"] in seen:
                raise bad_request(
                    f"requests.{number}.custom_id: custom_id must be unique in a batch"
                )
            seen.add(entry["custom_id"])
            batch.add(encode(entry), is_refused=self._refusal(entry["params"], batch) is not None)
        if not seen:
            raise bad_request("requests: List should have at least 1 item after validation, not 0")

    def _refusal(self, params: JSON, batch: Batch) -> ApiError | None:
        try:
            for name in _NOT_IN_BATCHES:
                if params.get(name):
                    raise bad_request(f"{name}: Extra inputs are not permitted")
            if params.get("max_tokens") == 0:
                raise bad_request("max_tokens: Input should be greater than or equal to 1")
            self._check(params, batch.caller, batch.created)
        except ApiError as error:
            return error
        return None

    def find(self, batch_id: str, caller: Caller) -> Batch:
        """Return a batch of the caller's; 404 if there is none of this id."""
        with self._lock:
            batch = self._batches.get(batch_id)
        if batch is None or batch.caller.workspace != caller.workspace:
            raise ApiError(404, "not_found_error", f"Message Batch {batch_id} not found.")
        return batch

    def list(self, call: Call, caller: Caller, now: float) -> JSON:
        """Return a page of the caller's batches, newest first."""
        with self._lock:
            kept = list(reversed(self._batches.values()))
        own = {batch.id: batch for batch in kept if batch.caller.workspace == caller.workspace}
        page = listing.page([{"id": batch_id} for batch_id in own], call.query)
        shown = [own[item["id"]] for item in page["data"]]  # to describe a batch is to count it
        return {**page, "data": [batch.describe(now, call.base_url) for batch in shown]}

    def cancel(self, batch_id: str, caller: Caller, now: float) -> Batch:
        """Begin to end a batch."""
        batch = self.find(batch_id, caller)
        if batch.has_ended(now):
            raise bad_request(f"Message Batch {batch_id} cannot be canceled: it has already ended.")
        batch.cancel(now)
        return batch

    def delete(self, batch_id: str, caller: Caller, now: float) -> JSON:
        """Forget a batch that has ended."""
        batch = self.find(batch_id, caller)
        if not batch.has_ended(now):
            raise bad_request(
                f"Message Batch {batch_id} cannot be deleted while it is processing. "
                "Cancel it first."
            )
        with self._lock:
            self._batches.pop(batch_id, None)
        batch.close()
        return {"id": batch_id, "type": "message_batch_deleted"}

    def results(self, batch_id: str, call: Call, caller: Caller, now: float) -> Iterator[bytes]:
        """Return the result lines of a batch that has ended, computed one by one."""
        batch = self.find(batch_id, caller)
        if batch.describe(now, call.base_url)["results_url"] is None:
            raise ApiError(
                404, "not_found_error", f"Message Batch {batch_id} has no available results."
            )
        return self._lines(batch)

    def _lines(self, batch: Batch) -> Iterator[bytes]:
        for entry, undone in batch.outcomes():
            result = {"type": undone} if undone else self._result(entry, batch)
            yield dump({"custom_id": entry["custom_id"], "result": result}) + b"\n"

    def _result(self, entry: JSON, batch: Batch) -> JSON:
        params: JSON = entry["params"]
        refusal = self._refusal(params, batch)
        if refusal is not None:
            return {"type": "errored", "error": refusal.body(f"req_{batch.id[9:]}")}
        try:
            message = self._compose(params, batch.caller, entry["custom_id"])
        except ApiError as error:
            return {"type": "errored", "error": error.body(f"req_{batch.id[9:]}")}
        return {"type": "succeeded", "message": message}


def _full() -> ApiError:
    message = "This request would exceed what is kept of batches. Please try again later."
    return ApiError(429, "rate_limit_error", message)


def _entries(body: bytes) -> Iterator[Any]:
    """Yield the requests one by one, so that only one at a time is a Python object."""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        text = ""
    start = _OPENING.match(text)
    if start is None or not _CLOSING.search(text, max(0, len(text) - 100)):
        yield from _all_at_once(body)
        return
    decoder, at = json.JSONDecoder(), start.end()
    while not _CLOSING.match(text, at):
        try:
            entry, at = decoder.raw_decode(text, at)
        except ValueError as error:
            raise bad_json(str(error)) from None
        except RecursionError:
            raise too_deep() from None
        check_levels(entry)
        yield entry
        comma = _COMMA.match(text, at)
        at = comma.end() if comma else at
        if comma is None and not _CLOSING.match(text, at):
            raise bad_json(f"Expecting ',' delimiter: char {at}")


def _all_at_once(body: bytes) -> Iterator[Any]:
    value = parse(body)
    for name in value:
        if name != "requests":
            raise bad_request(f"{name}: Extra inputs are not permitted")
    if "requests" not in value:
        raise bad_request("requests: Field required")
    if not isinstance(value["requests"], list):
        raise bad_request("requests: Input should be a valid list")
    yield from cast("list[Any]", value["requests"])
