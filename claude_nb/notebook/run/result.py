"""What a cell keeps of an answer: the output, the variable of ``--out``, the next cell of ``-x``.

Runs after the stream has ended; sends nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from claude_nb.api import errors
from claude_nb.api.resources.endpoints import message_key
from claude_nb.api.types import Message
from claude_nb.ask.answers import extract, formats
from claude_nb.ask.errors import AnswerError
from claude_nb.ask.question import Question
from claude_nb.conversation import Turn
from claude_nb.models import BUILT_IN, ModelTable
from claude_nb.notebook.answer import attached, next_cell, render, seen
from claude_nb.notebook.answer.amounts import count, weight
from claude_nb.notebook.answer.blocks import kind_of
from claude_nb.notebook.backend import Backend
from claude_nb.notebook.ledger import accounts
from claude_nb.notebook.ledger.entries import Entry
from claude_nb.notebook.places import Place
from claude_nb.notebook.run.files import made
from claude_nb.notebook.run.follow import Outcome
from claude_nb.notebook.session import Session
from claude_nb.notebook.text.safe_html import SafeHtml

__all__ = ["bundle", "deliver", "entry", "metadata", "proposed", "served", "told", "unbudgeted"]

_MOST_KEPT = 2_000_000  # bytes of an output's exchanges
_MOST_TOLD = 5  # names of fields below an answer


def bundle(
    question: Question,
    outcome: Outcome,
    place: Place,
    stale: list[Turn],
    *,
    number: int,
    cost: float | None,
    timed: bool,
    card: render.Card | None = None,
    proposed: Sequence[str] = (),
    more: Sequence[str] = (),
    asked: tuple[SafeHtml, str] | None = None,
) -> dict[str, str]:
    """Return the MIME bundle that the cell keeps.

    Parameters
    ----------
    question : Question
        What was asked.
    outcome : Outcome
        How it went; with an answer, whole or not.
    place : Place
        Where the answer belongs.
    stale : list of Turn
        Turns that answered a history which is no more.
    number : int
        Of the run in its session: two runs of a cell may get the same answer.
    cost : float or None
        US dollars, where that is known to be true.
    timed : bool
        Whether to say how long it took.
    card : Card, optional
        What broke the answer off.
    proposed : sequence of str
        Blocks of code that stand in the next cell.
    more : sequence of str
        What else the last line says.
    asked : (SafeHtml, str), optional
        What went along with the question, where that was drawn before.
    """
    message = outcome.message
    if message is None:
        return render.error_bundle(render.Card(title="Stopped before anything came."))
    footer = render.Footer(
        seconds=outcome.seconds if timed else None,
        thinking_seconds=outcome.thinking_seconds if timed else (),
        tool_seconds=outcome.tool_seconds if timed else {},
        cost=cost,
        problem="cut off" if card is not None else outcome.problem,
        urgent=[*_stale(stale), *_misshapen(question, message)],
        notes=[
            *told(question),
            *_without(question, message),
            *_uncached(question, message),
            *_notes(place, outcome, timed=timed),
            *filter(None, _kept(outcome)[1:]),
            *more,
        ],
        asked=_attached(question, asked),
        made=[*_seen(question), *made.shown(outcome.files)],
        proposed=proposed,
        quiet=question.options.quiet,
    )
    return render.bundle(
        _shown(question, message), footer, place=f"{place.cell} {number}", card=card
    )


def metadata(question: Question, outcome: Outcome) -> dict[str, Any]:
    """Return what the notebook file says of the run: for reports, and to find a saved answer.

    ``request`` is the request's key, as recordings have it; ``usage`` holds the tokens by kind,
    ``kept`` the exchanges that ``%claude replay notebook`` plays again.
    """
    key = message_key(question.sent)
    usage = outcome.message.usage.to_dict() if outcome.message is not None else {}
    tokens = {name: count for name, count in usage.items() if isinstance(count, int) and count}
    kept, _ = _kept(outcome)
    return {"claude_nb": {"request": key, "usage": tokens, **({"kept": kept} if kept else {})}}


def _kept(outcome: Outcome) -> tuple[list[dict[str, Any]], str]:
    """Return the exchanges that the output keeps, and what the last line says of that."""
    if outcome.keeps is None:
        return [], ""
    kept = outcome.keeps()
    size = len(json.dumps(kept))
    if not kept:
        return [], "not kept: it is not whole, or a key is in it"
    if size > _MOST_KEPT:
        return [], f"not kept: {weight(size)}, and {weight(_MOST_KEPT)} is the most"
    return kept, f"{weight(size)} kept"


def _is_free(error: BaseException | None) -> bool:
    """Return whether an error says that nothing is billed: not sent, or refused."""
    return isinstance(error, errors.AnthropicError) and not (error.sent and error.billed)


def _cost(outcome: Outcome, models: ModelTable) -> float | None:
    """Return the price in US dollars where it is known to be true.

    Each round is a request of its own, with its own price. What was cut off has not told how much
    it wrote.
    """
    messages = [each.message for each in outcome.rounds]
    if not messages or outcome.emulated or outcome.replayed:
        return None
    costs = [
        models.cost(message.model, message.usage)
        if message is not None and message.stop_reason is not None
        else None
        for message in messages
    ]
    known = [cost for cost in costs if cost is not None]
    return sum(known) if len(known) == len(costs) else None


def entry(
    question: Question,
    outcome: Outcome,
    place: Place,
    number: int | None,
    *,
    models: ModelTable,
) -> Entry:
    """Return the run as the session's ledger keeps it."""
    message = outcome.message
    failed = type(outcome.error).__name__ if outcome.error is not None else ""
    return Entry(
        cell=place.cell,
        chat=place.chat_name,
        model=(message and message.model) or question.params["model"],
        usage=message.usage.to_dict() if message is not None else {},
        seconds=outcome.seconds,
        cost=_cost(outcome, models),
        state=failed or outcome.problem or "complete",
        title=question.title,
        number=number,
        emulated=outcome.emulated,
        replayed=outcome.replayed,
        refused=_is_free(outcome.error) and message is None,
    )


