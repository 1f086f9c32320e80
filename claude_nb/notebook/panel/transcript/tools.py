"""The functions that a panel lets a model call: named as in a cell, or given as they are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from claude_nb.ask.errors import InputError

__all__ = ["listed", "normal"]

Function = Callable[..., Any]


def normal(given: str | Sequence[Any]) -> list[Any]:
    """Return names and functions, one an item.

    Raises
    ------
    InputError
        Something in it is neither.
    """
    items = given.split(",") if isinstance(given, str) else given
    tools = [item.strip() if isinstance(item, str) else item for item in items]
    for tool in tools:
        if not (isinstance(tool, str) or (callable(tool) and hasattr(tool, "__name__"))):
            raise InputError(
                f"tools takes functions or their names, not {type(tool).__name__}: "
                'Panel(tools=[f, g]) or Panel(tools="f,g").'
            )
    return [tool for tool in tools if tool != ""]


def listed(tools: Sequence[str | Function]) -> tuple[str | None, dict[str, Function]]:
    """Return the tools as ``--tools`` takes them, and those that were given as functions."""
    functions = {tool.__name__: tool for tool in tools if not isinstance(tool, str)}
    names = [tool if isinstance(tool, str) else tool.__name__ for tool in tools]
    return ",".join(names) or None, functions
