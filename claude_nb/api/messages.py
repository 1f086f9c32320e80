"""``client.messages`` of both clients: which flow a method runs, and what it gives back."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, Unpack, overload

from claude_nb.api import endpoints
from claude_nb.api.async_stream import AsyncMessageStream, AsyncMessageStreamManager, AsyncStream
from claude_nb.api.batches import AsyncBatches, Batches
from claude_nb.api.reader import EventReader
from claude_nb.api.signatures import shows
from claude_nb.api.stream import MessageStream, MessageStreamManager, Stream
from claude_nb.api.types import Message, MessageTokensCount
from claude_nb.api.types.params import (
    MessageCountTokensParams,
    MessageCreateParams,
    MessageCreateParamsStreaming,
    MessageStreamParams,
)

if TYPE_CHECKING:
    from claude_nb.api.client import Anthropic, AsyncAnthropic

__all__ = ["AsyncMessages", "Messages"]


class Messages:
    """Create messages."""

    def __init__(self, client: Anthropic) -> None:
        self._client = client

    @overload
    def create(
        self, *, stream: Literal[False] = False, **params: Unpack[MessageCreateParams]
    ) -> Message: ...
    @overload
    def create(self, *, stream: Literal[True], **params: Unpack[MessageCreateParams]) -> Stream: ...
    @shows(MessageCreateParamsStreaming)
    def create(self, **params: Any) -> Message | Stream:
        """Create a message; with `stream`, return its raw events as they arrive.

        Parameters
        ----------
        **params
            See `MessageCreateParams`.

        Raises
        ------
        APIError
            See `claude_nb.api.errors`.
        """
        client = self._client
        if not params.pop("stream", False):
            return client.run(endpoints.create_message(client.context, params))
        streamed, options = client.run(endpoints.open_stream(client.context, params))
        return Stream(EventReader(streamed.response, options), streamed.body)

    @shows(MessageStreamParams)
    def stream(self, **params: Unpack[MessageStreamParams]) -> MessageStreamManager:
        """Return a context manager that streams a message.

        Parameters
        ----------
        **params
            See `MessageStreamParams`.
        """
        client = self._client

        def start() -> MessageStream:
            streamed, options = client.run(endpoints.open_stream(client.context, params))
            return MessageStream(EventReader(streamed.response, options), streamed.body)

        return MessageStreamManager(start)

    @shows(MessageCountTokensParams)
    def count_tokens(self, **params: Unpack[MessageCountTokensParams]) -> MessageTokensCount:
        """Return an estimate of the tokens a request would take.

        Parameters
        ----------
        **params
            See `MessageCountTokensParams`.
        """
        return self._client.run(endpoints.count_tokens(self._client.context, params))

    @cached_property
    def batches(self) -> Batches:
        """Batches of requests, at half the price."""
        return Batches(self._client)


class AsyncMessages:
    """Create messages."""

    def __init__(self, client: AsyncAnthropic) -> None:
        self._client = client

    @overload
    async def create(
        self, *, stream: Literal[False] = False, **params: Unpack[MessageCreateParams]
    ) -> Message: ...
    @overload
    async def create(
        self, *, stream: Literal[True], **params: Unpack[MessageCreateParams]
    ) -> AsyncStream: ...
    @shows(MessageCreateParamsStreaming)
    async def create(self, **params: Any) -> Message | AsyncStream:
        """Create a message; see `Messages.create`."""
        client = self._client
        if not params.pop("stream", False):
            return await client.run(endpoints.create_message(client.context, params))
        streamed, options = await client.run(endpoints.open_stream(client.context, params))
        return AsyncStream(EventReader(streamed.response, options), streamed.body)

    @shows(MessageStreamParams)
    def stream(self, **params: Unpack[MessageStreamParams]) -> AsyncMessageStreamManager:
        """Return an async context manager that streams a message; see `Messages.stream`."""
        client = self._client

        async def start() -> AsyncMessageStream:
            streamed, options = await client.run(endpoints.open_stream(client.context, params))
            return AsyncMessageStream(EventReader(streamed.response, options), streamed.body)

        return AsyncMessageStreamManager(start)

    @shows(MessageCountTokensParams)
    async def count_tokens(self, **params: Unpack[MessageCountTokensParams]) -> MessageTokensCount:
        """Return an estimate of the tokens a request would take."""
        return await self._client.run(endpoints.count_tokens(self._client.context, params))

    @cached_property
    def batches(self) -> AsyncBatches:
        """Batches of requests, at half the price."""
        return AsyncBatches(self._client)
