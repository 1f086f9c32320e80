"""Read JSON as servers write it: strictly, but for halves of characters, which become whole."""

from __future__ import annotations

import json
import re
from typing import Any, cast

from pydantic_core import from_json

from claude_nb.characters import without_surrogates

__all__ = ["has_halves", "read_json", "read_partial_json", "whole_characters"]

_LONE = re.compile(
    r"(?<!\\)(?:(\\u[dD][89abAB][0-9a-fA-F]{2})(?!\\u[dD][c-fC-F])|"
    r"(?<!\\u[dD][89abAB][0-9a-fA-F]{2})\\u[dD][c-fC-F][0-9a-fA-F]{2})"
)
_ESCAPE = re.compile(rb"\\u[dD][89a-fA-F]")


def read_json(data: bytes) -> Any:
    """Return the value of a JSON text.

    Raises
    ------
    ValueError
        It is no JSON, or nested too deeply to be read.
    """
    try:
        return from_json(data)
    except ValueError:
        if not has_halves(data):
            raise
        try:
            return whole_characters(json.loads(data))
        except RecursionError:
            raise ValueError("nested too deeply") from None


def read_partial_json(text: str) -> Any:
    """Return the value of the beginning of a JSON text.

    Raises
    ------
    ValueError
        The text is not the beginning of any JSON.
    """
    try:
        return from_json(text, allow_partial=True)
    except ValueError:
        whole = _LONE.sub(r"\\ufffd", text)
        if whole == text:
            raise
        return from_json(whole, allow_partial=True)


def has_halves(data: bytes) -> bool:
    """Return whether JSON has an escape of a surrogate in it: a strict reader may refuse it."""
    return _ESCAPE.search(data) is not None


def whole_characters(value: Any) -> Any:
    """Return JSON with pairs of surrogates joined in all its texts, and U+FFFD for other halves."""
    if isinstance(value, str):
        return without_surrogates(value)
    if isinstance(value, list):
        return [whole_characters(item) for item in cast("list[Any]", value)]
    if isinstance(value, dict):
        items = cast("dict[str, Any]", value).items()
        return {whole_characters(name): whole_characters(item) for name, item in items}
    return value
