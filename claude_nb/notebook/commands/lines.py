"""``%claude what is this?`` reaches the magic, question mark and all.

IPython takes a line that ends in ``?`` for a request for help on its last word. The rule here
comes before that one and takes every ``%claude`` line with words on it, so that brackets and
quotes in a question mean nothing either; ``%claude?`` and ``%%claude?`` stay help.

A ``%%claude`` cell is taken before IPython takes the prompts of a doctest (``>>>``) out of it, and
one that does not begin its cell is refused as a whole.
"""

from __future__ import annotations

import re
import tokenize
from typing import Any, Self

from IPython.core.inputtransformer2 import (
    TokenTransformBase,
    assemble_continued_line,
    find_end_of_continued_line,
    leading_empty_lines,
    leading_indent,
)

from claude_nb.ask.errors import InputError

__all__ = ["ClaudeLine", "MisplacedCell", "WholeCell", "install", "refuse_misplaced", "remove"]

_LINE = re.compile(r"%claude[^\S\n]+(?!\?{1,2}\s*$)\S")
_CELL = re.compile(r"%%claude(?=\s)")
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


class MisplacedCell(TokenTransformBase):
    """``%%claude`` below the first line of a cell: nothing of the cell is run."""

    priority = 3  # before the rule that takes it for a line magic

    @classmethod
    def find(cls, tokens_by_line: list[list[Any]]) -> Self | None:
        """Return the first such line."""
        for line in tokens_by_line:
            tokens = [token for token in line if token.type not in _SKIPPED]
            if tokens and re.match(r"\s*%%claude\b(?!\?)", tokens[0].line):
                return cls(tokens[0].start)
        return None

    def transform(self, lines: list[str]) -> list[str]:  # noqa: ARG002 - none of them is run
        """Return code that says so."""
        return [f"from {__name__} import refuse_misplaced; refuse_misplaced()\n"]


def refuse_misplaced() -> None:
    """Raise what a ``%%claude`` in the middle of a cell is answered with."""
    raise InputError(
        "%%claude must be the first line of its cell, above comments too. Nothing was run: move "
        "it to the top, or what stands above it to a cell of its own."
    )


class WholeCell:
    """A ``%%claude`` cell as the call that it is, its text exactly as typed."""

    has_side_effects = True  # so that a terminal does not take the first line for a whole cell

    def __call__(self, lines: list[str]) -> list[str]:
        """Return the call for the lines of such a cell, or else the lines."""
        begun = leading_empty_lines(lines)
        begun = leading_indent(begun) if begun and begun[0][:1].isspace() else begun
        if not begun or not _CELL.match(begun[0]):
            return lines
        line = begun[0].rstrip().removeprefix("%%claude").removeprefix(" ")
        return [f"get_ipython().run_cell_magic('claude', {line!r}, {''.join(begun[1:])!r})\n"]


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


_RULES = (ClaudeLine, MisplacedCell)


def install(shell: Any) -> None:
    """Add the rules to this shell, once."""
    remove(shell)
    shell.input_transformer_manager.token_transformers += _RULES
    shell.input_transformer_manager.cleanup_transforms.insert(0, WholeCell())


def remove(shell: Any) -> None:
    """Take the rules out again."""
    manager = shell.input_transformer_manager
    for rules in (manager.token_transformers, manager.cleanup_transforms):
        rules[:] = [r for r in rules if r not in _RULES and not isinstance(r, WholeCell)]
