"""A run in the background: ``--bg``, and each answer of a panel.

A thread with an event loop of its own runs the request, so that cells that run meanwhile cannot
hold it up, and Stop closes the connection at once. What it shows are updates of one display,
which land in the cell they belong to.
"""

from __future__ import annotations

import asyncio
import contextvars
import threading
from collections.abc import Callable, Generator
from concurrent.futures import Future
from contextlib import suppress
from functools import partial
from typing import Any

from claude_nb import threads
from claude_nb.api.errors.advice import needs_stream
from claude_nb.api.resources.runner import CallTool, Rounds, proceed
from claude_nb.api.types import Message
from claude_nb.ask.question import Question
from claude_nb.notebook import backend
from claude_nb.notebook.backend import Backend
from claude_nb.notebook.environment import Environment
from claude_nb.notebook.live import views
from claude_nb.notebook.places import Place
from claude_nb.notebook.run import keeping, run
from claude_nb.notebook.run.follow import Follower
from claude_nb.notebook.run.run import Run
from claude_nb.notebook.session import Session

__all__ = ["Handle", "possible", "start"]

Stop = Callable[[], None]


class Handle:
    """A handle on an answer that is still coming.

    ``await handle`` or ``handle.result()`` waits for it; ``handle.stop()`` stops it and keeps
    what has come.

    Parameters
    ----------
    question : Question
        What to ask.
    place : Place
        Where the answer belongs.
    session : Session
        Its ledger gets the run.
    make_view : callable
        Gets what stops the run; returns the view that shows it.
    on_end : callable, optional
        Gets the run when it has ended, before those who wait for it; None if it broke.
    """

    def __init__(
        self,
        question: Question,
        place: Place,
        session: Session,
        make_view: Callable[[Stop], views.View],
        on_end: Callable[[Run | None], object] = lambda _: None,
    ) -> None:
        self.question: Question = question
        self.place: Place = place
        self.session: Session = session
        self._on_end = on_end
        self._run: Future[Run] = Future()
        self._task: asyncio.Task[None] | None = None
        self._asked = False  # to stop
        self.follower: Follower = run.follow(question, make_view(self.stop))

    @classmethod
    def of(cls, ended: Run, place: Place, session: Session) -> Handle:
        """Return the handle on an answer that its cell has waited for."""
        handle = cls(ended.question, place, session, lambda _: views.FinalView())
        handle.follower.outcome = ended.outcome
        handle._run.set_result(ended)
        return handle

    def __repr__(self) -> str:
        state = "done" if self.done else "running"
        return f"<Answer of {self.question.params['model']}: {state}>"

    def __await__(self) -> Generator[Any, None, Message | None]:
        """Wait for the answer in an event loop."""
        ended = yield from asyncio.shield(asyncio.wrap_future(self._run)).__await__()
        return ended.message()

    @property
    def done(self) -> bool:
        """Whether it has ended."""
        return self._run.done()

    @property
    def message(self) -> Message | None:
        """The answer, whole or as far as it came when it ended; None before that."""
        return self.follower.outcome.message

    def result(self, timeout: float | None = None) -> Message | None:
        """Wait for the answer, at most `timeout` seconds, and return it.

        Raises
        ------
        RunError
            The call failed.
        TimeoutError
            It took longer.
        """
        return self._run.result(timeout).message()

    def stop(self) -> None:
        """Stop it, close its connection, and keep what has come."""
        self._asked, task = True, self._task
        if task is not None and not task.done():
            with suppress(RuntimeError):  # it ends at this very moment, and its loop is closed
                task.get_loop().call_soon_threadsafe(task.cancel)

    def begin(self) -> None:
        """Show the empty view in the running cell, and start."""
        server = backend.connect(self.session, asynchronous=True)
        outcome = self.follower.outcome
        client = keeping.through(server.client, self.question, outcome, self.session)
        client = backend.telling(client, self.follower.retrying)
        self.follower.view.open()
        loop = asyncio.new_event_loop()
        self._task = task = loop.create_task(self._perform(client.messages))
        where = contextvars.copy_context()  # the kernel finds the cell's message there
        finish = partial(where.run, partial(self._finish, task, server=server))
        threading.Thread(target=finish, name="claude_nb --bg", daemon=True).start()

    def _check(self) -> None:
        """Raise CancelledError if it was stopped, also where a tool swallowed that."""
        if self._asked:
            raise asyncio.CancelledError

    async def _perform(self, messages: Any) -> None:
        """Go through the rounds; what a run can end with is in the outcome."""
        outcome = self.follower.outcome
        try:
            rounds = run.rounds_of(self.question, self.follower, self.session)
            await _drive(messages, rounds, self.question, self.follower, self._check)
        except asyncio.CancelledError:
            outcome.stopped = True
        except BaseException as error:  # noqa: BLE001 (also a tool's SystemExit ends only this run)
            outcome.fail(error)

    def _finish(self, task: asyncio.Task[None], *, server: Backend) -> None:
        outcome, loop = self.follower.outcome, task.get_loop()
        with outcome.timed():
            try:
                loop.run_until_complete(task)
            except asyncio.CancelledError:  # stopped before it had begun
                outcome.stopped = True
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()
        try:
            ended = run.conclude(
                self.follower, self.question, self.place, self.session, server=server
            )
        except Exception as error:  # noqa: BLE001 (whoever waits is told, whatever went wrong)
            self._on_end(None)
            self._run.set_exception(error)
        else:
            self._on_end(ended)
            self._run.set_result(ended)


async def _drive(
    messages: Any,
    rounds: Rounds,
    question: Question,
    follower: Follower,
    check: Callable[[], None],
) -> None:
    """Go through the rounds, awaiting each; `check` raises if it is to end."""
    reply = None
    ask_round = _whole if question.options.no_stream else _streamed
    while (effect := proceed(rounds, reply)) is not None:
        check()
        if isinstance(effect, CallTool):
            follower.calling(effect.call)
            reply = await effect.awaited_result(aside=True)
            follower.returned(effect.call, reply)
        else:
            reply = await ask_round(messages, effect.params, follower)


async def _whole(messages: Any, params: dict[str, Any], follower: Follower) -> Message:
    if needs_stream(params["max_tokens"]):  # the connection is not to be silent for so long
        async with messages.stream(**params) as stream:
            return follower.whole(
                await stream.get_final_message(), **backend.origin(stream.response.headers)
            )
    reply = await messages.with_raw_response.create(**params)
    return follower.whole(await reply.parse(), **backend.origin(reply.headers))


async def _streamed(messages: Any, params: dict[str, Any], follower: Follower) -> Message:
    async with messages.stream(**params) as stream:
        follower.begin_round(**backend.origin(stream.response.headers))
        try:
            async for event in stream:
                follower.take(event)
        finally:
            follower.snapshot(stream)
        return await stream.get_final_message()


def possible(environment: Environment) -> bool:
    """Return whether an answer can be shown after its cell has ended.

    Not in nbclient or a terminal, and not where Python has no threads.
    """
    return environment.display == "live" and threads.AVAILABLE


def start(question: Question, place: Place, session: Session, display: str) -> Handle:
    """Start a run in the background, shown on this display, and return its handle."""
    backend.connect(session, asynchronous=True)  # what is wrong there leaves no answer behind
    view = partial(keeping.begin, session, question, display, background=True)
    handle = Handle(question, place, session, view)
    handle.begin()
    return handle
