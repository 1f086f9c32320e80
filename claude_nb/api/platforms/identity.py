"""What makes two requests the same: one identity for recordings, records of calls and reports."""

from __future__ import annotations

import hashlib
import json
from typing import Any, cast
from urllib.parse import urlsplit

from claude_nb.api.platforms.canonical import canonical
from claude_nb.api.platforms.paths import endpoint
from claude_nb.api.wire import Request

__all__ = ["identity", "key_of", "request_key"]

_HEADERS = ("anthropic-version", "anthropic-beta")


def identity(request: Request) -> dict[str, Any]:
    """Return what was asked, as JSON: all that an answer could depend on.

    Returns
    -------
    dict
        ``path`` (without host and gateway), ``anthropic-version``, ``anthropic-beta`` and
        ``body``; of a request without a body its ``method`` and ``query`` too. Neither the
        server's address nor key, timeouts, attempts or other headers are part of it.
    """
    headers = {name: request.headers.get(name, "") for name in _HEADERS}
    found = {"path": endpoint(request.url), **headers}
    if request.content:
        return {**found, "body": _without_tokens(json.loads(request.content))}
    if request.upload is not None:
        file = {"name": request.upload.name, "sha256": request.upload.digest()}
        return {**found, "body": {"file": file, **request.upload.fields}}
    return {**found, "body": {}, "method": request.method, "query": urlsplit(request.url).query}


def _without_tokens(body: Any) -> Any:
    """Return a body without the tokens of MCP servers: who asks is no part of what is asked."""
    fields = cast("dict[str, Any]", body if isinstance(body, dict) else {})
    servers: Any = fields.get("mcp_servers")
    if not isinstance(servers, list):
        return cast("Any", body)
    return {**fields, "mcp_servers": [_without_token(each) for each in cast("list[Any]", servers)]}


def _without_token(server: Any) -> Any:
    if not isinstance(server, dict):
        return server
    fields = cast("dict[str, Any]", server)
    return {name: value for name, value in fields.items() if name != "authorization_token"}


def request_key(request: Request) -> str:
    """Return 32 hexadecimal digits that name the request, and all that are alike (`canonical`)."""
    return key_of(identity(request))


def key_of(known: dict[str, Any]) -> str:
    """Return the key of an identity: SHA-256 of its canonical form.

    The JSON of that has sorted names, no blanks, and ASCII only.
    """
    text = json.dumps(canonical(known), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:32]
