"""Requests with tools of the provider and fields behind beta headers that the API refuses."""

# ruff: noqa: E501 - the messages are quoted as they are
from __future__ import annotations

from typing import Any

from emulator_requests import PERSON, ask, talk

_FORMAT = {"type": "json_schema", "schema": PERSON}
_SERVER = {"type": "url", "name": "x", "url": "https://mcp.example.org"}
_TOOLSET = {"type": "mcp_toolset", "mcp_server_name": "x"}
_SEARCH = {"type": "web_search_20250305", "name": "web_search"}
_MCP = {"anthropic-beta": "mcp-client-2025-11-20"}
_OUTPUTS = {"anthropic-beta": "structured-outputs-2025-11-13"}
_INVALID = "invalid_request_error"


def _tool(**changes: Any) -> dict[str, Any]:
    return ask(tools=[{**_SEARCH, **changes}])


def _with(headers: dict[str, str], body: Any, message: str) -> tuple[Any, ...]:
    return (body, message, 400, _INVALID, headers)


def _past(**block: Any) -> dict[str, Any]:
    return talk("x", [{"type": "server_tool_use", "name": "web_search", "input": {}, **block}], "y")


BETAS: list[tuple[Any, ...]] = [
    (ask(output_format=_FORMAT), "output_format: Extra inputs are not permitted"),
    (ask(mcp_servers=[_SERVER]), "mcp_servers: Extra inputs are not permitted"),
    _with(
        _OUTPUTS,
        ask(output_format=_FORMAT, output_config={"format": _FORMAT}),
        "output_format: cannot be combined with output_config.format",
    ),
    _with(
        _OUTPUTS,
        ask(output_format={"type": "json_schema"}),
        "output_format.json_schema.schema: Field required",
    ),
    (
        _tool(strict=[None, None]),
        "tools.0.web_search_20250305.strict: Input should be a valid boolean",
    ),
    (_tool(name="search"), "tools.0.web_search_20250305.name: Input should be 'web_search'"),
    (
        _tool(max_uses=0),
        "tools.0.web_search_20250305.max_uses: Input should be greater than or equal to 1",
    ),
    (_tool(query="x"), "tools.0.web_search_20250305.query: Extra inputs are not permitted"),
    (
        _tool(allowed_domains=["a.org"], blocked_domains=["b.org"]),
        "tools.0: allowed_domains and blocked_domains cannot both be given",
    ),
    (
        _past(id="toolu_1"),
        "messages.1.content.0.server_tool_use.id: String should match pattern '^srvtoolu_[a-zA-Z0-9_]+$'",
    ),
    (
        talk(
            "x",
            [{"type": "web_search_tool_result", "tool_use_id": "srvtoolu_1", "content": []}],
            "y",
        ),
        "messages.1.content.0: unexpected `tool_use_id` found in `web_search_tool_result` blocks: srvtoolu_1. Each such block must have a corresponding `server_tool_use` block before it.",
    ),
    (ask(fallbacks=[{"model": "claude-haiku-4-5"}]), "fallbacks: Extra inputs are not permitted"),
    _with(
        {"anthropic-beta": "server-side-fallback-2026-07-01"},
        ask(fallbacks=[{"model": "claude-haiku-4-5"}]),
        "fallbacks: the claude_nb emulator does not support this field",
    ),
    _with(
        {"anthropic-beta": "task-budgets-2026-03-13"},
        ask(output_config={"task_budget": {"type": "tokens", "total": 5000}}),
        "output_config.task_budget: the claude_nb emulator does not support this field",
    ),
    (ask(container="c"), "Container not found: c", 404, "not_found_error"),
    (
        ask(container={"skills": [{"type": "anthropic", "skill_id": "pptx"}]}),
        "container.skills: the claude_nb emulator does not support this field",
    ),
    _with(
        _MCP, ask(mcp_servers=[_SERVER, _SERVER]), "mcp_servers: MCP server names must be unique"
    ),
    _with(
        _MCP,
        ask(mcp_servers=[_SERVER], tools=[{**_TOOLSET, "mcp_server_name": "y"}]),
        "tools.0: MCP server 'y' not found in mcp_servers",
    ),
    _with(
        _MCP, ask(mcp_servers=[_SERVER]), "mcp_servers: MCP server 'x' has no mcp_toolset in tools"
    ),
    _with(
        _MCP,
        ask(mcp_servers=[{**_SERVER, "url": "http://a.example.org"}], tools=[_TOOLSET]),
        "mcp_servers.0.url: MCP server URL must start with https://",
    ),
]
