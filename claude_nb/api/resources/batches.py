"""``client.messages.batches`` of both clients."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Unpack

from claude_nb.api.platforms.paths import BATCHES
from claude_nb.api.resources import batch_flows
from claude_nb.api.resources.endpoints import list_query
from claude_nb.api.resources.pages import AsyncPaginator, Listing, SyncPage
from claude_nb.api.resources.raw import Resource
from claude_nb.api.resources.runs import AsyncRuns, Runs
from claude_nb.api.streaming.async_stream import AsyncJSONLDecoder
from claude_nb.api.streaming.stream import JSONLDecoder
from claude_nb.api.types import DeletedMessageBatch, MessageBatch
from claude_nb.api.types.params import BatchRequestParam, CallOptions, ListParams

__all__ = ["AsyncBatches", "Batches"]

Progress = Callable[[MessageBatch], Any]


class Batches(Resource):
    """Batches of up to 100,000 requests at half the price, done within 24 hours."""

    _client: Runs

    def create(
        self,
        *,
        requests: Iterable[BatchRequestParam | Mapping[str, Any]],
        **options: Unpack[CallOptions],
    ) -> MessageBatch:
        """Create a batch.

        Parameters
        ----------
        requests : iterable of BatchRequestParam
            At most 100,000, of at most 256 MB together.
        **options
            See `CallOptions`.
        """
        return self._client.run(batch_flows.create(self._client.context, requests, options))

    def retrieve(self, message_batch_id: str, **options: Unpack[CallOptions]) -> MessageBatch:
        """Return a batch as it stands."""
        flow = batch_flows.retrieve(self._client.context, message_batch_id, options)
        return self._client.run(flow)

    def list(self, **params: Unpack[ListParams]) -> SyncPage[MessageBatch]:
        """Return the batches, newest first; iterating goes through all pages."""
        client = self._client
        listing = Listing(BATCHES, MessageBatch, *list_query(params))
        return SyncPage(client, client.run(listing.fetch(client.context)))

    def cancel(self, message_batch_id: str, **options: Unpack[CallOptions]) -> MessageBatch:
        """Cancel a batch; requests that have begun are still answered."""
        flow = batch_flows.cancel(self._client.context, message_batch_id, options)
        return self._client.run(flow)

    def delete(self, message_batch_id: str, **options: Unpack[CallOptions]) -> DeletedMessageBatch:
        """Delete a batch that has ended."""
        flow = batch_flows.delete(self._client.context, message_batch_id, options)
        return self._client.run(flow)

    def results(self, message_batch_id: str, **options: Unpack[CallOptions]) -> JSONLDecoder:
        """Return the results of a batch that has ended, row by row, in any order.

        Raises
        ------
        AnthropicError
            The batch has not ended.
        """
        flow = batch_flows.open_results(self._client.context, message_batch_id, options)
        return JSONLDecoder(*self._client.run(flow))

    def wait(
        self,
        message_batch_id: str,
        *,
        on_progress: Progress | None = None,
        longest_interval: float = 60.0,
        timeout: float | None = None,
    ) -> MessageBatch:
        """Wait until a batch has ended, and return it.

        Parameters
        ----------
        message_batch_id : str
            Id of the batch.
        on_progress : callable
            Called with the batch each time it was looked at.
        longest_interval : float
            Seconds between two looks at most; the first intervals are shorter.
        timeout : float, optional
            Seconds to wait at most.

        Raises
        ------
        WaitTimeoutError
            The batch had not ended after `timeout` seconds.
        """
        pace = (longest_interval, timeout)
        flow = batch_flows.wait(self._client.context, message_batch_id, pace, on_progress)
        return self._client.run(flow)


class AsyncBatches(Resource):
    """Batches of up to 100,000 requests at half the price; see `Batches`."""

    _client: AsyncRuns

    async def create(
        self,
        *,
        requests: Iterable[BatchRequestParam | Mapping[str, Any]],
        **options: Unpack[CallOptions],
    ) -> MessageBatch:
        """Create a batch; see `Batches.create`."""
        return await self._client.run(batch_flows.create(self._client.context, requests, options))

    async def retrieve(self, message_batch_id: str, **options: Unpack[CallOptions]) -> MessageBatch:
        """Return a batch as it stands."""
        flow = batch_flows.retrieve(self._client.context, message_batch_id, options)
        return await self._client.run(flow)

    def list(self, **params: Unpack[ListParams]) -> AsyncPaginator[MessageBatch]:
        """Return the batches, newest first: await one page, or iterate over all."""
        listing = Listing(BATCHES, MessageBatch, *list_query(params))
        return AsyncPaginator(self._client, listing)

    async def cancel(self, message_batch_id: str, **options: Unpack[CallOptions]) -> MessageBatch:
        """Cancel a batch; requests that have begun are still answered."""
        flow = batch_flows.cancel(self._client.context, message_batch_id, options)
        return await self._client.run(flow)

    async def delete(
        self, message_batch_id: str, **options: Unpack[CallOptions]
    ) -> DeletedMessageBatch:
        """Delete a batch that has ended."""
        flow = batch_flows.delete(self._client.context, message_batch_id, options)
        return await self._client.run(flow)

    async def results(
        self, message_batch_id: str, **options: Unpack[CallOptions]
    ) -> AsyncJSONLDecoder:
        """Return the results of a batch that has ended; see `Batches.results`."""
        flow = batch_flows.open_results(self._client.context, message_batch_id, options)
        return AsyncJSONLDecoder(*await self._client.run(flow))

    async def wait(
        self,
        message_batch_id: str,
        *,
        on_progress: Progress | None = None,
        longest_interval: float = 60.0,
        timeout: float | None = None,  # noqa: ASYNC109 - polls at its own pace, cancels nothing
    ) -> MessageBatch:
        """Wait until a batch has ended, and return it; see `Batches.wait`."""
        pace = (longest_interval, timeout)
        flow = batch_flows.wait(self._client.context, message_batch_id, pace, on_progress)
        return await self._client.run(flow)
