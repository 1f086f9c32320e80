"""Markdown that grows: finished blocks once, the last block again, never the whole.

A block of Markdown is finished when the next one has begun on a complete line, so only the tail of
the text is parsed again. Inside a long open code block even that is too much: there new text is
handed on as text until the closing fence comes, and rows of a long table as they come. To the end
it is all handed on where a tail becomes too long or too much work, or the whole too long.
"""

from __future__ import annotations

import re
from copy import deepcopy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from claude_nb.characters import plain
from claude_nb.notebook.text import bounds, citations, footnotes, markdown, unfinished
from claude_nb.notebook.text.safe_html import EMPTY, SafeHtml

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markdown_it.token import Token

__all__ = ["Change", "GrowingMarkdown"]

_LONG_TAIL = 500_000  # characters of unfinished text that are parsed again when more comes
_MUCH = 60_000  # units of work (see bounds) on a tail, to which it may come again and again
_LONG_FENCE = 1_000  # characters of a line that may become a closing fence
_LONG_TABLE = 2_000  # characters of an open table after which it grows row by row
_LONG_FORMULA = 60  # lines in which it closes, or is none
_LONG_WAIT = 3_000  # characters of a tail that waits for the notes that it refers to
_LONG_CODE = 4_000  # characters of an open code block after which it grows as plain text


@dataclass(frozen=True, slots=True)
class Change:
    """What new text did.

    Attributes
    ----------
    finished : SafeHtml
        HTML of blocks that will not change any more; empty if none.
    live : SafeHtml
        HTML of the last, growing block; meaningless where `code` is given.
    code : str
        Text to append to the open code block, which stays the last block.
    rows : SafeHtml
        A table whose rows come next in the open table, which stays the last block.
    again : bool
        Whether the first of `rows` stands for the last row so far, which has grown.
    then : Change or None
        With these rows the table has ended, and this came behind it.
    """

    finished: SafeHtml = EMPTY
    live: SafeHtml = EMPTY
    code: str = ""
    rows: SafeHtml = EMPTY
    again: bool = False
    then: Change | None = None


class GrowingMarkdown:
    """Turns text that arrives in pieces into changes of HTML."""

    def __init__(self) -> None:
        self._tail: list[str] = []
        self._references: dict[str, Any] = {}
        self._formulas = 0
        self._notes: dict[str, Any] = {}
        self._length = 0
        self._work = 0  # on the tail, as it was last
        self._plain = False
        self._code: _OpenCode | None = None
        self._table: _OpenTable | None = None

    def append(self, text: str) -> Change:
        """Take `text` and return what it changed."""
        self._length += len(text)
        if self._plain:
            return Change(code=plain(citations.in_words(text)))
        self._tail.append(text)
        if self._code is not None:
            code = self._code.append(text)
            if code is not None:
                return Change(code=citations.unmarked(code))
            self._code = None
        if self._table is not None:
            change = self._lengthen(self._table, text)
            if change is not None:
                return change
            self._table = None
        return self._parse("".join(self._tail))

    def _lengthen(self, table: _OpenTable, text: str) -> Change | None:
        """Take text into an open table; return None if all of it is to be parsed again."""
        again, env = table.grows, {**self._env(), "grows": True}
        rows = table.append(text, env)
        if rows is not None:
            return Change(rows=rows, again=again)
        ended = table.ended(text, env)
        if ended is None:
            return None
        self._table, self._tail = None, [ended[1]]
        return Change(rows=ended[0], again=again, then=self._parse(ended[1]))

    def _parse(self, tail: str) -> Change:
        tail = _one_line_end(tail)
        if self._is_too_much(tail):
            return self._give_up(tail)
        env = self._env()
        tokens = markdown.parse(tail, env)
        if tokens and tokens[0].type == "plain":
            return self._give_up(tail)
        may_wait = len(tail) <= _LONG_WAIT and self._work <= _MUCH // 2
        index, line = _cut(tokens, tail, env if may_wait else None)
        finished, live = tokens[:index], tokens[index:]
        if line:
            self._references = _before(env["references"], line)
            tail = "\n".join(tail.split("\n")[line:])
        self._tail = [tail]
        self._code, self._table = _open_code(live, tail), _open_table(live, tail)
        env["grows"] = True
        done = markdown.render(finished, env) if finished else EMPTY
        self._formulas, self._notes = env["formulas"], env.get("footnotes", {})
        self._work = env["blocks"].spent
        return Change(done, self._live(live, tail, env))

    def _live(self, live: Sequence[Token], tail: str, env: dict[str, Any]) -> SafeHtml:
        """Return the last block as it will most likely be."""
        if unfinished.in_formula(tail):
            return markdown.to_html(unfinished.FORMULA)
        shown = unfinished.without_signs(tail)
        if shown != tail:
            live = self._again(shown, env)
        if table := unfinished.as_table(live):
            live = [*live[: -unfinished.PARAGRAPH], *self._again(table, env)]
        unfinished.complete(live, shown)
        before = env["work"].spent
        html = markdown.render(live, env)
        self._work += env["work"].spent - before
        return html

    def _again(self, text: str, env: dict[str, Any]) -> list[Token]:
        tokens = markdown.parse(text, env)
        self._work += env["blocks"].spent
        return tokens

    def finish(self) -> Change:
        """Return the last block as it is, or what it lacks, for no more text comes."""
        if self._plain or self._code is not None:
            return Change()
        env = self._env()
        if self._table is not None:
            rest = self._table.rest(env)
            if rest is not None:
                return Change(rows=rest, again=self._table.grows)
        return Change(live=markdown.render(markdown.parse("".join(self._tail), env), env))

    def _env(self) -> dict[str, Any]:
        """Return what the text before the tail told."""
        told = {"references": dict(self._references), "formulas": self._formulas}
        return {**told, "footnotes": deepcopy(self._notes)} if self._notes else told

    def _is_too_much(self, tail: str) -> bool:
        return self._length > bounds.LONGEST or len(tail) > _LONG_TAIL or self._work > _MUCH

    def _give_up(self, tail: str) -> Change:
        self._plain, self._tail = True, []
        return Change(live=markdown.plain_html(tail))


