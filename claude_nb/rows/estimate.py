"""From a few rows that were asked to what all of them will take; pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import fmean, stdev

from claude_nb.rows.pace import FIRST, MOST
from claude_nb.rows.progress import duration, money

__all__ = ["Estimate", "estimate"]

_WIDE = 2.0  # standard errors to each side: nineteen times in twenty


@dataclass(frozen=True, slots=True)
class Estimate:
    """What the rows that are left will take.

    Attributes
    ----------
    rows : int
        How many are left.
    cost : (float, float) or None
        US dollars, at least and at most as far as a few rows tell; None if a price is not known.
    seconds : (float, float)
        With as many at once as there may be, and with as few as at the start.
    """

    rows: int
    cost: tuple[float, float] | None
    seconds: tuple[float, float]

    def __str__(self) -> str:
        parts = [f"{self.rows:,} rows left", _between(*self.seconds, duration)]
        if self.cost is not None:
            parts.append(f"{_between(*self.cost, money)}, as a batch half of that")
        return " · ".join(parts)


def _between(low: float, high: float, say: Callable[[float], str]) -> str:
    first, last = say(low), say(high)
    return f"about {last}" if first == last else f"{first} to {last}"


def estimate(costs: Sequence[float | None], rows: int, seconds: float) -> Estimate:
    """Return what `rows` more will take.

    Parameters
    ----------
    costs : sequence of float or None
        Of the rows that were asked, in US dollars.
    rows : int
        How many are left.
    seconds : float
        That the asked ones took, all at once.
    """
    known = [cost for cost in costs if cost is not None]
    times = (rows * seconds / MOST, rows * seconds / FIRST)
    if not known or len(known) < len(costs):
        return Estimate(rows, None, times)
    mean = fmean(known)
    error = _WIDE * stdev(known) / sqrt(len(known)) if len(known) > 1 else mean
    return Estimate(rows, (rows * max(0.0, mean - error), rows * (mean + error)), times)
