"""Clear from a long conversation what its request wants cleared, before it is counted and answered.

Pure. The client's copy stays whole; what was cleared is told in the answer.

References
----------
Messages API, "Context editing": ``clear_tool_uses_20250919``, ``clear_thinking_20251015``, their
defaults, and the placeholder that stands for a cleared result.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

from claude_nb.emulator.counting import accounting
from claude_nb.emulator.task import blocks_of
from claude_nb.emulator.wire import JSON, section
from claude_nb.models import ModelInfo

__all__ = ["edited"]

_TRIGGER = 100_000  # tokens
_KEPT_USES, _KEPT_TURNS = 3, 1
_PLACEHOLDER = "[cleared to save context]"
_THOUGHTS = {"thinking", "redacted_thinking"}

Block = Mapping[str, Any]


def edited(params: JSON, model: ModelInfo) -> tuple[JSON, list[JSON]]:
    """Return a valid request after its edits, and those that changed it as the API reports them.

    Parameters
    ----------
    params : dict
        With ``context_management`` or without.
    model : ModelInfo
        Whose tokens decide.
    """
    applied: list[JSON] = []
    for edit in cast("list[JSON]", section(params, "context_management").get("edits") or []):
        clear = _CLEARERS[edit["type"]]
        cleaned, report = clear(params, edit, model)
        if report is None:
            continue
        saved = accounting.total(params, model) - accounting.total(cleaned, model)
        if saved >= section(edit, "clear_at_least").get("value", 0):
            params = cleaned
            applied.append({"type": edit["type"], **report, "cleared_input_tokens": saved})
    return params, applied


def _clear_uses(params: JSON, edit: JSON, model: ModelInfo) -> tuple[JSON, JSON | None]:
    uses = [block for block in _all_blocks(params) if block["type"] == "tool_use"]
    trigger: Any = edit.get("trigger") or {"type": "input_tokens", "value": _TRIGGER}
    is_counted = trigger["type"] == "input_tokens"
    if (accounting.total(params, model) if is_counted else len(uses)) <= trigger["value"]:
        return params, None
    spared = set(cast("list[str]", edit.get("exclude_tools") or []))
    names = {str(use["id"]): str(use["name"]) for use in uses if use["name"] not in spared}
    kept = section(edit, "keep").get("value", _KEPT_USES)
    cleared = dict(list(names.items())[: max(0, len(names) - kept)])
    inputs: Any = edit.get("clear_tool_inputs")
    emptied = {i for i, name in cleared.items() if inputs is True or name in (inputs or [])}
    if not cleared:
        return params, None
    cleaned = _mapped(params, lambda block: _without_use(block, cleared, emptied))
    return cleaned, {"cleared_tool_uses": len(cleared)}


def _without_use(block: Block, cleared: Mapping[str, str], emptied: set[str]) -> Block:
    if block["type"] == "tool_result" and block["tool_use_id"] in cleared:
        return {**block, "content": _PLACEHOLDER}
    if block["type"] == "tool_use" and block["id"] in emptied:
        return {**block, "input": {}}
    return block


def _clear_thinking(params: JSON, edit: JSON, _: ModelInfo) -> tuple[JSON, JSON | None]:
    keep: Any = edit.get("keep") or {"type": "thinking_turns", "value": _KEPT_TURNS}
    if keep == "all" or keep["type"] == "all":
        return params, None
    messages = cast("list[JSON]", params["messages"])
    thinking = [n for n, message in enumerate(messages) if _THOUGHTS & _kinds(message)]
    old = set(thinking[: -keep["value"]])
    if not old:
        return params, None
    cleaned = [_unthought(message) if n in old else message for n, message in enumerate(messages)]
    return {**params, "messages": cleaned}, {"cleared_thinking_turns": len(old)}


def _unthought(message: JSON) -> JSON:
    kept = [block for block in blocks_of(message["content"]) if block["type"] not in _THOUGHTS]
    return {**message, "content": kept}


def _kinds(message: JSON) -> set[str]:
    return {str(block["type"]) for block in blocks_of(message["content"])}


def _all_blocks(params: JSON) -> list[Block]:
    messages = cast("list[JSON]", params["messages"])
    return [block for message in messages for block in blocks_of(message["content"])]


def _mapped(params: JSON, change: Callable[[Block], Block]) -> JSON:
    messages = [
        {**message, "content": [change(block) for block in blocks_of(message["content"])]}
        for message in cast("list[JSON]", params["messages"])
    ]
    return {**params, "messages": messages}


_CLEARERS = {"clear_tool_uses_20250919": _clear_uses, "clear_thinking_20251015": _clear_thinking}
