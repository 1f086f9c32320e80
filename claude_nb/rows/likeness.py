"""How alike answers are, and where two of them differ word by word; pure."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import combinations
from statistics import fmean
from typing import Any, Literal, cast, overload

__all__ = ["Change", "Differences", "Pair", "agreement", "alike", "said"]

_PIECES = re.compile(r"\S+\s*")
_MOST = 2_000  # words of an answer that are compared one by one
_SHOWN = 10  # rows that are shown
_WIDE = 200  # characters of what is the same on both sides


def alike(one: object, other: object) -> float:
    """Return how alike two answers are, from 0 to 1: the share of equal fields, or of words."""
    if one == other:
        return 1.0
    fields = [cast("Mapping[str, Any]", it) for it in (one, other) if isinstance(it, Mapping)]
    if len(fields) == 2:  # noqa: PLR2004 (both)
        return _fields_alike(*fields)
    first, second = Counter(str(one).split()), Counter(str(other).split())
    both = first.total() + second.total()
    return 2 * (first & second).total() / both if both else 1.0


def _fields_alike(one: Mapping[str, Any], other: Mapping[str, Any]) -> float:
    names = {*one, *other}
    return sum(one.get(name, ...) == other.get(name, ...) for name in names) / len(names)


def agreement(rows: Sequence[Sequence[object]]) -> float | None:
    """Return how alike the samples of a row are, over all pairs of a row, and then over rows.

    Returns
    -------
    float or None
        From 0 to 1; None if no row has two samples.
    """
    found = [
        fmean(alike(one, other) for one, other in combinations(samples, 2))
        for samples in rows
        if len(samples) > 1
    ]
    return fmean(found) if found else None


@dataclass(frozen=True, slots=True)
class Change:
    """A few words of two answers.

    Attributes
    ----------
    kind : {"same", "out", "into"}
        Whether both have them, only the first, or only the second.
    text : str
        The words, with what separates them.
    """

    kind: Literal["same", "out", "into"]
    text: str


@dataclass(frozen=True, slots=True)
class Pair:
    """Two answers to one row; a schema's are compared as JSON.

    Attributes
    ----------
    row : int
        Its place in the table, from 0.
    one, other : str
        What each says.
    """

    row: int
    one: str
    other: str

    def changes(self) -> Iterator[Change]:
        """Yield what both have and what only one has, in order."""
        one, other = _PIECES.findall(self.one), _PIECES.findall(self.other)
        matcher = SequenceMatcher(None, one[:_MOST], other[:_MOST], autojunk=False)
        for kind, start, end, begin, stop in matcher.get_opcodes():
            if kind == "equal":
                yield Change("same", "".join(one[start:end]))
                continue
            out, into = "".join(one[start:end]), "".join(other[begin:stop])
            yield from [Change("out", out)] if out else []
            yield from [Change("into", into)] if into else []
        yield from [Change("out", "".join(one[_MOST:]))] if len(one) > _MOST else []
        yield from [Change("into", "".join(other[_MOST:]))] if len(other) > _MOST else []


@dataclass(frozen=True, slots=True, repr=False)
class Differences(Sequence[Pair]):
    """Where the answers of two columns differ, row by row.

    Attributes
    ----------
    one, other : str
        What the columns are called.
    pairs : list of Pair
        The rows whose answers differ.
    same : int
        Rows whose answers are the same.
    missing : int
        Rows of which one answer is not there.
    """

    one: str
    other: str
    pairs: list[Pair]
    same: int
    missing: int

    def __len__(self) -> int:
        return len(self.pairs)

    @overload
    def __getitem__(self, place: int) -> Pair: ...
    @overload
    def __getitem__(self, place: slice) -> list[Pair]: ...
    def __getitem__(self, place: int | slice) -> Pair | list[Pair]:
        return self.pairs[place]

    @property
    def shown(self) -> list[Pair]:
        """The rows that are shown."""
        return self.pairs[:_SHOWN]

    def summary(self) -> str:
        """Return in one line how many rows differ."""
        total = len(self.pairs) + self.same
        said = f"{self.one} and {self.other}: {len(self.pairs):,} of {total:,} rows differ"
        missing = f", {self.missing:,} have not both answers" if self.missing else ""
        return said + missing

    def __repr__(self) -> str:
        rows = [f"[{pair.row}] {''.join(map(_marked, pair.changes()))}" for pair in self.shown]
        left = len(self.pairs) - len(rows)
        more = [f"… {left:,} more rows differ"] if left else []
        return "\n".join([self.summary(), *rows, *more])


def _marked(change: Change) -> str:
    """Return words as text tells where they belong: ``[-out-]``, ``{+into+}``."""
    words = change.text.rstrip()
    blank = change.text[len(words) :]
    if change.kind == "same":
        return change.text if len(words) <= _WIDE else f"{words[:90]} … {words[-90:]}{blank}"
    return f"[-{words}-]{blank}" if change.kind == "out" else f"{{+{words}+}}{blank}"


def said(value: Any, text: str | None) -> str:
    """Return what an answer says, for a comparison: its fields in a fixed order, or its text."""
    if isinstance(value, Mapping):
        return json.dumps(value, ensure_ascii=False, sort_keys=True, indent=1)
    return text or ""
