"""An offline estimate of tokens: one rule for counting, for pacing and for cutting.

The provider publishes no tokenizer, so every count here is an estimate; it is consistent with
itself. A token is a word with the space before it (at most nine letters of one), up to three
digits, one or two punctuation marks, a run of blanks, or one CJK character. English prose comes
out near 1.3 tokens a word. Models from 4.7 on count about 1.3 times as many for the same text
(`claude_nb.models.ModelInfo.token_scale`).
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from typing import Any, cast

from claude_nb.emulator.counting import media

__all__ = ["count", "of_value", "scaled", "split"]

_TOKEN = re.compile(
    r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"  # kana, CJK ideographs, hangul
    r"| ?[^\W\d_\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]{1,9}"
    r"|\d{1,3}|\n+|[ \t]+|[^\w\s]{1,2}|.",
    re.DOTALL,
)
_PIECE = 20_000  # characters


def split(text: str) -> list[str]:
    """Cut `text` into tokens; joined again they are the text."""
    return _TOKEN.findall(text)


def count(text: str) -> int:
    """Return how many tokens `text` has."""
    total = at = 0
    while len(text) - at > _PIECE:
        # the last token of a piece may go on in the next, so it is looked at again there
        found = _TOKEN.findall(text, at, at + _PIECE)
        whole = len(found) - 1
        end = at + _PIECE - len(found[-1]) if whole else _end_of_token(text, at)
        total += whole or 1
        at = end
    return total + len(_TOKEN.findall(text, at))


def _end_of_token(text: str, at: int) -> int:
    token = _TOKEN.match(text, at)
    return token.end() if token else len(text)


def scaled(tokens: int, scale: float) -> int:
    """Return `tokens` on a model's own scale, rounded up."""
    return math.ceil(tokens * scale)


def of_value(value: Any) -> int:
    """Return the tokens of a piece of a request: text, a content block, or any JSON.

    Notes
    -----
    ``cache_control`` and ``signature`` cost nothing; images and documents cost by their size.
    """
    if isinstance(value, str):
        return count(value)
    if isinstance(value, list):
        return sum(of_value(item) for item in cast("list[Any]", value))
    if isinstance(value, dict):
        return _of_block(cast("Mapping[str, Any]", value))
    return count(json.dumps(value))


def _of_block(block: Mapping[str, Any]) -> int:
    named = block.get("type")
    kind = named if isinstance(named, str) else ""  # in a schema it may be a property's own
    if kind == "text" and isinstance(block.get("text"), str):
        return count(block["text"])
    if kind in {"image", "document"} and isinstance(block.get("source"), dict):
        return media.tokens(cast("Mapping[str, Any]", block["source"]), of_value)
    if kind == "tool_result":
        return 8 + of_value(block.get("content") or "")
    free = {"cache_control", "signature", "type", "id", "tool_use_id"}
    return sum(count(name) + 1 + of_value(item) for name, item in block.items() if name not in free)
