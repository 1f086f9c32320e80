"""Amounts as a person says them: times, money, sizes."""

from __future__ import annotations

from claude_nb.notebook.page.constants import CENTS

__all__ = ["duration", "money", "size", "weight"]

_MEGA = 10_000_000  # bytes from which they are told in megabytes


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


def size(base64: str) -> str:
    """Return how much data a base64 text stands for: ``12.3 kB``."""
    return weight(len(base64) * 3 // 4)


def weight(count: int) -> str:
    """Return a number of bytes: ``12.3 kB``."""
    return f"{count / 1000:,.1f} kB" if count < _MEGA else f"{count / 1_000_000:,.1f} MB"
