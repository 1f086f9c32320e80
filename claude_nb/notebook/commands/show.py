"""``%claude show``: exactly what would be sent with the next question, readable."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from claude_nb.conversation import Turn
from claude_nb.notebook import question
from claude_nb.notebook.commands.chats import current, find
from claude_nb.notebook.commands.host import Host
from claude_nb.notebook.commands.page import (
    Piece,
    block,
    code,
    folded,
    heading,
    paragraph,
    show,
    soft,
    strong,
)
from claude_nb.notebook.errors import InputError

__all__ = ["described", "run", "sent", "settings"]

_LONG = 1_500  # characters beyond which a text is folded
_MOST = 50_000  # characters of one text
_WHO = {"user": "You", "assistant": "Claude"}


def run(magics: Host, words: str) -> None:
    """Show settings, system prompt and turns of a conversation."""
    chat = find(magics, words)
    name = words or current(magics)
    turns = chat.turns if chat else []
    pieces = [*_head(magics, name, len(turns))]
    for number, turn in enumerate(turns, 1):
        pieces += _turn(number, turn)
    if not turns:
        pieces.append(paragraph(soft("No turns: your next question begins the conversation.")))
    show(*pieces)


def settings(magics: Host, name: str, text: str, **changes: Any) -> question.Question:
    """Return the question that `text` would be in chat `name`; no chat is begun by it."""
    return question.compose(
        {**magics.defaults(), "chat": name, **changes},
        text,
        variables=magics.shell.user_ns,
        chats=dict(magics.chats),
        cell="",
    )


def sent(asked: question.Question) -> dict[str, Any]:
    """Return the request that a question sends, its tools as the server sees them."""
    tools = [tool.to_dict() for tool in asked.tools]
    return {**asked.params, "tools": tools} if tools else dict(asked.params)


def _head(magics: Host, name: str, turns: int) -> Iterator[Piece]:
    count = "1 turn" if turns == 1 else f"{turns} turns"
    yield paragraph(
        "Chat ", code(name), soft(f" · {count} · what goes out with your next question")
    )
    try:
        params = sent(settings(magics, name, "?"))
    except InputError as problem:
        yield paragraph(strong("As the defaults are, nothing can be sent: "), str(problem))
        return
    system = params.pop("system", None)
    params.pop("messages")
    yield block(", ".join(f"{key}={json.dumps(value)}" for key, value in params.items()))
    if system:
        yield paragraph(strong("System"))
        yield from described(system)


def _turn(number: int, turn: Turn) -> Iterator[Piece]:
    yield heading(f"Turn {number}{_marks(turn)}")
    for message in turn.messages:
        yield paragraph(strong(_WHO.get(message["role"], str(message["role"]))))
        yield from described(message["content"])


def _marks(turn: Turn) -> str:
    """Return how the turn ended, where that is not as it should be."""
    marks = ["stale: an earlier turn has changed since; run its cell again"] * turn.stale
    marks += [turn.state] * (turn.state != "complete")
    return "".join(f" · {mark}" for mark in marks)


def described(content: Any) -> Iterator[Piece]:
    """Yield the content of a message: texts as they are, the rest in words."""
    blocks = [{"type": "text", "text": content}] if isinstance(content, str) else content
    for part in blocks:
        words = part["text"] if part.get("type") == "text" else _words(part)
        if len(words) <= _LONG:
            yield block(words)
        else:
            cut = f"{words[:_MOST]}…" if len(words) > _MOST else words
            start = " ".join(words[:60].split())
            yield folded(f"{start}… ({len(words):,} characters)", cut)


def _words(part: Mapping[str, Any]) -> str:
    """Return what stands for a picture, a document or a tool's block."""
    source = part.get("source") or {}
    data = source.get("data")
    if isinstance(data, str) and source.get("type") == "base64":
        size = f"{len(data) * 3 // 4 / 1000:,.1f} kB"
        return f"[{part['type']}: {source.get('media_type')}, {size}]"
    if part.get("type") in {"image", "document"} and "url" in source:
        return f"[{part['type']}: {source['url']}]"
    return json.dumps(part, indent=1, ensure_ascii=False, default=str)
