"""Chats that follow a notebook: exchanges in branches, each keyed by what asked it.

Owns what is sent as history: what `Conversation.messages` returns is exactly what goes out.
Cells and panels edit the same object, so that nothing is copied back and forth. Knows nothing of
HTTP, IPython or rendering.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, Protocol
from weakref import WeakSet

from claude_nb.conversation.sent_back import Param, blocks_of, text_of

__all__ = ["Candidate", "Conversation", "Exchange", "Param", "Turn"]

State = Literal["running", "done", "stopped", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What was asked and what came back.

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
        Whether what stands before it is not what it answered.
    filled : tuple of str
        The names in braces that values were put in for.
    container : tuple of (str, str)
        Where code ran, and until when that is there (ISO 8601); empty if none ran.
    """

    cell: str
    messages: tuple[Param, ...]
    usage: Mapping[str, Any] = field(default_factory=dict[str, Any])
    state: str = "complete"
    stale: bool = False
    filled: tuple[str, ...] = ()
    container: tuple[str, str] = ("", "")

    @property
    def answer(self) -> str:
        """The text of all that was answered, before tools were called and after."""
        said = [text_of(each) for each in self.messages if each["role"] == "assistant"]
        return "\n\n".join(filter(None, said))

    def blocks(self) -> list[tuple[Param, list[Param]]]:
        """Return each message and its content blocks, for people: a result names its tool."""
        names: dict[Any, Any] = {}
        shown: list[tuple[Param, list[Param]]] = []
        for message in self.messages:
            found = [dict(block) for block in blocks_of(message)]
            names |= {block["id"]: block["name"] for block in found if block["type"] == "tool_use"}
            for block in found:
                if block["type"] == "tool_result":
                    block["name"] = names.get(block["tool_use_id"])
            shown.append((message, [*found]))
        return shown


@dataclass(slots=True, kw_only=True, eq=False)
class Candidate:
    """One answer to a question.

    Attributes
    ----------
    state : str
        ``"running"`` until it has ended.
    turn : Turn or None
        What it adds to the history; None if there is nothing to send back.
    shown : object
        What a panel shows of it; means nothing here.
    """

    state: State = "done"
    turn: Turn | None = None
    shown: Any = None


@dataclass(slots=True, kw_only=True, eq=False)
class Exchange:
    """A question and its answers.

    Attributes
    ----------
    prompt : str
        As typed.
    id : str
        Names it: the cell that asked, or a name of its own.
    candidates : list of Candidate
        One, or one for each column that is compared.
    kept : int or None
        Which answer the conversation goes on with; None while none of several was chosen.
    verbatim : bool
        Whether `prompt` is what was sent, or came from a file: no variable is put into it again.
    """

    prompt: str
    id: str = field(default_factory=lambda: os.urandom(6).hex())
    candidates: list[Candidate] = field(default_factory=list[Candidate])
    kept: int | None = 0
    verbatim: bool = False

    def copy(self) -> Exchange:
        """Return one for another chat; an answer that is still coming will be in both."""
        if self.running:
            return self
        return replace(self, candidates=[replace(each) for each in self.candidates])

    @property
    def turn(self) -> Turn | None:
        """What it adds to the history."""
        return None if self.kept is None else self.candidates[self.kept].turn

    @property
    def running(self) -> bool:
        """Whether an answer is still coming."""
        return any(candidate.state == "running" for candidate in self.candidates)


class Watcher(Protocol):
    """Shows a conversation, and wants to know when it has changed."""

    def refresh(self) -> None:
        """Look at the conversation again."""
        ...


Branch = list[Exchange]


