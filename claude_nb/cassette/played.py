"""A recorded answer as it is given to a client: in the form that was asked for, at its pace."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import zip_longest

from claude_nb.cassette.answers import is_error
from claude_nb.cassette.forms import as_message, as_stream
from claude_nb.cassette.made import content_of
from claude_nb.cassette.streams import blocks
from claude_nb.cassette.taped import Taped

__all__ = ["Played", "played"]

_NO_RETRY = {"x-should-retry": "false"}  # it would be the same again, after a wait
_TYPES = {True: "text/event-stream; charset=utf-8", False: "application/json"}


@dataclass(frozen=True, slots=True)
class Played:
    """What a client gets.

    Attributes
    ----------
    status : int
        HTTP status.
    headers : dict of str
        Header fields.
    events : list of (float, bytes)
        Seconds to wait, and what comes then.
    """

    status: int
    headers: dict[str, str]
    events: list[tuple[float, bytes]]


def played(found: Taped, *, stream: bool, speed: float) -> Played:
    """Return an exchange as a message or as a stream; at speed 0 all at once."""
    if is_error(found):
        return Played(found.status, found.headers | _NO_RETRY, [(0, found.body.encode())])
    if stream != found.streamed:
        other = (as_stream if stream else as_message)(found.body)
        if other is not None:  # else it is damaged, as the client will say
            headers = found.headers | {"content-type": _TYPES[stream]}
            return Played(found.status, headers, _chunks(other))
    if not found.streamed:
        return Played(found.status, dict(found.headers), [(0, content_of(found))])
    pace = [milliseconds / 1000 / speed for milliseconds in found.pace] if speed else []
    return Played(found.status, dict(found.headers), _chunks(found.body, pace))


def _chunks(body: str, pace: list[float] | None = None) -> list[tuple[float, bytes]]:
    events = [block.encode() for block in blocks(body)]
    waits = (pace or [])[: len(events)]
    return list(zip_longest(waits, events, fillvalue=0.0))  # pyright: ignore[reportReturnType]
