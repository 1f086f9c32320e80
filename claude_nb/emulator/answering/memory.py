"""The memory tool, which a client runs: keep what is to be remembered, look up what was.

References
----------
Messages API, "Memory tool" (``memory_20250818``): its commands, and paths below ``/memories``.
"""

from __future__ import annotations

import re
from typing import cast

from claude_nb.emulator.answering.skills import words
from claude_nb.emulator.task import Task
from claude_nb.emulator.wire import JSON, section

__all__ = ["call"]

_TYPE = "memory_20250818"
_KEEP = re.compile(
    r"\b(?:remember|note|memori[sz]e)(?: that)?:? (.{1,500})", re.IGNORECASE | re.DOTALL
)
_ASKED = re.compile(r"\b(?:remember|memory|memories|recall|notes?|memori[sz]e)\b", re.IGNORECASE)
_FOLDER, _FILE = "/memories", "/memories/notes.md"


def call(task: Task, params: JSON) -> list[tuple[str, JSON]]:
    """Return the call of the memory tool as (name, input), if it is offered and asked for."""
    choice = section(params, "tool_choice")
    tools = cast("list[JSON]", params.get("tools") or [])
    is_offered = any(tool.get("type") == _TYPE for tool in tools)
    if not is_offered or choice.get("type") == "none" or choice.get("name", "memory") != "memory":
        return []
    is_forced = choice.get("type") == "tool" or (choice.get("type") == "any" and len(tools) == 1)
    if not (is_forced or _ASKED.search(task.prompt)):
        return []
    return [("memory", _input(task.prompt))]


def _input(prompt: str) -> JSON:
    kept = None if prompt.rstrip().endswith("?") else _KEEP.search(prompt)
    if kept is None:
        return {"command": "view", "path": _FOLDER}
    text = f"- {words.quote(kept[1], 300)}\n"
    return {"command": "create", "path": _FILE, "file_text": text}
