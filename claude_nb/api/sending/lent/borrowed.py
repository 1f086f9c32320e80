"""A foreign client with the Messages interface, as a connector: the official SDK's, or one like it.

A request becomes a call of its ``messages.create``, ``messages.count_tokens`` or ``models.list``;
what that gives becomes the reply that the API itself would have sent. So everything above (cells,
rows, the ledger, budgets, recordings) needs to know nothing of it, and how that client signs, and
frames its streams, stays its own affair.
"""

from __future__ import annotations

import inspect
import json
import time
from collections.abc import Callable, Mapping
from typing import Any, cast
from urllib.parse import parse_qsl, urlsplit

from claude_nb.api.platforms.paths import COUNT_TOKENS, MESSAGES, MODELS, endpoint
from claude_nb.api.secret import Secret
from claude_nb.api.sending.lent import failures, plain
from claude_nb.api.wire import Headers, Request, Response, Timeout

__all__ = ["Borrowed", "is_asynchronous", "is_client"]

_KEYS = (
    *("api_key", "auth_token", "access_token", "webhook_key"),
    *("aws_secret_key", "aws_session_token", "aws_access_key"),
)
_OURS = frozenset(
    {  # what this client writes into every request, and the other one writes itself
        *("accept", "accept-encoding", "anthropic-version", "content-type", "user-agent"),
        *("x-api-key", "authorization"),
    }
)
_OF_BYTES = frozenset({"content-encoding", "content-length", "transfer-encoding", "content-type"})
_FOUND, _MISSING = 200, 404
Json = dict[str, Any]


def is_client(given: Any) -> bool:
    """Return whether an object has the Messages interface."""
    return callable(getattr(getattr(given, "messages", None), "create", None))


def is_asynchronous(given: Any) -> bool:
    """Return whether calls of a client are to be awaited."""
    create = inspect.unwrap(given.messages.create)
    return inspect.iscoroutinefunction(create) or "Async" in type(given).__name__


class Borrowed:
    """Has a foreign client send.

    Parameters
    ----------
    client : object
        With ``messages.create``; it stays its owner's, and is never closed here.
    usual : Timeout
        What requests wait for where nobody says; only another one is passed on.
    """

    def __init__(self, client: Any, usual: Timeout) -> None:
        self.name: str = type(client).__name__
        self.closed: bool = False
        self._client = client
        self._usual = usual
        found = [getattr(client, name, None) for name in _KEYS]
        # known from here on, so that they are hidden wherever a server says one
        self._secrets = tuple(Secret(key) for key in found if isinstance(key, str) and key)

    def has_key(self, _: Request) -> bool:
        """Return that it is known who sends: the client's owner has seen to it."""
        return True

    def close(self) -> None:
        """Send nothing more; the client itself stays open."""
        self.closed = True

    def send(self, request: Request, *, stream: bool) -> tuple[Response, Any]:
        """Send a request; return its reply, with a body to read if it is streamed.

        Raises
        ------
        TransportError
            No reply arrived.
        CredentialsError, AnthropicError
            The client could not send it.
        """
        call, started = self._call(request), time.monotonic()
        if call is None:
            return self._nothing_there(request), None
        try:
            given, headers = call(stream)
            return self._replied(request, given, headers, started, stream=stream)
        except Exception as error:  # noqa: BLE001 - a client may raise what it likes
            failed = failures.reply(error, request, self._secrets)
            if failed is None:
                failure = failures.told(error, self.name, self._secrets)
            else:
                return failed, None
        raise failure

    def _call(self, request: Request) -> Callable[[bool], tuple[Any, Mapping[str, str]]] | None:
        """Return what asks for this; None if the client has no way to."""
        path, messages = endpoint(request.url), self._client.messages
        if request.method == "POST" and path in {MESSAGES, COUNT_TOKENS}:
            name = "create" if path == MESSAGES else "count_tokens"
            if not callable(getattr(messages, name, None)):
                return None
            return lambda stream: _called(messages, name, self._params(request, name, stream))
        models = getattr(self._client, "models", None)
        if request.method == "GET" and path == MODELS and models is not None:
            return lambda _: (models.list(**dict(parse_qsl(urlsplit(request.url).query))), {})
        return None

    def _params(self, request: Request, name: str, stream: bool) -> Json:  # noqa: FBT001 (of ours)
        """Return a request as the keyword arguments of the client's method."""
        takes = inspect.signature(getattr(self._client.messages, name)).parameters
        takes_all = any(each.kind is each.VAR_KEYWORD for each in takes.values())
        body = cast("Json", json.loads(request.content))
        body.pop("stream", None)
        named = {n: value for n, value in body.items() if takes_all or n in takes}
        others = {n: value for n, value in body.items() if n not in named}
        extras: Json = {"extra_body": others, "extra_headers": _own_headers(request)}
        if request.timeout != self._usual:
            extras["timeout"] = request.timeout.read
        named |= {n: value for n, value in extras.items() if value and (takes_all or n in takes)}
        if others and "extra_body" not in named:
            known = ", ".join(sorted(others))
            raise TypeError(f"its messages.{name} has no parameter for {known}")
        if stream and not (takes_all or "stream" in takes):
            raise TypeError(f"its messages.{name} has no parameter for stream: {plain.WHOLE}")
        return {**named, "stream": True} if stream else named

    def _replied(
        self, request: Request, given: Any, told: Mapping[str, str], started: float, *, stream: bool
    ) -> tuple[Response, Any]:
        kept = {n.lower(): str(v) for n, v in told.items() if n.lower() not in _OF_BYTES}
        if "x-amzn-requestid" in kept:
            kept.setdefault("request-id", kept["x-amzn-requestid"])
        kind = "text/event-stream" if stream else "application/json"
        headers = Headers({**kept, "content-type": kind})
        body = plain.Events(given, self.name, self._secrets) if stream else None
        content = b"" if stream else plain.encoded(given)
        elapsed = time.monotonic() - started
        return Response(_FOUND, headers, request, content, elapsed=elapsed), body

    def _nothing_there(self, request: Request) -> Response:
        path = endpoint(request.url)
        what = "lists no models" if path.startswith(MODELS) else f"offers no {path} here"
        error = {"type": "not_found_error", "message": f"{self.name} {what}."}
        content = json.dumps({"type": "error", "error": error}).encode()
        headers = Headers({"content-type": "application/json"})
        return Response(_MISSING, headers, request, content)


def _called(messages: Any, name: str, params: Json) -> tuple[Any, Mapping[str, str]]:
    """Call a method; return what it gives, and the headers of the reply if it tells them."""
    raw = getattr(getattr(messages, "with_raw_response", None), name, None)
    if not callable(raw):
        return getattr(messages, name)(**params), {}
    reply: Any = raw(**params)
    return reply.parse(), dict(reply.headers)


def _own_headers(request: Request) -> dict[str, str]:
    """Return the header fields that this very request asks for, betas among them."""
    public = {n: v for n, v in request.headers.items() if not n.startswith("x-stainless-")}
    private = {name: secret.reveal() for name, secret in request.private.items()}
    return {n: v for n, v in {**public, **private}.items() if n.lower() not in _OURS}
