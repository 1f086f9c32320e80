"""Explain a term in as many points as were asked for, if it is in the glossary."""

from __future__ import annotations

import re

from claude_nb.emulator.answering.skills import words
from claude_nb.emulator.answering.skills.exact import spoken
from claude_nb.emulator.answering.skills.stock import stock, vocabulary
from claude_nb.emulator.task import Draft, Task

__all__ = ["explain"]

_ASKED = re.compile(
    r"\b(?:explain|why|what(?:'s| is| are| does)|describe|define|tell me about|how (?:do|does)"
    r"|introduce|meaning of)\b",
    re.IGNORECASE,
)
_NOISE = vocabulary("explain")
_CHILD = re.compile(r"\b(?:child|kid|year[- ]old|pupil|i'm five|simply)", re.IGNORECASE)


def explain(task: Task) -> Draft | None:
    """Explain the term that the prompt asks about, if the glossary knows it."""
    if not _ASKED.search(task.prompt):
        return None
    for pattern, points in stock("glossary").items():
        found = re.search(pattern, task.prompt, re.IGNORECASE)
        if found and not {*words.plain(spoken(task.prompt.replace(found[0], " ", 1)))} - _NOISE:
            is_simple = _CHILD.search(f"{task.prompt} {task.system}")
            return _told(found[0], points[:1] if is_simple else points, task)
    return None


def _told(term: str, points: list[str], task: Task) -> Draft:
    asked = words.number_of(task.prompt, ("bullet", "point", "sentence", "line", "step"))
    kept = points[: asked or len(points)]
    if re.search(r"\bsentences?\b|\bparagraph\b", task.prompt, re.IGNORECASE):
        body = " ".join(kept)
    else:
        body = "\n".join(f"- {point}" for point in kept)
    short = ""
    if asked and asked > len(points):
        short = f"\n\nYou asked for {asked}; the emulator's glossary has {len(points)}."
    lead = task.pick((f"### {term}", f"**{term}**, briefly:", "In brief:"))
    steps = (
        f"The term to explain is “{term}”.",
        f"They want {asked or 'a few'} points; the reader seems to be new to it.",
        "Begin with what it is, then how it works, then what follows from it.",
        *(f"Point {n}: {words.quote(point, 70)}" for n, point in enumerate(kept, 1)),
    )
    return Draft(f"{lead}\n\n{body}{short}", steps)
