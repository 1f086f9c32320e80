"""One run: a question -> rounds of request and tools -> view -> `Run`.

One engine for cells, the background, panels and commands, with and without streaming, with and
without tools. Owns the order of things and how a run can end: complete, stopped, or failed with
what had come. What is sent is composed in `claude_nb.ask`, what is kept is made in `result`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from secrets import token_hex
from typing import Any

from claude_nb.api.errors.advice import needs_stream
from claude_nb.api.resources.runner import CallTool, Rounds, ToolLoop, proceed
from claude_nb.api.types import Message
from claude_nb.ask.answers import formats
from claude_nb.ask.errors import AnswerError
from claude_nb.ask.question import Question
from claude_nb.conversation import Turn
from claude_nb.conversation.sent_back import exchanged
from claude_nb.notebook import backend
from claude_nb.notebook.answer import render
from claude_nb.notebook.answer.amounts import count
from claude_nb.notebook.answer.failure import Explanation, RunError, describe
from claude_nb.notebook.backend import Backend
from claude_nb.notebook.errors import StoppedError
from claude_nb.notebook.ledger.entries import Entry
from claude_nb.notebook.live import views
from claude_nb.notebook.places import Place
from claude_nb.notebook.run import containers, elsewhere, keeping, result
from claude_nb.notebook.run.files import made
from claude_nb.notebook.run.follow import MOST_PAUSES, MOST_ROUNDS, Follower, Outcome
from claude_nb.notebook.run.mcp import with_tokens
from claude_nb.notebook.run.stopping import Stopper
from claude_nb.notebook.session import Session

__all__ = ["Run", "conclude", "display_value", "follow", "perform", "rounds_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What came of a question.

    Attributes
    ----------
    question : Question
        What was asked.
    outcome : Outcome
        How it went, with each round's answer and origin.
    turn : Turn or None
        What it adds to the history.
    entry : Entry
        What the ledger keeps.
    bundle : Mapping of str
        What is shown in the end, by MIME type.
    error : BaseException or None
        What went wrong, in words; `StoppedError` if the kernel was interrupted.
    """

    question: Question
    outcome: Outcome
    turn: Turn | None
    entry: Entry
    bundle: dict[str, str]
    error: BaseException | None = None

    def message(self) -> Message | None:
        """Return the answer; None if it was stopped before anything came.

        Raises
        ------
        RunError
            The call failed; what had come is shown.
        AnswerError
            The answer is not of the format that was asked for.
        StoppedError
            The kernel was interrupted; what had come is shown.
        """
        if self.error is not None:
            raise self.error
        return self.outcome.message


Proposes = Callable[[Question, Outcome], Sequence[str]]


def perform(
    question: Question, place: Place, session: Session, proposes: Proposes = result.proposed
) -> Run:
    """Ask, show the answer as it comes, and keep it.

    Parameters
    ----------
    question : Question
        What to ask.
    place : Place
        Where the answer belongs.
    session : Session
        Its shell is where ``--out`` and ``-x`` put things, its ledger gets the run.
    proposes : callable
        The question and its whole answer -> the blocks of code that go into the next cell.
    """
    with Stopper() as stopper:
        server = backend.connect(session)
        view = keeping.begin(session, question, server.environment.display, stopper.stop)
        follower = follow(question, view)
        client = keeping.through(server.client, question, follower.outcome, session)
        client = backend.telling(client, follower.retrying)
        view.open()
        with follower.outcome.timed():
            try:
                rounds = rounds_of(question, follower, session)
                drive = partial(_drive, client.messages, rounds, question, follower, stopper.check)
                stopper.heard_in(drive)
            except KeyboardInterrupt:
                follower.outcome.stopped = True
            except BaseException as error:  # noqa: BLE001 (a server may send anything, a tool exit)
                follower.outcome.fail(error)
        stopper.settle()
        heard_in = partial(stopper.heard_in, late=True)
        ended = conclude(
            *(follower, question, place, session, proposes), server=server, heard_in=heard_in
        )
    ends_all = stopper.asked and getattr(session.settings, "stop_ends_run", False)
    if not (stopper.interrupted or ends_all):
        return ended
    return replace(ended, error=StoppedError(has_content=follower.outcome.has_content))


def follow(question: Question, view: views.View) -> Follower:
    """Return what takes the events of this question's answer."""
    hides, name = question.options.hide_thinking, question.format
    begins = partial(formats.begins, name) if formats.opening(name) else None
    return Follower(view, Outcome(), hide_thinking=hides, begins=begins)


def rounds_of(question: Question, follower: Follower, session: Session) -> Rounds:
    """Return the rounds of a question: one, and more for tools' results and for paused turns."""
    answers_calls = bool(question.functions)
    most = MOST_ROUNDS if answers_calls else MOST_PAUSES
    params = with_tokens(question.params, session)
    loop = ToolLoop(params, question.tools, most, answers_calls=answers_calls)
    follower.outcome.steps = loop.added
    return loop.rounds()


def _drive(
    messages: Any,
    rounds: Rounds,
    question: Question,
    follower: Follower,
    check: Callable[[], None],
) -> None:
    """Go through the rounds, waiting for each; `check` raises if it is to end."""
    reply = None
    ask_round = _whole if question.options.no_stream else partial(_streamed, check=check)
    while (effect := proceed(rounds, reply)) is not None:
        check()
        if isinstance(effect, CallTool):
            follower.calling(effect.call)
            reply = effect.result()
            follower.returned(effect.call, reply)
        else:
            reply = ask_round(messages, effect.params, follower)


