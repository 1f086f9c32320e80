"""Questions about values of which nothing is known, in a form that a type checker leaves alone."""

from __future__ import annotations

from typing import Any

__all__ = ["is_a", "root_of"]


def is_a(value: Any, *kinds: type) -> bool:
    """Return whether a value is of one of these classes."""
    return isinstance(value, kinds)


def root_of(value: Any) -> str:
    """Return the package that a value's class comes from: ``"numpy"``."""
    return str(type(value).__module__).partition(".")[0]
