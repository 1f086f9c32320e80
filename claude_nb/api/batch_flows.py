"""The calls of ``messages.batches``, each written once as a flow."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, cast
from urllib.parse import urlsplit

from claude_nb.api import errors
from claude_nb.api.endpoints import Context
from claude_nb.api.flows import Call, Flow, Sleep, Streamed, fetch, send
from claude_nb.api.requests import path_part
from claude_nb.api.types import DeletedMessageBatch, MessageBatch
from claude_nb.api.types.params import CallOptions

__all__ = ["PATH", "cancel", "create", "delete", "open_results", "retrieve", "wait"]

PATH = "/v1/messages/batches"
_FIRST_WAIT = 1.0  # seconds; most test batches have ended by then
_GROWTH = 1.5


def create(
    context: Context, requests: Iterable[Mapping[str, Any]], options: CallOptions
) -> Flow[MessageBatch]:
    """Create a batch."""
    body = {"requests": list(requests)}
    request = context.builder.build("POST", PATH, body, options=options)
    return fetch(context.call(request), MessageBatch)


def retrieve(context: Context, batch_id: str, options: CallOptions) -> Flow[MessageBatch]:
    """Return a batch as it stands."""
    return fetch(_request(context, "GET", batch_id, options), MessageBatch)


def cancel(context: Context, batch_id: str, options: CallOptions) -> Flow[MessageBatch]:
    """Cancel a batch."""
    return fetch(_request(context, "POST", batch_id, options, action="/cancel"), MessageBatch)


def delete(context: Context, batch_id: str, options: CallOptions) -> Flow[DeletedMessageBatch]:
    """Delete a batch."""
    return fetch(_request(context, "DELETE", batch_id, options), DeletedMessageBatch)


def open_results(context: Context, batch_id: str, options: CallOptions) -> Flow[Streamed]:
    """Return the results of a batch, to be read line by line.

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
    return cast("Streamed", (yield from send(context.call(request), stream=True)))


def wait(
    context: Context,
    batch_id: str,
    *,
    longest: float,
    limit: float | None,
    on_progress: Callable[[MessageBatch], Any] | None,
) -> Flow[MessageBatch]:
    """Ask for the batch again and again, at growing intervals, until it has ended.

    Raises
    ------
    WaitTimeoutError
        It had not after `limit` seconds.
    """
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
    path = f"{PATH}/{path_part('message_batch_id', batch_id)}{action}"
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
    return f"{PATH}/{path_part('message_batch_id', batch.id)}/results"
