"""Stop a run that waits in the main thread: by the kernel's interrupt, or by whoever hears Stop.

Stop takes the way of the kernel's own interrupt (SIGINT in the main thread), so that there is one
way out of a run, whether it waits for a connection, for a retry, for the next event or for a tool.
All signals of a run come through here, which tells the two apart and loses neither: one that comes
while an answer is shown and kept is noted, and one that a tool swallows ends the run after it. One
that a library makes an error of its own of (pydantic does, while it builds a model) stays one.
"""

from __future__ import annotations

import _thread
import signal
import threading
import time
from collections.abc import Callable
from math import inf
from typing import Any, Self

__all__ = ["Stopper"]

_LATE = 0.2  # seconds an interrupt may take to be delivered
_AGAIN = 1.0  # seconds after which a second interrupt is for code that swallowed the first


class Stopper:
    """A context that takes all interrupts; they raise KeyboardInterrupt in `heard_in` alone.

    Outside of it `stop` does nothing, so that a late click cannot hit another cell.

    Parameters
    ----------
    clock : callable
        Seconds, monotonic.

    Attributes
    ----------
    asked : bool
        Whether someone asked to stop this run.
    interrupted : bool
        Whether the kernel was interrupted, which is meant for all that is queued.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.asked: bool = False
        self.interrupted: bool = False
        self._clock = clock
        self._is_main = threading.current_thread() is threading.main_thread()
        self._active = False
        self._coming = False  # the signal that `stop` sent
        self._raises = False
        self._raised = -inf
        self._before: Any = None
        self._lock = threading.Lock()

    def stop(self) -> None:
        """End the run; from any thread, any number of times."""
        with self._lock:
            if not self._active or self.asked:
                return
            self.asked = self._coming = True
            if self._is_main:
                _interrupt_main()

    def check(self) -> None:
        """Raise KeyboardInterrupt if the run is to end, whoever swallowed it before."""
        if self.asked or self.interrupted:
            raise KeyboardInterrupt

    def heard_in(self, work: Callable[[], object], *, late: bool = False) -> None:
        """Do something that may be interrupted.

        Parameters
        ----------
        work : callable
            What to do.
        late : bool
            Whether to do it also if the run was to end before: then its answer is here already.

        Raises
        ------
        KeyboardInterrupt
            The run is to end.
        """
        before = self._raised
        try:
            self._raises = True
            if not late:
                self.check()
            work()
        except Exception:
            if self._raised != before:
                raise KeyboardInterrupt from None
            raise
        finally:
            self._raises = False

    def __enter__(self) -> Self:
        """Take all interrupts from here on."""
        self._active = True
        if self._is_main:  # others get no signals
            self._before = signal.signal(signal.SIGINT, self._signalled)
        return self

    def settle(self) -> None:
        """Raise nothing any more: what comes from here on is noted."""
        self._raises = False

    def __exit__(self, *_: object) -> None:
        """Give interrupts back, after one of ours that is still on its way."""
        with self._lock:
            self._active = False
        if not self._is_main:
            return
        until = self._clock() + _LATE
        while self._coming and self._clock() < until:
            time.sleep(_LATE / 100)
        known = self._before is not None  # none that Python set; SIG_DFL is one, and false
        signal.signal(signal.SIGINT, self._before if known else signal.default_int_handler)

    def _signalled(self, *_: object) -> None:
        ours, self._coming = self._coming, False
        self.interrupted = self.interrupted or not ours
        now = self._clock()
        if self._raises and now - self._raised > _AGAIN:  # or a second press would tear the end
            self._raised = now
            raise KeyboardInterrupt


def _interrupt_main() -> None:
    """Raise KeyboardInterrupt in the main thread, also while it waits in a system call."""
    if hasattr(signal, "pthread_kill"):
        main = threading.main_thread().ident
        if main is not None:
            signal.pthread_kill(main, signal.SIGINT)
    else:
        _thread.interrupt_main()
