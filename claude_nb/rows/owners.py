"""Who works on a store: whether a process that claimed rows still lives."""

from __future__ import annotations

import os
import secrets
import socket
import sys
import uuid
from dataclasses import dataclass, field

__all__ = ["LEASE", "Owner", "lives"]

LEASE = 30.0
"""Seconds after which a claim is void, if its owner has not been heard of."""


def _machine() -> str:
    return f"{socket.gethostname()}-{uuid.getnode():x}"


@dataclass(frozen=True, slots=True)
class Owner:
    """One run of one process."""

    id: str = field(default_factory=lambda: secrets.token_hex(8))
    machine: str = field(default_factory=_machine)
    pid: int = field(default_factory=os.getpid)


def lives(owner: Owner, seen: float, now: float) -> bool:
    """Return whether an owner may still be at work.

    Parameters
    ----------
    owner : Owner
        Whose claim it is.
    seen, now : float
        When it was last heard of, and the present, in seconds since 1970.
    """
    if now - seen > LEASE:
        return False
    if owner.machine != _machine() or sys.platform == "win32":  # there, asking ends the process
        return True
    try:
        os.kill(owner.pid, 0)
    except ProcessLookupError:
        return False
    except OSError:  # it belongs to somebody else
        return True
    return True
