"""The emulator's vocabulary for HTTP: calls in, replies out, server-sent events in between.

Knows bytes and JSON; no sockets, no clocks, no messages. A reply's body is a series of `Part`,
each with the moment it is due, so that one engine serves a socket, a blocking transport and an
asynchronous one.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, cast

__all__ = ["JSON", "ApiError", "Call", "Part", "Reply", "dump", "error_body", "section", "sse"]

JSON = dict[str, Any]


class Part(NamedTuple):
    """Some bytes of a body.

    Attributes
    ----------
    data : bytes
        May be empty: then the part only lets time pass.
    due : float
        Seconds after the head of the reply; not sent earlier.
    end : {"", "cut", "reset"}
        ``"cut"`` closes the connection inside a chunk, ``"reset"`` before anything is sent.
    """

    data: bytes
    due: float = 0.0
    end: Literal["", "cut", "reset"] = ""


@dataclass(frozen=True, slots=True)
class Call:
    """One HTTP request.

    Attributes
    ----------
    headers : Mapping of str to str
        Names in lower case.
    query : Mapping of str to list of str
        Decoded.
    base_url : str
        Where the client reached the server, for absolute links.
    """

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes = b""
    query: Mapping[str, list[str]] = field(default_factory=dict[str, list[str]])
    base_url: str = "http://127.0.0.1"


@dataclass(frozen=True, slots=True)
class Reply:
    """One HTTP response; `streamed` bodies are sent in chunks, others with their length."""

    status: int
    headers: Mapping[str, str]
    parts: Iterable[Part]
    streamed: bool = False


class ApiError(Exception):
    """A refusal, in the API's own terms.

    Parameters
    ----------
    status : int
        HTTP status.
    kind : str
        The API's error type, such as ``"invalid_request_error"``.
    message : str
        For the person who sent the request.
    details : dict, optional
        The API's machine-readable details.
    headers : Mapping, optional
        Extra response headers.
    """

    def __init__(
        self,
        status: int,
        kind: str,
        message: str,
        *,
        details: JSON | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.kind = kind
        self.message = message
        self.details = details
        self.headers = dict(headers or {})

    def body(self, request_id: str) -> JSON:
        """Return the response body."""
        return error_body(self.kind, self.message, request_id, self.details)


def error_body(kind: str, message: str, request_id: str, details: JSON | None = None) -> JSON:
    """Return an error object as the API sends it, in a response or as a stream event."""
    error: JSON = {"type": kind, "message": message}
    if details is not None:
        error["details"] = details
    return {"type": "error", "error": error, "request_id": request_id}


def dump(value: Any) -> bytes:
    """Return compact JSON in UTF-8, as the API writes it."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def sse(event: Mapping[str, Any]) -> bytes:
    """Return one server-sent event, named by the ``type`` of its data."""
    return b"event: %b\ndata: %b\n\n" % (str(event["type"]).encode(), dump(event))


def section(params: Mapping[str, Any], name: str) -> JSON:
    """Return an object of a valid request, empty if it is absent or null."""
    return cast("JSON", params.get(name) or {})
