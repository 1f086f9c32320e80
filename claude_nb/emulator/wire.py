"""The emulator's vocabulary for HTTP: calls in, replies out, server-sent events in between.

Knows bytes and JSON; no sockets, no clocks, no messages. A reply's body is a series of `Part`,
each with the moment it is due, so that one engine serves a socket, a blocking transport and an
asynchronous one.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, NamedTuple, NoReturn, cast

from claude_nb.emulator import extent

# fmt: off
__all__ = [
    "JSON", "ApiError", "Call", "Part", "Reply", "bad_json", "bad_request", "check_levels", "dump",
    "encode", "error_body", "parse", "section", "sse",
]
# fmt: on

JSON = dict[str, Any]


class Part(NamedTuple):
    """Some bytes of a body.

    Attributes
    ----------
    data : bytes
        May be empty: then the part only lets time pass.
    due : float
        Seconds after the call; not sent earlier.
    end : {"", "cut", "reset"}
        ``"cut"`` closes the connection inside a chunk, ``"reset"`` before anything is sent.
    alone : bool
        Sent as a chunk of its own, not joined with others that are due.
    """

    data: bytes
    due: float = 0.0
    end: Literal["", "cut", "reset"] = ""
    alone: bool = False


@dataclass(frozen=True, slots=True, weakref_slot=True)
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
    staged : Mapping of str to str
        What a fault wants of the answer itself.
    """

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes = b""
    query: Mapping[str, list[str]] = field(default_factory=dict[str, list[str]])
    base_url: str = "http://127.0.0.1"
    staged: Mapping[str, str] = field(default_factory=dict[str, str])

    def with_body(self, body: bytes) -> Call:
        """Return the call with its body."""
        return replace(self, body=body)


@dataclass(frozen=True, slots=True)
class Reply:
    """One HTTP response.

    Attributes
    ----------
    parts : iterable of Part
        The body, in order.
    streamed : bool
        Sent in chunks; other bodies are sent with their length, when all of them is due.
    head_due : float
        Seconds after the call; the head of a streamed reply is not sent earlier.
    is_work : bool
        Its parts take long to compute; not to be done where others wait.
    length : int or None
        Promised length of a body that will not keep it; None for the true one.
    """

    status: int
    headers: Mapping[str, str]
    parts: Iterable[Part]
    streamed: bool = False
    head_due: float = 0.0
    length: int | None = None
    is_work: bool = False

    def with_headers(self, more: Mapping[str, str]) -> Reply:
        """Return the reply with more headers."""
        return replace(self, headers={**self.headers, **more})


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
        self.headers: dict[str, str] = dict(headers or {})

    def body(self, request_id: str) -> JSON:
        """Return the response body."""
        return error_body(self.kind, self.message, request_id, self.details)


def bad_request(message: str) -> ApiError:
    """Return the refusal of a request that is not valid."""
    return ApiError(400, "invalid_request_error", message)


def error_body(kind: str, message: str, request_id: str, details: JSON | None = None) -> JSON:
    """Return an error object as the API sends it, in a response or as a stream event."""
    error: JSON = {"type": kind, "message": message}
    if details is not None:
        error["details"] = details
    return {"type": "error", "error": error, "request_id": request_id}


def dump(value: Any) -> bytes:
    """Return compact JSON in UTF-8, as the API writes it."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.encode()


def sse(event: Mapping[str, Any]) -> bytes:
    """Return one server-sent event, named by the ``type`` of its data."""
    return b"event: %b\ndata: %b\n\n" % (str(event["type"]).encode(), dump(event))


def section(params: Mapping[str, Any], name: str) -> JSON:
    """Return an object of a valid request, empty if it is absent or null."""
    return cast("JSON", params.get(name) or {})


def parse(body: bytes) -> JSON:
    """Return the object in a request body.

    Raises
    ------
    ApiError
        400 if it is no JSON, no object, holds half a surrogate pair, or too many values or levels.
    """
    try:
        value = json.loads(_text(body), parse_constant=_no_constant)
    except ValueError as error:
        raise bad_json(str(error)) from None
    except RecursionError:  # how deep Python can read depends on its version
        raise too_deep() from None
    check_levels(value)
    encode(value)
    if not isinstance(value, dict):
        raise bad_request("Input should be a valid dictionary")
    return cast("JSON", value)


def _text(body: bytes) -> str:
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise bad_json(str(error)) from None
    if extent.has_too_many_values(text):
        raise bad_request(f"Request has more than {extent.MOST_VALUES:,} values")
    return text


def check_levels(value: Any) -> None:
    """Refuse JSON that is nested too deep.

    Raises
    ------
    ApiError
        400.
    """
    if extent.has_too_many_levels(value):
        raise too_deep()


def too_deep() -> ApiError:
    """Return the refusal of JSON that is nested too deep."""
    return bad_json(f"nested more than {extent.MOST_LEVELS} levels deep")


def encode(value: Any) -> bytes:
    """Return what was parsed from a request as JSON again.

    Raises
    ------
    ApiError
        400 for what Python reads and JSON does not have: 1e999, half a surrogate pair.
    """
    try:
        return dump(value)
    except UnicodeEncodeError:
        raise bad_json("no low surrogate in string") from None
    except (ValueError, RecursionError) as error:
        raise bad_json(str(error)) from None


def bad_json(problem: str) -> ApiError:
    """Return the refusal of a body that is not JSON."""
    return bad_request(f"The request body is not valid JSON: {problem}")


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
