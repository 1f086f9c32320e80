"""Amounts as a person says them: numbers of things, times, money, sizes."""

from __future__ import annotations

from claude_nb.notebook.page.constants import CENTS

__all__ = ["count", "duration", "money", "size", "span", "weight"]

_CENT = 0.01  # dollars
_MEGA = 10_000_000  # bytes from which they are told in megabytes


def count(number: int, what: str, many: str = "") -> str:
    """Return how many of a thing there are: ``1 turn``, ``2,000 turns``, ``no searches``.

    Parameters
    ----------
    number : int
        How many.
    what, many : str
        The word for one of them, and for several where that is not `what` with an s.
    """
    word = what if number == 1 else many or f"{what}s"
    return f"{number:,} {word}" if number else f"no {word}"


def duration(seconds: float) -> str:
    """Return `seconds` as a person says it: ``0.8 s``, ``42 s``, ``3 min 5 s``, ``1 h 2 min``."""
    if seconds < 9.95:  # noqa: PLR2004
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes >= 60:  # noqa: PLR2004
        return f"{minutes // 60} h {minutes % 60} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def money(cost: float) -> str:
    """Return dollars with two significant digits at least: ``$1.20``, ``$0.0042``."""
    return f"${cost:.2f}" if cost >= CENTS else f"${cost:.4f}"


def span(least: float, most: float) -> str:
    """Return between which sums a price lies, in cents: ``< $0.01 to $0.09``, ``$0.20``."""
    ends = [f"${cost:.2f}" if cost >= _CENT else f"< ${_CENT:.2f}" for cost in (least, most)]
    return " to ".join(dict.fromkeys(ends))


def size(base64: str) -> str:
    """Return how much data a base64 text stands for: ``12.3 kB``."""
    return weight(len(base64) * 3 // 4)


def weight(number: int) -> str:
    """Return a number of bytes: ``12.3 kB``."""
    return f"{number / 1000:,.1f} kB" if number < _MEGA else f"{number / 1_000_000:,.1f} MB"
