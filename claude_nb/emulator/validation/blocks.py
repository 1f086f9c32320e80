"""Shapes of content blocks in requests, as a table.

References
----------
Messages API reference: input content blocks, tools; names of server tools as of 2026-10-21.
"""

from __future__ import annotations

from claude_nb.emulator.validation.shape import (
    Anything,
    Array,
    Boolean,
    Choice,
    Either,
    Integer,
    Nullable,
    Record,
    Shape,
    String,
    Tagged,
)

__all__ = ["CACHE_CONTROL", "TEXT", "content", "tools"]

_ID = String(pattern="^[a-zA-Z0-9_-]+$")
CACHE_CONTROL = Nullable(Tagged({"ephemeral": Record(optional={"ttl": Choice(("5m", "1h"))})}))
_CACHED: dict[str, Shape] = {"cache_control": CACHE_CONTROL}
_TITLE = Nullable(String(1, 500))
_CITATIONS_SWITCH = Record(optional={"enabled": Boolean()})

_AT_CHARS: dict[str, Shape] = {"start_char_index": Integer(0), "end_char_index": Integer()}
_AT_BLOCKS: dict[str, Shape] = {"start_block_index": Integer(0), "end_block_index": Integer()}
_AT_PAGES: dict[str, Shape] = {"start_page_number": Integer(1), "end_page_number": Integer()}
_CITED: dict[str, Shape] = {
    "cited_text": String(),
    "document_index": Integer(0),
    "document_title": Nullable(String(1, 255)),
}
_FILE_ID: dict[str, Shape] = {"file_id": Nullable(String())}
_CITATION = Tagged(
    {
        "char_location": Record({**_CITED, **_AT_CHARS}, _FILE_ID),
        "page_location": Record({**_CITED, **_AT_PAGES}, _FILE_ID),
        "content_block_location": Record({**_CITED, **_AT_BLOCKS}, _FILE_ID),
        "web_search_result_location": Record(
            {"cited_text": String(), "encrypted_index": String(), "url": String()},
            {"title": _TITLE},
        ),
        "search_result_location": Record(
            {"cited_text": String(), "search_result_index": Integer(0), "source": String()}
            | _AT_BLOCKS,
            {"title": Nullable(String())},
        ),
    }
)
_TEXT_FIELDS: dict[str, Shape] = {"text": String()}
TEXT = Record(_TEXT_FIELDS, {**_CACHED, "citations": Nullable(Array(_CITATION))})

_IMAGE_TYPES = Choice(("image/jpeg", "image/png", "image/gif", "image/webp"))
_IMAGE_SOURCE = Tagged(
    {
        "base64": Record({"media_type": _IMAGE_TYPES, "data": String()}),
        "url": Record({"url": String(1)}),
        "file": Record({"file_id": String(1)}),
    }
)
_IMAGE = Record({"source": _IMAGE_SOURCE}, _CACHED)
_PLAIN = Array(Tagged({"text": TEXT, "image": _IMAGE}))
_DOCUMENT_SOURCE = Tagged(
    {
        "base64": Record({"media_type": Choice(("application/pdf",)), "data": String()}),
        "text": Record({"media_type": Choice(("text/plain",)), "data": String()}),
        "content": Record({"content": Either(String(), _PLAIN)}),
        "url": Record({"url": String(1)}),
        "file": Record({"file_id": String(1)}),
    }
)
_DOCUMENT = Record(
    {"source": _DOCUMENT_SOURCE},
    {
        **_CACHED,
        "title": _TITLE,
        "context": Nullable(String(1)),
        "citations": Nullable(_CITATIONS_SWITCH),
    },
)
_SEARCH_RESULT = Record(
    {"content": Array(Tagged({"text": TEXT})), "source": String(), "title": String()},
    {**_CACHED, "citations": _CITATIONS_SWITCH},
)
_RESULT_CONTENT = Array(
    Tagged(
        {
            "text": TEXT,
            "image": _IMAGE,
            "search_result": _SEARCH_RESULT,
            "document": _DOCUMENT,
            "tool_reference": Record({"tool_name": String()}, _CACHED),
        }
    )
)
_CALLER: dict[str, Shape] = {
    "caller": Nullable(Record(is_open=True)),
    "toolset_name": Nullable(String()),
}
# what server tools leave in a conversation is passed back unread
_SERVER_RESULTS = (
    "web_search_tool_result",
    "web_fetch_tool_result",
    "code_execution_tool_result",
    "bash_code_execution_tool_result",
    "text_editor_code_execution_tool_result",
    "tool_search_tool_result",
)
_SERVER_RESULT = Record({"content": Anything(), "tool_use_id": String()}, {**_CACHED, **_CALLER})
_BLOCKS: dict[str, Shape] = {
    "text": TEXT,
    "image": _IMAGE,
    "document": _DOCUMENT,
    "search_result": _SEARCH_RESULT,
    "thinking": Record({"signature": String(), "thinking": String()}),
    "redacted_thinking": Record({"data": String()}),
    "tool_use": Record(
        {"id": _ID, "input": Record(is_open=True), "name": String(1, 200)},
        {**_CACHED, **_CALLER},
    ),
    "tool_result": Record(
        {"tool_use_id": _ID},
        {**_CACHED, "content": Either(String(), _RESULT_CONTENT), "is_error": Boolean()},
    ),
    "server_tool_use": Record(
        {"id": String(), "input": Record(is_open=True), "name": String()},
        {**_CACHED, **_CALLER},
    ),
    **dict.fromkeys(_SERVER_RESULTS, _SERVER_RESULT),
    "container_upload": Record({"file_id": String()}, _CACHED),
}


def content() -> Shape:
    """Return the shape of a message's ``content``."""
    return Either(String(), Array(Tagged(_BLOCKS)))


_SCHEMA = Record(
    {"type": Choice(("object",))},
    {
        "properties": Nullable(Record(is_open=True)),
        "required": Nullable(Array(String())),
    },
    is_open=True,
)
_TOOL = Record(
    {
        "name": String(1, 128, "^[a-zA-Z0-9_-]{1,128}$"),
        "input_schema": _SCHEMA,
    },
    {
        **_CACHED,
        "description": String(),
        "strict": Boolean(),
        "eager_input_streaming": Nullable(Boolean()),
        "allowed_callers": Array(String()),
        "defer_loading": Boolean(),
        "input_examples": Array(Record(is_open=True)),
    },
)
# run by the client or the provider; their schemas are the provider's, so only the name is checked
_PROVIDED = Record({"name": String(1)}, is_open=True)
_PROVIDED_TYPES = (
    "bash_20250124",
    "code_execution_20250522",
    "code_execution_20250825",
    "code_execution_20260120",
    "memory_20250818",
    "text_editor_20250124",
    "text_editor_20250429",
    "text_editor_20250728",
    "web_search_20250305",
    "web_search_20260209",
    "web_search_20260318",
    "web_fetch_20250910",
    "web_fetch_20260209",
    "web_fetch_20260309",
    "tool_search_tool_bm25_20251119",
    "tool_search_tool_regex_20251119",
)


def tools() -> Shape:
    """Return the shape of ``tools``."""
    return Array(
        Tagged({"custom": _TOOL, **dict.fromkeys(_PROVIDED_TYPES, _PROVIDED)}, default="custom")
    )
