"""Choose a tool for a request, fill its input by its schema, and report what it returned."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, cast

from claude_nb.emulator import structured
from claude_nb.emulator.skills import words
from claude_nb.emulator.task import Draft, Task, blocks_of
from claude_nb.emulator.wire import JSON, section

__all__ = ["call", "report"]

_NAME_WEIGHT = 2  # a word of the tool's name tells more than one of its description
_ENOUGH = 2
_NAME = r"[A-Z][\w-]+(?: [A-Z][\w-]+)*"
_LIST = re.compile(rf"\b(?:in|for|of|about) ({_NAME}(?:(?:,| and|, and) {_NAME})+)")
_ENDINGS = re.compile(r"(?:ing|es|s|ed|er)$")


def call(task: Task, params: JSON) -> list[tuple[str, Any]]:
    """Return the tools to call as (name, input); empty if none is needed.

    Parameters
    ----------
    task : Task
        What is asked.
    params : dict
        The request, with its ``tools`` and ``tool_choice``.
    """
    tools = [
        tool for tool in cast("list[JSON]", params.get("tools") or []) if "input_schema" in tool
    ]
    choice = section(params, "tool_choice")
    kind = choice.get("type", "auto")
    if not tools or kind == "none":
        return []
    if kind == "tool":
        tools = [tool for tool in tools if tool["name"] == choice["name"]]
    ranked = sorted(tools, key=lambda tool: _fit(tool, task.prompt), reverse=True)
    if not ranked or (kind == "auto" and _fit(ranked[0], task.prompt) < _ENOUGH):
        return []
    return _calls(ranked[0], task, is_single=bool(choice.get("disable_parallel_tool_use")))


def _fit(tool: JSON, prompt: str) -> int:
    asked = {_stem(word) for word in words.plain(prompt)} - words.STOP_WORDS
    name = {_stem(word) for word in re.findall(r"[a-z]+|[A-Z][a-z]*", tool["name"])}
    about = {_stem(word) for word in words.plain(str(tool.get("description", "")))}
    about -= words.STOP_WORDS
    return _NAME_WEIGHT * len(asked & name) + len(asked & (about - name))


def _stem(word: str) -> str:
    stem = _ENDINGS.sub("", word.lower())
    return stem if len(stem) > 2 else word.lower()  # noqa: PLR2004 - too short to be a stem


def _calls(tool: JSON, task: Task, *, is_single: bool) -> list[tuple[str, Any]]:
    schema, name = cast("JSON", tool["input_schema"]), str(tool["name"])
    several = _LIST.search(task.prompt)
    if several and not is_single and len(section(schema, "properties")) <= 2:  # noqa: PLR2004 - one thing each
        each = re.split(r", and |, | and ", several.group(1))
        return [(name, _input(schema, f"in {one}")) for one in each]
    return [(name, _input(schema, task.prompt))]


def _input(schema: JSON, text: str) -> Any:
    # optional properties stay out unless the text names them
    required = set(cast("list[str]", schema.get("required") or section(schema, "properties")))
    properties = {
        key: item
        for key, item in section(schema, "properties").items()
        if key in required or key.lower() in text.lower()
    }
    return structured.fill({**schema, "type": "object", "properties": properties}, text)


def report(task: Task) -> Draft | None:
    """Answer with what the tools returned, if the last turn holds results."""
    results = list(task.attached("tool_result"))
    if not results:
        return None
    asked = _question(task)
    names = _names(task)
    lines = [_line(result, names) for result in results]
    failed = sum(bool(result.get("is_error")) for result in results)
    lead = f"You asked: *{words.quote(asked, 100)}*\n\n" if asked else ""
    close = f"\n\n{failed} of {len(results)} calls failed." if failed else ""
    text = f"{lead}The tool results say:\n\n" + "\n".join(lines) + close
    steps = (
        f"{len(results)} tool result(s) came back.",
        *(re.sub(r"[*`]", "", line.removeprefix("- ")) for line in lines),
        "That is what the question needed, so no further call is necessary.",
    )
    return Draft(text, steps)


def _question(task: Task) -> str:
    spoken = [turn.text for turn in task.turns if turn.role == "user" and turn.text]
    return spoken[-1] if spoken else ""


def _names(task: Task) -> dict[str, str]:
    return {
        str(block["id"]): str(block["name"])
        for turn in task.turns
        for block in turn.blocks
        if block.get("type") == "tool_use"
    }


def _line(result: Mapping[str, Any], names: Mapping[str, str]) -> str:
    name = names.get(str(result["tool_use_id"]), "tool")
    text = " ".join(str(b["text"]) for b in blocks_of(result.get("content") or "") if "text" in b)
    if result.get("is_error"):
        return f"- `{name}` failed: {words.quote(text, 200)}"
    return f"- `{name}` returned {_shown(text)}"


def _shown(text: str) -> str:
    try:
        value = json.loads(text)
    except ValueError:
        return f"**{words.quote(text, 300) or 'nothing'}**"
    if isinstance(value, dict):
        pairs = cast("JSON", value).items()
        return "; ".join(f"{key}: **{words.quote(str(item), 80)}**" for key, item in pairs)
    if isinstance(value, list):
        return ", ".join(
            f"**{words.quote(str(item), 80)}**" for item in cast("Sequence[Any]", value)
        )
    return f"**{value}**"
