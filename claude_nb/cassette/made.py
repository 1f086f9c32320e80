"""Batches and files: what is made at a server and looked at later, as recordings hold it.

A batch is kept once it has ended, with its results; a file with its content. Who looks at one sees
the same, whichever cell looks and how often: it has no place among equal requests.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import replace
from typing import Any, cast

from pydantic_core import from_json

from claude_nb.api.platforms.paths import BATCHES, FILES, endpoint
from claude_nb.api.wire import Request
from claude_nb.cassette.taped import Taped

__all__ = ["content_of", "is_changed", "is_looked_at", "is_made", "is_upload", "looked_at"]

_ONE = re.compile(rf"(?:{BATCHES}/[^/]+(?:/results)?|{FILES}/[^/]+(?:/content)?)")
_CODED = "content-transfer-encoding"  # of a body that is no text
_MOST = 2_000_000  # bytes of a file that is kept
_SUCCESS = 200


def is_made(request: Request) -> bool:
    """Whether this makes a batch, or puts a file up."""
    return request.method == "POST" and endpoint(request.url) in {BATCHES, FILES}


def is_upload(request: Request) -> bool:
    """Whether this puts a file up."""
    return request.method == "POST" and endpoint(request.url) == FILES


def is_changed(request: Request) -> bool:
    """Whether this cancels or deletes what was made."""
    path = endpoint(request.url)
    return request.method != "GET" and path.startswith((f"{BATCHES}/", f"{FILES}/"))


def is_looked_at(request: Request) -> bool:
    """Whether this looks at one batch or file, its results or its content."""
    return request.method == "GET" and bool(_ONE.fullmatch(endpoint(request.url)))


def looked_at(taped: Taped, content: bytes) -> Taped | None:
    """Return what was seen as it is kept; None if there is more to come, or it is too large."""
    path = str(taped.request["path"])
    if taped.status != _SUCCESS or len(content) > _MOST:
        return None
    if path.endswith("/content"):
        headers = {**taped.headers, _CODED: "base64"}
        return replace(taped, headers=headers, body=base64.b64encode(content).decode())
    try:
        text = content.decode()
        values = [from_json(line) for line in text.split("\n") if line.strip()]
    except ValueError:
        return None
    if not all(isinstance(value, dict) for value in values):
        return None
    last = cast("dict[str, Any]", values[-1] if values else {})
    if path.endswith("/results") or last.get("processing_status", "ended") == "ended":
        return replace(taped, body=text)
    return None


def content_of(taped: Taped) -> bytes:
    """Return the bytes of a body."""
    if taped.headers.get(_CODED) != "base64":
        return taped.body.encode()
    try:
        return base64.b64decode(taped.body, validate=True)
    except binascii.Error:  # a person has edited it
        return b""
