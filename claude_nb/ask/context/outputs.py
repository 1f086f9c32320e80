"""An output of a cell as bounded text, and as a picture where that is wanted."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from typing import Any, NamedTuple, cast

from claude_nb.ask.attachments import images
from claude_nb.ask.context import cuts
from claude_nb.ask.errors import InputError

__all__ = ["PICTURES", "Shown", "answer", "is_answer", "shown", "text_of"]

PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp")
_FIRST, _LAST = 20, 10  # lines of a text
_ROWS = 8  # of a table, with its header
_ANSWER = 60, 20  # lines
_TABLE = re.compile(r"<table\b", re.IGNORECASE)
_LOOKED_AT = 2_000  # characters of HTML
_OURS = re.compile(r"(?:\n\n(?:— |saw )[^\n]*)+\s*\Z")


class Shown(NamedTuple):
    """What is told of an output: text, which may be empty, and a picture where there is one."""

    text: str
    picture: dict[str, Any] | None = None


def shown(output: Mapping[str, Any], *, pictures: bool) -> Shown:
    """Return what a model is told of an output.

    Parameters
    ----------
    output : Mapping
        As notebook files have it.
    pictures : bool
        Whether pictures are sent; else it is said that there is one.
    """
    kind = output.get("output_type")
    if kind == "stream":
        return Shown(cuts.ends(text_of(output.get("text")), _FIRST, _LAST))
    if kind == "error":
        told = text_of(output.get("traceback"), "\n")
        named = f"{text_of(output.get('ename'))}: {text_of(output.get('evalue'))}"
        return Shown(cuts.whole(told or named))
    data = output.get("data")
    return _of_data(cast("Mapping[str, Any]", data if isinstance(data, Mapping) else {}), pictures)


def answer(outputs: tuple[Mapping[str, Any], ...]) -> str:
    """Return the text of the answer that a question's cell shows; empty if it shows none.

    What else such cells show, dry runs and pages of ``%claude``, repeats other cells.
    """
    for output in outputs:
        data: Any = output.get("data") if is_answer(output) else None
        text = text_of(cast("Any", data).get("text/plain")) if isinstance(data, Mapping) else ""
        if text.strip():
            return cuts.ends(_OURS.sub("", text), *_ANSWER)
    return ""


def is_answer(output: Mapping[str, Any]) -> bool:
    """Return whether an output is an answer of Claude's."""
    return "claude_nb" in _metadata(output)


def text_of(value: Any, between: str = "") -> str:
    """Return a text that notebook files may hold as a list of its lines."""
    if isinstance(value, list | tuple):
        return between.join(str(line) for line in cast("list[Any]", value))
    return value if isinstance(value, str) else ""


def _metadata(output: Mapping[str, Any]) -> Mapping[str, Any]:
    found = output.get("metadata")
    return cast("Mapping[str, Any]", found) if isinstance(found, Mapping) else {}


def _of_data(data: Mapping[str, Any], pictures: bool) -> Shown:  # noqa: FBT001 (as `shown`)
    for kind in PICTURES:
        if kind in data:
            return _picture(kind, text_of(data[kind])) if pictures else Shown(f"[{kind}, not sent]")
    plain = text_of(data.get("text/plain"))
    if any("widget-view" in kind for kind in data):
        return Shown(f"[a widget: {cuts.ends(plain, 1, 0)}]")
    if plain.strip():
        is_table = _TABLE.search(text_of(data.get("text/html"))[:_LOOKED_AT]) is not None
        cut = cuts.head(plain, _ROWS) if is_table else cuts.ends(plain, _FIRST, _LAST)
        return Shown(cut)
    for kind in ("text/markdown", "text/latex"):
        if kind in data:
            return Shown(cuts.ends(text_of(data[kind]), _FIRST, _LAST))
    return Shown(f"[{cuts.ends(', '.join(map(str, data)), 1, 0)}]" if data else "")


def _picture(kind: str, encoded: str) -> Shown:
    try:
        return Shown("[the picture below]", images.block(base64.b64decode(encoded), "an output"))
    except (InputError, ValueError):
        return Shown(f"[{kind}, which cannot be sent]")