def _one_line_end(text: str) -> str:
    r"""Return `text` with ``\n`` only; a last ``\r`` may be half of a pair, so it stays."""
    text = text.replace("\r\n", "\n")
    return text[:-1].replace("\r", "\n") + text[-1:]


def _before(references: dict[str, Any], line: int) -> dict[str, Any]:
    """Return the link definitions that stand before `line`, or came from earlier text."""
    return {
        label: {**reference, "map": [0, 0]}
        for label, reference in references.items()
        if reference["map"][1] <= line
    }


def _cut(tokens: Sequence[Token], tail: str, env: dict[str, Any] | None = None) -> tuple[int, int]:
    """Return (token index, line) before which nothing can change any more.

    With `env`, a block waits for the notes that it refers to.
    """
    starts = [
        (index, token.map[0])
        for index, token in enumerate(tokens)
        if token.level == 0
        and token.nesting >= 0
        and token.map
        and not _may_be_a_term(tokens, index)
    ]
    lines = tail.split("\n")
    cut = (0, 0)
    for index, line in starts:
        if line >= len(lines) - 1:  # an unfinished line may still turn out otherwise
            break
        cut = (index, line)
        block = tokens[index : _end(tokens, index)]
        if _opens_formula(lines, block[0]) or (env is not None and _waits(block, env)):
            break
    return cut


def _end(tokens: Sequence[Token], index: int) -> int:
    """Return the index behind a block."""
    return next(
        (i + 1 for i in range(index, len(tokens)) if not tokens[i].level and tokens[i].nesting < 1),
        len(tokens),
    )


def _waits(block: Sequence[Token], env: dict[str, Any]) -> bool:
    return any(token.type == "inline" and footnotes.waits(token.content, env) for token in block)


def _may_be_a_term(tokens: Sequence[Token], index: int) -> bool:
    """Tell whether a block may turn out to be a term of the list of definitions before it."""
    return index > 0 and tokens[index - 1].type == "dl_close" and tokens[index].type[:4] == "para"


def _opens_formula(lines: Sequence[str], block: Token) -> bool:
    r"""Tell whether an unclosed formula begins with a block, or with a later line of a paragraph.

    Its lines can look like lists or headings, so nothing after it is finished until it closes, or
    until it is seen to be none.
    """
    first, end = block.map or [0, 0]
    if block.type == "paragraph_open":
        return any(_is_unclosed(lines, line) for line in range(first, end))
    return _is_unclosed(lines, first)


def _is_unclosed(lines: Sequence[str], line: int) -> bool:
    r"""Tell whether `line` opens a formula that a line to come may close.

    A blank line shows that it is none, but for ``\begin{…}``.
    """
    first = lines[line].strip()
    closing = unfinished.closing_sign(first)
    if closing is None or first[2:].endswith(closing):
        return False
    for text in lines[line + 1 : line + _LONG_FORMULA]:
        if not text.strip() and not closing.startswith("\\end"):
            return text is lines[-1]
        if text.rstrip().endswith(closing):
            return False
    return len(lines) <= line + _LONG_FORMULA


