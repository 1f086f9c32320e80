"""What an answer is made from: the request as the skills see it, and the draft they return.

Pure. Reads a request's turns, system prompt and attachments into plain Python; decides nothing.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

__all__ = ["Draft", "Task", "Turn", "blocks_of", "read"]


T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn: who spoke, the text, and the content blocks."""

    role: str
    text: str
    blocks: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Draft:
    """An answer before it becomes blocks.

    Attributes
    ----------
    text : str
        Markdown.
    steps : tuple of str
        Working steps, most telling first; thinking shows as many as its depth allows.
    """

    text: str
    steps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Task:
    """A request as the skills see it.

    Attributes
    ----------
    prompt : str
        Text of the last user turn.
    system : str
        Text of the system prompt.
    turns : tuple of Turn
        All turns, consecutive ones of a role merged, as the API does.
    heat : float
        Temperature, 0 to 1; 0 also if the request names none.
    dice : random.Random
        Seeded; the only source of variety.
    """

    prompt: str
    system: str = ""
    turns: tuple[Turn, ...] = ()
    heat: float = 0.0
    dice: random.Random = field(default_factory=lambda: random.Random(0))  # noqa: S311 - variety, not security

    def pick(self, options: Sequence[T]) -> T:
        """Return the first option, or with the probability `heat` another one."""
        if self.dice.random() < self.heat:
            return self.dice.choice(options)
        return options[0]

    def attached(self, *kinds: str) -> Iterator[Mapping[str, Any]]:
        """Yield the content blocks of these kinds in the last user turn."""
        for block in self.turns[-1].blocks if self.turns else ():
            if block.get("type") in kinds:
                yield block


def read(params: Mapping[str, Any], *, seed: str = "") -> Task:
    """Return the task that a valid request sets.

    Parameters
    ----------
    params : Mapping
        Body of ``POST /v1/messages``.
    seed : str
        Varies answers at a temperature above 0.
    """
    turns = tuple(_merged(params["messages"]))
    asked = [turn for turn in turns if turn.role == "user"]
    system = "\n".join(_texts(blocks_of(params.get("system") or "")))
    return Task(
        prompt=asked[-1].text if asked else "",
        system=system,
        turns=turns,
        heat=float(params.get("temperature") or 0.0),
        dice=random.Random(seed),  # noqa: S311 - variety, not security
    )


def blocks_of(content: Any) -> list[Mapping[str, Any]]:
    """Return content as blocks; a string is one text block."""
    if isinstance(content, str):
        return [{"type": "text", "text": content}] if content else []
    return cast("list[Mapping[str, Any]]", content)


def _merged(messages: Sequence[Mapping[str, Any]]) -> Iterator[Turn]:
    role, blocks = "", list[Mapping[str, Any]]()
    for message in messages:
        if message["role"] != role and blocks:
            yield _turn(role, blocks)
            blocks = []
        role = message["role"]
        blocks = [*blocks, *blocks_of(message["content"])]
    if blocks:
        yield _turn(role, blocks)


def _turn(role: str, blocks: list[Mapping[str, Any]]) -> Turn:
    return Turn(role, "\n".join(_texts(blocks)), tuple(blocks))


def _texts(blocks: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    return (str(block["text"]) for block in blocks if block.get("type") == "text")
