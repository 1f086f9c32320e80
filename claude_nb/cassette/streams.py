"""A stream as a file holds it, for people to read: events as objects, pieces of a text joined.

`laid_out` makes of a stream's bytes what stands in a line of a cassette, and `rendered` makes the
stream of that again, event by event. A stream of another form than the API's is left as it is.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise
from typing import Any, cast

__all__ = ["blocks", "laid_out", "rendered", "told_in"]

Json = dict[str, Any]

_START, _DATA = "event: ", "\ndata: "
_GROWS = "content_block_delta"
_PIECES = "pieces"  # lengths of the pieces that a text came in


def blocks(text: str) -> list[str]:
    """Return the events of a stream as text, each with the blank line that ends it."""
    *whole, rest = text.split("\n\n")
    return [f"{block}\n\n" for block in whole] + [rest] * bool(rest)


def told_in(block: str) -> Json:
    """Return the object that an event holds; empty if it holds none."""
    data = "\n".join(line[5:] for line in block.split("\n") if line.startswith("data:"))
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return {}
    return cast("Json", value) if isinstance(value, dict) else {}


def laid_out(text: str) -> list[Json] | None:
    """Return the events of a stream, the pieces of a text joined; None if its form is another."""
    events = [_event(block) for block in blocks(text)]
    known = [event for event in events if event is not None and _PIECES not in event]
    return list(_joined(known)) if len(known) == len(events) else None


def rendered(events: Sequence[Json]) -> str:
    """Return the stream of these events, as the API writes it.

    Raises
    ------
    ValueError
        These are no events.
    """
    return "".join(_written(event) for each in events for event in _parted(each))


def _event(block: str) -> Json | None:
    name, found, data = block.removesuffix("\n\n").removeprefix(_START).partition(_DATA)
    event = told_in(block)
    plain = found and "\n" not in data and "\r" not in block
    return event if plain and event.get("type") == name else None


def _written(event: Json) -> str:
    data = json.dumps(event, ensure_ascii=False, separators=(",", ":"))
    return f"{_START}{event.get('type')}{_DATA}{data}\n\n"


def _grown(event: Json) -> str:
    """Return the field of a delta that holds a piece of a text; empty if the event is another."""
    delta = event.get("delta")
    if event.keys() != {"type", "index", "delta"} or event["type"] != _GROWS:
        return ""
    held = cast("Json", delta) if isinstance(delta, dict) else {}
    names = [name for name in held if name != "type"]
    return names[0] if len(names) == 1 and isinstance(held[names[0]], str) else ""


def _joined(events: Sequence[Json]) -> Iterator[Json]:
    """Yield the events, those that follow each other with pieces of one text as one."""
    run: list[Json] = []
    for event in events:
        if run and not _alike(run[-1], event):
            yield _whole(run)
            run = []
        run.append(event)
    if run:
        yield _whole(run)


def _alike(one: Json, other: Json) -> bool:
    name = _grown(one)
    return bool(name) and _grown(other) == name and _place(one) == _place(other)


def _place(event: Json) -> str:
    """Return where a piece of text belongs, and of what kind it is."""
    return json.dumps([event["index"], event["delta"].get("type")])


def _whole(run: list[Json]) -> Json:
    first = run[0]
    if len(run) == 1:
        return first
    name = _grown(first)
    pieces = [event["delta"][name] for event in run]
    delta = {**first["delta"], name: "".join(pieces)}
    return {**first, "delta": delta, _PIECES: [len(piece) for piece in pieces]}


def _parted(event: Json) -> Iterator[Json]:
    """Yield the events that one of the file stands for."""
    lengths = event.get(_PIECES)
    plain = {name: value for name, value in event.items() if name != _PIECES}
    if lengths is None:
        yield plain
        return
    name = _grown(plain)
    if not name or not _are_lengths(lengths):
        raise ValueError("its pieces are none")
    text = plain["delta"][name]
    ends = [*accumulate(lengths)][:-1]  # the last has all that is left, if somebody edited the text
    for start, end in pairwise([0, *ends, len(text)]):
        yield {**plain, "delta": {**plain["delta"], name: text[start:end]}}


def _are_lengths(value: Any) -> bool:
    return isinstance(value, list) and all(
        type(item) is int and item >= 0 for item in cast("list[Any]", value)
    )
