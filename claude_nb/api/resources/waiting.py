"""Wait for a coroutine in code that waits, and for code that waits in a coroutine.

The first works also where an event loop already runs, as in a kernel. All coroutines run in one
loop of its own thread: what an asynchronous tool keeps open between two calls, a connection for
example, belongs to a loop.
"""

from __future__ import annotations

import asyncio
import contextvars
import functools
import os
import threading
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, TypeVar

__all__ = ["aside", "waited"]

T = TypeVar("T")


def waited(coming: Coroutine[Any, Any, T]) -> T:
    """Return what a coroutine comes to; if the wait is interrupted, it is cancelled.

    Raises
    ------
    RuntimeError
        There are no threads here, as in a web page: only an asynchronous caller can await it.
    """
    try:
        loop = _loop(os.getpid())
    except RuntimeError:
        coming.close()
        raise RuntimeError("An async tool cannot run here: write it with def.") from None
    tasks: list[asyncio.Task[Any] | None] = []
    given_up = threading.Event()

    async def unless_given_up() -> T:
        tasks.append(asyncio.current_task())
        if given_up.is_set():
            coming.close()
            raise asyncio.CancelledError
        return await coming

    try:  # an interrupt may come before there is a future to cancel
        return asyncio.run_coroutine_threadsafe(unless_given_up(), loop).result()
    except BaseException:
        given_up.set()
        loop.call_soon_threadsafe(lambda: [task.cancel() for task in tasks if task])
        raise


@functools.cache
def _loop(process: int) -> asyncio.AbstractEventLoop:
    del process  # a forked child has its own: threads stay with the parent
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="claude_nb tools", daemon=True).start()
    return loop


async def aside(function: Callable[..., T], *given: Any) -> T:
    """Return what a function returns that runs in a thread of its own.

    If the task is cancelled, it does not wait: the thread runs on, and nobody is told. It keeps no
    process alive.
    """
    loop, where = asyncio.get_running_loop(), contextvars.copy_context()
    coming: asyncio.Future[tuple[Any, BaseException | None]] = loop.create_future()

    def told(value: Any, error: BaseException | None) -> None:
        if not coming.done():
            coming.set_result((value, error))

    def run() -> None:
        value, failure = None, None
        try:
            value = where.run(function, *given)
        except BaseException as error:  # noqa: BLE001 (raised again where it is awaited)
            failure = error
        with suppress(RuntimeError):  # the loop has ended meanwhile
            loop.call_soon_threadsafe(told, value, failure)

    threading.Thread(target=run, name="claude_nb tool", daemon=True).start()
    value, error = await coming
    if error is not None:
        raise error
    return value
