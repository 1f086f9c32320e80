"""The batch endpoints: take in, list, show, cancel, delete, hand out results.

References
----------
Messages API, "Message Batches": limits, validation after acceptance, results in any order.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator
from typing import Any, cast

from claude_nb.emulator import listing
from claude_nb.emulator.batch import Batch
from claude_nb.emulator.headers import Caller
from claude_nb.emulator.validation import batch_item
from claude_nb.emulator.wire import JSON, ApiError, Call, bad_json, dump, encode, parse

__all__ = ["Batches"]

_MOST = 100_000  # requests
_OPENING = re.compile(r'\s*\{\s*"requests"\s*:\s*\[\s*')
_COMMA = re.compile(r"\s*,\s*")
_CLOSING = re.compile(r"\s*\]\s*\}\s*\Z")
_NOT_IN_BATCHES = ("stream", "speed")

Compose = Callable[[JSON, Caller, str], JSON]
Check = Callable[[JSON, str], None]


class Batches:
    """All batches of an emulator.

    Parameters
    ----------
    check : callable
        Raises ApiError for parameters that will end in an error under an API version.
    compose : callable
        Answers valid parameters for a caller; the last argument tells repetitions apart.
    """

    def __init__(self, check: Check, compose: Compose) -> None:
        self._check = check
        self._compose = compose
        self._batches: dict[str, Batch] = {}
        self._lock = threading.Lock()
        self._made = 0

    def close(self) -> None:
        """Free the disk."""
        with self._lock:
            for batch in self._batches.values():
                batch.close()
            self._batches.clear()

    def create(self, call: Call, caller: Caller, now: float, duration: float) -> JSON:
        """Take in a batch; only its outer shape is checked."""
        with self._lock:
            self._made += 1
            batch = Batch(f"msgbatch_emu{self._made:021d}", caller, now, duration)
        try:
            self._fill(batch, _entries(call.body))
        except BaseException:
            batch.close()
            raise
        with self._lock:
            self._batches[batch.id] = batch
        return batch.describe(now, call.base_url)

    def _fill(self, batch: Batch, entries: Iterator[Any]) -> None:
        seen, version = set[str](), batch.caller.version
        for number, entry in enumerate(entries):
            if number >= _MOST:
                raise _wrong(f"requests: List should have at most {_MOST} items after validation")
            batch_item(entry, number)
            if entry["custom_id"] in seen:
                raise _wrong(f"requests.{number}.custom_id: custom_id must be unique in a batch")
            seen.add(entry["custom_id"])
            batch.add(encode(entry), is_refused=self._refusal(entry["params"], version) is not None)
        if not seen:
            raise _wrong("requests: List should have at least 1 item after validation, not 0")

    def _refusal(self, params: JSON, version: str) -> ApiError | None:
        try:
            for name in _NOT_IN_BATCHES:
                if params.get(name):
                    raise _wrong(f"{name}: Extra inputs are not permitted")
            if params.get("max_tokens") == 0:
                raise _wrong("max_tokens: Input should be greater than or equal to 1")
            self._check(params, version)
        except ApiError as error:
            return error
        return None

    def find(self, batch_id: str) -> Batch:
        """Return a batch; 404 if there is none of this id."""
        with self._lock:
            batch = self._batches.get(batch_id)
        if batch is None:
            raise ApiError(404, "not_found_error", f"Message Batch {batch_id} not found.")
        return batch

    def list(self, call: Call, now: float) -> JSON:
        """Return a page of batches, newest first."""
        with self._lock:
            newest = list(reversed(self._batches.values()))
        return listing.page([batch.describe(now, call.base_url) for batch in newest], call.query)

    def cancel(self, batch_id: str, now: float) -> Batch:
        """Begin to end a batch."""
        batch = self.find(batch_id)
        if batch.has_ended(now):
            raise _wrong(f"Message Batch {batch_id} cannot be canceled: it has already ended.")
        batch.cancel(now)
        return batch

    def delete(self, batch_id: str, now: float) -> JSON:
        """Forget a batch that has ended."""
        batch = self.find(batch_id)
        if not batch.has_ended(now):
            raise _wrong(
                f"Message Batch {batch_id} cannot be deleted while it is processing. "
                "Cancel it first."
            )
        with self._lock:
            self._batches.pop(batch_id, None)
        batch.close()
        return {"id": batch_id, "type": "message_batch_deleted"}

    def results(self, batch_id: str, call: Call, now: float) -> Iterator[bytes]:
        """Return the result lines of a batch that has ended, computed one by one."""
        batch = self.find(batch_id)
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
        refusal = self._refusal(params, batch.caller.version)
        if refusal is not None:
            return {"type": "errored", "error": refusal.body(f"req_{batch.id[9:]}")}
        message = self._compose(params, batch.caller, entry["custom_id"])
        return {"type": "succeeded", "message": message}


def _wrong(message: str) -> ApiError:
    return ApiError(400, "invalid_request_error", message)


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
        except (ValueError, RecursionError) as error:
            raise bad_json(str(error)) from None
        yield entry
        comma = _COMMA.match(text, at)
        at = comma.end() if comma else at
        if comma is None and not _CLOSING.match(text, at):
            raise bad_json(f"Expecting ',' delimiter: char {at}")


def _all_at_once(body: bytes) -> Iterator[Any]:
    value = parse(body)
    for name in value:
        if name != "requests":
            raise _wrong(f"{name}: Extra inputs are not permitted")
    if "requests" not in value:
        raise _wrong("requests: Field required")
    if not isinstance(value["requests"], list):
        raise _wrong("requests: Input should be a valid list")
    yield from cast("list[Any]", value["requests"])
