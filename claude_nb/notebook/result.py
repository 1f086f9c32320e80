"""What a cell keeps of an answer: the output, the variable of ``--out``, the next cell of ``-x``.

Runs after the stream has ended; sends nothing.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any

from claude_nb import models
from claude_nb.api.types import Message
from claude_nb.conversation import Turn
from claude_nb.notebook import extract, formats, next_cell, render, views
from claude_nb.notebook.follow import Outcome
from claude_nb.notebook.ledger import Entry
from claude_nb.notebook.question import Question

__all__ = ["bundle", "deliver", "entry", "metadata"]


def bundle(
    question: Question, outcome: Outcome, stale: list[Turn], *, priced: bool
) -> dict[str, str]:
    """Return the MIME bundle that the cell keeps.

    Parameters
    ----------
    question : Question
        What was asked.
    outcome : Outcome
        How it went; with an answer, whole or not.
    stale : list of Turn
        Turns that answered a history which is no more.
    priced : bool
        Whether the model table's prices are true for the server that answered.
    """
    message = outcome.message
    if message is None:
        return render.error_bundle("Stopped before anything came.")
    timed = views.tells_time()
    footer = render.Footer(
        seconds=outcome.seconds if timed else None,
        thinking_seconds=outcome.thinking_seconds if timed else (),
        cost=_cost(outcome, priced=priced),
        problem=outcome.problem,
        notes=_notes(question, outcome, stale),
        quiet=question.values["quiet"],
    )
    return render.bundle(_shown(question, message), footer)


def metadata(question: Question, outcome: Outcome) -> dict[str, Any]:
    """Return what the notebook file says of the run: for reports, and to find a saved answer.

    ``request`` is a hash of the request's canonical JSON; ``usage`` holds the tokens by kind.
    """
    params = {**question.params, "tools": [tool.to_dict() for tool in question.tools]}
    canonical = json.dumps(params, sort_keys=True, separators=(",", ":"), default=str)
    usage = outcome.message.usage.to_dict() if outcome.message is not None else {}
    tokens = {name: count for name, count in usage.items() if isinstance(count, int) and count}
    digest = hashlib.sha256(canonical.encode()).hexdigest()[:16]
    return {"claude_nb": {"request": digest, "usage": tokens}}


def _cost(outcome: Outcome, *, priced: bool) -> float | None:
    """Return the price in US dollars where it is known to be true."""
    message = outcome.message
    if message is None or outcome.emulated or outcome.replayed or not priced:
        return None
    return models.cost(message.model, message.usage.to_dict())


def entry(question: Question, outcome: Outcome, shell: Any, *, priced: bool) -> Entry:
    """Return the run as the session's ledger keeps it."""
    message = outcome.message
    failed = type(outcome.error).__name__ if outcome.error is not None else ""
    return Entry(
        cell=question.cell,
        chat=question.chat.name if question.chat is not None else "",
        model=message.model if message is not None else question.params["model"],
        usage=message.usage.to_dict() if message is not None else {},
        seconds=outcome.seconds,
        cost=_cost(outcome, priced=priced),
        state=failed or outcome.problem or "complete",
        title=question.title,
        number=_number(shell),
        emulated=outcome.emulated,
        replayed=outcome.replayed,
    )


def _number(shell: Any) -> int | None:
    """Return the running cell's number; the shell's own count is one ahead on newer IPython."""
    running = getattr(getattr(shell, "displayhook", None), "exec_result", None)
    return getattr(running, "execution_count", None)


def _notes(question: Question, outcome: Outcome, stale: list[Turn]) -> list[str]:
    notes: list[str] = []
    chat = question.chat
    if chat is not None and len(chat.turns) > 1:
        notes.append(f"turn {chat.position(question.cell) + 1} of {chat.name}")
    if stale:
        later = "turn is" if len(stale) == 1 else "turns are"
        notes.append(f"{len(stale)} later {later} stale: run them again")
    if outcome.retries:
        notes.append(f"after {len(outcome.retries) + 1} attempts")
    notes += ["emulated"] * outcome.emulated + ["replayed"] * outcome.replayed
    return notes


def _shown(question: Question, message: Message) -> Message:
    """Return the message as this cell shows it: of its format, and without hidden thinking."""
    name, hides = question.format, question.values["hide_thinking"]
    if name == "markdown" and not hides:
        return message
    content = [
        block.model_copy(update={"text": formats.shown(name, block.text)})
        if block.type == "text"
        else block
        for block in message.content
        if not (hides and block.type in {"thinking", "redacted_thinking"})
    ]
    return message.model_copy(update={"content": content})


def deliver(question: Question, message: Message, shell: Any) -> None:
    """Put the answer where the options want it.

    Raises
    ------
    AnswerError
        The answer is not of the format that was asked for, or holds no code.
    """
    values = question.values
    text = "".join(block.text for block in message.content if block.type == "text")
    value = _value(question, text)
    if values["out"]:
        shell.user_ns[values["out"]] = value
    if values["extract"]:
        for line in _propose(question, text, shell):
            print(line)  # noqa: T201 (a person should see it before running the cell)


def _propose(question: Question, text: str, shell: Any) -> Iterator[str]:
    """Put the answer's code into the next cell; yield what a person should know of it."""
    prepared = next_cell.prepare(extract.code(text, "all"))
    done = next_cell.insert(shell, prepared.text, question.cell)
    if done != "inserted":
        yield _INSERTED[done]
    if not all(block.closed for block in extract.fences(text)):
        yield "The answer was cut off inside its code: the cell below is not whole."
    yield from prepared.warnings


_INSERTED = {
    "kept": "The same code was put below before, so it is not put there again.",
    "changed": "An earlier version of this code stands below too.",
}


def _value(question: Question, text: str) -> Any:
    if question.schema is not None:
        return question.schema.read(text)
    return formats.value(question.format, text)
