"""What was said in a panel: exchanges in lines that can branch; pure.

An exchange is one prompt with one answer, or with several when columns are compared; what goes
out as history is the answer that was kept. Knows nothing of pages, requests or threads.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from uuid import uuid4

from claude_nb.conversation import Conversation, Turn

__all__ = ["Chat", "Exchange", "Take"]

State = Literal["running", "done", "stopped", "failed"]


@dataclass(slots=True, kw_only=True, eq=False)
class Take:
    """One answer to a prompt.

    Attributes
    ----------
    values : dict
        The settings it was asked with.
    state : str
        ``"running"`` until it has ended.
    live : str
        The id of the widget that shows it while it streams.
    bundle : dict of str
        What is shown, and saved, when it has ended.
    facts : dict
        Model, seconds, tokens by kind and cost; what the page shows as numbers.
    turn : Turn or None
        What it adds to the history; None if there is nothing to send back.
    """

    values: dict[str, Any]
    state: State = "running"
    live: str = ""
    bundle: dict[str, str] = field(default_factory=dict[str, str])
    facts: dict[str, Any] = field(default_factory=dict[str, Any])
    turn: Turn | None = None


@dataclass(slots=True, kw_only=True, eq=False)
class Exchange:
    """A prompt and its answers.

    Attributes
    ----------
    prompt : str
        As typed.
    fields : Mapping of str
        What was typed in for variables of the prompt.
    takes : list of Take
        One, or one for each column.
    kept : int or None
        Which answer the conversation goes on with; None while none of several was chosen.
    id : str
        Names it for page and history.
    """

    prompt: str
    fields: Mapping[str, str] = field(default_factory=dict[str, str])
    takes: list[Take] = field(default_factory=list[Take])
    kept: int | None = 0
    id: str = field(default_factory=lambda: uuid4().hex[:12])

    @property
    def turn(self) -> Turn | None:
        """What it adds to the history."""
        return None if self.kept is None else self.takes[self.kept].turn

    @property
    def running(self) -> bool:
        """Whether an answer is still coming."""
        return any(take.state == "running" for take in self.takes)


Line = list[Exchange]


class Chat:
    """Lines of exchanges, of which one is shown.

    Attributes
    ----------
    lines : list of list of Exchange
        Never empty; branches share the exchanges before the fork.
    at : int
        Index of the line that is shown.
    """

    def __init__(self) -> None:
        self.lines: list[Line] = [[]]
        self.at = 0
        self._cleared: tuple[list[Line], int] | None = None

    @property
    def line(self) -> Line:
        """The exchanges that are shown, in order."""
        return self.lines[self.at]

    def __iter__(self) -> Iterator[Exchange]:
        return iter(self.line)

    def __len__(self) -> int:
        return len(self.line)

    def find(self, name: str) -> Exchange | None:
        """Return the exchange of that id in the line that is shown."""
        return next((exchange for exchange in self.line if exchange.id == name), None)

    def add(self, exchange: Exchange) -> None:
        """Put an exchange at the end."""
        self._cleared = None
        self.line.append(exchange)

    def branch(self, name: str, *, inclusive: bool = True) -> None:
        """Begin another line at an exchange: behind it, or in its place."""
        place = [exchange.id for exchange in self.line].index(name)
        self.lines.append(self.line[: place + inclusive])
        self.at = len(self.lines) - 1

    def go(self, at: int) -> None:
        """Show another line."""
        self.at = at % len(self.lines)

    def undo(self) -> Exchange | None:
        """Take the last exchange back and return it, or bring back what was just cleared."""
        if self._cleared is not None:
            (self.lines, self.at), self._cleared = self._cleared, None
            return None
        return self.line.pop() if self.line else None

    def clear(self) -> None:
        """Forget all; `undo` brings it back until something else is said."""
        self._cleared = (self.lines, self.at) if any(self.lines) else None
        self.lines, self.at = [[]], 0

    @property
    def undoable(self) -> bool:
        """Whether there is something that `undo` would do."""
        return bool(self.line) or self._cleared is not None

    def history(self, before: str = "", name: str = "panel") -> Conversation:
        """Return what goes out before a new turn.

        Parameters
        ----------
        before : str
            The id of an exchange: what came before it. Default: all.
        name : str
            The conversation's name.
        """
        conversation = Conversation(name)
        for exchange in self.line:
            if exchange.id == before:
                break
            if exchange.turn is not None:
                conversation.turns.append(exchange.turn)
        return conversation
