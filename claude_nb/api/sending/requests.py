"""Turn keyword arguments into a `Request`: URL, headers, JSON body. No I/O."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import isfinite
from os import PathLike
from pathlib import Path
from typing import Any, Final, cast
from urllib.parse import quote, urlencode

import pydantic

from claude_nb._version import __version__
from claude_nb.api import errors
from claude_nb.api.headers import merged
from claude_nb.api.hiding.names import says_secret
from claude_nb.api.platforms.platform import Draft
from claude_nb.api.secret import Secret
from claude_nb.api.sending.surrogates import half_of_a_pair
from claude_nb.api.wire import Headers, Request, Timeout
from claude_nb.characters import SURROGATE

__all__ = ["NOT_GIVEN", "NotGiven", "Omit", "RequestBuilder", "is_given", "not_given", "omit"]

Json = dict[str, Any]


class NotGiven:
    """Stands for an argument that was not given, where None means something."""

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return "NOT_GIVEN"


class Omit:
    """Leaves something out that would otherwise be sent, for example a default header."""

    def __bool__(self) -> bool:
        return False


NOT_GIVEN: Final = NotGiven()
not_given: Final = NOT_GIVEN
omit: Final = Omit()

_DEFAULT_HEADERS = {
    "Accept": "application/json",
    "Accept-Encoding": "gzip, deflate",
    "Content-Type": "application/json",
    "User-Agent": f"claude_nb/{__version__}",
    "anthropic-version": "2023-06-01",
}


def is_given(value: object) -> bool:
    """Return whether a value is to be sent (None is: as null)."""
    return not isinstance(value, NotGiven | Omit)


@dataclass(frozen=True, slots=True)
class RequestBuilder:
    """What all requests of a client have in common.

    Attributes
    ----------
    base_url : str
        Without a slash at its end.
    headers : Mapping
        The client's own, over the defaults.
    query : Mapping
        The client's own query parameters.
    timeout : Timeout
        Unless a call says otherwise.
    prepare : callable
        The platform's: see `Platform`.
    """

    base_url: str
    headers: Mapping[str, Any]
    query: Mapping[str, Any]
    timeout: Timeout
    prepare: Callable[[Draft], Draft]

    def build(
        self,
        method: str,
        path: str,
        body: Json | None = None,
        *,
        query: Mapping[str, Any] | None = None,
        options: Mapping[str, Any] | None = None,
        headers: Mapping[str, Any] | None = None,
    ) -> Request:
        """Return a request.

        Parameters
        ----------
        method, path : str
            HTTP method, and path below the base URL (or a whole URL).
        body : dict, optional
            The JSON body; values that were not given are left out.
        query, headers : Mapping, optional
            Of this endpoint.
        options : Mapping, optional
            The caller's ``extra_headers``, ``extra_query``, ``extra_body`` and ``timeout``.

        Raises
        ------
        DamagedCredentialsError
            A header that identifies the sender cannot be sent.
        UnsendableTextError
            Another header, or a text of body or query, cannot be sent.
        """
        options = options or {}
        extra_query = cast("Mapping[str, Any]", options.get("extra_query") or {})
        extra_headers = cast("Mapping[str, Any]", options.get("extra_headers") or {})
        timeout = options.get("timeout", NOT_GIVEN)
        layers = (_DEFAULT_HEADERS, self.headers, headers or {}, extra_headers)
        fields, private = merged(map(_given, layers))
        content = _merged(body, options.get("extra_body")) if body is not None else None
        draft = self.prepare(Draft(method, path, Headers(fields), content))
        url = draft.path if "://" in draft.path else self.base_url + draft.path
        asked = {**self.query, **(query or {}), **extra_query}
        return Request(
            draft.method,
            url + _query(asked),
            draft.headers,
            encode(draft.body) if draft.body is not None else b"",
            self.timeout if not is_given(timeout) else Timeout.of(timeout),
            private=private,
            held=tuple(_secrets(asked)),
        )


def encode(body: Any) -> bytes:
    """Return compact UTF-8 JSON.

    Raises
    ------
    ValueError
        A number is not finite.
    TypeError
        A value has no form in JSON.
    UnsendableTextError
        A text holds half of a surrogate pair.
    """
    try:
        text = json.dumps(
            body, separators=(",", ":"), ensure_ascii=False, allow_nan=False, default=_plain
        )
    except TypeError as error:
        raise TypeError(f"{error}{_place(body)}") from None
    except ValueError as error:
        if "JSON compliant" not in str(error) or not (where := _odd_number(body)):
            raise  # of what holds itself, or of a class of the caller's
        raise ValueError(f"NaN and infinity have no form in JSON. One is at {where}.") from None
    if SURROGATE.search(text):
        raise errors.UnsendableTextError(half_of_a_pair(json.loads(text)))
    return text.encode()


def _plain(value: Any) -> Any:
    """Return the JSON form of what is not plain data yet."""
    for kind, convert in _CONVERSIONS:
        if isinstance(value, kind):
            return convert(value)
    if hasattr(value, "to_param"):
        return value.to_param()
    if hasattr(value, "read"):
        return _base64(value.read())
    if getattr(value, "shape", None) == () and hasattr(value, "item"):
        return value.item()  # a number of numpy's is that number
    if isinstance(value, Iterable):
        return list(cast("Iterable[Any]", value))
    raise TypeError(f"A {type(value).__name__} cannot be sent: it has no form in JSON.")


def _place(body: Any) -> str:
    """Return where the first value is that has no form in JSON, as the end of a sentence."""
    found = next(_unsendable(body, ""), "")
    return f" It is at {found.removeprefix('.')}." if found else ""


def _unsendable(value: Any, path: str) -> Iterator[str]:
    if isinstance(value, Mapping):
        for name, item in cast("Mapping[Any, Any]", value).items():
            yield from _unsendable(item, f"{path}.{name}")
    elif isinstance(value, list | tuple):
        for number, item in enumerate(cast("list[Any]", value)):
            yield from _unsendable(item, f"{path}[{number}]")
    else:
        try:
            json.dumps(value, default=_plain)
        except TypeError:
            yield path
        except (ValueError, OSError):
            return


def _odd_number(body: Any) -> str:
    """Return where the first number is that is none, or without end; empty if there is none."""
    places: list[tuple[Any, str]] = [(body, "")]
    while places:
        value, path = places.pop()
        if isinstance(value, float) and not isfinite(value):
            return path.removeprefix(".")
        if isinstance(value, Mapping):
            items = cast("Mapping[Any, Any]", value).items()
            places += [(item, f"{path}.{name}") for name, item in reversed([*items])]
        elif isinstance(value, list | tuple):
            listed = cast("Sequence[Any]", value)
            places += [(item, f"{path}[{n}]") for n, item in reversed([*enumerate(listed)])]
    return ""


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()


_CONVERSIONS: tuple[tuple[Any, Callable[[Any], Any]], ...] = (
    (pydantic.BaseModel, lambda v: v.model_dump(mode="json", exclude_unset=True, warnings=False)),
    (date, date.isoformat),
    (PathLike, lambda value: _base64(Path(value).read_bytes())),
    ((bytes, bytearray), _base64),
    (Mapping, dict),
)


def _merged(body: Json | None, extra: Any) -> Any:
    given = {name: value for name, value in (body or {}).items() if is_given(value)}
    if isinstance(extra, Mapping):
        given.update(cast("Mapping[str, Any]", extra))
        return given
    return given if extra is None else extra


def _given(layer: Mapping[str, Any]) -> dict[str, Any]:
    """Return header fields, None in the place of those that are to be left out."""
    return {name: value if is_given(value) else None for name, value in layer.items()}


def _secrets(query: Mapping[str, Any]) -> Iterator[Secret]:
    """Yield the parameters of a query that identify the sender, by their names."""
    for name, value in query.items():
        if isinstance(value, Secret):
            yield value
        elif isinstance(value, str) and says_secret(name):
            yield Secret(value)


def _query(params: Mapping[str, Any]) -> str:
    pairs = [pair for name, value in params.items() for pair in _query_pairs(name, value)]
    if any(SURROGATE.search(text) for pair in pairs for text in pair):
        raise errors.UnsendableTextError(half_of_a_pair(dict(pairs), "query"))
    return "?" + urlencode(pairs, quote_via=quote, safe="") if pairs else ""


def _query_pairs(name: str, value: Any) -> list[tuple[str, str]]:
    if value is None or not is_given(value):
        return []
    if isinstance(value, bool):
        return [(name, "true" if value else "false")]
    if isinstance(value, list | tuple):
        items = cast("list[Any]", value)
        return [pair for item in items for pair in _query_pairs(f"{name}[]", item)]
    return [(name, value.reveal() if isinstance(value, Secret) else str(value))]
