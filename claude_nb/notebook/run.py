"""One run: a question -> stream -> view -> `Message`.

Owns the order of things and how a run can end: complete, stopped, or failed with what had come.
What is sent is composed in `question`, what is kept is made in `result`.
"""

from __future__ import annotations

import time
from typing import Any

from claude_nb.api.errors import AnthropicError
from claude_nb.api.types import Message
from claude_nb.notebook import backend, formats, render, result, views
from claude_nb.notebook.failure import RunError, describe
from claude_nb.notebook.follow import Follower, Outcome
from claude_nb.notebook.question import Question
from claude_nb.notebook.stopping import Stopper

__all__ = ["ask", "display_message"]


def ask(question: Question, shell: Any) -> Message | None:
    """Ask, show the answer as it comes, and return it.

    Parameters
    ----------
    question : Question
        What to ask; its chat gets the turn when there is an answer.
    shell : InteractiveShell
        Where ``--out`` and ``-x`` put things.

    Returns
    -------
    Message or None
        The answer; None if it was stopped before anything came.

    Raises
    ------
    RunError
        The call failed; what had come is shown.
    AnswerError
        The answer is not of the format that was asked for.
    """
    stopper = Stopper()
    view = views.choose(question.params["model"], stopper.stop)
    outcome, server = _perform(question, view, stopper)
    stale = _record(question, outcome)
    if outcome.error is None or outcome.has_content:
        page = result.bundle(question, outcome, stale, priced=server.priced)
        view.finish(page, _announcement(outcome))
    if outcome.error is not None:
        raise _failed(question, outcome, view) from outcome.error
    if outcome.message is not None and not outcome.stopped:
        result.deliver(question, outcome.message, shell)
    return outcome.message


def _perform(
    question: Question, view: views.View, stopper: Stopper
) -> tuple[Outcome, backend.Backend]:
    """Send the request and show the answer; what a run can end with is in the outcome."""
    outcome = Outcome()
    values = question.values
    follower = Follower(
        view,
        outcome,
        hide_thinking=values["hide_thinking"],
        opening=formats.opening(values["format"]),
    )
    server = backend.connect(follower.retrying)
    started = time.monotonic()
    view.open()
    try:
        with stopper:
            (_whole if values["no_stream"] else _stream)(server.client, question, follower)
    except KeyboardInterrupt:
        outcome.stopped = True
    except AnthropicError as error:
        outcome.error = error
    outcome.seconds = time.monotonic() - started
    return outcome, server


def _stream(client: Any, question: Question, follower: Follower) -> None:
    with client.messages.stream(**question.params) as stream:
        follower.outcome.emulated = backend.EMULATED_HEADER in stream.response.headers
        try:
            for event in stream:
                follower.take(event)
        finally:
            follower.snapshot(stream)


def _whole(client: Any, question: Question, follower: Follower) -> None:
    reply = client.messages.with_raw_response.create(**question.params)
    follower.outcome.emulated = backend.EMULATED_HEADER in reply.headers
    follower.outcome.message = reply.parse()


def _record(question: Question, outcome: Outcome) -> list[Any]:
    if outcome.message is None:
        return []
    content = [block.to_dict() for block in outcome.message.content]
    state = outcome.problem or "complete"
    return question.record(content, outcome.message.usage.to_dict(), state)


def _failed(question: Question, outcome: Outcome, view: views.View) -> RunError:
    """Show the error card, unless what came of the answer stands there, and return the error."""
    assert outcome.error is not None  # noqa: S101 (narrows a type)
    failure = describe(outcome.error, question.params["model"])
    if outcome.has_content or not view.pages:
        return RunError(failure, shown=False)
    card = render.error_bundle(
        failure.what,
        why=failure.why,
        advice=failure.advice,
        request_id=failure.request_id or "",
        notes=outcome.retries,
    )
    view.finish(card, "Error.")
    return RunError(failure, shown=True)


def _announcement(outcome: Outcome) -> str:
    if outcome.error is not None:
        return "Error: the answer is incomplete."
    return "Answer stopped." if outcome.stopped else "Answer complete."


def display_message(message: Message) -> None:
    """Display an answer again, as when it was new."""
    views.FinalView().finish(render.bundle(message, render.Footer()))
