"""Rules about server tools and MCP servers: their settings, and what they left in the turns.

Where the API's words are not published, they are ours.
"""

from __future__ import annotations

from collections import Counter
from typing import cast

from claude_nb.emulator import signature
from claude_nb.emulator.task import blocks_of
from claude_nb.emulator.validation.context import Context, refuse
from claude_nb.emulator.wire import JSON

__all__ = ["RULES"]

_SEPARATE = "mcp-client-2025-04-04"  # the beta in which a server brought its tools by itself


def domains(ctx: Context) -> None:
    """Refuse lists of domains that contradict each other."""
    for n, tool in enumerate(ctx.tools()):
        if tool.get("allowed_domains") and tool.get("blocked_domains"):
            refuse(f"tools.{n}: allowed_domains and blocked_domains cannot both be given")


def mcp_servers(ctx: Context) -> None:
    """Refuse MCP servers that cannot be told apart, reached, or used."""
    servers = cast("list[JSON]", ctx.params.get("mcp_servers") or [])
    names = Counter(str(server["name"]) for server in servers)
    if names and max(names.values()) > 1:
        refuse("mcp_servers: MCP server names must be unique")
    for n, server in enumerate(servers):
        if not server["url"].startswith("https://"):
            refuse(f"mcp_servers.{n}.url: MCP server URL must start with https://")
    used = {n: tool["mcp_server_name"] for n, tool in enumerate(ctx.tools()) if _is_toolset(tool)}
    for n, name in used.items():
        if name not in names:
            refuse(f"tools.{n}: MCP server '{name}' not found in mcp_servers")
    for name in names:
        if _SEPARATE not in ctx.betas and name not in used.values():
            refuse(f"mcp_servers: MCP server '{name}' has no mcp_toolset in tools")


def _is_toolset(tool: JSON) -> bool:
    return tool.get("type") == "mcp_toolset"


def results(ctx: Context) -> None:
    """Refuse results of server tools that were never called."""
    called = set[str]()
    for m, message in enumerate(ctx.messages):
        if message["role"] != "assistant":
            called.clear()  # a turn may be paused between a call and its result
        for b, block in enumerate(blocks_of(message["content"])):
            kind = str(block["type"])
            if kind in {"server_tool_use", "mcp_tool_use"}:
                called.add(str(block["id"]))
            if kind.endswith("_tool_result") and str(block["tool_use_id"]) not in called:
                use = "mcp_tool_use" if kind == "mcp_tool_result" else "server_tool_use"
                refuse(
                    f"messages.{m}.content.{b}: unexpected `tool_use_id` found in `{kind}` blocks: "
                    f"{block['tool_use_id']}. Each such block must have a corresponding `{use}` "
                    "block before it."
                )


def search_results(ctx: Context) -> None:
    """Refuse results of a search that did not come back as they were."""
    for path, _, block in ctx.blocks():
        if block["type"] != "web_search_tool_result" or isinstance(block["content"], dict):
            continue
        for n, found in enumerate(cast("list[JSON]", block["content"])):
            state = signature.verify(found["encrypted_content"], found["url"])
            if state not in {"valid", "foreign"}:
                refuse(
                    f"{path}.web_search_tool_result.content.{n}: Invalid `encrypted_content` in "
                    "`search_result` block"
                )


RULES = (domains, mcp_servers, results, search_results)
