"""Rules about turns: who speaks when, what a turn may hold, and what belongs together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

from claude_nb.emulator import signature
from claude_nb.emulator.task import blocks_of
from claude_nb.emulator.validation import bodies
from claude_nb.emulator.validation.context import Context, refuse
from claude_nb.emulator.wire import section

__all__ = ["RULES"]

_ONLY_IN = {
    "tool_use": "assistant",
    "thinking": "assistant",
    "redacted_thinking": "assistant",
    "server_tool_use": "assistant",
    "tool_result": "user",
    "image": "user",
    "search_result": "user",
}


def first(ctx: Context) -> None:
    """Refuse conversations that do not begin with the user."""
    if not ctx.messages:
        refuse("messages: at least one message is required")
    if ctx.messages[0]["role"] != "user":
        refuse('messages: first message must use the "user" role')


def system_turns(ctx: Context) -> None:
    """Refuse system turns where they may not stand."""
    roles = [message["role"] for message in ctx.messages]
    for n, role in enumerate(roles):
        if role != "system":
            continue
        if ctx.model.sampling:  # the models that take it are those that no longer sample
            refuse(f"messages.{n}.role: role 'system' is not supported on this model")
        after = roles[n + 1 : n + 2]
        if roles[n - 1] != "user" or after not in ([], ["assistant"]):
            refuse(
                f"messages.{n}: a `system` message must directly follow a `user` message and be "
                "last or be followed by an `assistant` message"
            )


def not_empty(ctx: Context) -> None:
    """Refuse messages and text blocks that say nothing."""
    last = len(ctx.messages) - 1
    for n, message in enumerate(ctx.messages):
        is_prefill = n == last and message["role"] == "assistant"
        if not message["content"] and not is_prefill:
            refuse(
                f"messages.{n}: all messages must have non-empty content except for the optional "
                "final assistant message"
            )
    for _, _, block in ctx.blocks():
        _check_text(block, "messages")
    for block in ctx.system():
        _check_text(block, "system")


def _check_text(block: Mapping[str, Any], where: str) -> None:
    if block.get("type") != "text" or block["text"].strip():
        return
    if block.get("cache_control"):
        refuse(f"{where}: cache_control cannot be set for empty text blocks")
    problem = "contain non-whitespace text" if block["text"] else "be non-empty"
    refuse(f"{where}: text content blocks must {problem}")


def block_roles(ctx: Context) -> None:
    """Refuse blocks in the mouth of the wrong speaker."""
    for path, role, block in ctx.blocks():
        kind = str(block["type"])
        only = _ONLY_IN.get(kind)
        if kind == "document" and ctx.version == bodies.NEW:
            only = "user"
        if only and role != only:
            refuse(f"{path}: `{kind}` blocks can only be in `{only}` messages")


def citations(ctx: Context) -> None:
    """Refuse citations that the API version does not take."""
    if ctx.version != bodies.NEW:
        return
    for path, role, block in ctx.blocks():
        if role == "user" and block["type"] == "text" and block.get("citations"):
            refuse(f"{path}.text.citations: Extra inputs are not permitted")


def prefill(ctx: Context) -> None:
    """Refuse a last assistant turn where the model does not continue one."""
    last = ctx.messages[-1]
    if last["role"] != "assistant" or ctx.counting or _is_paused(last):
        return
    if not ctx.model.prefill:
        refuse(
            "This model does not support assistant message prefill. "
            "The conversation must end with a user message."
        )
    if ctx.thinking != "off":
        refuse("prefill is not supported when thinking is enabled")
    if section(ctx.params, "output_config").get("format"):
        refuse("output_config.format: prefill is not supported with structured outputs")
    blocks = blocks_of(last["content"])
    text = str(blocks[-1].get("text", "")) if blocks else ""
    if text != text.rstrip():
        refuse("messages: final assistant content cannot end with trailing whitespace")


def _is_paused(message: Mapping[str, Any]) -> bool:
    """Tell whether a turn stands at a server tool, and is to be gone on with."""
    kinds = [str(block["type"]) for block in blocks_of(message["content"])]
    return bool(kinds) and kinds[-1].endswith(("_tool_result", "server_tool_use", "mcp_tool_use"))


def pairs(ctx: Context) -> None:
    """Refuse tool calls without results, and results without calls."""
    turns = _merged(ctx)
    for n, (role, blocks) in enumerate(turns):
        used = _ids(blocks, "tool_use", "id")
        _check_unique(used, n)
        if used and n + 1 < len(turns):
            _check_answered(used, turns[n + 1][1], n)
        if role == "user":
            before = set(_ids(turns[n - 1][1], "tool_use", "id")) if n else set[str]()
            _check_asked(blocks, before, n)


def _merged(ctx: Context) -> list[tuple[str, list[Mapping[str, Any]]]]:
    turns: list[tuple[str, list[Mapping[str, Any]]]] = []
    for message in ctx.messages:
        if message["role"] == "system":
            continue
        if turns and turns[-1][0] == message["role"]:
            turns[-1][1].extend(blocks_of(message["content"]))
        else:
            turns.append((message["role"], list(blocks_of(message["content"]))))
    return turns


def _ids(blocks: Sequence[Mapping[str, Any]], kind: str, key: str) -> list[str]:
    return [str(block[key]) for block in blocks if block.get("type") == kind]


def _check_unique(used: list[str], n: int) -> None:
    if len(set(used)) != len(used):
        refuse(f"messages.{n}: `tool_use` ids must be unique")


def _check_answered(used: list[str], reply: Sequence[Mapping[str, Any]], n: int) -> None:
    results: set[str] = set()
    for block in reply:
        if block.get("type") != "tool_result":
            break  # results come first
        results.add(str(block["tool_use_id"]))
    missing = [tool_id for tool_id in used if tool_id not in results]
    if missing:
        refuse(
            f"messages.{n}: `tool_use` ids were found without `tool_result` blocks immediately "
            f"after: {', '.join(missing)}. Each `tool_use` block must have a corresponding "
            "`tool_result` block in the next message."
        )


def _check_asked(blocks: Sequence[Mapping[str, Any]], before: AbstractSet[str], n: int) -> None:
    results = _ids(blocks, "tool_result", "tool_use_id")
    for b, tool_id in enumerate(results):
        if tool_id not in before:
            refuse(
                f"messages.{n}.content.{b}: unexpected `tool_use_id` found in `tool_result` "
                f"blocks: {tool_id}. Each `tool_result` block must have a corresponding "
                "`tool_use` block in the previous message."
            )
    for tool_id, times in Counter(results).items():
        if times > 1:
            refuse(
                f"messages.{n}: each tool_use must have a single result. Found multiple "
                f"`tool_result` blocks with id: {tool_id}"
            )


def thoughts(ctx: Context) -> None:
    """Refuse thinking that was edited, or that is not the emulator's."""
    latest = max((n for n, m in enumerate(ctx.messages) if m["role"] == "assistant"), default=-1)
    for path, _, block in ctx.blocks():
        if block["type"] != "thinking":
            continue
        found = signature.verify(block["signature"], block["thinking"])
        if found == "edited" and path.startswith(f"messages.{latest}."):
            refuse(
                f"{path}: `thinking` or `redacted_thinking` blocks in the latest assistant "
                "message cannot be modified. These blocks must remain as they were in the "
                "original response."
            )
        if found not in {"valid", "foreign"}:
            refuse(f"{path}: Invalid `signature` in `thinking` block")


def thinking_first(ctx: Context) -> None:
    """With a budget, refuse a pending tool call that does not begin with its thinking."""
    if section(ctx.params, "thinking").get("type") != "enabled" or ctx.messages[-1:] == []:
        return
    for n, message in enumerate(ctx.messages[:-1]):
        blocks = blocks_of(message["content"])
        is_pending = n == len(ctx.messages) - 2 and _ids(blocks, "tool_use", "id")
        if is_pending and blocks[0]["type"] not in {"thinking", "redacted_thinking"}:
            refuse(
                f"messages.{n}.content.0.type: Expected `thinking` or `redacted_thinking`, but "
                f"found `{blocks[0]['type']}`. When `thinking` is enabled, a final `assistant` "
                "message must start with a thinking block (preceding the lastmost set of "
                "`tool_use` and `tool_result` blocks). To avoid this requirement, disable "
                "`thinking`."
            )


RULES = (
    first,
    system_turns,
    not_empty,
    block_roles,
    citations,
    prefill,
    pairs,
    thoughts,
    thinking_first,
)
