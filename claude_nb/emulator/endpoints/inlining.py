"""Files that a request names by their id, put where the id stands.

So a file costs, is checked and is answered like the same bytes in the request.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

from claude_nb.emulator.endpoints.files import Files
from claude_nb.emulator.endpoints.headers import Caller
from claude_nb.emulator.wire import JSON, ApiError, bad_request

__all__ = ["check", "inlined"]

_MOST = 32 * 1024 * 1024  # bytes of all files of a request: what a request itself may have
_IMAGES = ("image/jpeg", "image/png", "image/gif", "image/webp")

Source = Callable[[str, str], JSON]  # block type, file id -> source


def inlined(params: JSON, files: Files, caller: Caller) -> JSON:
    """Return a well-shaped request with the files it names in place of their ids.

    Raises
    ------
    ApiError
        404 for files that the caller does not have, 400 for those that are of no use in their
        place, 413 if they are too large together.
    """
    left = _MOST

    def source(kind: str, file_id: str) -> JSON:
        nonlocal left
        file, data = files.read(file_id, caller)
        left -= len(data)
        if left < 0:
            message = "Request exceeds the maximum allowed number of bytes."
            raise ApiError(413, "request_too_large", message)
        found = _source(kind, file.media_type, data)
        return {**found, "file_id": file_id}

    return _with_sources(params, source, lambda file_id: files.find(file_id, caller))


def check(params: JSON, files: Files, caller: Caller) -> None:
    """Raise ApiError, 404, if a request names files that the caller does not have."""

    def source(kind: str, file_id: str) -> JSON:  # noqa: ARG001 - the kind is told by the content
        files.find(file_id, caller)
        return {}

    _with_sources(params, source, lambda file_id: files.find(file_id, caller))


def _source(kind: str, media_type: str, data: bytes) -> JSON:
    if kind == "image" and media_type in _IMAGES:
        return _base64(media_type, data)
    if kind == "document" and media_type == "application/pdf":
        return _base64(media_type, data)
    if kind == "document" and media_type.startswith("text/"):
        return {"type": "text", "media_type": "text/plain", "data": data.decode("utf-8", "replace")}
    allowed = ", ".join(_IMAGES) if kind == "image" else "application/pdf, text/plain"
    raise bad_request(
        f"{kind}.source.file: a file of type {media_type} cannot be used; allowed: {allowed}"
    )


def _base64(media_type: str, data: bytes) -> JSON:
    return {"type": "base64", "media_type": media_type, "data": base64.b64encode(data).decode()}


def _with_sources(params: JSON, source: Source, seen: Callable[[str], object]) -> JSON:
    messages = [
        {**message, "content": _content(message["content"], source, seen)}
        for message in cast("list[JSON]", params["messages"])
    ]
    return {**params, "messages": messages}


def _content(content: Any, source: Source, seen: Callable[[str], object]) -> Any:
    if not isinstance(content, list):
        return content
    return [_block(block, source, seen) for block in cast("Sequence[Mapping[str, Any]]", content)]


def _block(block: Mapping[str, Any], source: Source, seen: Callable[[str], object]) -> Any:
    kind = str(block["type"])
    if kind == "container_upload":
        seen(block["file_id"])
    if kind == "tool_result" and "content" in block:
        return {**block, "content": _content(block["content"], source, seen)}
    given = block.get("source")
    if kind not in {"image", "document"} or not isinstance(given, dict):
        return block
    found = cast("JSON", given)
    if found["type"] == "file":
        return {**block, "source": source(kind, found["file_id"])}
    if found["type"] == "content":
        return {**block, "source": {**found, "content": _content(found["content"], source, seen)}}
    return block
