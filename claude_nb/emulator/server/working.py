"""Work off the event loop: in threads of its own, a few at a time, each awaited for so long.

A thread cannot be stopped. One that takes too long is left to its end, and keeps its place until
then; that it has an end is the business of what it works on. The threads are daemons, so that none
keeps a process from leaving.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from typing import TypeVar

__all__ = ["Workers"]

T = TypeVar("T")


class Workers:
    """Runs functions in threads.

    Parameters
    ----------
    most : int
        At a time; what comes on top waits for its turn.
    """

    def __init__(self, most: int) -> None:
        self._free = asyncio.Semaphore(most)

    async def run(self, work: Callable[[], T], patience: float) -> T:
        """Return what `work` returns, or raise what it raises.

        Parameters
        ----------
        work : Callable
            Called in a thread.
        patience : float
            Seconds, the wait for a free thread included.

        Raises
        ------
        TimeoutError
            If they are over. The work goes on, and its outcome is thrown away.
        """
        # not wait_for: before Python 3.12 it may swallow the cancellation that ends a reply
        async with asyncio.timeout(patience):
            await self._free.acquire()
            loop = asyncio.get_running_loop()
            return await asyncio.wrap_future(_started(work, partial(self._release, loop)))

    def _release(self, loop: asyncio.AbstractEventLoop) -> None:
        with contextlib.suppress(RuntimeError):  # the loop ended in between
            loop.call_soon_threadsafe(self._free.release)


def _started(work: Callable[[], T], at_end: Callable[[], None]) -> Future[T]:
    outcome: Future[T] = Future()
    outcome.set_running_or_notify_cancel()  # nobody can cancel it from now on

    def run() -> None:
        try:
            outcome.set_result(work())
        except BaseException as error:  # noqa: BLE001 - raised again where it is awaited
            outcome.set_exception(error)
        finally:
            at_end()

    try:
        threading.Thread(target=run, name="claude_nb-emulator-work", daemon=True).start()
    except RuntimeError:  # no more threads are to be had
        at_end()
        raise
    return outcome
