"""``-f FORMAT``: what to ask the model for, how to show it, and what value it makes; pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from claude_nb.ask.answers import extract

__all__ = ["begins", "instruction", "opening", "shown", "value"]

_FENCE = "`````"
_FENCES = ("```", "~~~")
_SENTENCE = re.compile(r"[A-Z][a-z']*[,!.]? ")
_TELLING = 12  # characters by which code is told from a sentence


@dataclass(frozen=True, slots=True)
class _Format:
    """What one format asks for, and the language of the code block it is shown in."""

    instruction: str = ""
    language: str | None = None


_FORMATS = {
    "markdown": _Format(),
    "text": _Format(language="text"),
    "code": _Format("Answer with code only, in one fenced code block.", ""),
    "json": _Format("Answer with one JSON value only: no fence, nothing around it.", "json"),
    "html": _Format("Answer with HTML only: no fence, nothing around it.", "html"),
    "math": _Format("Answer with LaTeX mathematics only, between $$ and $$."),
}


def instruction(name: str) -> str:
    """Return the sentence to add to the system prompt; empty if none is needed."""
    return _FORMATS[name].instruction


def opening(name: str) -> str:
    """Return what to show before the answer as it streams, so that it shows as it is."""
    language = _FORMATS[name].language
    return "" if language is None else f"{_FENCE}{language}\n"


def begins(name: str, text: str) -> str | None:
    """Return the begin of an answer as it is to show, or None if it cannot be told yet.

    Code comes in a fence, as was asked. Without one it is taken for code all the same, unless it
    begins like a sentence.
    """
    if name != "code":
        return opening(name) + text
    first = text.lstrip()
    if len(first) < _TELLING and "\n" not in first and not first.startswith(_FENCES):
        return None
    fenced = first.startswith(_FENCES) or _SENTENCE.match(first)
    return text if fenced else opening(name) + text


def shown(name: str, text: str) -> str:
    """Return the Markdown that shows an answer of this format."""
    if name == "math" and "$" not in text:
        return f"$$\n{text}\n$$"
    if _FORMATS[name].language is None or extract.fences(text) or not text.strip():
        return text
    return f"{opening(name)}{text.strip()}\n{_FENCE}"


def value(name: str, text: str) -> Any:
    """Return what the answer is worth in Python: parsed JSON, bare code, or the text.

    Raises
    ------
    AnswerError
        It is not of this format.
    """
    if name == "json":
        return extract.json_value(text)
    return extract.only_code(text) if name in {"code", "html"} else text
