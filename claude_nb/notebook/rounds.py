"""An answer in several rounds: the model calls tools, is told their results, and goes on.

Makes one `Message` of all rounds, and lets a tool tell what it returned. Knows nothing of views.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from typing import Any

from claude_nb.api.tools import FunctionTool
from claude_nb.api.types import Message, Usage
from claude_nb.api.types.blocks import UnknownBlock

__all__ = ["Round", "ToldTool", "joined", "result"]

MOST_TEXT = 2000  # characters of a result that are shown; the model gets all of it


class ToldTool(FunctionTool[Any]):
    """A tool that tells what it returned, or why it failed.

    Parameters
    ----------
    tool : FunctionTool
        The tool itself.
    tell : callable
        Gets the tool's name and the text to show.
    """

    def __init__(self, tool: FunctionTool[Any], tell: Callable[[str, str], None]) -> None:
        self.__dict__.update(vars(tool))
        self._tell = tell

    def call(self, input: Any) -> Any:  # noqa: A002 (the API's name for it)
        """Call the function, and tell how it went."""
        try:
            value = super().call(input)
        except Exception as error:
            self._tell(self.name, f"{type(error).__name__}: {error}"[:MOST_TEXT])
            raise
        if self.is_async:
            return self._awaited(value)
        self._tell(self.name, _text(value))
        return value

    async def _awaited(self, coming: Any) -> Any:
        value = await coming
        self._tell(self.name, _text(value))
        return value


def _text(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, default=str, ensure_ascii=False)
    return text if len(text) <= MOST_TEXT else f"{text[:MOST_TEXT]}… ({len(text):,} characters)"


@dataclass(slots=True)
class Round:
    """One request's answer, and what the tools it called returned."""

    message: Message | None = None
    results: list[Any] = field(default_factory=list[Any])


def result(name: str, text: str) -> UnknownBlock:
    """Return the block that shows what a tool returned."""
    return UnknownBlock.from_wire({"type": "tool_result", "name": name, "content": text})


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
