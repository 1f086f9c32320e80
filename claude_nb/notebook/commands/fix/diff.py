"""Two texts -> what changed, line by line, with a few lines around it; pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import islice
from typing import Literal, NamedTuple

__all__ = ["Row", "compared", "opcodes", "rows"]

Sign = Literal[" ", "-", "+", "…"]
Span = tuple[int, int]

_AROUND = 3  # lines that stayed, above and below a change
_MOST_PAIRS = 200  # of lines in a row in which they are looked for
_LONGEST = 400  # characters of a line in which the changed words are looked for
_ALIKE = 0.5  # of two lines: less, and one is no new form of the other
_WORD = re.compile(r"\w+|\s+|[^\w\s]")


class Row(NamedTuple):
    """One line of a comparison.

    Attributes
    ----------
    sign : str
        ``"-"`` for a line that goes, ``"+"`` for one that comes, a space for one that stays, and an
        ellipsis for several that stay.
    number : int
        Of the line, from 1: in the old text where it goes, else in the new one. For an ellipsis,
        how many lines it stands for.
    text : str
        The line.
    spans : tuple of (int, int)
        Where its changed words begin and end.
    """

    sign: Sign
    number: int
    text: str = ""
    spans: tuple[Span, ...] = ()


def opcodes(
    before: Sequence[str], after: Sequence[str]
) -> Sequence[tuple[str, int, int, int, int]]:
    """Return how lines become others, as `difflib` says it."""
    return SequenceMatcher(None, before, after, autojunk=False).get_opcodes()


def rows(before: Sequence[str], after: Sequence[str]) -> list[Row]:
    """Return what changed from some lines to others, in order."""
    found: list[Row] = []
    codes = opcodes(before, after)
    for place, (tag, i1, i2, j1, j2) in enumerate(codes):
        if tag == "equal":
            is_first, is_last = place == 0, place == len(codes) - 1
            found += _stayed(after, j1, j2, is_first=is_first, is_last=is_last)
        else:
            found += _changed(before, after, (i1, i2), (j1, j2))
    return found


def _stayed(
    after: Sequence[str], start: int, end: int, *, is_first: bool, is_last: bool
) -> Iterator[Row]:
    """Yield lines that stayed, without the middle of many."""
    head = 0 if is_first else _AROUND
    tail = 0 if is_last else _AROUND
    left = end - start - head - tail
    if left <= 1:  # an ellipsis would take as much room
        head, tail, left = end - start, 0, 0
    yield from (Row(" ", n + 1, after[n]) for n in range(start, start + head))
    if left:
        yield Row("…", left)
    yield from (Row(" ", n + 1, after[n]) for n in range(end - tail, end))


def _changed(before: Sequence[str], after: Sequence[str], old: Span, new: Span) -> Iterator[Row]:
    """Yield the lines that go, then those that come, with the words that differ of those alike."""
    pairs = islice(zip(range(*old), range(*new), strict=False), _MOST_PAIRS)
    told = [compared(before[i], after[j]) for i, j in pairs]
    told += [((), ())] * (max(old[1] - old[0], new[1] - new[0]) - len(told))
    for i, (spans, _) in zip(range(*old), told, strict=False):
        yield Row("-", i + 1, before[i], spans)
    for j, (_, spans) in zip(range(*new), told, strict=False):
        yield Row("+", j + 1, after[j], spans)


def compared(old: str, new: str) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
    """Return where the words are in which two lines differ; nothing for lines not alike."""
    if max(len(old), len(new)) > _LONGEST:
        return (), ()
    one, other = _WORD.findall(old), _WORD.findall(new)
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    if matcher.ratio() < _ALIKE:
        return (), ()
    codes = [code for code in matcher.get_opcodes() if code[0] != "equal"]
    return (
        _spans(one, [(i1, i2) for _, i1, i2, _, _ in codes]),
        _spans(other, [(j1, j2) for _, _, _, j1, j2 in codes]),
    )


def _spans(words: Sequence[str], ranges: Sequence[Span]) -> tuple[Span, ...]:
    starts = [0]
    for word in words:
        starts.append(starts[-1] + len(word))
    return tuple((starts[a], starts[b]) for a, b in ranges if a < b)
