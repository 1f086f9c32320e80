"""Let the model call tools until it is done: the loop (no I/O), and its two drivers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, cast

from claude_nb.api.async_stream import AsyncMessageStream
from claude_nb.api.stream import MessageStream
from claude_nb.api.tools import FunctionTool, ToolError, result_block
from claude_nb.api.types import Message, ToolUseBlock

if TYPE_CHECKING:
    from claude_nb.api.messages import AsyncMessages, Messages

__all__ = ["AsyncToolRunner", "ToolLoop", "ToolRunner"]


class ToolLoop:
    """The conversation of a tool runner.

    Parameters
    ----------
    params : Mapping
        The parameters of the first request; `messages` grows from turn to turn.
    tools : iterable
        Tools from functions, and definitions of tools the server runs.
    max_iterations : int or None
        Most requests to make.
    """

    def __init__(
        self, params: Mapping[str, Any], tools: Iterable[Any], max_iterations: int | None
    ) -> None:
        tools = list(tools)
        self._tools: dict[str, FunctionTool[Any]] = {
            tool.name: cast("FunctionTool[Any]", tool)
            for tool in tools
            if isinstance(tool, FunctionTool)
        }
        self._params = {**params, "tools": tools}
        self._messages: list[Any] = list(params["messages"])
        self._left = max_iterations
        self._appended = False

    def request(self) -> dict[str, Any] | None:
        """Return the parameters of the next request, or None when no more may be made."""
        if self._left is not None:
            if self._left <= 0:
                return None
            self._left -= 1
        self._appended = False
        return {**self._params, "messages": list(self._messages)}

    def calls(self, message: Message) -> list[ToolUseBlock] | None:
        """Return the tool calls to answer, or None if the conversation has come to its end."""
        if message.stop_reason == "pause_turn":
            return []
        calls = [block for block in message.content if isinstance(block, ToolUseBlock)]
        if message.stop_reason != "tool_use" or not calls:
            return [] if self._appended else None
        return calls

    def tool(self, call: ToolUseBlock) -> FunctionTool[Any]:
        """Return the tool a call is for.

        Raises
        ------
        ToolError
            There is none; the model is told which there are.
        """
        if call.name not in self._tools:
            known = ", ".join(self._tools)
            raise ToolError(f"There is no tool {call.name!r}; there are: {known}.")
        return self._tools[call.name]

    def turn(self, message: Message, results: list[dict[str, Any]]) -> None:
        """Add the answer and its tool results, unless the caller has written the turn."""
        if not self._appended:
            self._messages.append(message.to_param())
            if results:
                self._messages.append({"role": "user", "content": results})

    def append(self, *messages: Any) -> None:
        """Write this turn by hand: these messages are sent instead of answer and results."""
        self._appended = True
        self._messages.extend(
            message.to_param() if isinstance(message, Message) else message for message in messages
        )


def _message(answer: Any) -> Message:
    return answer


def _failed(call: ToolUseBlock, error: Exception) -> dict[str, Any]:
    content = error.content if isinstance(error, ToolError) else repr(error)
    return result_block(call, content, is_error=True)


class ToolRunner:
    """Iterate over the answers (or, with `stream`, the streams of them) until the last one."""

    def __init__(self, messages: Messages, loop: ToolLoop, *, stream: bool) -> None:
        self._messages = messages
        self._loop = loop
        self._stream = stream
        self._turns = self._run()
        self._last: Message | None = None

    def __iter__(self) -> Iterator[Any]:
        return self._turns

    def __next__(self) -> Any:
        return next(self._turns)

    def append_messages(self, *messages: Any) -> None:
        """Write this turn by hand: these messages are sent instead of answer and results."""
        self._loop.append(*messages)

    def until_done(self) -> Message:
        """Run to the end and return the last answer."""
        for item in self._turns:
            if isinstance(item, MessageStream):
                item.until_done()
        if self._last is None:
            raise RuntimeError("No request was made: max_iterations is 0.")
        return self._last

    def _run(self) -> Iterator[Any]:
        while (params := self._loop.request()) is not None:
            if self._stream:
                with self._messages.stream(**params) as stream:
                    yield stream
                    message = stream.get_final_message()
            else:
                message = _message(self._messages.create(**params))
                yield message
            self._last = message
            calls = self._loop.calls(message)
            if calls is None:
                return
            self._loop.turn(message, [self._answer(call) for call in calls])

    def _answer(self, call: ToolUseBlock) -> dict[str, Any]:
        try:
            return result_block(call, self._loop.tool(call).call(call.input))
        except Exception as error:  # noqa: BLE001 - whatever a tool raises, the model is told
            return _failed(call, error)


class AsyncToolRunner:
    """Iterate over the answers (or, with `stream`, the streams of them) until the last one."""

    def __init__(self, messages: AsyncMessages, loop: ToolLoop, *, stream: bool) -> None:
        self._messages = messages
        self._loop = loop
        self._stream = stream
        self._turns = self._run()
        self._last: Message | None = None

    def __aiter__(self) -> AsyncIterator[Any]:
        return self._turns

    async def __anext__(self) -> Any:
        return await anext(self._turns)

    def append_messages(self, *messages: Any) -> None:
        """Write this turn by hand: these messages are sent instead of answer and results."""
        self._loop.append(*messages)

    async def until_done(self) -> Message:
        """Run to the end and return the last answer."""
        async for item in self._turns:
            if isinstance(item, AsyncMessageStream):
                await item.until_done()
        if self._last is None:
            raise RuntimeError("No request was made: max_iterations is 0.")
        return self._last

    async def _run(self) -> AsyncIterator[Any]:
        while (params := self._loop.request()) is not None:
            if self._stream:
                async with self._messages.stream(**params) as stream:
                    yield stream
                    message = await stream.get_final_message()
            else:
                message = _message(await self._messages.create(**params))
                yield message
            self._last = message
            calls = self._loop.calls(message)
            if calls is None:
                return
            self._loop.turn(message, [await self._answer(call) for call in calls])

    async def _answer(self, call: ToolUseBlock) -> dict[str, Any]:
        try:
            tool = self._loop.tool(call)
            result = tool.call(call.input)
            return result_block(call, await result if tool.is_async else result)
        except Exception as error:  # noqa: BLE001 - whatever a tool raises, the model is told
            return _failed(call, error)
