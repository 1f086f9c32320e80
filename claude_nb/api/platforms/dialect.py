"""How a cloud says what the API says: requests and replies translated as they are sent; pure.

What is asked stays a request of the API for all that counts, records or limits calls; only what
goes over the wire is another one.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol, cast

from claude_nb.api.platforms.paths import endpoint
from claude_nb.api.wire import Headers, Request, Response

__all__ = ["Dialect", "Frames", "as_it_is", "refused", "rewritten", "split_url", "unknown"]

_BY_STATUS = {
    400: "invalid_request_error",
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    408: "timeout_error",
    413: "request_too_large",
    422: "invalid_request_error",
    429: "rate_limit_error",
    529: "overloaded_error",
}
_LATER = 300  # the first status that is no success
Json = dict[str, Any]


class Frames(Protocol):
    """Turns the bytes of one stream into those of server-sent events."""

    def feed(self, chunk: bytes) -> bytes:
        """Return the events that this chunk completes."""
        ...


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one cloud is spoken to.

    Attributes
    ----------
    request : callable
        A request of the API → the cloud's; None where the cloud has no such call.
    frames : callable or None
        Makes what reads one stream; None where streams are those of the API.
    name : str
        What the cloud is called.
    """

    request: Callable[[Request], Request | None]
    name: str
    frames: Callable[[], Frames] | None = None


def as_it_is(request: Request) -> Request:
    """Return a request unchanged: only refusals are said in another way there."""
    return request


def split_url(request: Request) -> tuple[str, str, str]:
    """Return what stands before the API's path, that path, and the query with its ``?``."""
    head, mark, query = request.url.partition("?")
    path = endpoint(head)
    return head.removesuffix(path), path, mark + query


def rewritten(request: Request, url: str, body: Mapping[str, Any], *without: str) -> Request:
    """Return a request for another address, with another body and without some header fields."""
    kept = {n: v for n, v in request.headers.items() if n.lower() not in without}
    content = json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode()
    return replace(request, url=url, headers=Headers(kept), content=content)


def refused(reply: Response) -> Response:
    """Return a cloud's refusal as the API says it, so that each kind is told as what it is."""
    said = _object(reply.content)
    if reply.status_code < _LATER or "type" in _inner(said):
        return reply
    words = _sentence(said) or reply.text.strip()[:_LATER] or f"HTTP {reply.status_code}"
    content = _error(_BY_STATUS.get(reply.status_code, "api_error"), words)
    return replace(reply, content=content)


def unknown(request: Request, name: str) -> Response:
    """Return what the API would reply to a call that a cloud does not have."""
    words = f"{name} has no {endpoint(request.url)}."
    headers = Headers({"content-type": "application/json"})
    return Response(404, headers, request, _error("not_found_error", words))


def _error(kind: str, words: str) -> bytes:
    return json.dumps({"type": "error", "error": {"type": kind, "message": words}}).encode()


def _object(content: bytes) -> Json:
    try:
        said = json.loads(content)
    except ValueError:
        return {}
    if isinstance(said, list) and said:  # Google wraps the errors of streams so
        said = cast("Any", said[0])
    return cast("Json", said) if isinstance(said, dict) else {}


def _inner(said: Json) -> Json:
    error = said.get("error")
    return cast("Json", error) if isinstance(error, dict) else {}


def _sentence(said: Json) -> str:
    words = (_inner(said).get("message"), said.get("message"), said.get("Message"))
    return next((word for word in words if isinstance(word, str) and word), "")
