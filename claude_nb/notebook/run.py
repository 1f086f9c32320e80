"""One run: settings and a prompt -> request -> stream -> view -> `Message`.

Owns the order of things and how a run can end: complete, stopped, or failed with what had come.
What is sent is built in `claude_nb.notebook.request`, what is shown in `render` and `views`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from claude_nb import models
from claude_nb.api.errors import AnthropicError, APIError
from claude_nb.api.types import Message
from claude_nb.conversation import Conversation, Turn, answer_param
from claude_nb.notebook import backend, render, request, views
from claude_nb.notebook.failure import RunError, describe
from claude_nb.notebook.stopping import Stopper

__all__ = ["Outcome", "ask", "display_message"]

_TICK = 0.5  # seconds between two updates of the token counter


@dataclass(slots=True)
class Outcome:
    """How a run ended.

    Attributes
    ----------
    message : Message or None
        The answer, whole or as far as it came; None if nothing came.
    error : Exception or None
        What the client raised.
    stopped : bool
        Whether a person stopped it.
    seconds : float
        From request to end.
    thinking_seconds : list of float
        One for each thinking block, in order.
    emulated : bool
        Whether the emulator answered.
    retries : list of str
        What was waited for, in words.
    """

    message: Message | None = None
    error: Exception | None = None
    stopped: bool = False
    seconds: float = 0.0
    thinking_seconds: list[float] = field(default_factory=list[float])
    emulated: bool = False
    retries: list[str] = field(default_factory=list[str])

    @property
    def problem(self) -> str:
        """Why the answer is not whole; empty if it is."""
        if self.stopped:
            return "stopped"
        return "cut off: the connection was lost" if self.error is not None else ""


def ask(
    values: Mapping[str, Any], content: str | list[Any], *, chat: Conversation, cell: str
) -> Message | None:
    """Ask, show the answer as it comes, and return it.

    Parameters
    ----------
    values : Mapping
        Values by setting name.
    content : str or list of content blocks
        The new user turn.
    chat : Conversation
        What it continues; gets the turn when there is an answer.
    cell : str
        Identifies the turn's cell.

    Returns
    -------
    Message or None
        The answer; None if it was stopped before anything came.

    Raises
    ------
    InputError
        The request would be refused; nothing was sent.
    RunError
        The call failed; what had come is shown.
    """
    turn = {"role": "user", "content": content}
    params = request.build(values, [*chat.messages(cell), turn])
    request.check(params)
    stopper = Stopper()
    view = views.choose(params["model"], stopper.stop)
    outcome, server = perform(params, view, stopper)
    _record(chat, cell, turn, outcome)
    return conclude(outcome, view, params["model"], priced=server.priced)


def perform(
    params: Mapping[str, Any], view: views.View, stopper: Stopper
) -> tuple[Outcome, backend.Backend]:
    """Send a request and show the answer as it comes; never raises what a run can end with."""
    outcome = Outcome()
    server = backend.connect(lambda notice: _retrying(notice, view, outcome))
    started = time.monotonic()
    view.open()
    try:
        with stopper:
            _stream(server.client, params, view, outcome)
    except KeyboardInterrupt:
        outcome.stopped = True
    except AnthropicError as error:
        outcome.error = error
    outcome.seconds = time.monotonic() - started
    return outcome, server


def _retrying(notice: Any, view: views.View, outcome: Outcome) -> None:
    outcome.retries.append(str(notice))
    view.status(
        f"{notice.reason}, trying again in {notice.wait:.1f} s, "
        f"attempt {notice.attempt} of {notice.attempts}"
    )


def _stream(client: Any, params: Mapping[str, Any], view: views.View, outcome: Outcome) -> None:
    with client.messages.stream(**params) as stream:
        outcome.emulated = backend.EMULATED_HEADER in stream.response.headers
        try:
            for event in _timed(stream, view, outcome):
                view.event(event)
        finally:
            outcome.message = _so_far(stream)


def _so_far(stream: Any) -> Message | None:
    try:
        return stream.current_message_snapshot
    except (AssertionError, APIError):  # nothing has come, or a tool's input is cut in the middle
        return None


def _timed(stream: Any, view: views.View, outcome: Outcome) -> Any:
    """Yield the events a view needs, and tell it how long each thought took, and how fast it is."""
    counter = _Counter(view)
    began: float | None = None
    for event in stream:
        kind = event.type
        if kind == "content_block_start":
            thinking = event.content_block.type == "thinking"
            began = time.monotonic() if thinking else None
        elif kind == "content_block_delta":
            counter.add(event.delta)
        elif kind == "content_block_stop" and began is not None:
            outcome.thinking_seconds.append(time.monotonic() - began)
            view.end_block(render.thought(outcome.thinking_seconds[-1], None))
            began = None
            continue
        yield event


class _Counter:
    """Shows how much has come and how fast, twice a second."""

    def __init__(self, view: views.View, clock: Callable[[], float] = time.monotonic) -> None:
        self._view = view
        self._clock = clock
        self._characters = 0
        self._began = self._shown = clock()

    def add(self, delta: Any) -> None:
        """Count one delta."""
        text = getattr(delta, "text", "") or getattr(delta, "thinking", "")
        self._characters += len(text or getattr(delta, "partial_json", ""))
        now = self._clock()
        if now - self._shown >= _TICK:
            self._shown = now
            tokens = self._characters / 4  # an estimate: the server tells only at the end
            rate = tokens / (now - self._began)
            self._view.status(f"≈ {tokens:,.0f} tokens · {rate:,.0f} a second")


def _record(chat: Conversation, cell: str, turn: Mapping[str, Any], outcome: Outcome) -> None:
    """Keep the turn if there is an answer to send back; else the history stays as it was."""
    if outcome.message is None:
        return
    answer = answer_param([block.to_dict() for block in outcome.message.content])
    if answer is not None:
        usage = outcome.message.usage.to_dict()
        state = outcome.problem or "complete"
        chat.record(Turn(cell=cell, messages=(turn, answer), usage=usage, state=state))


def conclude(outcome: Outcome, view: views.View, model: str, *, priced: bool) -> Message | None:
    """Show the final output, and return the answer or raise what went wrong."""
    if outcome.error is None or _has_content(outcome.message):
        view.finish(_bundle(outcome, priced=priced), _announcement(outcome))
    if outcome.error is None:
        return outcome.message
    failure = describe(outcome.error, model)
    if not _has_content(outcome.message):
        card = render.error_bundle(
            failure.what,
            why=failure.why,
            advice=failure.advice,
            request_id=failure.request_id or "",
            notes=outcome.retries,
        )
        view.finish(card, "Error.")
    raise RunError(failure, shown=view.pages) from outcome.error


def _announcement(outcome: Outcome) -> str:
    if outcome.error is not None:
        return "Error: the answer is incomplete."
    return "Answer stopped." if outcome.stopped else "Answer complete."


def _has_content(message: Message | None) -> bool:
    return message is not None and bool(message.content)


def _bundle(outcome: Outcome, *, priced: bool) -> dict[str, str]:
    message = outcome.message
    if message is None:
        return render.error_bundle("Stopped before anything came.")
    usage = message.usage.to_dict()
    footer = render.Footer(
        seconds=outcome.seconds,
        thinking_seconds=outcome.thinking_seconds,
        cost=models.cost(message.model, usage) if priced and not outcome.emulated else None,
        problem=outcome.problem,
        notes=["emulated"] if outcome.emulated else [],
    )
    return render.bundle(message, footer)


def display_message(message: Message) -> None:
    """Display an answer again, as when it was new."""
    views.FinalView().finish(render.bundle(message, render.Footer()))
