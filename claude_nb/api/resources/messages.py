"""``client.messages`` of both clients: which flow a method runs, and what it gives back."""

from __future__ import annotations

from functools import cached_property
from typing import Any, Literal, Unpack, overload

from claude_nb.api.resources import endpoints
from claude_nb.api.resources.batches import AsyncBatches, Batches
from claude_nb.api.resources.raw import Resource
from claude_nb.api.resources.runner import AsyncToolRunner, ToolLoop, ToolRunner
from claude_nb.api.resources.runs import AsyncRuns, Runs
from claude_nb.api.resources.signatures import check, shows
from claude_nb.api.streaming.async_stream import (
    AsyncMessageStream,
    AsyncMessageStreamManager,
    AsyncStream,
)
from claude_nb.api.streaming.stream import MessageStream, MessageStreamManager, Stream
from claude_nb.api.types import Message, MessageTokensCount
from claude_nb.api.types.params import (
    MessageCountTokensParams,
    MessageCreateParams,
    MessageCreateParamsStreaming,
    MessageParseParams,
    MessageStreamParams,
    StreamedCreateParams,
    ToolRunnerParams,
)
from claude_nb.api.types.parsed import OutputT, ParsedMessage

__all__ = ["AsyncMessages", "Messages"]


def _tool_loop(params: ToolRunnerParams) -> tuple[ToolLoop, bool]:
    """Return the conversation that `params` ask for, and whether to stream it."""
    check("Messages.tool_runner", ToolRunnerParams, params)
    request = dict[str, Any](params)
    tools, limit = request.pop("tools"), request.pop("max_iterations", None)
    stream = bool(request.pop("stream", False))
    return ToolLoop(request, tools, limit), stream


class Messages(Resource):
    """Create messages."""

    _client: Runs

    @overload
    def create(
        self, *, stream: Literal[False] = False, **params: Unpack[MessageCreateParams]
    ) -> Message: ...
    @overload
    def create(
        self, *, stream: Literal[True], **params: Unpack[StreamedCreateParams]
    ) -> Stream: ...
    @overload
    def create(
        self, *, stream: bool, **params: Unpack[StreamedCreateParams]
    ) -> Message | Stream: ...
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
            See `claude_nb.errors`.
        """
        check("Messages.create", MessageCreateParamsStreaming, params)
        client = self._client
        if not params.pop("stream", False):
            return client.run(endpoints.create_message(client.context, params))
        reader, body, again = client.run(endpoints.open_stream(client.context, params))

        def made() -> Stream:
            return Stream(reader, body, lambda error: client.run(again(error)))

        return client.context.wrap(reader.response, made)

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
            reader, body, again = client.run(endpoints.open_stream(client.context, params))
            return MessageStream(reader, body, lambda error: client.run(again(error)))

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

    @overload
    def parse(
        self, *, output_format: type[OutputT], **params: Unpack[MessageCreateParams]
    ) -> ParsedMessage[OutputT]: ...
    @overload
    def parse(
        self, *, output_format: Any, **params: Unpack[MessageCreateParams]
    ) -> ParsedMessage[Any]: ...
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
    def tool_runner(self, **params: Unpack[ToolRunnerParams]) -> ToolRunner:
        """Run tools for the model until it is done; iterate over its answers.

        Parameters
        ----------
        **params
            See `ToolRunnerParams`.
        """
        loop, stream = _tool_loop(params)
        return ToolRunner(self, loop, stream=stream)


class AsyncMessages(Resource):
    """Create messages."""

    _client: AsyncRuns

    @overload
    async def create(
        self, *, stream: Literal[False] = False, **params: Unpack[MessageCreateParams]
    ) -> Message: ...
    @overload
    async def create(
        self, *, stream: Literal[True], **params: Unpack[StreamedCreateParams]
    ) -> AsyncStream: ...
    @overload
    async def create(
        self, *, stream: bool, **params: Unpack[StreamedCreateParams]
    ) -> Message | AsyncStream: ...
    @shows(MessageCreateParamsStreaming)
    async def create(self, **params: Any) -> Message | AsyncStream:
        """Create a message; see `Messages.create`."""
        check("Messages.create", MessageCreateParamsStreaming, params)
        client = self._client
        if not params.pop("stream", False):
            return await client.run(endpoints.create_message(client.context, params))
        reader, body, again = await client.run(endpoints.open_stream(client.context, params))

        def made() -> AsyncStream:
            return AsyncStream(reader, body, lambda error: client.run(again(error)))

        return client.context.wrap(reader.response, made)

    @shows(MessageStreamParams)
    def stream(self, **params: Unpack[MessageStreamParams]) -> AsyncMessageStreamManager:
        """Return an async context manager that streams a message; see `Messages.stream`."""
        check("Messages.stream", MessageStreamParams, params)
        client = self._client

        async def start() -> AsyncMessageStream:
            flow = endpoints.open_stream(client.context, params)
            reader, body, again = await client.run(flow)
            return AsyncMessageStream(reader, body, lambda error: client.run(again(error)))

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

    @overload
    async def parse(
        self, *, output_format: type[OutputT], **params: Unpack[MessageCreateParams]
    ) -> ParsedMessage[OutputT]: ...
    @overload
    async def parse(
        self, *, output_format: Any, **params: Unpack[MessageCreateParams]
    ) -> ParsedMessage[Any]: ...
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
    def tool_runner(self, **params: Unpack[ToolRunnerParams]) -> AsyncToolRunner:
        """Run tools for the model until it is done; iterate over its answers.

        Parameters
        ----------
        **params
            See `ToolRunnerParams`.
        """
        loop, stream = _tool_loop(params)
        return AsyncToolRunner(self, loop, stream=stream)
