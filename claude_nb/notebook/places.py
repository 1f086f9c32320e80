"""Where an answer belongs: what a run keeps of it, and in which conversation."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from claude_nb.ask.options import Options
from claude_nb.conversation import Conversation, Param, Turn
from claude_nb.notebook.session import Session

__all__ = ["CellPlace", "Place"]


class Place(Protocol):
    """Where an answer belongs."""

    @property
    def cell(self) -> str:
        """Identifies what asked."""
        ...

    @property
    def chat(self) -> Conversation | None:
        """The conversation that keeps it, if it has begun."""
        ...

    @property
    def chat_name(self) -> str:
        """What the conversation is called; empty if there is none."""
        ...

    def settle(self, turn: Turn | None, sent: list[Param]) -> list[Turn]:
        """Keep what a run adds to the history; return the later turns, which are stale now."""
        ...

    def worded(self, advice: str) -> str:
        """Return advice for a cell as it can be followed here."""
        ...


@dataclass(slots=True, eq=False, repr=False)
class CellPlace:
    """Where the answer to a cell's question belongs.

    Attributes
    ----------
    session : Session
        Whose chats may keep it.
    options : Options
        Name the chat, or say that none keeps it.
    cell : str
        Identifies the cell.
    """

    session: Session
    options: Options
    cell: str
    number: int = field(init=False)

    def __post_init__(self) -> None:
        self.number = next(self.session.places)

    @property
    def chat(self) -> Conversation | None:
        """The conversation that keeps it, if it has begun."""
        return None if self.options.no_history else self.session.chats.get(self.options.chat)

    @property
    def chat_name(self) -> str:
        """What the conversation is called; empty if there is none."""
        return "" if self.options.no_history else self.options.chat

    def history(self) -> list[Param]:
        """Return the messages to send before what is asked."""
        chat = self.chat
        return chat.messages(self.cell) if chat is not None and not self.options.fresh else []

    def turns(self) -> list[Turn]:
        """Return the turns whose messages these are."""
        chat = self.chat
        if chat is None or self.options.fresh:
            return []
        return chat.turns[: chat.position(self.cell)]

    def worded(self, advice: str) -> str:
        """Return advice as it is: it is for cells."""
        return advice

    def container(self) -> tuple[str, str]:
        """Return where code ran before what is asked, and until when that is there."""
        chat = self.chat
        known = chat is not None and not self.options.fresh
        return chat.container(self.cell) if chat is not None and known else ("", "")

    def settle(self, turn: Turn | None, sent: list[Param]) -> list[Turn]:
        """Keep the turn, if there is one; return the later ones, which are stale now."""
        if turn is None or self.options.no_history:
            return []
        name, newest = self.options.chat, self.session.answered
        if newest.get((name, self.cell), -1) > self.number:
            return []  # the cell was run again meanwhile, and has its answer
        newest[name, self.cell] = self.number
        chat = self.session.chats.setdefault(name, Conversation(name))
        with chat.lock:
            if self.options.fresh:
                chat.begin_anew()
            return chat.record(turn, sent)
