"""What an answer is made from: the request as the skills see it, and the draft they return.

Pure. Reads a request's turns, system prompt and attachments into plain Python; decides nothing.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

__all__ = ["Draft", "MadeFile", "Task", "Turn", "blocks_of", "read", "read_parts", "readable"]


T = TypeVar("T")
_CELL, _MOST_CELL = "<notebook-cell>", 50_000  # characters
_FENCED = re.compile(r"^(`{3,})\w*\n(.*?)^\1$", re.MULTILINE | re.DOTALL)
_BESIDE = ("<system-reminder>", "<notebook-")
_HEAD, _TAIL = 7_000, 1_000  # characters of a text that are read


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn: who spoke, the text as far as it is read, and the content blocks."""

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
    unread : str or None
        A sentence about what was left out of what it works on, ``""`` for nothing; None for what
        was left out of the prompt.
    """

    text: str
    steps: tuple[str, ...] = ()
    unread: str | None = None


@dataclass(frozen=True, slots=True)
class MadeFile:
    """A file that a tool made for an answer: its id, its name, what it is and its bytes."""

    id: str
    filename: str
    media_type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Task:
    """A request as the skills see it.

    Attributes
    ----------
    prompt : str
        Text of the last user turn, as far as it is read (see `readable`).
    system : str
        Text of the system prompt and of the system's turns, as far as it is read.
    whole : str
        Text of the last user turn to its end; for work that no length makes slow.
    turns : tuple of Turn
        All turns but those of the system, consecutive ones of a role merged, as the API does.
    heat : float
        Temperature, 0 to 1; 0 also if the request names none.
    dice : random.Random
        Seeded; the only source of variety.
    staged : Mapping of str to str
        What a fault wants of the answer itself, by the fault's kind.
    """

    prompt: str
    system: str = ""
    whole: str = ""
    turns: tuple[Turn, ...] = ()
    heat: float = 0.0
    dice: random.Random = field(default_factory=lambda: random.Random(0))  # noqa: S311 - variety, not security
    staged: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def unread(self) -> str:
        """A sentence about what was left out of a prompt that is too long, else ``""``."""
        if len(self.whole) <= len(self.prompt):
            return ""
        return (
            f"The emulator read the first {_HEAD:,} and the last {_TAIL:,} of your message's "
            f"{len(self.whole):,} characters."
        )

    @property
    def question(self) -> str:
        """Text of the last user turn that has any: what tool results are to answer."""
        spoken = [turn.text for turn in self.turns if turn.role == "user" and turn.text]
        return spoken[-1] if spoken else ""

    def pick(self, options: Sequence[T]) -> T:
        """Return the first option, or with the probability `heat` another one."""
        if self.dice.random() < self.heat:
            return self.dice.choice(options)
        return options[0]

    def documents(self) -> Iterator[str]:
        """Yield the text documents in the last user turn, then what is seen of a notebook.

        Of that, what stands next to the question comes first.
        """
        for block in self.attached("document"):
            source = cast("Mapping[str, Any]", block.get("source") or {})
            if source.get("type") == "text" and isinstance(source.get("data"), str):
                yield source["data"]
        for turn in reversed(self.turns):
            for text in reversed(list(_texts(turn.blocks)) if turn.role == "user" else []):
                if text.startswith(_CELL):
                    yield from (
                        found[2] for found in reversed([*_FENCED.finditer(text[:_MOST_CELL])])
                    )

    def attached(self, *kinds: str) -> Iterator[Mapping[str, Any]]:
        """Yield the content blocks of these kinds in the last user turn."""
        for block in self.turns[-1].blocks if self.turns else ():
            if block.get("type") in kinds:
                yield block


def read(
    params: Mapping[str, Any], *, seed: str = "", staged: Mapping[str, str] | None = None
) -> Task:
    """Return the task that a valid request sets.

    Parameters
    ----------
    params : Mapping
        Body of ``POST /v1/messages``.
    seed : str
        Varies answers at a temperature above 0.
    staged : Mapping, optional
        What a fault wants of the answer.
    """
    messages = cast("Sequence[Mapping[str, Any]]", params["messages"])
    turns = tuple(_merged([message for message in messages if message["role"] != "system"]))
    asked = [turn for turn in turns if turn.role == "user"]
    told = [message["content"] for message in messages if message["role"] == "system"]
    system = "\n".join(
        _texts([b for c in [params.get("system") or "", *told] for b in blocks_of(c)])
    )
    whole = "\n".join(_asked(asked[-1].blocks)) if asked else ""
    return Task(
        prompt=readable(whole),
        system=readable(system),
        whole=whole,
        turns=turns,
        heat=float(params.get("temperature") or 0.0),
        dice=random.Random(seed),  # noqa: S311 - variety, not security
        staged=staged or {},
    )


def readable(text: str) -> str:
    """Return as much of a text as is read: all of 8,000 characters, else its head and its tail.

    What people paste is long; what they ask stands before it or after it.
    """
    return "\n".join(read_parts(text))


def read_parts(text: str) -> tuple[str, ...]:
    """Return the parts of a text that are read: all of it, or its head and its tail."""
    return (text,) if len(text) <= _HEAD + _TAIL else (text[:_HEAD], text[-_TAIL:])


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
        blocks.extend(blocks_of(message["content"]))
    if blocks:
        yield _turn(role, blocks)


def _turn(role: str, blocks: list[Mapping[str, Any]]) -> Turn:
    return Turn(role, readable("\n".join(_asked(blocks))), tuple(blocks))


def _asked(blocks: Sequence[Mapping[str, Any]]) -> list[str]:
    # programs put reminders, and what there is to look at, beside what a person asks
    texts = list(_texts(blocks))
    return [text for text in texts if not text.lstrip().startswith(_BESIDE)] or texts


def _texts(blocks: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    return (str(block["text"]) for block in blocks if block.get("type") == "text")
