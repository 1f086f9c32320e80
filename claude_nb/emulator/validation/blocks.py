"""Shapes of the content blocks in a request.

References
----------
Messages API reference: input content blocks.
"""

from __future__ import annotations

from claude_nb.emulator.validation import server_blocks
from claude_nb.emulator.validation.server_blocks import CALLED_BY
from claude_nb.emulator.validation.shape import (
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

__all__ = ["BETA_BLOCKS", "BLOCKS", "CACHED", "CACHE_CONTROL", "CITATIONS_SWITCH", "TEXT"]

_ID = String(pattern="^[a-zA-Z0-9_-]+$")
CACHE_CONTROL = Nullable(Tagged({"ephemeral": Record(optional={"ttl": Choice(("5m", "1h"))})}))
CACHED: dict[str, Shape] = {"cache_control": CACHE_CONTROL}
_TITLE = Nullable(String(1, 500))
CITATIONS_SWITCH = Record(optional={"enabled": Boolean()})

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
TEXT = Record(_TEXT_FIELDS, {**CACHED, "citations": Nullable(Array(_CITATION))})

_IMAGE_TYPES = Choice(("image/jpeg", "image/png", "image/gif", "image/webp"))
_IMAGE_SOURCE = Tagged(
    {
        "base64": Record({"media_type": _IMAGE_TYPES, "data": String()}),
        "url": Record({"url": String(1)}),
        "file": Record({"file_id": String(1)}),
    }
)
_IMAGE = Record({"source": _IMAGE_SOURCE}, CACHED)
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
        **CACHED,
        "title": _TITLE,
        "context": Nullable(String(1)),
        "citations": Nullable(CITATIONS_SWITCH),
    },
)
_SEARCH_RESULT = Record(
    {"content": Array(Tagged({"text": TEXT})), "source": String(), "title": String()},
    {**CACHED, "citations": CITATIONS_SWITCH},
)
_RESULT_CONTENT = Array(
    Tagged(
        {
            "text": TEXT,
            "image": _IMAGE,
            "search_result": _SEARCH_RESULT,
            "document": _DOCUMENT,
            "tool_reference": Record({"tool_name": String()}, CACHED),
        }
    )
)
_CALLED: dict[str, Shape] = {**CALLED_BY, "toolset_name": Nullable(String())}
BLOCKS: dict[str, Shape] = {
    "text": TEXT,
    "image": _IMAGE,
    "document": _DOCUMENT,
    "search_result": _SEARCH_RESULT,
    "thinking": Record({"signature": String(), "thinking": String()}),
    "redacted_thinking": Record({"data": String()}),
    "tool_use": Record(
        {"id": _ID, "input": Record(is_open=True), "name": String(1, 200)}, {**CACHED, **_CALLED}
    ),
    "tool_result": Record(
        {"tool_use_id": _ID},
        {
            **CACHED,
            "content": Either(String(), _RESULT_CONTENT),
            "is_error": Boolean(),
            "toolset_name": Nullable(String()),
        },
    ),
    "server_tool_use": server_blocks.use(CACHED),
    **server_blocks.results(CACHED, _DOCUMENT),
    "container_upload": Record({"file_id": String()}, CACHED),
}
# the beta header without its date -> the types that it adds
BETA_BLOCKS: dict[str, dict[str, Shape]] = server_blocks.beta_blocks(CACHED, TEXT)
