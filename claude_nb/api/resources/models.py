"""``client.models`` of both clients: what the server says of its models, and nothing more."""

from __future__ import annotations

from typing import Unpack

from claude_nb.api.platforms.paths import MODELS, item
from claude_nb.api.resources.endpoints import Context, list_query
from claude_nb.api.resources.pages import AsyncPaginator, Listing, SyncPage
from claude_nb.api.resources.runs import AsyncRuns, Runs
from claude_nb.api.sending.flows import Flow, fetch
from claude_nb.api.types import ModelInfo
from claude_nb.api.types.params import CallOptions, ModelListParams

__all__ = ["AsyncModels", "Models"]


def _retrieve(context: Context, model_id: str, options: CallOptions) -> Flow[ModelInfo]:
    request = context.builder.build("GET", item(MODELS, "model_id", model_id), options=options)
    return (yield from fetch(context.call(request), ModelInfo))


def _listing(params: ModelListParams) -> Listing[ModelInfo]:
    return Listing(MODELS, ModelInfo, *list_query(params))


class Models:
    """Which models there are, and what each can do."""

    def __init__(self, client: Runs) -> None:
        self._client = client

    def retrieve(self, model_id: str, **options: Unpack[CallOptions]) -> ModelInfo:
        """Return what the server says about a model (an id or an alias)."""
        return self._client.run(_retrieve(self._client.context, model_id, options))

    def list(self, **params: Unpack[ModelListParams]) -> SyncPage[ModelInfo]:
        """Return the models, newest first; iterating goes through all pages."""
        client = self._client
        return SyncPage(client, client.run(_listing(params).fetch(client.context)))


class AsyncModels:
    """Which models there are, and what each can do."""

    def __init__(self, client: AsyncRuns) -> None:
        self._client = client

    async def retrieve(self, model_id: str, **options: Unpack[CallOptions]) -> ModelInfo:
        """Return what the server says about a model (an id or an alias)."""
        return await self._client.run(_retrieve(self._client.context, model_id, options))

    def list(self, **params: Unpack[ModelListParams]) -> AsyncPaginator[ModelInfo]:
        """Return the models, newest first: await one page, or iterate over all."""
        return AsyncPaginator(self._client, _listing(params))
