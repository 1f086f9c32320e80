"""How many requests may be on their way: one controller for each key and model of the process.

A window that grows while it is used and shrinks on a refusal, and a gate that the server's own
``anthropic-ratelimit-*`` and ``retry-after`` headers close. Pure apart from the clock it is given.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from claude_nb.api.retry import asked_wait
from claude_nb.api.wire import Headers

__all__ = ["FIRST", "MOST", "Pace"]

FIRST = 8  # requests at once, to begin with
MOST = 100
_SHRINK = 0.8
_CALM = 15.0  # seconds between two cuts, and without growth after the server struggled
_IN_USE = 0.8  # share of the window that must be taken for it to grow
_TOO_MANY = 429
_KINDS = ("requests", "input-tokens", "output-tokens")
_LOOK_AGAIN = 0.1  # seconds, where another run of this process holds the window
_MARGIN = 0.05  # seconds past a reset: the server's clock is not ours
_LONGEST = 3600.0  # seconds that a server is believed: then it is asked whether it still holds
_LEARNS = 0.2  # weight of the newest answer in what a request is thought to take


@dataclass(slots=True)
class _Left:
    """What a server says is left of one limit, until when."""

    remaining: float
    reset: str
    until: float  # by our clock


@dataclass(eq=False)
class Pace:
    """The pace of one key and model.

    Attributes
    ----------
    most : int
        Requests at once that the window may grow to.
    clock : callable
        Returns seconds that only grow.
    window : float
        Requests at once, now.
    running : int
        Requests that were let go and have not ended.
    why : str
        What holds the pace back now; empty if only the window does.
    """

    most: int = MOST
    clock: Callable[[], float] = time.monotonic
    window: float = FIRST
    running: int = 0
    why: str = ""
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _starting: bool = True  # no refusal yet: the window doubles with each round
    _cut: float = -_CALM
    _troubled: float = -_CALM
    _closed: float = 0.0
    _left: dict[str, _Left] = field(default_factory=dict[str, _Left])
    _takes: dict[str, float] = field(default_factory=lambda: dict.fromkeys(_KINDS, 1.0))

    def admit(self, own: int | None = None) -> float:
        """Let a request go and return 0, or return the seconds after which to ask again.

        Parameters
        ----------
        own : int, optional
            A smaller window that one run was given.
        """
        with self._lock:
            wait = self._shut()
            if not wait and self.running >= min(int(self.window), own or self.most):
                wait = _LOOK_AGAIN
            if not wait:
                self.running += 1
            return wait

    def again(self) -> float:
        """Return the seconds that a request which goes out once more has to wait for the gate."""
        with self._lock:
            return max(0.0, self._closed - self.clock())

    def ended(self) -> None:
        """Take note that a request which was let go has ended, and what came of it is kept."""
        with self._lock:
            self.running = max(0, self.running - 1)

    def heard(
        self, status: int | None, headers: Mapping[str, str], usage: Mapping[str, int] | None = None
    ) -> None:
        """Learn from a reply.

        Parameters
        ----------
        status : int or None
            Of the reply; None if there was none.
        headers : Mapping
            Of the reply.
        usage : Mapping, optional
            What the answer took: ``input-tokens`` and ``output-tokens``.
        """
        with self._lock:
            now = self.clock()
            for kind, taken in (usage or {}).items():
                self._takes[kind] += _LEARNS * (taken - self._takes[kind])
            self._read_limits(Headers(headers), now)
            if status == _TOO_MANY:
                self._refused(Headers(headers), now)
            elif status is None or status >= 500:  # noqa: PLR2004 (the server's own failures)
                self._starting, self._troubled = False, now
            else:
                self._grow(now)

    def _refused(self, headers: Headers, now: float) -> None:
        self._starting = False
        if now - self._cut >= _CALM:
            self.window, self._cut = max(1.0, self.window * _SHRINK), now
        wait = min(max(0.0, asked_wait(headers) or 0.0), _LONGEST)
        self._closed = max(self._closed, now + wait)

    def _grow(self, now: float) -> None:
        """Grow by one an answer at first, later by one a round; only where the window was used."""
        calm = now - max(self._cut, self._troubled) >= _CALM
        if self.running < _IN_USE * int(self.window) or not (self._starting or calm):
            return
        step = 1.0 if self._starting else 1.0 / self.window
        self.window = min(float(self.most), self.window + step)

    def _read_limits(self, headers: Headers, now: float) -> None:
        for kind in _KINDS:
            remaining = headers.get(f"anthropic-ratelimit-{kind}-remaining")
            reset = headers.get(f"anthropic-ratelimit-{kind}-reset")
            if not (remaining and reset and remaining.isdigit()):
                continue
            seconds, known = _until(reset, headers.get("date")), self._left.get(kind)
            if seconds is None:
                continue
            # replies overtake each other: in one and the same period, the least is the newest
            count = float(remaining)
            if known is not None and known.reset == reset:
                count, seconds = min(count, known.remaining), known.until - now
            self._left[kind] = _Left(count, reset, now + min(seconds, _LONGEST))

    def _shut(self) -> float:
        """Return the seconds until the gate opens, and say why it is shut; 0 if it is open."""
        now = self.clock()
        self.why = ""
        if now < self._closed:
            self.why = f"the server asked to wait {self._closed - now:.0f} s"
            return self._closed - now
        for kind, left in list(self._left.items()):
            if now >= left.until + _MARGIN:
                del self._left[kind]
            # whether those on their way are counted already is not known: they are counted here
            elif left.remaining < (self.running + 1) * self._takes[kind]:
                self.why = f"waiting for the limit of {kind.replace('-', ' ')}"
                whole = left.until + _MARGIN - now
                return whole if not self.running else min(whole, _LOOK_AGAIN)
        return 0.0


def _until(reset: str, date: str | None) -> float | None:
    """Return the seconds until a moment of the server's clock, by which it dates its replies."""
    try:
        moment = datetime.fromisoformat(reset)
        now = parsedate_to_datetime(date) if date else datetime.now(UTC)
        return max(0.0, (moment - now).total_seconds())
    except (TypeError, ValueError):
        return None
