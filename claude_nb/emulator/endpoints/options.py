"""What can be set on an emulator."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from claude_nb.emulator.answering.engine import Override
from claude_nb.emulator.clock import Clock

__all__ = ["Options"]


@dataclass(slots=True, kw_only=True)
class Options:
    """Settings of an emulator; each may be changed while it runs.

    Attributes
    ----------
    tokens_per_second : float
        Pace of answers; 0 for at once.
    answer : Override or None
        Answers instead of the skills.
    seed : int
        Varies answers at temperatures above 0.
    clock : Clock
        Time for cache lifetimes, batches, dates and rate limits.
    batch_seconds : float
        How long a batch takes.
    log : callable or None
        Gets one line for each call; never a key, never a prompt.
    """

    tokens_per_second: float = 60.0
    answer: Override | None = None
    seed: int = 0
    clock: Clock = field(default_factory=Clock)
    batch_seconds: float = 3.0
    log: Callable[[str], None] | None = None
