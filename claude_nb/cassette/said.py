"""What an exchange says, as texts in which to look for keys: joined where a stream splits them."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any, cast

from claude_nb.api.hiding.hidden import looks_secret
from claude_nb.api.secret import Secret, known
from claude_nb.cassette.streams import laid_out
from claude_nb.cassette.taped import Taped

__all__ = ["holds_a_key"]

_DATA = re.compile(r"[A-Za-z0-9+/_-]{2000,}={0,2}")  # of a picture, or a signature


def holds_a_key(taped: Taped, *secrets: Secret) -> bool:
    """Return whether a key, token or password is anywhere in an exchange.

    Parameters
    ----------
    taped : Taped
        The exchange.
    *secrets : Secret
        To look for besides those that the process knows.
    """
    listed, texts = known(*secrets), dict.fromkeys(_texts(taped))
    if any(listed.scrub(text) != text for text in (_line(taped), *texts)):
        return True
    return any(looks_secret(text) for text in texts if not _DATA.fullmatch(text))


def _line(taped: Taped) -> str:
    return json.dumps(asdict(taped), ensure_ascii=False)


def _texts(taped: Taped) -> Iterator[str]:
    yield from _strings(taped.request)
    yield from taped.headers.values()
    laid = laid_out(taped.body) if taped.streamed else None  # as the file says it, pieces joined
    events = laid or list(_events(taped.body))
    yield from _pieces(events)
    for value in events or [_json(taped.body)]:
        yield from _strings(value)


def _events(body: str) -> Iterator[dict[str, Any]]:
    for line in body.split("\n"):
        if line.startswith("data:"):
            event = _json(line.removeprefix("data:"))
            if isinstance(event, dict):
                yield cast("dict[str, Any]", event)


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _pieces(events: list[dict[str, Any]]) -> Iterator[str]:
    """Yield what the pieces of each block say together, and all of them: none may say it alone."""
    blocks: dict[Any, list[str]] = defaultdict(list)
    for event in events:
        delta = event.get("delta")
        for name, piece in cast("dict[str, Any]", delta if isinstance(delta, dict) else {}).items():
            if isinstance(piece, str) and name != "type":
                blocks[event.get("index"), name].append(piece)
    joined = ["".join(pieces) for pieces in blocks.values()]
    yield from joined
    yield "".join(joined)


def _strings(value: Any, name: str = "") -> Iterator[str]:
    """Yield the texts in a value, those of an object as what is given to a name."""
    if isinstance(value, str):
        yield value
        if name and not _DATA.fullmatch(value):
            yield f"{name}: {json.dumps(value)}"
    elif isinstance(value, list):
        items = cast("list[Any]", value)
        yield "".join(text for item in items if (text := _text(item)))
        for item in items:
            yield from _strings(item, name)
    elif isinstance(value, dict):
        for key, item in cast("dict[str, Any]", value).items():
            yield from _strings(item, key)


def _text(block: Any) -> str:
    found = cast("dict[str, Any]", block).get("text") if isinstance(block, dict) else None
    return found if isinstance(found, str) else ""
