"""What a cell keeps of an answer: the output, the variable of ``--out``, the next cell of ``-x``.

Runs after the stream has ended; sends nothing.
"""

from __future__ import annotations

from typing import Any

from claude_nb import models
from claude_nb.api.types import Message
from claude_nb.conversation import Turn
from claude_nb.notebook import extract, formats, next_cell, render
from claude_nb.notebook.follow import Outcome
from claude_nb.notebook.question import Question

__all__ = ["bundle", "deliver"]


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
    true_cost = priced and not outcome.emulated
    footer = render.Footer(
        seconds=outcome.seconds,
        thinking_seconds=outcome.thinking_seconds,
        cost=models.cost(message.model, message.usage.to_dict()) if true_cost else None,
        problem=outcome.problem,
        notes=_notes(question, outcome, stale),
        quiet=question.values["quiet"],
    )
    return render.bundle(_shown(question, message), footer)


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
    return [*notes, "emulated"] if outcome.emulated else notes


def _shown(question: Question, message: Message) -> Message:
    """Return the message as this cell shows it: of its format, and without hidden thinking."""
    name, hides = question.values["format"], question.values["hide_thinking"]
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
    value = formats.value(values["format"], text)
    if values["out"]:
        shell.user_ns[values["out"]] = value
    if values["extract"]:
        prepared = next_cell.prepare(extract.code(text, "all"))
        next_cell.insert(shell, prepared.text, question.cell)
        for warning in prepared.warnings:
            print(warning)  # noqa: T201 (a person should see it before running the cell)