def unbudgeted(session: Session, server: Backend, outcome: Outcome) -> list[str]:
    """Say that the budget's dollars do not hold what was asked, where its price is not known."""
    budget, message = accounts.of(session).budget, outcome.message
    if budget is None or budget.dollars is None or message is None:
        return []
    is_free = not server.is_paid or outcome.emulated or outcome.replayed
    if is_free or server.models.cost(message.model, {}) is not None:
        return []
    return ["price unknown: only the budget's tokens count it"]


def served(server: Backend, outcome: Outcome) -> list[str]:
    """Say who answered, where that is neither the API nor the emulator nor a recording."""
    is_new = bool(server.label) and not (outcome.emulated or outcome.replayed)
    return [server.label] if is_new else []


def told(question: Question) -> list[str]:
    """Return what was put into the prompt, and what was changed of it, in a few words."""
    filled = question.filled
    names = ", ".join(filled[:_MOST_TOLD])
    more = f" and {len(filled) - _MOST_TOLD} more" if len(filled) > _MOST_TOLD else ""
    return [*([f"filled in: {names}{more}"] if filled else []), *question.notes[:_MOST_TOLD]]


def _seen(question: Question) -> list[tuple[SafeHtml, str]]:
    """Return the line that tells which cells were seen; folded, for who looks."""
    return [seen.line(question.context)] if question.context is not None else []


def _attached(question: Question, known: tuple[SafeHtml, str] | None) -> list[tuple[SafeHtml, str]]:
    """Return what went along with the question."""
    found = known or attached.shown(question.asked["content"], question.options.attach)
    return [found] if found[1] else []


def _uncached(question: Question, message: Message) -> list[str]:
    """Say why nothing was cached, where that was asked for: a short prompt is not, silently."""
    usage, info = message.usage.to_dict(), BUILT_IN.get(message.model or question.params["model"])
    read = usage.get("input_tokens")
    cached = usage.get("cache_creation_input_tokens") or usage.get("cache_read_input_tokens")
    if not question.options.cache or cached or info is None or not isinstance(read, int):
        return []
    if read >= info.min_cache_tokens:
        return []
    return [f"not cached: shorter than {info.min_cache_tokens:,} tokens"]


