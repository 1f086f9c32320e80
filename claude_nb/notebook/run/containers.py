"""Where code execution ran: a conversation goes on there as long as that is there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

__all__ = ["told", "usable"]


def told(answers: Sequence[Any]) -> tuple[str, str]:
    """Return the id of the last container that answers name, and until when it is there."""
    for answer in reversed(answers):
        found: Any = answer.container
        if isinstance(found, dict) and found.get("id"):
            return str(found["id"]), str(found.get("expires_at") or "")
    return "", ""


def usable(container: tuple[str, str]) -> str:
    """Return the id of a container that is still there; empty if it is not."""
    name, until = container
    try:
        ends = datetime.fromisoformat(until) if until else None
    except ValueError:
        return ""
    if ends is not None and ends.replace(tzinfo=ends.tzinfo or UTC) <= datetime.now(UTC):
        return ""
    return name
