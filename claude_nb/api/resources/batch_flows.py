"""The calls of ``messages.batches``, each written once as a flow."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, cast
from urllib.parse import urlsplit

from claude_nb.api import errors
from claude_nb.api.platforms.paths import BATCHES, item
from claude_nb.api.resources.endpoints import Context
from claude_nb.api.sending.flows import Call, Flow, Sleep, Streamed, fetch, send
from claude_nb.api.streaming.lines import LineReader
from claude_nb.api.types import DeletedMessageBatch, MessageBatch
from claude_nb.api.types.params import CallOptions

__all__ = ["cancel", "create", "delete", "open_results", "retrieve", "wait"]

_FIRST_WAIT = 1.0  # seconds; most test batches have ended by then
_GROWTH = 1.5
_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_LONGEST = 40  # characters of an id in an error
_LOOK = (
    "The batch may have been created all the same, so it was not sent again: look for one of "
    "{count:,} requests in client.messages.batches.list() before you create it again."
)


def create(
    context: Context, requests: Iterable[Mapping[str, Any]], options: CallOptions
) -> Flow[MessageBatch]:
    """Create a batch. It is not sent again on a guess: a second batch would be paid for as well.

    Raises
    ------
    TypeError, ValueError
        A ``custom_id`` is none, or there twice: found before all is uploaded.
    APIError
        If its reply was lost, the message says how to look for the batch.
    """
    given: Any = requests
    if isinstance(given, Mapping | str) or not isinstance(given, Iterable):
        raise TypeError("requests must be a list of dicts with custom_id and params.")
    body = {"requests": list(requests)}
    _check_ids(body["requests"])
    request = context.builder.build("POST", BATCHES, body, options=options)
    advice = _LOOK.format(count=len(body["requests"]))
    try:
        return (yield from fetch(replace(context.call(request), lost=advice), MessageBatch))
    except errors.APIResponseValidationError as error:
        raise errors.advised(error, advice) from None


def _check_ids(requests: Sequence[Mapping[str, Any]]) -> None:
    """Raise an error that names the first request whose results nobody could tell from others."""
    seen: dict[str, int] = {}
    for number, request in enumerate(requests):
        given = request.get("custom_id") if isinstance(request, Mapping) else None  # pyright: ignore[reportUnnecessaryIsInstance]
        where = f"requests[{number}]: custom_id {_shown(given)}"
        if not isinstance(given, str):
            raise TypeError(f"{where} is no text, but must be one, such as {f'row-{number}'!r}.")
        if not _ID.fullmatch(given):
            raise ValueError(f"{where} must have 1 to 64 characters, of A-Z, a-z, 0-9, _ and -.")
        if given in seen:
            raise ValueError(f"{where} is that of requests[{seen[given]}] too: each needs its own.")
        seen[given] = number


def _shown(given: Any) -> str:
    text = repr(given)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}… ({len(given)} characters)"


def retrieve(context: Context, batch_id: str, options: CallOptions) -> Flow[MessageBatch]:
    """Return a batch as it stands."""
    return (yield from fetch(_request(context, "GET", batch_id, options), MessageBatch))


def cancel(context: Context, batch_id: str, options: CallOptions) -> Flow[MessageBatch]:
    """Cancel a batch."""
    call = _request(context, "POST", batch_id, options, action="/cancel")
    return (yield from fetch(call, MessageBatch))


def delete(context: Context, batch_id: str, options: CallOptions) -> Flow[DeletedMessageBatch]:
    """Delete a batch."""
    return (yield from fetch(_request(context, "DELETE", batch_id, options), DeletedMessageBatch))


def open_results(
    context: Context, batch_id: str, options: CallOptions
) -> Flow[tuple[LineReader, Any]]:
    """Return the results of a batch, to be read line by line: their reader, and the body.

    Raises
    ------
    AnthropicError
        The batch has not ended.
    """
    batch = yield from retrieve(context, batch_id, options)
    if not batch.results_url:
        raise errors.AnthropicError(
            f"No results_url for the given batch; Has it finished processing? "
            f"{batch.processing_status}"
        )
    url = _results_url(context, batch)
    headers = {"Accept": "application/binary"}
    request = context.builder.build("GET", url, options=options, headers=headers)
    call = context.call(request)
    streamed = cast("Streamed", (yield from send(call, stream=True)))
    return LineReader(streamed.response, call.recorder), streamed.body


def wait(
    context: Context,
    batch_id: str,
    pace: tuple[float, float | None],
    on_progress: Callable[[MessageBatch], Any] | None,
) -> Flow[MessageBatch]:
    """Ask for the batch again and again, at growing intervals, until it has ended.

    Parameters
    ----------
    context : Context
        Of the client.
    batch_id : str
        Id of the batch.
    pace : (float, float or None)
        Seconds between two looks at most, and to wait at most.
    on_progress : callable or None
        Called with the batch each time it was looked at.

    Raises
    ------
    WaitTimeoutError
        It had not ended in that time.
    """
    longest, limit = pace
    pause, waited = min(_FIRST_WAIT, longest), 0.0
    while True:
        batch = yield from retrieve(context, batch_id, {})
        if on_progress is not None:
            on_progress(batch)
        if batch.processing_status == "ended":
            return batch
        if limit is not None and waited >= limit:
            text = f"Batch {batch_id} is still {batch.processing_status} after {waited:.0f} s."
            raise errors.WaitTimeoutError(text)
        pause = pause if limit is None else min(pause, limit - waited)
        yield Sleep(pause)
        waited += pause
        pause = min(pause * _GROWTH, longest)


def _request(
    context: Context, method: str, batch_id: str, options: CallOptions, *, action: str = ""
) -> Call:
    path = item(BATCHES, "message_batch_id", batch_id, action)
    return context.call(context.builder.build(method, path, options=options))


def _results_url(context: Context, batch: MessageBatch) -> str:
    """Return where to get the results: where the server says, if that is the same server.

    The key goes to no other host; a gateway that passes the API's own address on gets asked
    itself.
    """
    url = str(batch.results_url)
    base = context.builder.base_url
    if urlsplit(url)[:2] == urlsplit(base)[:2]:
        return url
    return item(BATCHES, "message_batch_id", batch.id, "/results")