class Conversation:
    """A named chat.

    Parameters
    ----------
    name : str
        What ``-c NAME`` calls it.

    Attributes
    ----------
    branches : list of list of Exchange
        Never empty; they share the exchanges before the fork.
    at : int
        Index of the branch that is shown, and goes out as history.
    watchers : WeakSet of Watcher
        Told of each change.
    lock : RLock
        Held while it changes; answers end in threads of their own.
    """

    def __init__(self, name: str = "main") -> None:
        self.name = name
        self.branches: list[Branch] = [[]]
        self.at: int = 0
        self.watchers: WeakSet[Watcher] = WeakSet()
        self.lock: threading.RLock = threading.RLock()
        self._cleared: tuple[list[Branch], int] | None = None

    def __repr__(self) -> str:
        return f"<Conversation {self.name!r}: {len(self.turns)} turns>"

    def __iter__(self) -> Iterator[Exchange]:
        return iter(list(self.branch))

    def __len__(self) -> int:
        return len(self.branch)

    @property
    def branch(self) -> Branch:
        """The exchanges that are shown, in order."""
        return self.branches[self.at]

    @property
    def turns(self) -> list[Turn]:
        """The turns that go out as history, in order."""
        return [each.turn for each in self if each.turn is not None]

    @property
    def running(self) -> bool:
        """Whether an answer is still coming, in any branch."""
        return any(exchange.running for branch in self.branches for exchange in branch)

    def find(self, name: str) -> Exchange | None:
        """Return the exchange of that id in the branch that is shown."""
        return next((exchange for exchange in self if exchange.id == name), None)

    def position(self, cell: str) -> int:
        """Return the index a turn of `cell` has, or would get (0-based)."""
        return len(_turns_before(self.branch, cell))

    def messages(self, cell: str = "") -> list[Param]:
        """Return the history that a new turn of `cell` continues: the turns before its own."""
        return _sent(self.branch, cell)

    def container(self, cell: str = "") -> tuple[str, str]:
        """Return where code ran last, before a turn of `cell`, and until when that is there."""
        before = [turn.container for turn in _turns_before(self.branch, cell) if turn.container[0]]
        return before[-1] if before else ("", "")

    def total(self, kind: str) -> int:
        """Return the tokens of one kind (``"output_tokens"``) over all turns."""
        return sum(int(turn.usage.get(kind) or 0) for turn in self.turns)

    # Changing it.

    def record(self, turn: Turn, sent: Sequence[Param] | None = None) -> list[Turn]:
        """Add `turn`, or put it in the place of its cell's earlier one.

        Parameters
        ----------
        turn : Turn
            What was answered.
        sent : sequence of message params, optional
            The history that it answered.

        Returns
        -------
        list of Turn
            The later turns, in order: they answered a history that is no more, and are now
            marked stale.
        """
        with self.lock:
            exchange = self.find(turn.cell)
            if exchange is None:
                exchange = Exchange(prompt="", id=turn.cell)
                self._append(exchange)
            exchange.verbatim = True
            exchange.prompt, exchange.kept = text_of(turn.messages[0]), 0
            exchange.candidates = [Candidate()]
            return self.settle(exchange, exchange.candidates[0], turn, sent)

    def settle(
        self,
        exchange: Exchange,
        candidate: Candidate,
        turn: Turn | None,
        sent: Sequence[Param] | None = None,
    ) -> list[Turn]:
        """Let an answer have ended with `turn`; the rest is as for `record`."""
        with self.lock:
            holding = [branch for branch in self.branches if exchange in branch]
            before = holding[0].index(exchange) if holding else 0  # branches share what is before
            if sent is not None and holding and _sent(holding[0][:before]) != list(sent):
                turn = replace(turn, stale=True) if turn is not None else None
            candidate.turn = turn
            goes_out = turn is not None and exchange.turn is turn
            behind = {e.id: e for branch in holding * goes_out for e in branch[before + 1 :]}
            _made_stale(behind.values())
            self._tell()
            return [e.turn for e in self.branch if e.id in behind and e.turn is not None]

    def add(self, exchange: Exchange, instead_of: str = "") -> None:
        """Put an exchange at the end, or begin another branch with it in another one's place."""
        with self.lock:
            if instead_of:
                self._fork(self._place(instead_of))
            self._append(exchange)
            self._tell()

    def keep(self, exchange: Exchange, at: int) -> None:
        """Go on with one of the answers that were compared."""
        with self.lock:
            exchange.kept = at
            _made_stale(self.branch[self.branch.index(exchange) + 1 :])
            self._tell()

    def fork(self, name: str) -> None:
        """Begin another branch behind the exchange of that id."""
        with self.lock:
            self._fork(self._place(name) + 1)
            self._tell()

    def go(self, at: int) -> None:
        """Show another branch."""
        with self.lock:
            self.at = at % len(self.branches)
            self._tell()

    def resume(self, exchanges: Sequence[Exchange]) -> None:
        """Go on with other exchanges, as another branch unless this one is empty."""
        with self.lock:
            if self.branch:
                self._fork(0)
            self.extend(exchanges)

    def extend(self, exchanges: Sequence[Exchange]) -> None:
        """Put what was said elsewhere at the end."""
        with self.lock:
            for exchange in exchanges:
                self._append(exchange)
            self._tell()

    def undo(self) -> Exchange | None:
        """Take the last exchange back and return it, or bring back what was just cleared."""
        with self.lock:
            undone = None
            if self._cleared is not None:
                (self.branches, self.at), self._cleared = self._cleared, None
            elif self.branch:
                undone = self.branch.pop()
            self._tell()
            return undone

    def take_back(self) -> Turn | None:
        """Take the last turn back and return it; None if there is none."""
        with self.lock:
            last = next((each for each in reversed(self.branch) if each.turn is not None), None)
            if last is None:
                return None
            self.branch.remove(last)
            self._tell()
            return last.turn

    def clear(self) -> None:
        """Forget all; `undo` brings it back until something else is said."""
        with self.lock:
            self._cleared = (self.branches, self.at) if any(self.branches) else None
            self.branches, self.at = [[]], 0
            self._tell()

    def begin_anew(self) -> None:
        """Forget all, but begin another branch instead where an answer is still coming."""
        with self.lock:
            if self.running:
                self._fork(0)
            else:
                self.clear()

    @property
    def undoable(self) -> bool:
        """Whether there is something that `undo` would do."""
        return bool(self.branch) or self._cleared is not None

    def renamed(self, name: str) -> Conversation:
        """Return a chat of another name that goes on from here; this one stays as it is."""
        with self.lock:
            other = Conversation(name)
            other.branches, other.at = _copied(self.branches), self.at
            if self._cleared is not None:
                branches, at = self._cleared
                other._cleared = _copied(branches), at
            return other

    def _append(self, exchange: Exchange) -> None:
        self._cleared = None
        self.branch.append(exchange)

    def _place(self, name: str) -> int:
        return [exchange.id for exchange in self.branch].index(name)

    def _fork(self, place: int) -> None:
        self.branches.append(self.branch[:place])
        self.at = len(self.branches) - 1

    def _tell(self) -> None:
        for watcher in list(self.watchers):
            watcher.refresh()


def _copied(branches: Sequence[Branch]) -> list[Branch]:
    """Return the branches with copies of their exchanges, shared where these are shared."""
    copies = {exchange: exchange.copy() for branch in branches for exchange in branch}
    return [[copies[exchange] for exchange in branch] for branch in branches]


def _turns_before(branch: Sequence[Exchange], cell: str) -> list[Turn]:
    turns: list[Turn] = []
    for exchange in branch:
        if exchange.id == cell:
            break
        turns += [exchange.turn] if exchange.turn is not None else []
    return turns


def _sent(branch: Sequence[Exchange], cell: str = "") -> list[Param]:
    return [message for turn in _turns_before(branch, cell) for message in turn.messages]


def _made_stale(exchanges: Iterable[Exchange]) -> None:
    """Mark the turns of these exchanges stale."""
    for exchange in exchanges:
        for candidate in exchange.candidates:
            if candidate.turn is not None:
                candidate.turn = replace(candidate.turn, stale=True)
