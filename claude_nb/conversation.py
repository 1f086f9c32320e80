"""Chats that follow a notebook: turns keyed by the cell they came from.

Owns what is sent as history and nothing else: what `Conversation.messages` returns is exactly
what goes out. Knows nothing of HTTP, IPython or rendering.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

__all__ = ["Conversation", "Turn", "answer_param"]

Param = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One exchange: what was asked and what came back.

    Attributes
    ----------
    cell : str
        The notebook cell's id (or a hash of its text where the front end sends none).
    messages : tuple of message params
        User turn, then the assistant's, with tool calls and results between them if any.
    usage : Mapping
        The answer's tokens by kind.
    state : str
        ``"complete"``, ``"stopped"`` and so on: how the answer ended.
    stale : bool
        Whether an earlier turn was replaced after this one was answered.
    """

    cell: str
    messages: tuple[Param, ...]
    usage: Mapping[str, Any] = field(default_factory=dict[str, Any])
    state: str = "complete"
    stale: bool = False


class Conversation:
    """A named chat.

    Parameters
    ----------
    name : str
        What ``-c NAME`` calls it.
    """

    def __init__(self, name: str = "main") -> None:
        self.name = name
        self.turns: list[Turn] = []

    def __repr__(self) -> str:
        return f"<Conversation {self.name!r}: {len(self.turns)} turns>"

    def position(self, cell: str) -> int:
        """Return the index a turn of `cell` has, or would get (0-based)."""
        cells = [turn.cell for turn in self.turns]
        return cells.index(cell) if cell in cells else len(cells)

    def messages(self, cell: str) -> list[Param]:
        """Return the history that a new turn of `cell` continues: the turns before its own."""
        before = self.turns[: self.position(cell)]
        return [message for turn in before for message in turn.messages]

    def record(self, turn: Turn) -> list[Turn]:
        """Add `turn`, or put it in the place of its cell's earlier one.

        Returns
        -------
        list of Turn
            The later turns, in order: they answered a history that is no more, and are now
            marked stale.
        """
        place = self.position(turn.cell)
        later = [replace(old, stale=True) for old in self.turns[place + 1 :]]
        self.turns[place:] = [turn, *later]
        return later

    def undo(self) -> Turn | None:
        """Take the last turn back and return it; None if there is none."""
        return self.turns.pop() if self.turns else None

    def clear(self) -> None:
        """Forget all turns."""
        self.turns.clear()

    def total(self, kind: str) -> int:
        """Return the tokens of one kind (``"output_tokens"``) over all turns."""
        return sum(int(turn.usage.get(kind) or 0) for turn in self.turns)


def answer_param(content: Sequence[Any]) -> Param | None:
    """Return an answer as the assistant turn to send back, or None if nothing is left of it.

    Only text is kept: the server ignores the thinking of earlier turns, and refuses a thinking
    block that was cut and has no signature, a tool call without its tool, and blank text.
    """
    texts = [block["text"] for block in content if block["type"] == "text"]
    kept = [{"type": "text", "text": text} for text in texts if text.strip()]
    return {"role": "assistant", "content": kept} if kept else None
