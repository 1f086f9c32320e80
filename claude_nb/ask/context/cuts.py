"""Text cut to its first and last lines, keys taken out before the cut."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import islice

from claude_nb.api.hiding.hidden import hidden, secrets_in
from claude_nb.api.secret import HIDDEN
from claude_nb.characters import without_surrogates

__all__ = ["ends", "head", "shared_secrets", "whole", "without"]

_LINE = 400  # characters of a line
_MOST = 20_000  # characters at the end in which its last lines are looked for
_BEHIND, _BEFORE = 1_000, 3_400  # characters round what is kept in which keys are looked for
_WHOLE = 20_000  # characters from either end
_SUSPECT = ("key", "token", "secret", "passw", "pwd", "cred", "auth", "bearer", "login")
_LOOKED_AT, _MOST_SUSPECT = 2_000, 20_000  # characters of a cell, and in all, that may name secrets
_MOST_LINES = 2_000
_LEAST_SECRET = 8  # characters; what is shorter stands everywhere
_COLOUR = re.compile(r"\x1b\[[0-9;:?]{0,40}[A-Za-z]")


def ends(text: str, first: int, last: int) -> str:
    """Return the first and the last lines of a text, and between them how many are missing."""
    start = _reach(text, first) + _BEHIND
    end = _reach(text[: -_MOST - 1 : -1], last) + _BEFORE
    above, below, between = _lines(text, start, end)
    if not between and len(above) <= first + last:
        return "\n".join(map(_short, above))
    kept = above[:first], (below if between else above)[-last:] if last else []
    missing = len(above) + len(below) + between - len(kept[0]) - len(kept[1])
    return "\n".join(map(_short, [*kept[0], _gap(missing), *kept[1]]))


def head(text: str, rows: int) -> str:
    """Return the head of a table, and its last line, which tells its size or ends it."""
    return ends(text, rows, 1)


def whole(text: str) -> str:
    """Return all of a text, but for the middle of one that is very long."""
    above, below, between = _lines(text, _WHOLE, _WHOLE)
    return "\n".join([*above, _gap(between), *below] if between else above)


def shared_secrets(sources: Iterable[str]) -> list[str]:
    """Return what some of these cells call a secret: it may stand elsewhere under no such name.

    Single words are left out, which would be missed in ordinary text.
    """
    begun = (source[:_LOOKED_AT] for source in sources)
    lines = (line for source in filter(_is_suspect, begun) for line in source.splitlines())
    suspect = "\n".join(islice(filter(_is_suspect, lines), _MOST_LINES))[:_MOST_SUSPECT]
    found = set(secrets_in(suspect))
    kept = (each for each in found if len(each) >= _LEAST_SECRET and not each.isalpha())
    return sorted(kept, key=len, reverse=True)


def _is_suspect(source: str) -> bool:
    folded = source.lower()
    return any(word in folded for word in _SUSPECT)


def without(text: str, secrets: Iterable[str]) -> str:
    """Return a text without these secrets."""
    for secret in secrets:
        text = text.replace(secret, HIDDEN)
    return text


def _reach(text: str, lines: int) -> int:
    """Return how many characters the first lines have, as far as they are shown."""
    most, at = lines * _LINE // 2, 0
    for _ in range(lines):
        at = text.find("\n", at, most) + 1
        if not at:
            return min(most, len(text))
    return at


def _lines(text: str, start: int, end: int) -> tuple[list[str], list[str], int]:
    """Return the lines at both ends as they end up on a screen, and how many are between.

    All of a text that is not too long are the first ones.
    """
    if len(text) <= start + end:
        return _on_screen(text), [], 0
    first, last = _on_screen(text[:start]), _on_screen(text[-end:])
    # a key that was cut in two there is not recognised: those lines are not shown
    first, last = first[:-1] or [first[0][: start // 2]], last[1:]
    return first, last, max(1, text.count("\n") + 1 - len(first) - len(last))


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
