"""Objects of a foreign client as what went over the wire: JSON, and server-sent events."""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any, Self, cast

from claude_nb.api.secret import Secret
from claude_nb.api.sending.lent import failures

__all__ = ["WHOLE", "Events", "encoded"]

WHOLE = "--no-stream asks it for a whole answer"
Json = dict[str, Any]


def encoded(given: Any) -> bytes:
    """Return an object of a client as the JSON that it was made of.

    Raises
    ------
    TypeError
        It is none that a server could have sent.
    """
    return json.dumps(_plain(given), default=_plain).encode()


def _plain(given: Any) -> Any:
    if isinstance(given, Mapping):
        return dict(cast("Mapping[str, Any]", given))
    if hasattr(given, "model_dump"):  # also what a newer server added, and never what it left out
        return given.model_dump(mode="json", by_alias=True, exclude_unset=True, warnings=False)
    if hasattr(given, "to_dict"):
        return given.to_dict()
    fields = getattr(given, "__dict__", None)
    if isinstance(fields, dict) and fields:
        return {n: v for n, v in cast("Json", fields).items() if not n.startswith("_")}
    raise TypeError(f"its reply is {type(given).__name__}, which is no object of the Messages API")


def _opened(given: Any) -> Iterator[Any]:
    """Return what was given for a stream as one; messages can be iterated over, too."""
    if inspect.iscoroutine(given):
        given.close()
    if inspect.isawaitable(given) or hasattr(given, "__aiter__"):
        raise TypeError("what it gives must be awaited: use a client that waits for its answers")
    whole = issubclass(type(given), Mapping | str | bytes) or hasattr(given, "model_dump")
    if whole or not hasattr(given, "__iter__"):
        raise TypeError(f"asked for a stream of events, it gave {_named(given)}: {WHOLE}")
    return iter(given)


def _named(given: Any) -> str:
    return "nothing" if given is None else f"an object of type {type(given).__name__}"


class Events:
    """The events of a foreign stream as the bytes of ours. Closing it closes the stream.

    Parameters
    ----------
    stream : iterable
        Of events.
    name : str
        What the client is called.
    secrets : tuple of Secret
        To keep out of errors.
    """

    def __init__(self, stream: Any, name: str, secrets: tuple[Secret, ...]) -> None:
        self._stream = stream
        self._name = name
        self._secrets = secrets
        self._events: Iterator[Any] = _opened(stream)
        self._over = False

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> bytes:
        if self._over:
            raise StopIteration
        try:
            return _event(_plain(next(self._events)))
        except StopIteration:
            raise
        except Exception as error:  # noqa: BLE001 - a client may raise what it likes
            self._over = True
            said = failures.event(error, self._secrets)
            if said is not None:
                return _event(said)
            failure = failures.told(error, self._name, self._secrets)
        raise failure

    @property
    def reply(self) -> Any:
        """The reply of its HTTP library, if it tells."""
        return getattr(self._stream, "response", None)

    def close(self) -> None:
        """Close the stream, and with it its connection."""
        self._over = True
        close = getattr(self._stream, "close", None)
        if callable(close):
            with suppress(ValueError):  # a generator that another thread still reads
                close()


def _event(event: Json) -> bytes:
    if not isinstance(event.get("type"), str):
        raise TypeError("it sent an event without a type, which is none of the Messages API")
    data = json.dumps(event, default=_plain, ensure_ascii=False)
    return f"event: {event['type']}\ndata: {data}\n\n".encode("utf-8", "surrogatepass")
