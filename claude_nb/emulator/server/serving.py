"""Start an emulator: one of your own with `serve`, or the one of this process with `shared`."""

from __future__ import annotations

import atexit
import os
import secrets
import threading
from collections.abc import Callable, Iterable
from typing import Any
from weakref import WeakSet

from claude_nb.emulator.answering.engine import Override
from claude_nb.emulator.app import Emulator
from claude_nb.emulator.clock import Clock
from claude_nb.emulator.endpoints.options import Options
from claude_nb.emulator.faults import Fault
from claude_nb.emulator.server.connection import Limits
from claude_nb.emulator.server.listener import Server

__all__ = ["serve", "shared"]


class _Process:
    """The emulators of this process, and the one that is shared."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.running: WeakSet[Server] = WeakSet()
        self.shared: Server | None = None


_process = _Process()


def serve(
    port: int = 0,
    tokens_per_second: float = 60.0,
    *,
    answer: Override | None = None,
    seed: int = 0,
    faults: Iterable[Fault] = (),
    clock: Clock | None = None,
    batch_seconds: float = 3.0,
    requests_per_minute: int | None = None,
    limits: Limits | None = None,
    log: Callable[[str], None] | None = None,
    api_key: str | None = None,
) -> Server:
    """Start an emulator; close it with ``close()`` or as a context manager.

    Parameters
    ----------
    port : int
        On 127.0.0.1; 0 picks a free one.
    tokens_per_second : float
        Pace of answers; 0 for at once.
    answer : callable, optional
        Gets each request and returns the answer: text, a list of content blocks, an `Answer`, or
        None for the usual one. For tests and benchmarks.
    seed : int
        Varies answers at temperatures above 0.
    faults : iterable of Fault
        Failures for the next calls.
    clock : Clock, optional
        Time for cache lifetimes, batches, dates and rate limits; a `ManualClock` stands still.
    batch_seconds : float
        How long a batch takes, by that clock.
    requests_per_minute : int, optional
        Refuse more with 429.
    limits : Limits, optional
        On connections, sizes and times.
    log : callable, optional
        Gets one line for each call; never a key, never a prompt.
    api_key : str, optional
        The one key it takes, as others on this machine can reach the port too. By default any key
        that does not contain ``invalid``; batches and caches are then kept apart by key.

    Returns
    -------
    Server
        Running; its ``url`` is the base URL for clients.

    Raises
    ------
    OSError
        If the port is taken.
    """
    options = Options(
        tokens_per_second=tokens_per_second,
        answer=answer,
        seed=seed,
        clock=clock or Clock(),
        batch_seconds=batch_seconds,
        log=log,
    )
    limits = limits or Limits()
    emulator = Emulator(
        options,
        faults=tuple(faults),
        requests_per_minute=requests_per_minute,
        api_key=api_key,
        kept_bytes=limits.kept_bytes,
        kept_file_bytes=limits.kept_file_bytes,
    )
    server = Server(emulator, port, limits)
    _process.running.add(server)
    return server


def shared(**settings: Any) -> Server:
    """Return the emulator of this process, started on first use and ended at exit.

    It takes only the key that is made for it, its ``api_key``.

    Parameters
    ----------
    **settings
        Of `serve`; they count when the emulator is started.
    """
    with _process.lock:
        if _process.shared is None:
            settings.setdefault("api_key", f"emulator-{secrets.token_hex(16)}")
            _process.shared = serve(**settings)
        return _process.shared


def _close_shared() -> None:
    server, _process.shared = _process.shared, None
    if server is not None:
        server.close()


def _after_fork() -> None:
    # threads stay with the parent; the child starts its own emulator when it needs one
    for server in tuple(_process.running):
        server.forget()
    _process.__init__()  # the lock may have been held


atexit.register(_close_shared)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
