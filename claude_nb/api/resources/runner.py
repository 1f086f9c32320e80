"""Let the model call tools until it is done: the loop (no I/O), and two small drivers.

`ToolLoop.rounds` is a generator. It yields what it wants done and is sent what came of it: for
`OpenRound` the `Message` that answers those parameters, for `CallTool` the ``tool_result`` block
of that call. It returns the last message, or None if it was allowed no round. Whoever drives it
decides how an answer is read and shown, and in which thread or task a tool runs::

    rounds, reply = loop.rounds(), None
    while (effect := proceed(rounds, reply)) is not None:
        reply = effect.result() if isinstance(effect, CallTool) else create(**effect.params)
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import AsyncIterator, Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias, cast

from claude_nb.api.hiding.hidden import hidden
from claude_nb.api.resources import waiting
from claude_nb.api.schemas.results import UntellableError, gathered, is_pending
from claude_nb.api.schemas.tools import FunctionTool, ToolError, result_block
from claude_nb.api.streaming.async_stream import AsyncMessageStream, AsyncMessageStreamManager
from claude_nb.api.streaming.stream import MessageStream, MessageStreamManager
from claude_nb.api.types import Message, ToolUseBlock

# fmt: off
__all__ = [
    "AsyncToolRunner", "CallTool", "OpenRound", "Rounds", "ToolLoop", "ToolRunner", "proceed",
]
# fmt: on

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class OpenRound:
    """Ask the model with these parameters of ``messages.create``."""

    params: Json


@dataclass(frozen=True, slots=True)
class CallTool:
    """Call this tool, as the model wants it called.

    Attributes
    ----------
    tool : FunctionTool
        The tool.
    call : ToolUseBlock
        The model's call, with the input it wrote.
    """

    tool: FunctionTool[Any]
    call: ToolUseBlock

    def result(self) -> Json:
        """Call the tool and return its result block; if it raises, one that tells the model."""
        try:
            value = self.tool.call(self.call.input)
            return self._told(waiting.waited(gathered(value)) if is_pending(value) else value)
        except Exception as error:  # noqa: BLE001 - whatever a tool raises, the model is told
            return _failed(self.call, error)

    async def awaited_result(self, *, aside: bool = False) -> Json:
        """Return the same of a tool that may be asynchronous.

        Parameters
        ----------
        aside : bool
            Whether a tool that is not runs in a thread, so that this task can be cancelled.
        """
        call, given = self.tool.call, self.call.input
        threaded = aside and not self.tool.is_async
        try:
            value = await waiting.aside(call, given) if threaded else call(given)
            if is_pending(value):
                value, threaded = await gathered(value), False
            return await waiting.aside(self._told, value) if threaded else self._told(value)
        except Exception as error:  # noqa: BLE001 - as above
            return _failed(self.call, error)

    def _told(self, value: Any) -> Json:
        return result_block(self.call, self.tool.content(value))


def _failed(call: ToolUseBlock, error: Exception) -> Json:
    """Return the result block of a call that failed: in our words, or in those of Python."""
    told = error.content if isinstance(error, ToolError) else hidden(repr(error))
    told = str(error) if isinstance(error, UntellableError) else told
    try:
        return result_block(call, told, is_error=True)
    except UntellableError as problem:
        return result_block(call, str(problem), is_error=True)


Rounds: TypeAlias = Generator[OpenRound | CallTool, Any, Message | None]


def proceed(rounds: Rounds, reply: Any) -> OpenRound | CallTool | None:
    """Send a loop what came of its last effect (at first None); return the next, or None."""
    try:
        return rounds.send(reply)
    except StopIteration:
        return None


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
    answers_calls : bool
        Whether calls are answered; else the conversation ends with them, and only a turn that the
        server paused is gone on with.
    """

    def __init__(
        self,
        params: Mapping[str, Any],
        tools: Iterable[Any],
        max_iterations: int | None,
        *,
        answers_calls: bool = True,
    ) -> None:
        tools = list(tools)
        self._answers_calls = answers_calls
        self._tools: dict[str, FunctionTool[Any]] = {
            tool.name: cast("FunctionTool[Any]", tool)
            for tool in tools
            if isinstance(tool, FunctionTool)
        }
        self._params = {**params, **({"tools": tools} if tools else {})}
        self._messages: list[Any] = list(params["messages"])
        self._given = len(self._messages)
        self._left = max_iterations
        self._appended = False

    def rounds(self) -> Rounds:
        """Yield what is to be done, round by round; see this module."""
        last: Message | None = None
        while self._left is None or self._left > 0:
            self._left = None if self._left is None else self._left - 1
            self._appended = False
            last = message = yield OpenRound({**self._params, "messages": list(self._messages)})
            calls = self._calls(message)
            if calls is None:
                break
            results: list[Json] = []
            for call in calls:
                results.append((yield from self._result(call)))  # noqa: PERF401 - it yields
            if not self._appended:
                self._messages.append(message.to_param())
                self._messages += [{"role": "user", "content": results}] if results else []
        return last

    def append(self, *messages: Any) -> None:
        """Write this turn by hand: these messages are sent instead of answer and results."""
        self._appended = True
        self._messages.extend(
            message.to_param() if isinstance(message, Message) else message for message in messages
        )

    def added(self) -> list[Any]:
        """Return the messages so far that follow those of the parameters."""
        return self._messages[self._given :]

    def _calls(self, message: Message) -> list[ToolUseBlock] | None:
        """Return the tool calls to answer, or None if the conversation has come to its end."""
        if message.stop_reason == "pause_turn":
            return []
        calls = [block for block in message.content if isinstance(block, ToolUseBlock)]
        if message.stop_reason != "tool_use" or not (calls and self._answers_calls):
            return [] if self._appended else None
        return calls

    def _result(self, call: ToolUseBlock) -> Generator[CallTool, Json, Json]:
        """Have a call answered; if there is no such tool, tell the model which there are."""
        if call.name in self._tools:
            return (yield CallTool(self._tools[call.name], call))
        known = ", ".join(self._tools)
        return _failed(call, ToolError(f"There is no tool {call.name!r}; there are: {known}."))


