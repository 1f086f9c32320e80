"""The time the emulator goes by: cache lifetimes, batches, dates, rate limits.

Pacing goes by the real clock; everything else by one of these, so that five minutes need not
take five minutes.
"""

from __future__ import annotations

import threading
import time
from datetime import UTC, date, datetime

__all__ = ["Clock", "ManualClock", "day", "instant"]


class Clock:
    """The computer's clock."""

    def now(self) -> float:
        """Return seconds since 1970."""
        return time.time()

    def today(self) -> date:
        """Return the day it is (UTC), by which models retire."""
        return day(self.now())


class ManualClock(Clock):
    """A clock that stands still until it is moved.

    Parameters
    ----------
    start : float
        Seconds since 1970.
    """

    def __init__(self, start: float = 1_800_000_000.0) -> None:
        self._now = start
        self._lock = threading.Lock()

    def now(self) -> float:
        """Return seconds since 1970."""
        return self._now

    def advance(self, seconds: float) -> None:
        """Let `seconds` pass.

        Raises
        ------
        ValueError
            If `seconds` is negative: caches and batches rely on time moving one way.
        """
        if seconds < 0:
            raise ValueError(f"seconds is {seconds}; time only moves forward (0 or more)")
        with self._lock:
            self._now += seconds


def day(seconds: float) -> date:
    """Return the day of the moment (UTC)."""
    return datetime.fromtimestamp(seconds, UTC).date()


def instant(seconds: float) -> str:
    """Return the moment as the API writes it (RFC 3339, UTC)."""
    moment = datetime.fromtimestamp(seconds, UTC)
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")
