"""What goes over the wire, as plain values: `Request`, `Response`, `Headers`, `Timeout`.

These stand in for the HTTP library's classes everywhere outside `claude_nb._http`, so that no
class of that library is part of the public API. None of them ever holds the API key.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from claude_nb.api.hiding.names import authenticates
from claude_nb.api.secret import Secret, scrub

__all__ = ["FIRST_FAILURE", "Headers", "Request", "Response", "Timeout"]

FIRST_FAILURE = 300  # the first HTTP status that is no success


class Headers(Mapping[str, str]):
    """Header fields by name, whatever its case; repeated fields are joined by a comma.

    Parameters
    ----------
    fields : Mapping or iterable of (name, value)
        The fields; a later one of the same name is added to an earlier one.
    """

    __slots__ = ("_fields",)

    def __init__(self, fields: Mapping[str, str] | Iterable[tuple[str, str]] = ()) -> None:
        self._fields: dict[str, str] = {}
        for name, value in (
            cast("dict[str, str]", fields).items()
            if hasattr(fields, "items")
            else cast("Iterable[tuple[str, str]]", fields)
        ):
            key = name.lower()
            self._fields[key] = f"{self._fields[key]}, {value}" if key in self._fields else value

    def __getitem__(self, name: str) -> str:
        return self._fields[name.lower()]

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.lower() in self._fields

    def __iter__(self) -> Iterator[str]:
        return iter(self._fields)

    def __len__(self) -> int:
        return len(self._fields)

    def __repr__(self) -> str:
        return f"Headers({self.public()})"

    def public(self) -> dict[str, str]:
        """Return the fields with the values of secret ones hidden."""
        return {
            name: "[secret]" if authenticates(name, value) else value
            for name, value in self._fields.items()
        }

    def __reduce__(self) -> tuple[Any, ...]:
        return Headers, (self.public(),)


@dataclass(frozen=True, slots=True)
class Timeout:
    """How long to wait, in seconds; None waits for ever.

    Parameters
    ----------
    timeout : float or None
        For each phase that is not named.
    connect, read, write, pool : float or None
        To open a connection, for the next bytes to arrive, for bytes to be taken, and for a
        connection to become free.
    """

    timeout: float | None = field(default=None, compare=False, repr=False)
    connect: Any = ...
    read: Any = ...
    write: Any = ...
    pool: Any = ...

    def __post_init__(self) -> None:
        for phase in ("connect", "read", "write", "pool"):
            if getattr(self, phase) is ...:
                object.__setattr__(self, phase, self.timeout)

    @classmethod
    def of(cls, value: Any) -> Timeout:
        """Return a Timeout for a number of seconds, None, or an object with the four phases."""
        if isinstance(value, Timeout):
            return value
        if value is None or isinstance(value, int | float):
            return cls(value)
        if isinstance(value, tuple):
            return cls(None, *cast("tuple[Any, ...]", value))
        return cls(None, value.connect, value.read, value.write, value.pool)

    def as_dict(self) -> dict[str, float | None]:
        """Return the seconds of each phase."""
        return {"connect": self.connect, "read": self.read, "write": self.write, "pool": self.pool}


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request; what identifies its sender is added as it is sent, and does not show.

    Attributes
    ----------
    method, url : str
        What is asked of whom.
    headers, content
        Header fields and body.
    timeout : Timeout
        Up to the reply's head, and within its body unless the next says otherwise.
    idle_timeout : float or None
        Seconds to wait for more of a streamed body.
    private : Mapping
        Header fields of the caller's own that identify the sender; a copy or pickle has none.
    held : tuple of Secret
        Secrets that are in the address: known, and hidden elsewhere, as long as the request is.
    upload : Upload or None
        The body, where that is read piece by piece; `content` is empty then.
    """

    method: str
    url: str
    headers: Headers = field(default_factory=Headers)
    content: bytes = field(default=b"", repr=False)
    timeout: Timeout = field(default_factory=Timeout, repr=False)
    idle_timeout: float | None = field(default=None, repr=False)
    private: Mapping[str, Secret] = field(
        default_factory=dict[str, Secret], repr=False, compare=False
    )
    held: tuple[Secret, ...] = field(default=(), repr=False, compare=False)
    upload: Any = field(default=None, repr=False)

    def __repr__(self) -> str:
        return f"Request({self.method!r}, {scrub(self.url)!r}, headers={self.headers!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        said = (self.method, scrub(self.url), self.headers, self.content, self.timeout)
        return Request, (*said, self.idle_timeout)


@dataclass(frozen=True, slots=True)
class Response:
    """One HTTP reply.

    Attributes
    ----------
    status_code : int
        HTTP status.
    headers : Headers
        Header fields.
    request : Request
        What was asked.
    content : bytes
        The body; empty for a stream, whose body is its events.
    elapsed : float
        Seconds from sending the request to the reply's head.
    cut : str
        Why `content` is not all of the body, as the end of a sentence; empty if it is.
    """

    status_code: int
    headers: Headers
    request: Request
    content: bytes = field(default=b"", repr=False)
    elapsed: float = field(default=0.0, repr=False)
    cut: str = field(default="", repr=False)

    @property
    def url(self) -> str:
        """Where the request went."""
        return self.request.url

    @property
    def request_id(self) -> str | None:
        """The server's id for the request, to quote to its support."""
        return self.headers.get("request-id")

    @property
    def text(self) -> str:
        """The body as text."""
        return self.content.decode("utf-8", "replace")

    def json(self) -> Any:
        """Return the body decoded from JSON.

        Raises
        ------
        ValueError
            The body is no JSON.
        """
        return json.loads(self.content)