def _whole(messages: Any, params: dict[str, Any], follower: Follower) -> Message:
    if needs_stream(params["max_tokens"]):  # the connection is not to be silent for so long
        with messages.stream(**params) as stream:
            return follower.whole(
                stream.get_final_message(), **backend.origin(stream.response.headers)
            )
    reply = messages.with_raw_response.create(**params)
    return follower.whole(reply.parse(), **backend.origin(reply.headers))


def _streamed(
    messages: Any, params: dict[str, Any], follower: Follower, *, check: Callable[[], None]
) -> Message:
    with messages.stream(**params) as stream:
        follower.begin_round(**backend.origin(stream.response.headers))
        try:
            for event in stream:
                check()
                follower.take(event)
        finally:
            follower.snapshot(stream)
        return stream.get_final_message()


# What is left of it.


def conclude(
    follower: Follower,
    question: Question,
    place: Place,
    session: Session,
    proposes: Proposes = result.proposed,
    *,
    server: Backend,
    heard_in: Callable[[Callable[[], object]], object] = lambda work: work(),
) -> Run:
    """Show and keep what came of a run; a person's own checks of it are done in `heard_in`."""
    outcome, view = follower.outcome, follower.view
    if outcome.message is not None:
        outcome.files = made.collected(outcome.message, _Later(session))
    turn = _turn(question, outcome, place.cell)
    stale = place.settle(turn, question.history)
    kept = session.kept.shown_by(view)
    kept.message = outcome.message
    entry = result.entry(question, outcome, place, kept.number, models=server.models)
    session.ledger.append(entry)
    bundle, error = {}, None
    failure, answer = _failure(question, outcome, place, session), _answer(outcome)
    if outcome.error is None or outcome.has_content:
        timed = server.environment.timed
        try:
            number = len(session.ledger)
            bundle = result.bundle(
                *(question, outcome, place, stale),
                number=number,
                cost=entry.cost,
                timed=timed,
                card=_card(failure, outcome) if failure is not None else None,
                proposed=proposes(question, outcome) if answer is not None else (),
                more=[
                    *result.served(server, outcome),
                    *result.unbudgeted(session, server, outcome),
                ],
                asked=kept.asked,
            )
            view.finish(bundle, _announcement(outcome), result.metadata(question, outcome))
        except Exception as problem:  # noqa: BLE001 (what came is kept, if it cannot be shown)
            outcome.error, outcome.shown = problem, False
            failure = _failure(question, outcome, place, session)
    if failure is not None:
        error = _failed(failure, outcome, view)
    elif answer is not None:
        deliver = partial(result.deliver, question, answer, place, session)
        error = _delivered(partial(heard_in, deliver))
    keeping.mark_stale(session, stale)
    return Run(
        question=question, outcome=outcome, turn=turn, entry=entry, bundle=bundle, error=error
    )


class _Later:
    """The session's client that waits, when it is first needed: also for what is in the past."""

    def __init__(self, session: Session) -> None:
        self._session = session

    @property
    def files(self) -> Any:
        """Files that the server keeps."""
        return backend.connect(self._session).client.files


def _turn(question: Question, outcome: Outcome, cell: str) -> Turn | None:
    """Return what goes into the history; None if there is nothing to send back.

    What was refused is not sent again: the server would refuse what follows as well.
    """
    message, steps = outcome.message, outcome.steps()
    if message is None or message.stop_reason == "refusal":
        return None
    answers = [each.message for each in outcome.rounds if each.message is not None]
    told = sum(step["role"] == "assistant" for step in steps)
    last = answers[-1].content if len(answers) > told else []  # else it is one of the steps
    messages = exchanged(question.asked, steps, [block.to_dict() for block in last])
    usage, state = message.usage.to_dict(), outcome.problem or "complete"
    known = {"usage": usage, "state": state, "filled": question.filled}
    known["container"] = containers.told(answers)
    return Turn(cell=cell, messages=messages, **known) if messages else None


def _answer(outcome: Outcome) -> Message | None:
    """Return the last round's answer if the server said all that it was going to."""
    return outcome.last if outcome.error is None and not outcome.stopped else None


def _delivered(deliver: Callable[[], object]) -> AnswerError | StoppedError | None:
    try:
        deliver()
    except AnswerError as problem:
        return problem
    except KeyboardInterrupt:
        return StoppedError(has_content=True)
    return None


def _failure(
    question: Question, outcome: Outcome, place: Place, session: Session
) -> Explanation | None:
    """Return what went wrong, in words, and what to do where it did; None if nothing did."""
    if outcome.error is None:
        return None
    told = describe(outcome.error, question.params["model"], came=outcome.has_content)
    advice = elsewhere.advice(outcome.error, session, told.advice)
    return replace(told, advice=place.worded(advice))


def _card(failure: Explanation, outcome: Outcome) -> render.Card:
    tried = [f"tried {count(len(outcome.retries) + 1, 'time')}"] * bool(outcome.retries)
    notes = [failure.code, *tried]
    return render.Card(title=failure.what, why=failure.why, advice=failure.advice, notes=notes)


def _failed(failure: Explanation, outcome: Outcome, view: views.View) -> RunError:
    """Show the error card, unless it stands below what came of the answer, and return the error."""
    if view.pages and not (outcome.has_content and outcome.shown):
        view.finish(render.error_bundle(_card(failure, outcome)), "Error.")
    error = RunError(failure, shown=view.pages)
    error.__cause__ = outcome.error
    return error


def _announcement(outcome: Outcome) -> str:
    if outcome.error is not None:
        return "Error: the answer is incomplete."
    return "Answer stopped." if outcome.stopped else "Answer complete."


def display_value(value: Any) -> None:
    """Display an answer again as when it was new, or the state of one that is still coming."""
    if isinstance(value, Message):
        shown = render.bundle(value, place=token_hex())  # not the ids that it has elsewhere
    else:
        shown = {"text/plain": repr(value)}
    views.FinalView().finish(shown)
