"""From a few rows that were asked to what all of them will take; pure.

What goes in is counted by the server, on rows of the whole table: the first ones may be short. What
comes out, and how long it takes, only those tell that were asked.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import hypot, sqrt
from statistics import fmean, stdev

from claude_nb.rows.pace import FIRST, MOST
from claude_nb.rows.progress import duration, money

__all__ = ["Estimate", "Spent", "estimate"]

_WIDE = 2.0  # standard errors to each side: nineteen times in twenty


@dataclass(frozen=True, slots=True)
class Spent:
    """What a row took that was asked.

    Attributes
    ----------
    read : int
        Tokens of its input.
    cost : float or None
        US dollars; None if a price is not known.
    written : float or None
        US dollars of that for the answer.
    """

    read: int
    cost: float | None
    written: float | None


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
    tokens : (float, float) or None
        Of their input; None if no row tells.
    counted : int
        Rows that the server counted for that; 0 if it goes by those that were asked.
    """

    rows: int
    cost: tuple[float, float] | None
    seconds: tuple[float, float]
    tokens: tuple[float, float] | None = None
    counted: int = 0

    def __str__(self) -> str:
        parts = [f"{self.rows:,} rows left", _between(*self.seconds, duration)]
        if self.tokens is not None:
            first = "as the first have, for the server counted none"
            how = f"counted on {self.counted}" if self.counted else first
            parts.append(f"{_between(*self.tokens, _tokens)} tokens in ({how})")
        if self.cost is not None:
            parts.append(f"{_between(*self.cost, money)}, as a batch half of that")
        return " · ".join(parts)


def _between(low: float, high: float, say: Callable[[float], str]) -> str:
    first, last = say(low), say(high)
    return f"about {last}" if first == last else f"{first} to {last}"


def _tokens(number: float) -> str:
    return f"{float(f'{number:.2g}'):,.0f}"


def estimate(
    spent: Sequence[Spent], rows: int, seconds: float, counted: Sequence[int] = ()
) -> Estimate:
    """Return what `rows` more will take.

    Parameters
    ----------
    spent : sequence of Spent
        By the rows that were asked.
    rows : int
        How many are left.
    seconds : float
        That the asked ones took, all at once.
    counted : sequence of int
        Tokens of the input of some that are left.
    """
    times = (rows * seconds / MOST, rows * seconds / FIRST)
    read = list(counted) or [each.read for each in spent]
    tokens = _interval(rows, *_mean(read)) if read and spent else None
    return Estimate(rows, _cost(spent, rows, read), times, tokens, len(counted))


def _cost(spent: Sequence[Spent], rows: int, read: Sequence[int]) -> tuple[float, float] | None:
    """Return the cost: tokens in at the price that they had so far, and answers as they were."""
    costs = [each.cost for each in spent if each.cost is not None]
    written = [each.written for each in spent if each.written is not None]
    if not costs or not len(costs) == len(written) == len(spent):
        return None
    price = (sum(costs) - sum(written)) / max(1, sum(each.read for each in spent))
    into, into_error = _mean([price * tokens for tokens in read])
    out, out_error = _mean(written)
    return _interval(rows, into + out, hypot(into_error, out_error))


def _mean(values: Sequence[float]) -> tuple[float, float]:
    """Return the mean of values and how far off it may be."""
    mean = fmean(values)
    if len(values) == 1:
        return mean, mean
    return mean, _WIDE * stdev(values) / sqrt(len(values))


def _interval(rows: int, mean: float, error: float) -> tuple[float, float]:
    return rows * max(0.0, mean - error), rows * (mean + error)
