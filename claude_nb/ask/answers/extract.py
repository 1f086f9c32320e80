"""What was asked for, out of an answer: its code blocks, or its JSON.

Reads text, runs nothing. What is in the way of using an answer as asked is an `AnswerError`; the
answer itself is kept all the same.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, NoReturn

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from claude_nb.ask.errors import AnswerError
from claude_nb.characters import show_invisible

__all__ = ["Code", "code", "fences", "json_text", "json_value", "only_code"]

_EXCERPT = 60  # characters of the line at fault
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,}) *([^\s`]*)[^`]*")
_BEGINS = re.compile(r"(?<![^\s:>(])[{\[]")  # where a JSON value may begin in prose
_TRIED = 100  # places where one may


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
    """Return a parser of blocks alone: what is in them holds no fence, and can be much work."""
    md = MarkdownIt("commonmark")
    md.core.ruler.disable(["inline", "text_join"])
    md.block.ruler.disable(["reference", "lheading"])  # look ahead over all lines of a paragraph
    return md


def fences(answer: str) -> list[Code]:
    """Return the fenced code blocks of a Markdown text, in order, those in lists included.

    Code that holds fences of its own, as long as those around it, is cut in two by Markdown's
    rules, and its last fence stays open. Where opening and closing fences are as many, they are
    taken in pairs instead, so that such code is whole.
    """
    found = _by_the_rules(answer)
    return found if all(block.closed for block in found) else _in_pairs(answer) or found


class _Blocks(list[Token]):
    """The blocks of a text, of which only code is kept: tokens take a hundred times their text."""

    def __init__(self) -> None:
        super().__init__()
        self.code: list[Code] = []

    def append(self, token: Token, /) -> None:
        """Add a token; the one before it is complete, then."""
        self.settle()
        super().append(token)

    def settle(self) -> None:
        """Keep of the last token what is code in it."""
        if self and self[-1].type == "fence":
            self.code.append(_code_of(self[-1]))
        if self:
            self[-1] = _SETTLED


_SETTLED = Token("settled", "", 0, level=-1)


def _code_of(fence: Token) -> Code:
    text = fence.content.removesuffix("\n")
    lines = text.count("\n") + 1 if fence.content else 0
    first, end = fence.map or (0, 0)
    return Code(text, (fence.info.split() or [""])[0].lower(), closed=end - first == lines + 2)


def _by_the_rules(answer: str) -> list[Code]:
    md = _parser()
    state = StateCore(answer, md, {})
    state.tokens = blocks = _Blocks()
    md.core.process(state)
    blocks.settle()
    return blocks.code


def _in_pairs(answer: str) -> list[Code]:
    """Return the outermost blocks if every fence with a language has one like it that closes it."""
    found: list[Code] = []
    inside: list[str] = []
    marks: set[str] = set()
    language, depth = "", 0
    for line in answer.split("\n"):
        fence = _FENCE.fullmatch(line)
        if fence:
            marks.add(fence[1])
            depth += 1 if fence[2] else -1
        if depth < 0 or len(marks) > 1:
            return []
        if fence and depth == 0:
            found.append(Code("\n".join(inside), language))
            inside = []
        elif fence and depth == 1 and fence[2]:
            language = fence[2].lower()
        elif depth:
            inside.append(line)
    return found if depth == 0 else []


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
        JSON; or with prose around it one such value, in a code block or an object or array.

    Raises
    ------
    AnswerError
        It is no JSON as RFC 8259 has it; says where. Repeated keys, NaN and Infinity are errors.
        It holds more than one value.
    """
    text = json_text(answer)
    try:
        return _strict(text)
    except json.JSONDecodeError as problem:
        found = _within(answer)
        if len(found) == 1:
            return found[0]
        if found:
            raise AnswerError(
                f"The answer holds {len(found)} JSON values, not one: ask for a list of them."
            ) from None
        raise AnswerError(_not_json(text, problem)) from None
    except RecursionError:
        raise AnswerError("The answer is JSON too deeply nested to read.") from None
    except ValueError as problem:
        said = show_invisible(str(problem))
        raise AnswerError(f"The answer is not strict JSON: {said:.200}") from None


def _strict(text: str) -> Any:
    return json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant)


def _within(answer: str) -> list[Any]:
    """Return the JSON values among other text: those of code blocks, or else those in prose."""
    blocks = [block.text for block in fences(answer) if block.closed]
    return [value for text in blocks for value in _read(text)] or list(_in_prose(answer))


def _read(text: str) -> list[Any]:
    try:
        return [_strict(text)]
    except (ValueError, RecursionError):
        return []


def _in_prose(answer: str) -> Iterator[Any]:
    decoder = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_no_constant)
    at = 0
    for _ in range(_TRIED):
        begins = _BEGINS.search(answer, at)
        if begins is None:
            return
        try:
            value, at = decoder.raw_decode(answer, begins.start())
        except (ValueError, RecursionError):
            at = begins.end()
        else:
            yield value


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
    before = show_invisible(line[start : problem.colno - 1].replace("\t", " "))
    behind = show_invisible(line[problem.colno - 1 : start + _EXCERPT].replace("\t", " "))
    return (
        f"The answer is no JSON: {problem.msg} at line {problem.lineno}, column {problem.colno}.\n"
        f"    {before}{behind}\n    {' ' * len(before)}^"
    )
