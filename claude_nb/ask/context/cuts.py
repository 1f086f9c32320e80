"""Text cut to its first and last lines, keys taken out before the cut."""

from __future__ import annotations

import re

from claude_nb.api.hiding.hidden import hidden
from claude_nb.characters import without_surrogates

__all__ = ["ends", "head", "whole"]

_LINE = 400  # characters of a line
_ROUND = 3_000  # characters beyond what is kept in which keys are looked for
_WHOLE = 20_000  # characters from either end
_COLOUR = re.compile(r"\x1b\[[0-9;:?]{0,40}[A-Za-z]")


def ends(text: str, first: int, last: int) -> str:
    """Return the first and the last lines of a text, and between them how many are missing."""
    lines, missing = _lines(text, (first + last) * _LINE // 4 + _ROUND)
    if len(lines) > first + last:
        missing += len(lines) - first - last
        lines = [*lines[:first], _gap(missing), *lines[len(lines) - last :]]
    elif missing:
        lines.insert(len(lines) // 2, _gap(missing))
    return "\n".join(map(_short, lines))


def head(text: str, rows: int) -> str:
    """Return the head of a table, and its last line, which tells its size or ends it."""
    return ends(text, rows, 1)


def whole(text: str) -> str:
    """Return all of a text, but for the middle of one that is very long."""
    lines, missing = _lines(text, _WHOLE)
    if missing:
        lines.insert(len(lines) // 2, _gap(missing))
    return "\n".join(lines)


def _lines(text: str, far: int) -> tuple[list[str], int]:
    """Return the lines as they end up on a screen, and how many were not looked at."""
    if len(text) <= 2 * far:
        return _on_screen(text), 0
    first, last = _on_screen(text[:far]), _on_screen(text[-far:])
    # a key that was cut in two there is not recognised: those lines are not shown
    first, last = first[:-1] or [first[0][: far // 2]], last[1:]
    return [*first, *last], max(1, text.count("\n") + 1 - len(first) - len(last))


def _on_screen(text: str) -> list[str]:
    plain = _COLOUR.sub("", without_surrogates(text)).replace("\r\n", "\n").rstrip("\n")
    lines = [line.rstrip("\r").rpartition("\r")[2] for line in plain.split("\n")]
    return hidden("\n".join(lines)).split("\n")


def _gap(missing: int) -> str:
    return "[1 line left out]" if missing == 1 else f"[{missing:,} lines left out]"


def _short(line: str) -> str:
    if len(line) <= _LINE:
        return line
    return f"{line[:_LINE]}… [{len(line) - _LINE:,} more characters]"
