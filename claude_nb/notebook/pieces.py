"""From the stream's events to the pieces of text that a live view shows; see `operations`."""

from __future__ import annotations

from typing import Any

__all__ = ["pieces"]

_TEXT = {  # type of the delta: (kind of the piece, where its text is)
    "text_delta": ("text", "text"),
    "thinking_delta": ("think", "thinking"),
    "input_json_delta": ("tool", "partial_json"),
}


def pieces(event: Any) -> list[tuple[str, str]]:
    """Return (kind, text) pieces of a stream event; none where nothing changes on screen."""
    if event.type == "content_block_delta":
        kind, name = _TEXT.get(event.delta.type, ("", ""))
        return [(kind, getattr(event.delta, name))] if kind else []
    if event.type == "content_block_start":
        return _begun(event.content_block)
    return [("done", "")] if event.type == "content_block_stop" else []


def _begun(block: Any) -> list[tuple[str, str]]:
    if block.type == "text":
        return [("text", getattr(block, "text", ""))]
    if block.type == "thinking":
        return [("think", getattr(block, "thinking", ""))]
    return [("name", block.name)] if block.type in ("tool_use", "server_tool_use") else []
