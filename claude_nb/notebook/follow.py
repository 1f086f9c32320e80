"""Follow a stream: each event to the view, and to the record of how the run went.

Serves runs that wait and runs in the background alike. Knows nothing of requests or cells.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from claude_nb.api.errors import APIError
from claude_nb.api.tools import FunctionTool
from claude_nb.api.types import Message
from claude_nb.notebook import render
from claude_nb.notebook.rounds import Round, ToldTool, joined, result
from claude_nb.notebook.views import View

__all__ = ["Follower", "Outcome"]

_TICK = 0.5  # seconds between two updates of the token counter
MOST_ROUNDS = 20  # requests for one question; more of them is a loop
_CHARACTERS_PER_TOKEN = 4  # an estimate: the server tells only at the end


@dataclass(slots=True)
class Outcome:
    """How a run went.

    Attributes
    ----------
    rounds : list of Round
        The answers, one for each request: more than one where tools were called.
    error : Exception or None
        What the client raised.
    stopped : bool
        Whether a person stopped it.
    seconds : float
        From request to end.
    thinking_seconds : list of float
        One for each thinking block, in order.
    emulated, replayed : bool
        Whether the emulator answered, and whether an answer was a recorded one.
    retries : list of str
        What was waited for, in words.
    """

    rounds: list[Round] = field(default_factory=list[Round])
    error: Exception | None = None
    stopped: bool = False
    seconds: float = 0.0
    thinking_seconds: list[float] = field(default_factory=list[float])
    emulated: bool = False
    replayed: bool = False
    retries: list[str] = field(default_factory=list[str])

    @property
    def last(self) -> Message | None:
        """The last round's answer, whole or as far as it came; None if nothing came."""
        return self.rounds[-1].message if self.rounds else None

    @property
    def message(self) -> Message | None:
        """All rounds as one message; None if nothing came."""
        return joined(self.rounds)

    @property
    def problem(self) -> str:
        """Why the answer is not whole; empty if it is."""
        if self.stopped:
            return "stopped"
        return "cut off: the connection was lost" if self.error is not None else ""

    @contextmanager
    def timed(self) -> Iterator[None]:
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
    opening : str
        Markdown to show before each text block.
    clock : callable
        Seconds, monotonic.
    """

    def __init__(
        self,
        view: View,
        outcome: Outcome,
        *,
        hide_thinking: bool = False,
        opening: str = "",
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.view = view
        self.outcome = outcome
        self._hides = hide_thinking
        self._opening = opening
        self._clock = clock
        self._kind = ""
        self._block_began = self._began = self._ticked = clock()
        self._characters = 0

    def take(self, event: Any) -> None:
        """Show one event and count it."""
        kind = event.type
        if kind == "content_block_start":
            self._kind = event.content_block.type
            self._block_began = self._clock()
        elif kind == "content_block_delta":
            self._count(event.delta)
        if not (self._hides and self._kind == "thinking"):
            self._show(event, kind)
        if kind == "content_block_stop" and self._kind == "thinking":
            self.outcome.thinking_seconds.append(self._clock() - self._block_began)
        if kind == "content_block_stop":
            self._kind = ""

    def begin_round(self, *, emulated: bool, replayed: bool) -> None:
        """Make room for an answer: the first, or the next after tools were called."""
        self.outcome.emulated |= emulated
        self.outcome.replayed |= replayed
        self.outcome.rounds.append(Round())

    def tools(self, functions: Sequence[FunctionTool[Any]]) -> dict[str, Any]:
        """Return what a tool runner takes, so that each result is shown."""
        told = [ToldTool(function, self.told) for function in functions]
        return {"tools": told, "max_iterations": MOST_ROUNDS}

    def told(self, name: str, text: str) -> None:
        """Show what a tool returned."""
        self.view.tool(f"{name} returned")
        self.view.tool_input(text)
        self.view.end_block()
        self.outcome.rounds[-1].results.append(result(name, text))

    def retrying(self, notice: Any) -> None:
        """Say that the client waits for another attempt."""
        self.outcome.retries.append(str(notice))
        self.view.status(
            f"{notice.reason}: trying again in {notice.wait:.1f} s, "
            f"attempt {notice.attempt} of {notice.attempts}"
        )

    def snapshot(self, stream: Any) -> None:
        """Keep what has come of the answer."""
        try:
            self.outcome.rounds[-1].message = stream.current_message_snapshot
        except (AssertionError, APIError):  # nothing has come, or a tool's input is cut in two
            return

    def _show(self, event: Any, kind: str) -> None:
        if kind == "content_block_stop" and self._kind == "thinking":
            self.view.end_block(render.thought(self._clock() - self._block_began, None))
            return
        self.view.event(event)
        if kind == "content_block_start" and self._kind == "text" and self._opening:
            delta = SimpleNamespace(type="text_delta", text=self._opening)
            self.view.event(SimpleNamespace(type="content_block_delta", delta=delta))

    def _count(self, delta: Any) -> None:
        text = getattr(delta, "text", "") or getattr(delta, "thinking", "")
        self._characters += len(text or getattr(delta, "partial_json", ""))
        now = self._clock()
        if now - self._ticked >= _TICK:
            self._ticked = now
            tokens = self._characters / _CHARACTERS_PER_TOKEN
            rate = tokens / (now - self._began)
            self.view.status(f"≈ {tokens:,.0f} tokens · {rate:,.0f} a second")
