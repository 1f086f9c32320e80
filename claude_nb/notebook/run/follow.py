"""Follow a stream: its events as pieces to the view, and to the record of how the run went.

Serves runs that wait and runs in the background alike. Knows nothing of requests or cells.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import ceil
from typing import Any

from claude_nb.api.errors import APIError, APIStatusError
from claude_nb.api.errors.replies import received
from claude_nb.api.types import Message, ToolUseBlock
from claude_nb.api.types.message import sound
from claude_nb.characters import bounded
from claude_nb.models.spending import BudgetError
from claude_nb.notebook.answer import calls
from claude_nb.notebook.answer.blocks import Block, Kind, given, kind_of, thought
from claude_nb.notebook.answer.failure import why
from claude_nb.notebook.answer.pieces import Piece, Section
from claude_nb.notebook.answer.render import CHARACTERS_PER_TOKEN
from claude_nb.notebook.answer.sources import Sources
from claude_nb.notebook.live.views import View
from claude_nb.notebook.run.rounds import Round, joined, result
from claude_nb.notebook.text.citations import marked, without_marks

__all__ = ["Follower", "Outcome"]

_TICK = 0.5  # seconds between two updates of the token counter
MOST_ROUNDS = 20  # requests for one question; more of them is a loop
MOST_PAUSES = 10  # requests for one turn that the server pauses again and again
MOST_SHOWN = 4_000  # characters of a result that the page is sent
_LINE = 200  # characters of a line that may mean something only as it is
_GROWS: dict[str, tuple[Section, str]] = {  # a delta's type: what grows, the field that holds it
    "text_delta": ("text", "text"),
    "thinking_delta": ("think", "thinking"),
    "input_json_delta": ("tool", "partial_json"),
}


@dataclass(slots=True)
class Outcome:
    """How a run went.

    Attributes
    ----------
    rounds : list of Round
        The answers, one for each request: more than one where tools were called.
    steps : callable
        Returns the messages that were sent after the question: answers that called tools, and
        the results.
    keeps : callable or None
        Returns the exchanges that the output is to keep; None if it is to keep none.
    error : Exception or None
        What the client raised.
    stopped : bool
        Whether a person stopped it.
    seconds : float
        From request to end.
    thinking_seconds : list of float
        One for each thinking block, in order.
    tool_seconds : dict
        How long each call of a tool took, by its id.
    retries : list of str
        What was waited for, in words.
    shown : bool
        Whether what came could be shown.
    files : list of MadeFile
        What code made at the server.
    """

    rounds: list[Round] = field(default_factory=list[Round])
    steps: Callable[[], list[Mapping[str, Any]]] = list
    keeps: Callable[[], list[dict[str, Any]]] | None = None
    error: Exception | None = None
    stopped: bool = False
    seconds: float = 0.0
    thinking_seconds: list[float] = field(default_factory=list[float])
    tool_seconds: dict[str, float] = field(default_factory=dict[str, float])
    retries: list[str] = field(default_factory=list[str])
    shown: bool = True
    files: list[Any] = field(default_factory=list[Any])

    @property
    def last(self) -> Message | None:
        """The last round's answer, whole or as far as it came; None if nothing came."""
        return self.rounds[-1].message if self.rounds else None

    @property
    def message(self) -> Message | None:
        """All rounds as one message; None if nothing came."""
        whole = joined(self.rounds)
        if whole is not None and self.files:
            whole.files = self.files
        return whole

    @property
    def emulated(self) -> bool:
        """Whether the emulator answered, in any round."""
        return any(each.emulated for each in self.rounds)

    @property
    def replayed(self) -> bool:
        """Whether an answer was a recorded one, in any round."""
        return any(each.replayed for each in self.rounds)

    @property
    def problem(self) -> str:
        """Why the answer is not whole; empty if it is."""
        if self.stopped:
            return "stopped"
        if isinstance(self.error, BudgetError):
            return "stopped: the budget is used up"
        if isinstance(self.error, APIStatusError):
            return "cut off by the server"
        if isinstance(self.error, APIError):
            return "cut off: the connection was lost"
        return "cut off: an error of this notebook's" if self.error is not None else ""

    def fail(self, error: BaseException) -> None:
        """Take what ended the run; what would end more than a run, as SystemExit would, is told."""
        self.error = error if isinstance(error, Exception) else RuntimeError(repr(error))

    @contextmanager
    def timed(self) -> Generator[None]:
        """Measure how long the run takes."""
        began = time.monotonic()
        try:
            yield
        finally:
            self.seconds = time.monotonic() - began

    @property
    def has_content(self) -> bool:
        """Whether anything came that can be shown."""
        return self.message is not None and bool(self.message.content)