@dataclass(slots=True)
class _OpenCode:
    """A long code block whose closing fence has not come."""

    closing: re.Pattern[str]
    line: str  # the unfinished last line; text already handed on is cut off it
    handed: bool = False

    def append(self, text: str) -> str | None:
        """Return text to append to the block, or None once the fence is closed."""
        lines = (self.line + text).split("\n")
        first = 1 if self.handed else 0  # a line partly shown already is no fence
        if any(self.closing.fullmatch(line) for line in lines[first:-1]):
            return None
        last = lines[-1]
        whole = len(lines) > 1
        may_close = (whole or not self.handed) and self.closing_prefix(last)
        ready = "\n".join([*lines[:-1], ""]) if may_close and whole else "\n".join(lines)
        if may_close and not whole:
            ready = ""
        self.line = last if may_close else ""
        self.handed = not may_close
        return plain(ready)

    def closing_prefix(self, line: str) -> bool:
        """Tell whether `line` may become the closing fence."""
        return len(line) <= _LONG_FENCE and not line.strip(" \t\r`~")


def _open_code(live: Sequence[Token], tail: str) -> _OpenCode | None:
    if len(live) != 1 or live[0].type != "fence" or len(live[0].content) < _LONG_CODE:
        return None
    markup, lines = live[0].markup, tail.rstrip("\n").split("\n")
    closing = re.compile(rf" {{0,3}}{re.escape(markup[0])}{{{len(markup)},}}[ \t\r]*")
    if not tail.startswith(markup) or closing.fullmatch(lines[-1]):
        return None  # closed, or indented: parsed again as a whole
    return _OpenCode(closing, "", handed=not tail.endswith("\n"))


@dataclass(slots=True)
class _OpenTable:
    """A long table that no other block has ended yet."""

    head: str  # its first two lines
    line: str  # the unfinished last line
    grows: bool  # whether that is shown, as the last row
    notes: bool  # whether it may refer to any

    def append(self, text: str, env: dict[str, Any]) -> SafeHtml | None:
        """Return a table of the rows that came, or None once another block may have begun."""
        lines = (self.line + text).split("\n")
        tokens = markdown.parse(unfinished.without_signs("\n".join([self.head, *lines])), env)
        ends = tokens[0].map if _is_table(tokens) else None
        if ends is None or ends[1] < 1 + len(lines):  # the last one need not be a row yet
            return None
        self.line, self.grows = lines[-1], ends[1] > 1 + len(lines)
        self.notes = self.notes or "[^" in text
        return markdown.render(tokens, env) if ends[1] > 2 else EMPTY  # noqa: PLR2004 - the head

    def ended(self, text: str, env: dict[str, Any]) -> tuple[SafeHtml, str] | None:
        """Return a table of the last rows and the text behind them, once a whole line ended it."""
        lines = (self.line + text).split("\n")
        tokens = markdown.parse("\n".join([self.head, *lines]), env)
        if self.notes or not tokens or tokens[0].type != "table_open" or not tokens[0].map:
            return None
        end = tokens[0].map[1] - 2
        if end >= len(lines) - 1 or (self.grows and not end):
            return None
        rows = markdown.render(tokens[: _end(tokens, 0)], env) if end else EMPTY
        return rows, "\n".join(lines[end:])

    def rest(self, env: dict[str, Any]) -> SafeHtml | None:
        """Return a table of the last line, now that it is whole; None if more has changed."""
        if self.notes:  # what they refer to is known only now
            return None
        if not self.line.strip():
            return EMPTY
        tokens = markdown.parse(f"{self.head}\n{self.line}", env)
        return markdown.render(tokens, env) if _is_row(tokens) else None


def _is_row(tokens: Sequence[Token]) -> bool:
    """Tell whether there is a table of one row and nothing else."""
    return _is_table(tokens) and tokens[0].map == [0, 3]


def _is_table(tokens: Sequence[Token]) -> bool:
    """Tell whether there is a table and nothing else."""
    return (
        bool(tokens)
        and tokens[0].type == "table_open"
        and (
            [token.level for token in tokens].count(0) == 2  # noqa: PLR2004 - its opening, its close
        )
    )


def _open_table(live: Sequence[Token], tail: str) -> _OpenTable | None:
    if len(tail) < _LONG_TABLE or not _is_table(live) or live[0].map is None or live[0].map[0]:
        return None
    lines, end = tail.split("\n"), live[0].map[1]
    if end < len(lines) - 1 or len(lines) <= 2:  # noqa: PLR2004 - the head may go on
        return None
    shown = unfinished.without_signs(tail) == tail  # else the last row waits
    return _OpenTable("\n".join(lines[:2]), lines[-1], shown and end == len(lines), "[^" in tail)
