"""Rate limits: the headers that every answer carries, and the refusal beyond a limit.

A minute's window by the emulator's clock. Without a limit set the figures of a large account are
reported and nothing is refused; a larger limit is that of a larger account, in tokens too.
"""

from __future__ import annotations

import threading

from claude_nb.emulator.clock import instant
from claude_nb.emulator.wire import ApiError

__all__ = ["Rates"]

_WINDOW = 60.0  # seconds
_THOUSANDS = 1000  # token remainders are rounded to these
_REPORTED = {"requests": 4_000, "input-tokens": 2_000_000, "output-tokens": 400_000}


class Rates:
    """Counts requests and tokens by the minute.

    Parameters
    ----------
    requests_per_minute : int or None
        Refuse more; None refuses nothing.
    """

    def __init__(self, requests_per_minute: int | None = None) -> None:
        self._limit = requests_per_minute
        requests = requests_per_minute or _REPORTED["requests"]
        larger = max(1, requests // _REPORTED["requests"])
        told = {name: larger * most for name, most in _REPORTED.items()}
        self._limits = {**told, "requests": requests}
        self._used = dict.fromkeys(_REPORTED, 0)
        self._ends = 0.0
        self._lock = threading.Lock()

    def admit(self, now: float) -> None:
        """Count a request.

        Raises
        ------
        ApiError
            429, with ``retry-after``, if the minute's requests are used up.
        """
        with self._lock:
            self._turn(now)
            if self._limit is not None and self._used["requests"] >= self._limit:
                wait = max(1, round(self._ends - now))
                limit = f"the rate limit of {self._limit} requests per minute"
                message = f"This request would exceed {limit}. Please try again later."
                headers = {"retry-after": str(wait)}
                raise ApiError(429, "rate_limit_error", message, headers=headers)
            self._used["requests"] += 1

    def spend(self, input_tokens: int, output_tokens: int) -> None:
        """Count the tokens of an answer; cache reads do not count, so leave them out."""
        with self._lock:
            self._used["input-tokens"] += input_tokens
            self._used["output-tokens"] += output_tokens

    def headers(self, now: float) -> dict[str, str]:
        """Return the rate-limit headers."""
        with self._lock:
            self._turn(now)
            left = {name: max(0, most - self._used[name]) for name, most in self._limits.items()}
        for name in ("input-tokens", "output-tokens"):
            left[name] = round(left[name] / _THOUSANDS) * _THOUSANDS
        limits = {**self._limits, "tokens": self._limits["input-tokens"]}
        limits["tokens"] += self._limits["output-tokens"]
        left["tokens"] = left["input-tokens"] + left["output-tokens"]
        reset = instant(self._ends)
        found: dict[str, str] = {}
        for name, most in limits.items():
            found[f"anthropic-ratelimit-{name}-limit"] = str(most)
            found[f"anthropic-ratelimit-{name}-remaining"] = str(left[name])
            found[f"anthropic-ratelimit-{name}-reset"] = reset
        return found

    def _turn(self, now: float) -> None:
        if now >= self._ends:
            self._ends = now + _WINDOW
            self._used = dict.fromkeys(self._used, 0)
