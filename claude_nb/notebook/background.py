"""``--bg``: the cell ends at once, and its answer goes on streaming into its output.

A thread with an event loop of its own runs the request, so that cells that run meanwhile cannot
hold it up. What it shows are updates of one display, which land in the cell they belong to.
"""

from __future__ import annotations

import asyncio
import contextvars
import threading
from collections.abc import AsyncIterator, Generator
from concurrent.futures import Future
from typing import Any

from claude_nb.api.errors import AnthropicError
from claude_nb.api.types import Message
from claude_nb.notebook import backend, run, threads, views
from claude_nb.notebook.commands.host import Host
from claude_nb.notebook.follow import Follower
from claude_nb.notebook.question import Question

__all__ = ["Answer", "start"]


class Answer:
    """A handle on an answer that is still coming.

    ``await answer`` or ``answer.result()`` waits for it; ``answer.stop()`` stops it and keeps
    what has come.
    """

    def __init__(self, question: Question, host: Host) -> None:
        self._question = question
        self._host = host
        self._future: Future[Message | None] = Future()
        self._loop = asyncio.new_event_loop()
        self._task: asyncio.Task[None] | None = None
        self._view = views.choose(question.params["model"], self.stop, background=True)
        self._follower = run.follow(question, self._view)

    def __repr__(self) -> str:
        state = "done" if self.done else "running"
        return f"<Answer of {self._question.params['model']}: {state}>"

    def __await__(self) -> Generator[Any, None, Message | None]:
        """Wait for the answer in an event loop."""
        return asyncio.wrap_future(self._future).__await__()

    @property
    def done(self) -> bool:
        """Whether it has ended."""
        return self._future.done()

    @property
    def message(self) -> Message | None:
        """The answer, whole or as far as it came when it ended; None before that."""
        return self._follower.outcome.message

    def result(self, timeout: float | None = None) -> Message | None:
        """Wait for the answer, at most `timeout` seconds, and return it.

        Raises
        ------
        RunError
            The call failed.
        TimeoutError
            It took longer.
        """
        return self._future.result(timeout)

    def stop(self) -> None:
        """Stop it, close its connection, and keep what has come."""
        task = self._task
        if task is not None and not self.done:
            self._loop.call_soon_threadsafe(task.cancel)

    def begin(self) -> None:
        """Show the empty view in the running cell, and start."""
        server = backend.connect(self._follower.retrying, asynchronous=True)
        self._view.open()
        self._task = self._loop.create_task(_perform(server.client, self._question, self._follower))
        where = contextvars.copy_context()  # the kernel finds the cell's message there
        thread = threading.Thread(
            target=where.run, args=(self._finish, server.priced), name="claude_nb --bg", daemon=True
        )
        thread.start()

    def _finish(self, priced: bool) -> None:  # noqa: FBT001 (a thread's only argument)
        outcome = self._follower.outcome
        assert self._task is not None  # noqa: S101 (narrows a type)
        with outcome.timed():
            try:
                self._loop.run_until_complete(self._task)
            except asyncio.CancelledError:  # stopped before it had begun
                outcome.stopped = True
        self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        self._loop.close()
        try:
            message = run.conclude(self._question, outcome, self._view, self._host, priced=priced)
            self._future.set_result(message)
        except Exception as error:  # noqa: BLE001 (whoever waits is told, whatever went wrong)
            self._future.set_exception(error)


async def _perform(client: Any, question: Question, follower: Follower) -> None:
    """Stream the answer; what a run can end with is in the outcome."""
    try:
        async for opened in _streams(client.messages, question, follower):
            async with opened as stream:
                await _follow(stream, follower)
    except asyncio.CancelledError:
        follower.outcome.stopped = True
    except AnthropicError as error:
        follower.outcome.error = error


async def _streams(messages: Any, question: Question, follower: Follower) -> AsyncIterator[Any]:
    """Yield the stream of the answer, or with tools those of all its rounds."""
    if not question.tools:
        yield messages.stream(**question.params)
        return
    tools = follower.tools(question.tools)
    async for stream in messages.tool_runner(**question.params, **tools, stream=True):
        yield stream


async def _follow(stream: Any, follower: Follower) -> None:
    follower.begin_round(**backend.origin(stream.response.headers))
    try:
        async for event in stream:
            follower.take(event)
    finally:
        follower.snapshot(stream)


def start(question: Question, host: Host) -> Answer | Message | None:
    """Start a run in the background and return its handle.

    Where the front end cannot show it after the cell has ended (nbclient, a terminal), or Python
    has no threads, this waits for the answer instead and returns it.
    """
    if not (views.is_live() and threads.AVAILABLE):
        return run.ask(question, host)
    answer = Answer(question, host)
    answer.begin()
    return answer
