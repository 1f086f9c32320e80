"""``client.messages`` of both clients: which flow a method runs, and what it gives back."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, Unpack, overload

from claude_nb.api import endpoints
from claude_nb.api.async_stream import AsyncMessageStream, AsyncMessageStreamManager, AsyncStream
from claude_nb.api.batches import AsyncBatches, Batches
from claude_nb.api.raw import RawResource
from claude_nb.api.reader import EventReader
from claude_nb.api.runner import AsyncToolRunner, ToolLoop, ToolRunner
from claude_nb.api.signatures import check, shows
from claude_nb.api.stream import MessageStream, MessageStreamManager, Stream
from claude_nb.api.types import Message, MessageTokensCount
from claude_nb.api.types.params import (
    MessageCountTokensParams,
    MessageCreateParams,
    MessageCreateParamsStreaming,
    MessageParseParams,
    MessageStreamParams,
    ToolRunnerParams,
)
from claude_nb.api.types.parsed import ParsedMessage

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
        check("Messages.create", MessageCreateParamsStreaming, params)
        client = self._client
        if not params.pop("stream", False):
            return client.run(endpoints.create_message(client.context, params))
        streamed, options = client.run(endpoints.open_stream(client.context, params))
        reader = EventReader(streamed.response, options)
        return client.context.wrap(reader.response, lambda: Stream(reader, streamed.body))

    @shows(MessageStreamParams)
    def stream(self, **params: Unpack[MessageStreamParams]) -> MessageStreamManager:
        """Return a context manager that streams a message.

        Parameters
        ----------
        **params
            See `MessageStreamParams`.
        """
        check("Messages.stream", MessageStreamParams, params)
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
        check("Messages.count_tokens", MessageCountTokensParams, params)
        return self._client.run(endpoints.count_tokens(self._client.context, params))

    @cached_property
    def batches(self) -> Batches:
        """Batches of requests, at half the price."""
        return Batches(self._client)

    @shows(MessageParseParams)
    def parse(self, **params: Any) -> ParsedMessage[Any]:
        """Create a message and parse its text.

        Parameters
        ----------
        **params
            See `MessageParseParams`.

        Raises
        ------
        OutputFormatError
            The text is no value of the type (the model refused, or ran out of tokens).
        """
        check("Messages.parse", MessageParseParams, params)
        return self._client.run(endpoints.parse_message(self._client.context, params))

    @shows(ToolRunnerParams)
    def tool_runner(self, *, tools: Iterable[Any], **params: Any) -> ToolRunner:
        """Run tools for the model until it is done; iterate over its answers.

        Parameters
        ----------
        tools : iterable
            Functions decorated with ``beta_tool``.
        **params
            See `ToolRunnerParams`.
        """
        limit, stream = params.pop("max_iterations", None), bool(params.pop("stream", False))
        check("Messages.tool_runner", MessageCreateParams, params)
        return ToolRunner(self, ToolLoop(params, tools, limit), stream=stream)

    @cached_property
    def with_raw_response(self) -> RawResource:
        """The same calls, returning replies to be parsed when wanted."""
        return RawResource(Messages(self._client.raw()))


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
        check("Messages.create", MessageCreateParamsStreaming, params)
        client = self._client
        if not params.pop("stream", False):
            return await client.run(endpoints.create_message(client.context, params))
        streamed, options = await client.run(endpoints.open_stream(client.context, params))
        reader = EventReader(streamed.response, options)
        return client.context.wrap(reader.response, lambda: AsyncStream(reader, streamed.body))

    @shows(MessageStreamParams)
    def stream(self, **params: Unpack[MessageStreamParams]) -> AsyncMessageStreamManager:
        """Return an async context manager that streams a message; see `Messages.stream`."""
        check("Messages.stream", MessageStreamParams, params)
        client = self._client

        async def start() -> AsyncMessageStream:
            streamed, options = await client.run(endpoints.open_stream(client.context, params))
            return AsyncMessageStream(EventReader(streamed.response, options), streamed.body)

        return AsyncMessageStreamManager(start)

    @shows(MessageCountTokensParams)
    async def count_tokens(self, **params: Unpack[MessageCountTokensParams]) -> MessageTokensCount:
        """Return an estimate of the tokens a request would take."""
        check("Messages.count_tokens", MessageCountTokensParams, params)
        return await self._client.run(endpoints.count_tokens(self._client.context, params))

    @cached_property
    def batches(self) -> AsyncBatches:
        """Batches of requests, at half the price."""
        return AsyncBatches(self._client)

    @shows(MessageParseParams)
    async def parse(self, **params: Any) -> ParsedMessage[Any]:
        """Create a message and parse its text.

        Parameters
        ----------
        **params
            See `MessageParseParams`.

        Raises
        ------
        OutputFormatError
            The text is no value of the type (the model refused, or ran out of tokens).
        """
        check("Messages.parse", MessageParseParams, params)
        return await self._client.run(endpoints.parse_message(self._client.context, params))

    @shows(ToolRunnerParams)
    def tool_runner(self, *, tools: Iterable[Any], **params: Any) -> AsyncToolRunner:
        """Run tools for the model until it is done; iterate over its answers.

        Parameters
        ----------
        tools : iterable
            Functions decorated with ``beta_tool``.
        **params
            See `ToolRunnerParams`.
        """
        limit, stream = params.pop("max_iterations", None), bool(params.pop("stream", False))
        check("Messages.tool_runner", MessageCreateParams, params)
        return AsyncToolRunner(self, ToolLoop(params, tools, limit), stream=stream)

    @cached_property
    def with_raw_response(self) -> RawResource:
        """The same calls, returning replies to be parsed when wanted."""
        return RawResource(AsyncMessages(self._client.raw()))
