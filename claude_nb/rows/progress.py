"""Where a run over rows stands: counts, and one line of them; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

__all__ = ["Progress", "duration", "line", "money", "together", "uncached"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Where a run stands.

    Attributes
    ----------
    total : int or None
        Rows, each sample one; None while an iterator is not at its end.
    known : int
        Rows that were answered before, or are equal to others.
    done, failed : int
        Rows that were answered, or failed, in this run.
    running : int
        Requests on their way.
    input_tokens, output_tokens : int
        Of this run.
    cached_tokens : int
        Of those that were read, how many a server had kept.
    cost : float or None
        US dollars of this run; None if any price is not known.
    saved : float or None
        US dollars that it would have cost more if the server had kept nothing; None likewise.
    seconds : float
        Since the run began.
    limit : int
        Requests that may be on their way at once, now.
    why : str
        What else holds it back; empty if nothing does.
    ended : str
        How it ended: ``""`` while it goes on, ``"done"``, ``"stopped"``, ``"budget"``, ``"error"``.
    """

    total: int | None = None
    known: int = 0
    done: int = 0
    failed: int = 0
    running: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    cost: float | None = None
    saved: float | None = None
    seconds: float = 0.0
    limit: int = 0
    why: str = ""
    ended: str = ""

    @property
    def answered(self) -> int:
        """Rows of which something is known by now."""
        return self.known + self.done + self.failed

    @property
    def rate(self) -> float:
        """Rows a minute."""
        return 60 * (self.done + self.failed) / self.seconds if self.seconds > 0 else 0.0

    @property
    def left(self) -> float | None:
        """Seconds that the rest will take, or None if nobody can tell."""
        if self.total is None or not self.rate:
            return None
        return 60 * (self.total - self.answered) / self.rate


def uncached(usage: Mapping[str, Any]) -> dict[str, Any]:
    """Return what an answer would have taken if no server had kept anything."""
    kinds = ("input_tokens", "cache_read_input_tokens", "cache_creation_input_tokens")
    read = sum(int(usage.get(kind) or 0) for kind in kinds)
    left = {name: value for name, value in usage.items() if not name.startswith("cache_")}
    return {**left, "input_tokens": read}


def together(parts: Sequence[Progress], limit: int) -> Progress:
    """Return where several runs stand together; `limit` is how many may be on their way."""
    totals = [part.total for part in parts if part.total is not None]
    asked = [part for part in parts if part.done + part.failed]
    ended = [part.ended for part in parts]
    return Progress(
        total=sum(totals) if len(totals) == len(parts) else None,
        known=sum(part.known for part in parts),
        done=sum(part.done for part in parts),
        failed=sum(part.failed for part in parts),
        running=sum(part.running for part in parts),
        input_tokens=sum(part.input_tokens for part in parts),
        output_tokens=sum(part.output_tokens for part in parts),
        cached_tokens=sum(part.cached_tokens for part in parts),
        cost=_summed([part.cost for part in asked]),
        saved=_summed([part.saved for part in asked]),
        seconds=max(part.seconds for part in parts),
        limit=limit,
        why=next((part.why for part in parts if part.why and not part.ended), ""),
        ended=next((how for how in ended if how != "done"), "done") if all(ended) else "",
    )


def _summed(amounts: Sequence[float | None]) -> float | None:
    known = [amount for amount in amounts if amount is not None]
    return sum(known) if known and len(known) == len(amounts) else None


def duration(seconds: float) -> str:
    """Return a time as people say it: ``40 s``, ``12 min``, ``3.5 h``."""
    if seconds < 100:  # noqa: PLR2004
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 6000 else f"{seconds / 3600:.1f} h"  # noqa: PLR2004


def money(dollars: float) -> str:
    """Return an amount with as many digits as say something."""
    return f"${dollars:,.2f}" if dollars >= 1 else f"${dollars:.2g}" if dollars else "$0"


def _cached(now: Progress) -> str:
    """Return what a server had kept, and what that saved, or cost where nothing came of it."""
    parts = [f"{now.cached_tokens:,} cached"] if now.cached_tokens else []
    if now.saved:
        sum_ = money(abs(now.saved))
        parts.append(f"{sum_} saved" if now.saved > 0 else f"{sum_} more to cache them")
    return f" ({', '.join(parts)})" if parts else ""


def line(now: Progress) -> str:
    """Return the state of a run in one line."""
    total = "" if now.total is None else f" of {now.total:,}"
    most = now.answered if now.total is None else now.total
    parts = [f"{now.answered:,}{total} {'row' if most == 1 else 'rows'}"]
    parts += [f"{now.known:,} known"] if now.known else []
    parts += [f"{now.failed:,} failed"] if now.failed else []
    parts += [f"{now.running:,} running"] if now.running else []
    if now.input_tokens or now.output_tokens:
        parts.append(f"{now.input_tokens:,} → {now.output_tokens:,} tokens{_cached(now)}")
    parts += [money(now.cost)] if now.cost is not None else []
    parts += [f"{now.rate:,.0f} a minute"] if now.rate and not now.ended else []
    if not now.ended:
        parts += [f"{duration(now.left)} left"] if now.left is not None else []
        parts.append(now.why or f"up to {now.limit} at once")
    elif now.seconds:
        parts.append(duration(now.seconds))
    return " · ".join(parts)
