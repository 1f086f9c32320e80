"""An answer in several rounds: the model calls tools, is told their results, and goes on.

Makes one `Message` of all rounds, with what the tools returned. Knows nothing of views.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from typing import Any

from claude_nb.api.types import Message, ToolUseBlock, Usage
from claude_nb.api.types.blocks import UnknownBlock
from claude_nb.characters import bounded

__all__ = ["Round", "joined", "result"]

MOST_TEXT = 2000  # characters of a result that are shown; the model gets all of it


@dataclass(slots=True)
class Round:
    """One request's answer, what the tools it called returned, and where it came from."""

    message: Message | None = None
    results: list[Any] = field(default_factory=list[Any])
    emulated: bool = False
    replayed: bool = False


def result(call: ToolUseBlock, text: str, *, failed: bool = False) -> UnknownBlock:
    """Return the block that shows what a tool returned, or why it failed."""
    told: dict[str, Any] = {"tool_use_id": call.id, "name": call.name}
    told["content"] = bounded(text, MOST_TEXT)
    return UnknownBlock.from_wire({"type": "tool_result", **told, "is_error": failed or None})


def joined(rounds: Sequence[Round]) -> Message | None:
    """Return all rounds as one message: their blocks in order, their tokens summed."""
    messages = [each.message for each in rounds if each.message is not None]
    if len(messages) < 2 and not any(each.results for each in rounds):  # noqa: PLR2004
        return next(iter(messages), None)  # a single answer is kept as it is
    content: list[Any] = []
    for each in rounds:
        content += each.message.content if each.message is not None else []
        content += each.results
    spent = reduce(_sum, (message.usage.to_dict() for message in messages))
    changes = {"content": content, "usage": Usage.from_wire(spent)}
    return messages[-1].model_copy(update=changes)


def _sum(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """Add the numbers of two JSON objects, in depth; what is no number is taken from `other`."""
    total = {**one, **other}
    for name, mine in one.items():
        value = other.get(name)
        if isinstance(mine, Mapping) and isinstance(value, Mapping):
            total[name] = _sum(mine, value)
        elif isinstance(mine, int) and isinstance(value, int):
            total[name] = mine + value
    return total
