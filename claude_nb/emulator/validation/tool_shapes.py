"""Shapes of tools: a client's own, those the provider defines, and those behind a beta header.

References
----------
Messages API reference: tools, server tools; names of types as of 2026-10-21.
"""

from __future__ import annotations

from claude_nb.emulator.validation.blocks import CACHED, CITATIONS_SWITCH
from claude_nb.emulator.validation.shape import (
    Array,
    Boolean,
    Choice,
    Integer,
    Nullable,
    Record,
    Shape,
    String,
    Tagged,
)

__all__ = ["BETA_TOOLS", "TOOLS"]

_CODE_EXECUTION = (
    "code_execution_20250522",
    "code_execution_20250825",
    "code_execution_20260120",
    "code_execution_20260521",
)
_ANY: dict[str, Shape] = {
    **CACHED,
    "strict": Boolean(),
    "defer_loading": Boolean(),
    "allowed_callers": Array(Choice(("direct", *_CODE_EXECUTION[1:]))),
}
_EXAMPLES: dict[str, Shape] = {"input_examples": Array(Record(is_open=True))}
_DOMAINS = Nullable(Array(String()))
_COUNT = Nullable(Integer(1))
_INCLUSION: dict[str, Shape] = {"response_inclusion": Choice(("full", "excluded"))}
_CITY = Nullable(String(1, 255))

_SCHEMA = Record(
    {"type": Choice(("object",))},
    {"properties": Nullable(Record(is_open=True)), "required": Nullable(Array(String()))},
    is_open=True,
)
_CUSTOM = Record(
    {"name": String(1, 128, "^[a-zA-Z0-9_-]{1,128}$"), "input_schema": _SCHEMA},
    {**_ANY, **_EXAMPLES, "description": String(), "eager_input_streaming": Nullable(Boolean())},
)


def _named(name: str, *more: dict[str, Shape]) -> Record:
    """Return the shape of a tool whose name is given with its type."""
    optional = dict(_ANY)
    for fields in more:
        optional |= fields
    return Record({"name": Choice((name,))}, optional)


_LIMITED: dict[str, Shape] = {
    "max_uses": _COUNT,
    "allowed_domains": _DOMAINS,
    "blocked_domains": _DOMAINS,
}
_SEARCH: dict[str, Shape] = {
    **_LIMITED,
    "user_location": Nullable(
        Tagged(
            {
                "approximate": Record(
                    optional={
                        "city": _CITY,
                        "country": Nullable(String(2, 2)),
                        "region": _CITY,
                        "timezone": _CITY,
                    }
                )
            }
        )
    ),
}
_FETCH: dict[str, Shape] = {
    **_LIMITED,
    "citations": Nullable(CITATIONS_SWITCH),
    "max_content_tokens": _COUNT,
}
_CACHE: dict[str, Shape] = {"use_cache": Boolean()}
_SOURCES: dict[str, Shape] = {"url_sources": Record(is_open=True)}
_EDITOR, _EDITOR_BY_LINE = "str_replace_editor", "str_replace_based_edit_tool"
_TOOLSET = Record(optional={**CACHED, "configs": Nullable(Record(is_open=True))})

_TOOLS: dict[str, Shape] = {
    "custom": _CUSTOM,
    "bash_20250124": _named("bash", _EXAMPLES),
    **dict.fromkeys(_CODE_EXECUTION, _named("code_execution")),
    "browser_toolset_20260801": _TOOLSET,
    "memory_20250818": _named("memory", _EXAMPLES),
    "computer_toolset_20260801": _TOOLSET,
    "text_editor_20250124": _named(_EDITOR, _EXAMPLES),
    "text_editor_20250429": _named(_EDITOR_BY_LINE, _EXAMPLES),
    "text_editor_20250728": _named(_EDITOR_BY_LINE, _EXAMPLES, {"max_characters": _COUNT}),
    "web_search_20250305": _named("web_search", _SEARCH),
    "web_search_20260209": _named("web_search", _SEARCH),
    "web_search_20260318": _named("web_search", _SEARCH, _INCLUSION),
    "web_fetch_20250910": _named("web_fetch", _FETCH),
    "web_fetch_20260209": _named("web_fetch", _FETCH),
    "web_fetch_20260309": _named("web_fetch", _FETCH, _CACHE),
    "web_fetch_20260318": _named("web_fetch", _FETCH, _CACHE, _INCLUSION, _SOURCES),
    **dict.fromkeys(
        ("tool_search_tool_bm25_20251119", "tool_search_tool_bm25"),
        _named("tool_search_tool_bm25"),
    ),
    **dict.fromkeys(
        ("tool_search_tool_regex_20251119", "tool_search_tool_regex"),
        _named("tool_search_tool_regex"),
    ),
}

_SCREEN: dict[str, Shape] = {"display_height_px": Integer(1), "display_width_px": Integer(1)}
_SCREEN_OPTIONS: dict[str, Shape] = {
    **_ANY,
    **_EXAMPLES,
    "display_number": Nullable(Integer(0)),
    "enable_zoom": Boolean(),
}
_COMPUTER = Record({"name": Choice(("computer",)), **_SCREEN}, _SCREEN_OPTIONS)
_SWITCHES = Record(optional={"enabled": Boolean(), "defer_loading": Boolean()})
_MCP_TOOLSET = Record(
    {"mcp_server_name": String(1, 255)},
    {
        **CACHED,
        "configs": Nullable(Record(is_open=True)),
        "default_config": _SWITCHES,
        "tools": Nullable(Array(Record(is_open=True))),
    },
)

TOOLS = Tagged(_TOOLS, default="custom")
# the beta header without its date -> the types that it adds
BETA_TOOLS: dict[str, dict[str, Shape]] = {
    "computer-use": {
        "bash_20241022": _named("bash", _EXAMPLES),
        "text_editor_20241022": _named(_EDITOR, _EXAMPLES),
        **dict.fromkeys(("computer_20241022", "computer_20250124", "computer_20251124"), _COMPUTER),
    },
    "mcp-client": {"mcp_toolset": _MCP_TOOLSET},
}
