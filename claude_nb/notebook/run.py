"""One run: a question -> stream -> view -> `Message`.

Owns the order of things and how a run can end: complete, stopped, or failed with what had come.
What is sent is composed in `question`, what is kept is made in `result`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from claude_nb.api.errors import AnthropicError
from claude_nb.api.types import Message
from claude_nb.notebook import backend, formats, render, result, views
from claude_nb.notebook.commands.host import Host
from claude_nb.notebook.failure import RunError, describe
from claude_nb.notebook.follow import Follower, Outcome
from claude_nb.notebook.question import Question
from claude_nb.notebook.stopping import Stopper

__all__ = ["ask", "conclude", "display_value", "follow"]


def ask(question: Question, host: Host) -> Message | None:
    """Ask, show the answer as it comes, and return it.

    Parameters
    ----------
    question : Question
        What to ask; its chat gets the turn when there is an answer.
    host : Host
        Its shell is where ``--out`` and ``-x`` put things, its ledger gets the run.

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
    follower = follow(question, view)
    server = backend.connect(follower.retrying)
    view.open()
    with follower.outcome.timed():
        _perform(server.client, question, follower, stopper)
    return conclude(question, follower.outcome, view, host, priced=server.priced)


def follow(question: Question, view: views.View) -> Follower:
    """Return what takes the events of this question's answer."""
    hides, opening = question.values["hide_thinking"], formats.opening(question.format)
    return Follower(view, Outcome(), hide_thinking=hides, opening=opening)


def conclude(
    question: Question, outcome: Outcome, view: views.View, host: Host, *, priced: bool
) -> Message | None:
    """Show and keep what came of a run; return the answer, or raise what went wrong."""
    stale = _record(question, outcome)
    host.ledger.append(result.entry(question, outcome, host.shell, priced=priced))
    if outcome.error is None or outcome.has_content:
        page = result.bundle(question, outcome, stale, priced=priced)
        view.finish(page, _announcement(outcome), result.metadata(question, outcome))
    if outcome.error is not None:
        raise _failed(question, outcome, view) from outcome.error
    if outcome.last is not None and not outcome.stopped:
        result.deliver(question, outcome.last, host.shell)
    return outcome.message


def _perform(client: Any, question: Question, follower: Follower, stopper: Stopper) -> None:
    """Send the request and show the answer; what a run can end with is in the outcome."""
    send = _whole if question.values["no_stream"] else _stream
    try:
        with stopper:
            send(client, question, follower)
    except KeyboardInterrupt:
        follower.outcome.stopped = True
    except AnthropicError as error:
        follower.outcome.error = error


def _stream(client: Any, question: Question, follower: Follower) -> None:
    for opened in _streams(client.messages, question, follower):
        with opened as stream:
            follower.begin_round(**backend.origin(stream.response.headers))
            try:
                for event in stream:
                    follower.take(event)
            finally:
                follower.snapshot(stream)


def _streams(messages: Any, question: Question, follower: Follower) -> Any:
    """Return the stream of the answer, or with tools those of all its rounds."""
    if not question.tools:
        return [messages.stream(**question.params)]
    return messages.tool_runner(**question.params, **follower.tools(question.tools), stream=True)


def _whole(client: Any, question: Question, follower: Follower) -> None:
    for message, origin in _answers(client.messages, question, follower):
        follower.begin_round(**origin)
        follower.outcome.rounds[-1].message = message


def _answers(
    messages: Any, question: Question, follower: Follower
) -> Iterator[tuple[Any, dict[str, bool]]]:
    """Yield each round's answer and where it comes from."""
    if question.tools:
        server = backend.connect()
        played, tools = server.played, follower.tools(question.tools)
        for message in messages.tool_runner(**question.params, **tools):
            yield message, {"emulated": server.emulated, "replayed": server.played > played}
            played = server.played
    else:
        reply = messages.with_raw_response.create(**question.params)
        yield reply.parse(), backend.origin(reply.headers)


def _record(question: Question, outcome: Outcome) -> list[Any]:
    message = outcome.message
    if message is None:
        return []
    content = [block.to_dict() for block in message.content]
    return question.record(content, message.usage.to_dict(), outcome.problem or "complete")


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


def display_value(value: Any) -> None:
    """Display an answer again as when it was new, or the state of one that is still coming."""
    shown = {"text/plain": repr(value)} if not isinstance(value, Message) else render.bundle(value)
    views.FinalView().finish(shown)
