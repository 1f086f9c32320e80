"""How much JSON there is: values before it is read, levels after it was.

Three bytes of JSON can ask for a hundred bytes of memory, and reading them holds the interpreter
until it is done; so values are counted in the text. Levels are counted without recursion, because
what walks over a request later is recursive.
"""

from __future__ import annotations

import re
from typing import Any, cast

__all__ = ["MOST_LEVELS", "MOST_VALUES", "has_too_many_levels", "has_too_many_values"]

MOST_VALUES = 1_000_000  # 100,000 messages of one block each have 600,000
MOST_LEVELS = 100
_STRING = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)
_SOME = re.compile(rf'(?:[^"]*+{_STRING.pattern}){{1,1000}}+', re.DOTALL)  # a thousand strings
_PIECE = 1_000_000  # characters
_MARKS = ",[{"  # each brings one more value


def has_too_many_values(text: str) -> bool:
    """Tell whether a JSON text holds more than `MOST_VALUES` values, by its punctuation."""
    if len(text) <= MOST_VALUES or _marks(text) <= MOST_VALUES:
        return False  # the usual case; what stands in strings was counted along
    count = at = 0
    while count <= MOST_VALUES and (some := _SOME.match(text, at)):
        count += _marks(_STRING.sub("", some.group()))
        at = some.end()
    return count > MOST_VALUES or count + _marks(text[at:]) > MOST_VALUES


def _marks(text: str) -> int:
    # piece by piece, so that other threads get their turn
    pieces = range(0, len(text), _PIECE)
    return sum(text.count(mark, at, at + _PIECE) for at in pieces for mark in _MARKS)


def has_too_many_levels(value: Any) -> bool:
    """Tell whether lists and objects are nested more than `MOST_LEVELS` deep."""
    level = _containers([value])
    for _ in range(MOST_LEVELS):
        if not level:
            return False
        level = [inner for outer in level for inner in _containers(outer)]
    return bool(level)


def _containers(value: Any) -> list[Any]:
    values = cast("dict[str, Any]", value).values() if isinstance(value, dict) else value
    return [item for item in values if isinstance(item, dict | list)]
