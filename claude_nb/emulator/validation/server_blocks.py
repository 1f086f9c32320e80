"""Shapes of what server tools leave in a conversation, and what comes back unchanged from there.

References
----------
Messages API reference: server tool use and results; MCP connector; compaction.
"""

from __future__ import annotations

from claude_nb.emulator.validation.shape import (
    Array,
    Boolean,
    Choice,
    Either,
    Integer,
    Listed,
    Nullable,
    Record,
    Shape,
    String,
    Tagged,
)

__all__ = ["CALLED_BY", "beta_blocks", "results", "use"]

_SERVER_ID = String(pattern="^srvtoolu_[a-zA-Z0-9_]+$")
_MCP_ID = String(pattern="^[a-zA-Z0-9_-]+$")
_BY_CODE = Record({"tool_id": _SERVER_ID})
CALLED_BY: dict[str, Shape] = {
    "caller": Nullable(
        Tagged(
            {
                "direct": Record(),
                "code_execution_20250825": _BY_CODE,
                "code_execution_20260120": _BY_CODE,
            }
        )
    )
}
_NAMES = Choice(
    (
        "web_search",
        "web_fetch",
        "code_execution",
        "bash_code_execution",
        "text_editor_code_execution",
        "tool_search_tool_regex",
        "tool_search_tool_bm25",
    )
)
_MESSAGE: dict[str, Shape] = {"error_message": Nullable(String())}
_COMMON = ("invalid_tool_input", "unavailable", "too_many_requests")
_CODE = (*_COMMON, "execution_time_exceeded")


def _error(codes: tuple[str, ...], more: dict[str, Shape] | None = None) -> Record:
    return Record({"error_code": Choice(codes)}, more or {})


def _run(output: str) -> Record:
    files = Array(Tagged({output: Record({"file_id": String()})}))
    said: dict[str, Shape] = {"stdout": String(), "stderr": String()}
    return Record({"content": files, "return_code": Integer(), **said})


_SEARCH_ERROR = _error((*_COMMON, "max_uses_exceeded", "query_too_long", "request_too_large"))
_FOUND = Record(
    {"encrypted_content": String(), "title": String(), "url": String()},
    {"page_age": Nullable(String())},
)
_SEARCHED = Listed(
    Array(Tagged({"web_search_result": _FOUND})),
    Tagged({"web_search_tool_result_error": _SEARCH_ERROR}),
)
_FETCH_ERROR = _error(
    (
        *_COMMON,
        "url_too_long",
        "url_not_allowed",
        "url_not_in_prior_context",
        "url_not_accessible",
        "unsupported_content_type",
        "max_uses_exceeded",
        "content_too_large",
    )
)
_LINES = Nullable(Integer())
_EDITED = Tagged(
    {
        "text_editor_code_execution_view_result": Record(
            {"content": String(), "file_type": Choice(("text", "image", "pdf"))},
            {"num_lines": _LINES, "start_line": _LINES, "total_lines": _LINES},
        ),
        "text_editor_code_execution_create_result": Record({"is_file_update": Boolean()}),
        "text_editor_code_execution_str_replace_result": Record(
            optional={
                "lines": Nullable(Array(String())),
                "new_lines": _LINES,
                "new_start": _LINES,
                "old_lines": _LINES,
                "old_start": _LINES,
            }
        ),
        "text_editor_code_execution_tool_result_error": _error(
            (*_CODE, "file_not_found"), _MESSAGE
        ),
    }
)
_RAN = Tagged(
    {
        "code_execution_result": _run("code_execution_output"),
        "encrypted_code_execution_result": Record(
            {
                "content": Array(Tagged({"code_execution_output": Record({"file_id": String()})})),
                "encrypted_stdout": String(),
                "return_code": Integer(),
                "stderr": String(),
            }
        ),
        "code_execution_tool_result_error": _error(_CODE),
    }
)
_RAN_IN_SHELL = Tagged(
    {
        "bash_code_execution_result": _run("bash_code_execution_output"),
        "bash_code_execution_tool_result_error": _error((*_CODE, "output_file_too_large")),
    }
)
_FOUND_TOOLS = Tagged(
    {
        "tool_search_tool_search_result": Record(
            {"tool_references": Array(Tagged({"tool_reference": Record({"tool_name": String()})}))}
        ),
        "tool_search_tool_result_error": _error(_CODE, _MESSAGE),
    }
)


def use(cached: dict[str, Shape]) -> Record:
    """Return the shape of a call of a server tool; `cached` is what any block may have."""
    required: dict[str, Shape] = {"id": _SERVER_ID, "input": Record(is_open=True), "name": _NAMES}
    return Record(required, {**cached, **CALLED_BY})


def results(cached: dict[str, Shape], document: Shape) -> dict[str, Shape]:
    """Return the shapes of results of server tools, by type; what is fetched is a `document`."""
    fetched = Record(
        {"content": Tagged({"document": document}), "url": String()},
        {"retrieved_at": Nullable(String())},
    )
    read = Tagged({"web_fetch_result": fetched, "web_fetch_tool_result_error": _FETCH_ERROR})
    contents: dict[str, Shape] = {
        "web_search_tool_result": _SEARCHED,
        "web_fetch_tool_result": read,
        "code_execution_tool_result": _RAN,
        "bash_code_execution_tool_result": _RAN_IN_SHELL,
        "text_editor_code_execution_tool_result": _EDITED,
        "tool_search_tool_result": _FOUND_TOOLS,
    }
    return {
        name: Record({"content": content, "tool_use_id": _SERVER_ID}, {**cached, **CALLED_BY})
        for name, content in contents.items()
    }


def beta_blocks(cached: dict[str, Shape], text: Shape) -> dict[str, dict[str, Shape]]:
    """Return the blocks that a beta header adds, by that header without its date."""
    used: dict[str, Shape] = {
        "id": _MCP_ID,
        "input": Record(is_open=True),
        "name": String(),
        "server_name": String(),
    }
    told = Either(String(), Array(Tagged({"text": text})))
    compacted: dict[str, Shape] = {
        **cached,
        "content": Nullable(String()),
        "encrypted_content": Nullable(String()),
        "signature": Nullable(String()),
        "tool_changes": Nullable(Array(Record(is_open=True))),
    }
    return {
        "mcp-client": {
            "mcp_tool_use": Record(used, cached),
            "mcp_tool_result": Record(
                {"tool_use_id": _MCP_ID}, {**cached, "content": told, "is_error": Boolean()}
            ),
        },
        "compact": {"compaction": Record(optional=compacted)},
    }