class _Asked(Protocol):
    """What is asked: ``client.messages``."""

    def create(self, **params: Any) -> Any: ...
    def stream(self, **params: Any) -> MessageStreamManager: ...


class _AsyncAsked(Protocol):
    """What is asked: ``client.messages`` of an asynchronous client."""

    async def create(self, **params: Any) -> Any: ...
    def stream(self, **params: Any) -> AsyncMessageStreamManager: ...


class _Runner:
    """What the two drivers share."""

    def __init__(self, messages: Any, loop: ToolLoop, *, stream: bool) -> None:
        self._messages = messages
        self._loop = loop
        self._stream = stream
        self._turns = self._run()
        self._last: Message | None = None

    @abstractmethod
    def _run(self) -> Any:
        """Drive the loop, and yield the answers or their streams."""

    def append_messages(self, *messages: Any) -> None:
        """Write this turn by hand: these messages are sent instead of answer and results."""
        self._loop.append(*messages)

    def _last_answer(self) -> Message:
        if self._last is None:
            raise RuntimeError("No request was made: max_iterations is 0.")
        return self._last


class ToolRunner(_Runner):
    """Iterate over the answers (or, with `stream`, the streams of them) until the last one."""

    _messages: _Asked
    _turns: Iterator[Any]

    def __iter__(self) -> Iterator[Any]:
        return self._turns

    def __next__(self) -> Any:
        return next(self._turns)

    def until_done(self) -> Message:
        """Run to the end and return the last answer."""
        for item in self._turns:
            if isinstance(item, MessageStream):
                item.until_done()
        return self._last_answer()

    def _run(self) -> Iterator[Any]:
        rounds, reply = self._loop.rounds(), None
        while (effect := proceed(rounds, reply)) is not None:
            if isinstance(effect, CallTool):
                reply = effect.result()
            elif not self._stream:
                reply = self._last = self._messages.create(**effect.params)
                yield reply
            else:
                with self._messages.stream(**effect.params) as stream:
                    yield stream
                    reply = self._last = stream.get_final_message()


class AsyncToolRunner(_Runner):
    """Iterate over the answers (or, with `stream`, the streams of them) until the last one."""

    _messages: _AsyncAsked
    _turns: AsyncIterator[Any]

    def __aiter__(self) -> AsyncIterator[Any]:
        return self._turns

    async def __anext__(self) -> Any:
        return await anext(self._turns)

    async def until_done(self) -> Message:
        """Run to the end and return the last answer."""
        async for item in self._turns:
            if isinstance(item, AsyncMessageStream):
                await item.until_done()
        return self._last_answer()

    async def _run(self) -> AsyncIterator[Any]:
        rounds, reply = self._loop.rounds(), None
        while (effect := proceed(rounds, reply)) is not None:
            if isinstance(effect, CallTool):
                reply = await effect.awaited_result()
            elif not self._stream:
                reply = self._last = await self._messages.create(**effect.params)
                yield reply
            else:
                async with self._messages.stream(**effect.params) as stream:
                    yield stream
                    reply = self._last = await stream.get_final_message()
