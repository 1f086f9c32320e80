"""Stop a run that waits in the main thread, from whichever thread hears the Stop button.

Stopping takes the way of the kernel's own interrupt (SIGINT in the main thread), so that there is
one way out of a run, whether it waits for a connection, for a retry or for the next event.
"""

from __future__ import annotations

import _thread
import signal
import threading
import time
from typing import Self

__all__ = ["Stopper"]

_LATE = 0.2  # seconds an interrupt may take to be delivered


class Stopper:
    """A context in which `stop` raises KeyboardInterrupt in the main thread.

    Outside of it `stop` does nothing, so that a late click cannot hit another cell.

    Attributes
    ----------
    asked : bool
        Whether someone asked to stop.
    """

    def __init__(self) -> None:
        self.asked = False
        self._active = False
        self._lock = threading.Lock()

    def stop(self) -> None:
        """Interrupt the run; from any thread, any number of times."""
        with self._lock:
            if not self._active or self.asked:
                return
            self.asked = True
            _interrupt_main()

    def __enter__(self) -> Self:
        """Let `stop` work from here on."""
        self._active = True
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Let `stop` do nothing again, and take up an interrupt that is still on its way."""
        try:
            with self._lock:
                self._active = False
            if self.asked and kind is None:
                time.sleep(_LATE)
        except KeyboardInterrupt:
            self._active = False


def _interrupt_main() -> None:
    """Raise KeyboardInterrupt in the main thread, also while it waits in a system call."""
    if hasattr(signal, "pthread_kill"):
        main = threading.main_thread().ident
        if main is not None:
            signal.pthread_kill(main, signal.SIGINT)
    else:
        _thread.interrupt_main()
