"""When to try again, and after how long: (attempt, reply) -> seconds to wait, or None."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus

from claude_nb.api.wire import Headers

__all__ = ["LONGEST_WAIT", "RetryNotice", "RetryPolicy", "asked_wait"]

_RETRIED = frozenset({408, 409, 429})
LONGEST_WAIT = 60.0
"""Seconds that a server may ask for; when it wants more, the call fails at once and says so."""


@dataclass(frozen=True, slots=True)
class RetryNotice:
    """What a caller is told before a wait: "attempt 2 of 3, waiting 1.0 s, because 429".

    Attributes
    ----------
    attempt, attempts : int
        The attempt that follows the wait (from 2), and how many there are at most.
    wait : float
        Seconds.
    reason : str
        What went wrong: a status, or the kind of transport failure.
    """

    attempt: int
    attempts: int
    wait: float
    reason: str

    def __str__(self) -> str:
        return (
            f"attempt {self.attempt} of {self.attempts}, "
            f"waiting {self.wait:.1f} s, because {self.reason}"
        )


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """The retry rules of the Messages API.

    Parameters
    ----------
    max_retries : int
        Attempts after the first, at least 0.
    jitter : callable
        Returns a number in [0, 1); up to a quarter of a wait is taken off by it.
    now : callable
        Returns the time, for ``retry-after`` dates.
    """

    max_retries: int = 2
    jitter: Callable[[], float] = random.random
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    def wait(self, attempt: int, status: int | None, headers: Headers) -> float | None:
        """Return the seconds to wait before the next attempt, or None to give up.

        Parameters
        ----------
        attempt : int
            The attempt that just failed, from 1.
        status : int or None
            Its HTTP status; None if no whole reply arrived.
        headers : Headers
            Of its reply.
        """
        if attempt > self.max_retries or not _retryable(status, headers):
            return None
        asked = asked_wait(headers, self.now())
        if asked is not None and asked > 0:
            return asked if asked <= LONGEST_WAIT else None
        return min(0.5 * 2.0 ** min(attempt - 1, 10), 8.0) * (1 - 0.25 * self.jitter())


def asked_wait(headers: Headers, now: datetime | None = None) -> float | None:
    """Return the seconds that a server asks to wait, or None if it asks for nothing readable."""
    milliseconds = _number(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1000
    text = headers.get("retry-after")
    seconds = _number(text)
    if seconds is not None or text is None:
        return seconds
    try:
        date = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    date = date if date.tzinfo else date.replace(tzinfo=UTC)
    return (date - (now or datetime.now(UTC))).total_seconds()


def _retryable(status: int | None, headers: Headers) -> bool:
    if status is None:
        return True
    said = headers.get("x-should-retry")
    if said in ("true", "false"):
        return said == "true"
    return status in _RETRIED or status >= HTTPStatus.INTERNAL_SERVER_ERROR


def _number(text: str | None) -> float | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if abs(number) != float("inf") and number == number else None  # noqa: PLR0124 - NaN
