"""Requests for the emulator's tests."""

from __future__ import annotations

import struct
import zlib
from base64 import b64encode
from typing import Any

HEADERS = {"x-api-key": "test-key", "anthropic-version": "2023-06-01"}
NEW = {"anthropic-version": "2026-10-21"}
WEATHER = {
    "name": "get_weather",
    "description": "Get the current weather for a city",
    "input_schema": {
        "type": "object",
        "properties": {"city": {"type": "string"}},
        "required": ["city"],
    },
}
PERSON = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "age": {"type": "integer"}},
    "required": ["name", "age"],
    "additionalProperties": False,
}


def ask(text: Any = "What is 17 * 23?", **more: Any) -> dict[str, Any]:
    """Return a body for POST /v1/messages."""
    message = {"role": "user", "content": text}
    return {"model": "claude-sonnet-4-6", "max_tokens": 1024, "messages": [message], **more}


def talk(*turns: Any, **more: Any) -> dict[str, Any]:
    """Return a body whose turns alternate, the user first."""
    roles = ("user", "assistant")
    messages = [{"role": roles[n % 2], "content": turn} for n, turn in enumerate(turns)]
    return ask(**more) | {"messages": messages}


def png(width: int = 4, height: int = 2, colour: bytes = b"\xff\x00\x00") -> str:
    """Return a one-coloured PNG in base64."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + check

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress((b"\x00" + colour * width) * height)
    parts = (chunk(b"IHDR", head), chunk(b"IDAT", rows), chunk(b"IEND", b""))
    return b64encode(b"\x89PNG\r\n\x1a\n" + b"".join(parts)).decode()


def image(data: str | None = None, media_type: str = "image/png") -> dict[str, Any]:
    """Return an image block."""
    source = {"type": "base64", "media_type": media_type, "data": png() if data is None else data}
    return {"type": "image", "source": source}
