"""``%claude what is this?`` reaches the magic, question mark and all.

IPython takes a line that ends in ``?`` for a request for help on its last word. The rule here
comes before that one and takes every ``%claude`` line with words on it, so that brackets and
quotes in a question mean nothing either; ``%claude?`` and ``%%claude?`` stay help.
"""

from __future__ import annotations

import re
import tokenize
from typing import Any, Self

from IPython.core.inputtransformer2 import (
    TokenTransformBase,
    assemble_continued_line,
    find_end_of_continued_line,
)

__all__ = ["ClaudeLine", "install", "remove"]

_LINE = re.compile(r"%claude[^\S\n]+(?!\?{1,2}\s*$)\S")
_SKIPPED = {tokenize.INDENT, tokenize.DEDENT, tokenize.NL, tokenize.COMMENT}


class ClaudeLine(TokenTransformBase):
    """``%claude ...`` and ``name = %claude ...``, up to the end of the line."""

    priority = 4  # before "help on the last word", which has 5

    def __init__(self, start: tuple[int, int], assigned: int) -> None:
        super().__init__(start)
        self.assigned = assigned  # columns of "name = "

    @classmethod
    def find(cls, tokens_by_line: list[list[Any]]) -> Self | None:
        """Return the first such line."""
        for line in tokens_by_line:
            tokens = [token for token in line if token.type not in _SKIPPED]
            magic = _magic(tokens)
            if magic is not None and _LINE.match(magic.line, magic.start[1]):
                first = tokens[0] if tokens[0].start[0] == magic.start[0] else magic
                return cls(first.start, magic.start[1] - first.start[1])
        return None

    def transform(self, lines: list[str]) -> list[str]:
        """Return `lines` with this one as a call."""
        start = (self.start_line, self.start_col + self.assigned)
        end = find_end_of_continued_line(lines, self.start_line)
        line = assemble_continued_line(lines, start, end)
        before = lines[self.start_line][: start[1]]
        words = line.removeprefix("%claude").strip()
        call = f"{before}get_ipython().run_line_magic('claude', {words!r})\n"
        return [*lines[: self.start_line], call, *lines[end + 1 :]]


def _magic(tokens: list[Any]) -> Any:
    """Return the percent sign that begins this line's magic, or its assigned value."""
    if tokens and tokens[0].string == "%":
        return tokens[0]
    texts = [token.string for token in tokens[:40]]
    if "=" not in texts:
        return None
    place = texts.index("=") + 1
    simple = all(text.isidentifier() or text in {".", ","} for text in texts[: place - 1])
    return tokens[place] if simple and texts[place : place + 1] == ["%"] else None


def install(shell: Any) -> None:
    """Add the rule to this shell, once."""
    remove(shell)
    shell.input_transformer_manager.token_transformers.append(ClaudeLine)


def remove(shell: Any) -> None:
    """Take the rule out again."""
    rules = shell.input_transformer_manager.token_transformers
    rules[:] = [rule for rule in rules if rule is not ClaudeLine]
