"""Markdown that grows: finished blocks once, the last block again, never the whole.

A block of Markdown is finished when the next one has begun on a complete line, so only the tail of
the text is parsed again. Inside a long open code block even that is too much: there new text is
handed on as text until the closing fence comes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from claude_nb.notebook import markdown
from claude_nb.notebook.sanitise import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markdown_it.token import Token

__all__ = ["Change", "GrowingMarkdown"]

_LONG_CODE = 4_000  # characters of an open code block after which it grows as plain text


@dataclass(frozen=True, slots=True)
class Change:
    """What new text did.

    Attributes
    ----------
    finished : str
        HTML of blocks that will not change any more; ``""`` if none.
    live : str
        HTML of the last, growing block; meaningless where `code` is given.
    code : str
        Text to append to the open code block, which stays the last block.
    """

    finished: str = ""
    live: str = ""
    code: str = ""


class GrowingMarkdown:
    """Turns text that arrives in pieces into changes of HTML."""

    def __init__(self) -> None:
        self._tail: list[str] = []
        self._references: dict[str, Any] = {}
        self._code: _OpenCode | None = None

    def append(self, text: str) -> Change:
        """Take `text` and return what it changed."""
        self._tail.append(text)
        if self._code is not None:
            code = self._code.append(text)
            if code is not None:
                return Change(code=code)
            self._code = None
        return self._parse("".join(self._tail))

    def _parse(self, tail: str) -> Change:
        tail = _one_line_end(tail)
        env: dict[str, Any] = {"references": dict(self._references)}
        tokens = markdown.parse(tail, env)
        index, line = _cut(tokens, tail)
        finished, live = tokens[:index], tokens[index:]
        if line:
            self._references = _before(env["references"], line)
            tail = "\n".join(tail.split("\n")[line:])
        self._tail = [tail]
        self._code = _open_code(live, tail)
        return Change(
            markdown.render(finished, env) if finished else "", markdown.render(live, env)
        )


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


def _cut(tokens: Sequence[Token], tail: str) -> tuple[int, int]:
    """Return (token index, line) before which nothing can change any more."""
    starts = [
        (index, token.map[0])
        for index, token in enumerate(tokens)
        if token.level == 0 and token.nesting >= 0 and token.map
    ]
    lines = tail.split("\n")
    cut = (0, 0)
    for index, line in starts:
        if line >= len(lines) - 1:  # an unfinished line may still turn out otherwise
            break
        cut = (index, line)
        if _opens_formula(lines, line):
            break
    return cut


def _opens_formula(lines: Sequence[str], line: int) -> bool:
    r"""Tell whether an unclosed ``$$`` or ``\[`` block begins at `line`.

    Its lines can look like lists or headings, so nothing after it is finished until it closes, or
    until a blank line shows that it is none.
    """
    first = lines[line].strip()
    closing = {"$$": "$$", r"\[": r"\]"}.get(first[:2])
    if closing is None or first[2:].endswith(closing):
        return False
    for text in lines[line + 1 :]:
        if not text.strip():
            return text is lines[-1]
        if text.rstrip().endswith(closing):
            return False
    return True


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
        return not line.strip(" \t\r`~")


def _open_code(live: Sequence[Token], tail: str) -> _OpenCode | None:
    if len(live) != 1 or live[0].type != "fence" or len(live[0].content) < _LONG_CODE:
        return None
    markup, lines = live[0].markup, tail.rstrip("\n").split("\n")
    closing = re.compile(rf" {{0,3}}{re.escape(markup[0])}{{{len(markup)},}}[ \t\r]*")
    if not tail.startswith(markup) or closing.fullmatch(lines[-1]):
        return None  # closed, or indented: parsed again as a whole
    return _OpenCode(closing, "", handed=not tail.endswith("\n"))
