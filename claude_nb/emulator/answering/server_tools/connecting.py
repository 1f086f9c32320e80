"""The MCP connector: every server has the same two tools here, and no server is called.

References
----------
Messages API, "MCP connector": toolsets, ``mcp_tool_use`` and ``mcp_tool_result``; the older beta
in which a server brought its tools by itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, cast

from claude_nb.emulator.answering.server_tools import library
from claude_nb.emulator.answering.server_tools.calls import Call, new_id, text
from claude_nb.emulator.answering.skills import words
from claude_nb.emulator.task import Task
from claude_nb.emulator.wire import JSON, section

__all__ = ["TOOLS", "answer", "call", "fits", "toolsets"]

TOOLS = ("look_up", "echo")
_QUOTED = 300  # characters of a result


def toolsets(params: Mapping[str, Any]) -> Iterator[JSON]:
    """Yield what stands for each server among the tools, with the names that are enabled."""
    given = {
        str(tool["mcp_server_name"]): tool
        for tool in cast("list[JSON]", params.get("tools") or [])
        if tool.get("type") == "mcp_toolset"
    }
    for server in cast("list[JSON]", params.get("mcp_servers") or []):
        name = str(server["name"])
        enabled = [tool for tool in TOOLS if _is_enabled(tool, given.get(name), server)]
        yield {"type": "mcp_toolset", "name": name, "enabled": enabled}


def _is_enabled(tool: str, toolset: JSON | None, server: JSON) -> bool:
    if toolset is not None:
        config = section(toolset, "default_config") | section(section(toolset, "configs"), tool)
        return config.get("enabled", True) is not False
    config = section(server, "tool_configuration")
    allowed = config.get("allowed_tools")
    return config.get("enabled") is not False and (allowed is None or tool in allowed)


def fits(task: Task, tool: Mapping[str, Any]) -> int:
    """Return 3 if the prompt names MCP, the server or one of its tools."""
    named = ["mcp", tool["name"], *tool["enabled"], *(n.replace("_", " ") for n in tool["enabled"])]
    asked = any(re.search(rf"\b{re.escape(name)}\b", task.prompt, re.IGNORECASE) for name in named)
    return 3 if tool["enabled"] and asked else 0


def call(task: Task, tool: Mapping[str, Any], error: str) -> Call:
    """Call a tool of the server, or fail with `error`."""
    wants_echo = "echo" in task.prompt.lower() or "look_up" not in tool["enabled"]
    name = "echo" if wants_echo and "echo" in tool["enabled"] else tool["enabled"][0]
    query = " ".join(words.keywords(task.prompt, skip=("mcp", "look", "server"))) or "nothing"
    given: JSON = {"text": words.quote(task.prompt)} if name == "echo" else {"query": query}
    use_id = new_id("mcptoolu", task, given)
    said = f"Error: {error}" if error else _returned(name, given)
    use: JSON = {"type": "mcp_tool_use", "id": use_id, "name": name, "input": given}
    result: JSON = {
        "type": "mcp_tool_result",
        "tool_use_id": use_id,
        "is_error": bool(error),
        "content": [text(said)],
    }
    return Call(use | {"server_name": tool["name"]}, result, f"I'll ask {tool['name']}.")


def _returned(name: str, given: JSON) -> str:
    if name == "echo":
        return str(given["text"])
    pages = library.search(str(given["query"]))
    return pages[0].text if pages else "Nothing was found."


def answer(task: Task, result: Mapping[str, Any]) -> list[JSON]:  # noqa: ARG001 - one signature for all
    """Return text blocks that say what the server returned."""
    content: Any = result.get("content") or ""
    said = content if isinstance(content, str) else " ".join(str(b["text"]) for b in content)
    verb = "failed" if result.get("is_error") else "returned"
    return [text(f"The emulated MCP server {verb}: {words.quote(said, _QUOTED)}")]
