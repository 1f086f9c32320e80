"""Work that is due when nothing has happened for a while; on a thread that ends with it."""

from __future__ import annotations

import threading
from collections.abc import Callable

__all__ = ["AtRest"]


class AtRest:
    """Does `work` once after each stretch of events.

    Parameters
    ----------
    work : callable
        What to do, on a thread of its own.
    seconds : float
        How long nothing must have happened.
    """

    def __init__(self, work: Callable[[], object], seconds: float) -> None:
        self._work = work
        self._seconds = seconds
        self._timer: threading.Timer | None = None

    def touch(self) -> None:
        """Note that something happened."""
        self.cancel()
        self._timer = timer = threading.Timer(self._seconds, self._work)
        timer.name, timer.daemon = "claude_nb at rest", True
        timer.start()

    def cancel(self) -> None:
        """Do nothing after all, unless it is being done."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
