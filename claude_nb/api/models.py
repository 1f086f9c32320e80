"""``client.models`` of both clients; what the server reports corrects `claude_nb.models`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Unpack

from claude_nb import models
from claude_nb.api.endpoints import Context, list_query
from claude_nb.api.flows import Flow, fetch
from claude_nb.api.pages import AsyncPaginator, Listing, SyncPage
from claude_nb.api.requests import path_part
from claude_nb.api.types import ModelInfo
from claude_nb.api.types.params import CallOptions, ModelListParams

if TYPE_CHECKING:
    from claude_nb.api.client import Anthropic, AsyncAnthropic

__all__ = ["AsyncModels", "Models"]

_PATH = "/v1/models"


class _Reported(ModelInfo):
    """A model of a reply: the table learns of it as it is built."""

    @classmethod
    def from_wire(cls, data: Any) -> Any:
        if isinstance(data.get("id"), str):
            models.update(data)
        return ModelInfo.from_wire(data)


def _retrieve(context: Context, model_id: str, options: CallOptions) -> Flow[ModelInfo]:
    path = f"{_PATH}/{path_part('model_id', model_id)}"
    return fetch(context.call(context.builder.build("GET", path, options=options)), _Reported)


def _listing(params: ModelListParams) -> Listing[ModelInfo]:
    return Listing(_PATH, _Reported, *list_query(params))


class Models:
    """Which models there are, and what each can do."""

    def __init__(self, client: Anthropic) -> None:
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

    def __init__(self, client: AsyncAnthropic) -> None:
        self._client = client

    async def retrieve(self, model_id: str, **options: Unpack[CallOptions]) -> ModelInfo:
        """Return what the server says about a model (an id or an alias)."""
        return await self._client.run(_retrieve(self._client.context, model_id, options))

    def list(self, **params: Unpack[ModelListParams]) -> AsyncPaginator[ModelInfo]:
        """Return the models, newest first: await one page, or iterate over all."""
        return AsyncPaginator(self._client, _listing(params))