def _notes(place: Place, outcome: Outcome, *, timed: bool) -> list[str]:
    """Return what else the last line says; without times, nothing that only one of two runs has."""
    notes: list[str] = []
    chat = place.chat
    number = chat.position(place.cell) + 1 if chat is not None else 1
    if chat is not None and max(number, len(chat.turns)) > 1:
        notes.append(f"turn {number} of {chat.name}")
    if outcome.retries:
        notes.append(f"after {len(outcome.retries) + 1} attempts")
    notes += ["emulated"] * outcome.emulated + ["replayed"] * (outcome.replayed and timed)
    return notes


def _stale(stale: list[Turn]) -> list[str]:
    again = "it" if len(stale) == 1 else "them"
    told = count(len(stale), "later turn is", "later turns are")
    return [f"{told} stale: run {again} again"] if stale else []


def _misshapen(question: Question, message: Message) -> list[str]:
    """Say that a whole answer is not the JSON that was asked for; a schema says more, later."""
    if question.format != "json" or question.schema is not None or render.ended(message):
        return []
    try:
        _value(question, _text(message))
    except AnswerError:
        return ["not JSON"]
    return []


def _shown(question: Question, message: Message) -> Message:
    """Return the message as this cell shows it: of its format, and without hidden thinking."""
    name, hides = question.format, question.options.hide_thinking
    if name == "markdown" and not hides:
        return message
    content = [
        block.model_copy(update={"text": formats.shown(name, block.text)})
        if block.type == "text"
        else block
        for block in message.content
        if not (hides and kind_of(block.to_dict()).is_thought)
    ]
    return message.model_copy(update={"content": content})


def deliver(question: Question, message: Message, place: Place, session: Session) -> None:
    """Put the answer where the options want it.

    Of an answer that is not whole, the last line says why. That is not said once more, as if the
    format were at fault: what it is worth is None then, and nothing is proposed.

    Raises
    ------
    AnswerError
        The answer is whole, and not of the format that was asked for, or holds no code.
    """
    text, value = _text(message), None
    try:
        value = _value(question, text)
    except AnswerError:
        if not render.ended(message):
            raise
    if question.options.out:
        session.shell.user_ns[question.options.out] = value
    if question.options.extract and not (render.ended(message) and not extract.fences(text)):
        for line in _propose(place.cell, text, session):
            print(line)  # noqa: T201 (a person should see it before running the cell)


def proposed(question: Question, outcome: Outcome) -> list[str]:
    """Return the blocks of code that go into the next cell; see `deliver`."""
    if outcome.message is None or not question.options.extract:
        return []
    return [each.text for each in extract.fences(_text(outcome.message))]


def _propose(cell: str, text: str, session: Session) -> Iterator[str]:
    """Put the answer's code into the next cell; yield what a person should know of it."""
    prepared = next_cell.prepare(extract.code(text, "all"), session.shell)
    done = next_cell.insert(session, prepared.text, cell)
    if done != "inserted":
        yield _INSERTED[done]
    if not all(block.closed for block in extract.fences(text)):
        yield "The answer was cut off inside its code: the cell below is not whole."
    yield from prepared.warnings


_INSERTED = {
    "kept": "The same code was put below before, so it is not put there again.",
    "changed": "An earlier version of this code stands below too.",
}


def _text(message: Message) -> str:
    return "".join(block.text for block in message.content if block.type == "text")


def _without(question: Question, message: Message) -> list[str]:
    """Return that a variable is None, where an answer that is not whole has no value."""
    if not (question.options.out and render.ended(message)):
        return []
    try:
        _value(question, _text(message))
    except AnswerError:
        return [f"{question.options.out} is None"]
    return []


def _value(question: Question, text: str) -> Any:
    if question.schema is not None:
        return question.schema.read(text)
    return formats.value(question.format, text)
