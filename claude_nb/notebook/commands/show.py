"""``%claude show``: what would be sent with the next question, readable, keys hidden."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from claude_nb.api.hiding.hidden import hidden
from claude_nb.ask.context.choosing import Context
from claude_nb.ask.errors import InputError
from claude_nb.ask.question import Question, compose
from claude_nb.ask.server_tools import with_named
from claude_nb.characters import one_line
from claude_nb.conversation import Turn, text_of
from claude_nb.notebook.answer.amounts import count
from claude_nb.notebook.answer.blocks import words
from claude_nb.notebook.commands import page
from claude_nb.notebook.commands.chats import current, find
from claude_nb.notebook.places import CellPlace
from claude_nb.notebook.run.context.gather import gathered
from claude_nb.notebook.session import Session

__all__ = ["described", "next_question", "run"]

_LONG = 1_500  # characters beyond which a text is folded
_MOST = 20_000  # characters of one text
_OPEN = 2  # turns, the last ones, that stand there unfolded
_ROOM = 60_000  # characters of turns, as HTML and as text together
_LOOKED_AT = 4_000  # characters: a key that the cut parts is hidden first
_START = 61  # characters of it that its title shows
_WHO = {"user": "You", "assistant": "Claude"}


def run(session: Session, words: str) -> None:
    """Show settings, system prompt and turns of a conversation."""
    chat = find(session, words)
    name = words or current(session)
    turns = chat.turns if chat is not None else []
    pieces = [*_head(session, name, len(turns)), *_bounded(turns)]
    if not turns:
        pieces.append(
            page.paragraph(page.soft("No turns: your next question begins the conversation."))
        )
    page.show(*pieces)


def next_question(session: Session, name: str, text: str, **changes: Any) -> Question:
    """Return the question that `text` would be in chat `name`; no chat is begun by it."""
    options = session.defaults().changed({"chat": name, **changes})
    place = CellPlace(session, options, cell="")
    return compose(
        with_named(options, session.servers),
        text,
        variables=session.variables,
        history=place.history(),
        models=session.models,
        context=gathered(session, options, session.cell, place.turns()),
    )


def _head(session: Session, name: str, turns: int) -> Iterator[page.Piece]:
    yield page.paragraph(
        "Chat ",
        page.code(name),
        page.soft(f" · {count(turns, 'turn')} · what goes out with your next question"),
    )
    try:
        question = next_question(session, name, "?")
    except InputError as problem:
        yield page.paragraph(
            page.strong("As the defaults are, nothing can be sent: "), str(problem)
        )
        return
    params = question.sent
    system = params.pop("system", None)
    params.pop("messages")
    said = ", ".join(f"{key}={json.dumps(value)}" for key, value in params.items())
    yield page.block(hidden(said))
    if system:
        yield page.paragraph(page.strong("System"))
        yield from described(system)
    if question.context is not None:
        yield from _seen(question.context)


def _seen(context: Context) -> Iterator[page.Piece]:
    """Yield what the next question sees of the notebook, as far as there is room, by cell."""
    said = [context.line.removeprefix("saw "), *context.notes]
    yield page.paragraph(page.strong("The notebook: "), " · ".join(said))
    room = _ROOM
    for each in reversed(context.seen):
        name = " · ".join(filter(None, [each.name, each.title]))
        piece = page.folds(f"{name} (≈ {each.tokens:,} tokens)", *described(each.blocks))
        room -= len(piece.html) + len(piece.text)
        if room < 0:
            yield page.paragraph(page.soft("Cells before these are sent too: see --dry-run."))
            break
        yield piece


def _bounded(turns: Sequence[Turn]) -> list[page.Piece]:
    """Return the last turns as they are, those before them folded, as far as there is room."""
    told: list[page.Piece] = []
    room = _ROOM
    for number, turn in reversed([*enumerate(turns, 1)]):
        pieces = list(_turn(turn))
        title = f"Turn {number}{_marks(turn)}"
        is_open = number > len(turns) - _OPEN
        if not is_open:
            pieces = [page.folds(f"{title} · {one_line(_question(turn), _START)}", *pieces)]
        room -= sum(len(piece.html) + len(piece.text) for piece in pieces)
        if room < 0 and told:
            more = f"{count(number, 'earlier turn')} too, which there is no room to show here."
            told.append(
                page.paragraph(page.soft(f"With it {'goes' if number == 1 else 'go'} {more}"))
            )
            break
        told += reversed([page.heading(title)] * is_open + pieces)
    return told[::-1]


def _question(turn: Turn) -> str:
    """Return how a turn begins, without what looks like a key."""
    return hidden(text_of(turn.messages[0])[:_LOOKED_AT])


def _turn(turn: Turn) -> Iterator[page.Piece]:
    for message, blocks in turn.blocks():
        is_told = {block["type"] for block in blocks} == {"tool_result"}  # in the user's name
        who = "Tools" if is_told else _WHO.get(message["role"], str(message["role"]))
        yield page.paragraph(page.strong(who))
        yield from described(blocks)
        if turn.filled and message is turn.messages[0]:
            yield page.paragraph(page.soft(f"filled in: {hidden(', '.join(turn.filled))}"))


def _marks(turn: Turn) -> str:
    """Return how the turn ended, where that is not as it should be."""
    marks = ["stale: an earlier turn has changed since; run its cell again"] * turn.stale
    marks += [turn.state] * (turn.state != "complete")
    return "".join(f" · {mark}" for mark in marks)


def described(content: Any) -> Iterator[page.Piece]:
    """Yield the content of a message: texts as they are but for keys, the rest in words."""
    parts = [{"type": "text", "text": content}] if isinstance(content, str) else content
    for part in parts:
        told = hidden(words(part))
        if len(told) <= _LONG:
            yield page.block(told)
        else:
            cut = f"{told[:_MOST]}…" if len(told) > _MOST else told
            yield page.folded(f"{one_line(told, _START)} ({len(told):,} characters)", cut)
