"""What came in the place of what the API sends, in a line: a page, another server's error; pure."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Any, cast

from claude_nb.api.errors import text_at
from claude_nb.api.types.json_text import read_json

__all__ = ["described", "is_page", "said_in"]

_SHOWN = 200  # characters
_LOOKED_AT = 20_000
_PAGE = re.compile(
    r"\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL
)
_TITLE = re.compile(r"<(title|h1)\b[^>]*>(.*?)</\1\s*>", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"<[^<>]*>")
_PLACES = (("error", "message"), ("error",), ("message",), ("detail",), ("title",), ("errors",))


def is_page(text: str) -> bool:
    """Return whether a body is a web page."""
    return _PAGE.match(text[:_LOOKED_AT].lstrip("\ufeff")) is not None


def _page_title(text: str) -> str:
    """Return what a page calls itself, in one line; empty if it has no title."""
    found = _TITLE.search(text[:_LOOKED_AT])
    return " ".join(html.unescape(_TAG.sub(" ", found[2])).split())[:_SHOWN] if found else ""


def described(text: str) -> str:
    """Return what a body is, as in "The reply is …"."""
    if not text.strip():
        return "empty"
    if is_page(text):
        title = _page_title(text)
        return f"a web page titled {title!r}" if title else "a web page"
    body = _json(text)
    if text_at(body, "type") == "message":
        return "an answer that came whole, for which no stream is asked (`--no-stream`)"
    said = said_in(body)
    return f"an error of another kind: {said!r}" if said else _quoted(text)


def said_in(body: object) -> str:
    """Return the sentence in the JSON of a server that is not the API; empty if there is none."""
    return next(_sentences(body), "")[:_SHOWN]


def _sentences(body: Any) -> Iterator[str]:
    for path in _PLACES:
        found: Any = body
        for name in path:
            found = cast("dict[str, Any]", found).get(name) if isinstance(found, dict) else None
        if isinstance(found, list) and found:
            yield from _sentences(found[0])
            found = cast("Any", found[0])
        if isinstance(found, str) and found.strip():
            yield found


def _json(text: str) -> object:
    try:
        return read_json(text.encode())
    except (ValueError, RecursionError):
        return None


def _quoted(text: str) -> str:
    cut = text[:_SHOWN]
    return f"{cut!r}{' …' if len(text) > len(cut) else ''}"
