"""The prompt cache: which prefix of a prompt was seen before, and for how long that counts.

References
----------
Messages API, "Prompt caching": writes happen at breakpoints only; a read looks back at most 20
blocks from each breakpoint; a hit refreshes its entry; the lifetime runs from the start of the
request; prefixes below the model's minimum are silently not cached.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence

from claude_nb.emulator.counting.accounting import Segment
from claude_nb.emulator.wire import JSON

__all__ = ["PromptCache"]

_LOOKBACK = 20  # blocks
_LIFETIMES = {"5m": 300.0, "1h": 3600.0}  # seconds
_MOST_ENTRIES = 20_000


class PromptCache:
    """Remembers prefixes by digest."""

    def __init__(self) -> None:
        self._entries: OrderedDict[bytes, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def account(self, segments: Sequence[Segment], least: int, now: float) -> JSON:
        """Read and write the cache for one prompt, and return the input side of its usage.

        Parameters
        ----------
        segments : sequence of Segment
            The prompt.
        least : int
            The model's shortest cacheable prefix, tokens.
        now : float
            Start of the request, seconds since 1970.
        """
        points = [n for n, seg in enumerate(segments) if seg.ttl and seg.tokens >= least]
        with self._lock:
            hit = self._longest(segments, points, now)
            read = segments[hit].tokens if hit >= 0 else 0
            written = self._write(segments, points, read, now)
        whole = segments[-1].tokens if segments else 0
        return {
            "input_tokens": whole - read - sum(written.values()),
            "cache_creation_input_tokens": sum(written.values()),
            "cache_read_input_tokens": read,
            "cache_creation": {
                "ephemeral_5m_input_tokens": written["5m"],
                "ephemeral_1h_input_tokens": written["1h"],
            },
        }

    def _longest(self, segments: Sequence[Segment], points: Sequence[int], now: float) -> int:
        for point in reversed(points):
            for n in range(point, max(-1, point - _LOOKBACK), -1):
                if self._is_alive(segments[n].digest, now):
                    self._refresh(segments[n].digest, now)
                    return n
        return -1

    def _write(
        self, segments: Sequence[Segment], points: Sequence[int], read: int, now: float
    ) -> dict[str, int]:
        written, done = {"5m": 0, "1h": 0}, read
        for point in points:
            segment = segments[point]
            if segment.tokens > done:
                written[segment.ttl] += segment.tokens - done
                done = segment.tokens
            self._keep(segment, now)
        return written

    def _is_alive(self, digest: bytes, now: float) -> bool:
        entry = self._entries.get(digest)
        return entry is not None and now < entry[0]

    def _refresh(self, digest: bytes, now: float) -> None:
        lifetime = self._entries[digest][1]
        self._entries[digest] = (now + lifetime, lifetime)
        self._entries.move_to_end(digest)

    def _keep(self, segment: Segment, now: float) -> None:
        if self._is_alive(segment.digest, now):
            self._refresh(segment.digest, now)
            return
        lifetime = _LIFETIMES[segment.ttl]
        self._entries[segment.digest] = (now + lifetime, lifetime)
        while len(self._entries) > _MOST_ENTRIES:
            self._entries.popitem(last=False)
