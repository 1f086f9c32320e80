"""What was asked for, out of an answer: its code blocks, or its JSON.

Reads text, runs nothing. What is in the way of using an answer as asked is an `AnswerError`; the
answer itself is kept all the same.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, NoReturn

from markdown_it import MarkdownIt

from claude_nb.notebook.errors import CellError
from claude_nb.notebook.visible import visible

__all__ = [
    "AnswerError",
    "Code",
    "code",
    "fences",
    "json_text",
    "json_value",
    "only_code",
]

_EXCERPT = 60  # characters of the line at fault


class AnswerError(CellError):
    """The answer came, and cannot be used as asked."""


@dataclass(frozen=True, slots=True)
class Code:
    """One fenced code block.

    Attributes
    ----------
    text : str
        What stands between the fences, with no line break at the end.
    language : str
        The word behind the opening fence, in lower case; empty if there is none.
    closed : bool
        Whether the closing fence came; it did not if the answer was cut off in the block.
    """

    text: str
    language: str = ""
    closed: bool = True


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark")


def fences(answer: str) -> list[Code]:
    """Return the fenced code blocks of a Markdown text, in order, those in lists included."""
    found: list[Code] = []
    for token in _parser().parse(answer):
        if token.type == "fence" and token.map:
            first, end = token.map
            text = token.content.removesuffix("\n")
            lines = text.count("\n") + 1 if token.content else 0
            language = (token.info.split() or [""])[0].lower()
            found.append(Code(text, language, closed=end - first == lines + 2))
    return found


def code(answer: str, which: Literal["first", "last", "all"] = "first") -> str:
    """Return the first, the last or all code blocks of an answer, all with a blank line between.

    Raises
    ------
    AnswerError
        There is none.
    """
    found = fences(answer)
    if not found:
        raise AnswerError("The answer holds no code block. Ask for code, or leave out -x.")
    chosen = {"first": found[:1], "last": found[-1:], "all": found}[which]
    return "\n\n".join(block.text for block in chosen)


def only_code(answer: str) -> str:
    """Return all code blocks; an answer without any is taken for code as a whole."""
    return code(answer, "all") if fences(answer) else answer.strip("\n")


def json_value(answer: str) -> Any:
    """Return the JSON value that an answer consists of.

    Parameters
    ----------
    answer : str
        JSON, or one code block that holds it, and nothing else.

    Raises
    ------
    AnswerError
        It is no JSON as RFC 8259 has it; says where. Repeated keys, NaN and Infinity are errors.
    """
    text = json_text(answer)
    try:
        return json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant)
    except json.JSONDecodeError as problem:
        raise AnswerError(_not_json(text, problem)) from None
    except RecursionError:
        raise AnswerError("The answer is JSON too deeply nested to read.") from None
    except ValueError as problem:
        raise AnswerError(f"The answer is not strict JSON: {visible(str(problem)):.200}") from None


def json_text(answer: str) -> str:
    """Return an answer without the fence, if it is one code block and nothing else."""
    text = answer.strip()
    found = fences(text)
    alone = len(found) == 1 and found[0].closed and text[:3] == text[-3:] in {"```", "~~~"}
    return found[0].text if alone else text


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    whole: dict[str, Any] = {}
    for key, value in pairs:
        if key in whole:
            raise ValueError(f"the key {key!r} stands twice in one object.")
        whole[key] = value
    return whole


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number.")


def _not_json(text: str, problem: json.JSONDecodeError) -> str:
    """Say what is wrong and show the place, with a caret under it."""
    if not text:
        return "The answer is empty, not JSON."
    if problem.pos >= len(text):
        return f"The answer ends before its JSON does ({problem.msg}): was it stopped or cut off?"
    line = text.split("\n")[problem.lineno - 1]
    start = max(0, problem.colno - 1 - _EXCERPT // 2)
    before = visible(line[start : problem.colno - 1].replace("\t", " "))
    behind = visible(line[problem.colno - 1 : start + _EXCERPT].replace("\t", " "))
    return (
        f"The answer is no JSON: {problem.msg} at line {problem.lineno}, column {problem.colno}.\n"
        f"    {before}{behind}\n    {' ' * len(before)}^"
    )