class Follower:
    """Takes the events of one run, in order.

    Parameters
    ----------
    view : View
        Shows them.
    outcome : Outcome
        Gets how long each thought took, and what was waited for.
    hide_thinking : bool
        Whether to keep thinking from the view.
    begins : callable, optional
        The begin of a text block -> how that is shown; None if it cannot be told yet.
    clock : callable
        Seconds, monotonic.
    """

    def __init__(
        self,
        view: View,
        outcome: Outcome,
        *,
        hide_thinking: bool = False,
        begins: Callable[[str], str | None] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.view = view
        self.outcome = outcome
        self._hides = hide_thinking
        self._begins = begins
        self._held: str | None = None  # the begin of a text block, until it can be shown
        self._clock = clock
        self._sources = Sources()
        self._calls: dict[str, tuple[Block, float]] = {}  # of tools, and since when they run
        self._cited: list[int] = []  # numbers of what the running block cites
        self._line = ""  # the last one of its text
        self._kind: Kind | None = None  # of the running block
        self._in_text = False  # whether a text block has ended, and its section has not
        self._is_hidden = False
        self._block_began = self._began = self._ticked = clock()
        self._characters = 0

    def take(self, event: Any) -> None:
        """Show one event and count it."""
        kind = event.type
        if kind == "content_block_delta":
            self._grow(event.delta)
        elif kind == "content_block_start":
            self._begin(event.content_block.to_dict())
        elif kind == "content_block_stop":
            self._end(getattr(event, "content_block", None))
        elif kind == "message_stop":
            self._end_text()
            self._cite()

    def begin_round(self, *, emulated: bool, replayed: bool) -> None:
        """Make room for an answer: the first, or the next after tools were called."""
        self.outcome.rounds.append(Round(emulated=emulated, replayed=replayed))

    def whole(self, message: Message, *, emulated: bool, replayed: bool) -> Message:
        """Take an answer that came all at once, and return it.

        Raises
        ------
        AnthropicError
            It is no message: what came holds no content.
        """
        whole = received(message)
        self.begin_round(emulated=emulated, replayed=replayed)
        self.outcome.rounds[-1].message = whole
        return message

    def calling(self, call: ToolUseBlock) -> None:
        """Take in that a call begins now; its result is shown in its line."""
        block = call.to_dict()
        if call.id not in self._calls:  # it came whole, and shows only now
            self._put(*kind_of(block).begin(block), Piece("tool", given(block)))
            self._put(Piece("end", calls.running(block)))
        self._calls[call.id] = block, self._clock()

    def returned(self, call: ToolUseBlock, block: Block) -> None:
        """Show and keep the result block that answers a call."""
        text, failed = kind_of(block).text(block), bool(block.get("is_error"))
        shown = result(call, text, failed=failed)
        self._answer(shown.to_dict())
        self.outcome.rounds[-1].results.append(shown)

    def _answer(self, result: Block) -> None:
        """Show a result in the line of its call."""
        key = calls.key(result)
        call, began = self._calls[key]
        seconds = self.outcome.tool_seconds[key] = self._clock() - began
        title = calls.line(call, result, seconds)
        text = bounded(kind_of(result).text(result), MOST_SHOWN)
        self._put(Piece("title", title, key), Piece("result", text, key))

    def retrying(self, notice: Any) -> None:
        """Say that the client waits for another attempt."""
        self.outcome.retries.append(str(notice))
        again = f"trying again in {ceil(notice.wait)} s ({notice.attempt} of {notice.attempts})"
        self._put(Piece("status", f"{why(notice.reason)}, {again}", seconds=notice.wait))

    def snapshot(self, stream: Any) -> None:
        """Keep what has come of the answer."""
        try:
            self.outcome.rounds[-1].message = sound(stream.current_message_snapshot)
        except (AssertionError, APIError):  # nothing has come, or a tool's input is cut in two
            return

    def _put(self, *pieces: Piece) -> None:
        for piece in pieces:
            self.view.put(piece)

    def _begin(self, block: Block) -> None:
        self._kind = kind_of(block)
        self._is_hidden = self._hides and self._kind.is_thought
        self._block_began = self._clock()
        self._cited = self._sources.add(block.get("citations"))
        self._line = ""
        if self._kind.section != "text" or self._begins:
            self._end_text()
        if self._kind.half == "result" and calls.key(block) in self._calls:
            self._answer(block)
            self._is_hidden = True  # its line is that of its call, and no section of its own
        elif not self._is_hidden:
            self._put(*self._kind.begin(block))
        self._held = "" if self._kind.section == "text" and self._begins else None

    def _grow(self, delta: Any) -> None:
        grows = _GROWS.get(delta.type)
        if grows is None:
            if delta.type == "citations_delta":
                self._cited += self._sources.add([delta.to_dict().get("citation")])
            return
        text = getattr(delta, grows[1]) or ""
        if grows[0] == "text":
            text = without_marks(text)
            self._line = f"{self._line}{text}".rpartition("\n")[2][-_LINE:]
        self._characters += len(text)
        now = self._clock()
        if now - self._ticked >= _TICK:
            self._tell_rate(now)
        if self._held is not None:
            text = self._beginning(text)
        if not (self._is_hidden or self._is_late):
            self.view.put(Piece(grows[0], text))

    def _beginning(self, text: str) -> str:
        """Return what to show of a text block that has begun; nothing until that can be told."""
        assert self._begins is not None  # noqa: S101 (narrows a type)
        held = f"{self._held}{text}"
        shown = self._begins(held)
        self._held = held if shown is None else None
        return shown or ""

    @property
    def _is_late(self) -> bool:
        return self._kind is not None and self._kind.late

    def _end(self, ended: Any) -> None:
        title = self._running(ended.to_dict()) if ended is not None else ""
        if self._kind is not None and self._kind.section == "think":
            self.outcome.thinking_seconds.append(self._clock() - self._block_began)
            title = thought(self.outcome.thinking_seconds[-1])
        if self._held:
            self._put(Piece("text", self._held))
        if self._kind is not None and self._kind.section == "text":
            self._in_text = True
            marks = marked(self._line, self._cited)
            self._put(*([Piece("text", marks)] if marks else []))
        elif not self._is_hidden:
            self._put(Piece("end", title))
        self._kind, self._is_hidden, self._held = None, False, None

    def _running(self, block: Block) -> str:
        """Return the line of a call that is written to its end; the server's own runs now."""
        kind = kind_of(block)
        if kind.half != "call":
            return ""
        self._calls[calls.key(block)] = block, self._clock()
        if kind.late:
            self._put(Piece("tool", kind.text(block)))
        return calls.running(block)

    def _end_text(self) -> None:
        """End the section of text, which goes on over blocks: citations part sentences."""
        if self._in_text:
            self._put(Piece("end"))
        self._in_text = False

    def _cite(self) -> None:
        if self._sources:
            self._put(Piece("begin", "Sources"), Piece("tool", self._sources.text), Piece("end"))
        self._sources = Sources()

    def _tell_rate(self, now: float) -> None:
        self._ticked = now
        tokens = self._characters / CHARACTERS_PER_TOKEN
        rate = tokens / (now - self._began)
        self._put(Piece("status", f"≈ {tokens:,.0f} tokens · {rate:,.0f} a second"))
