"""Choose a tool for a request, fill its input by its schema, and report what it returned."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from itertools import islice
from typing import Any, cast

from claude_nb.emulator.answering import structured
from claude_nb.emulator.answering.skills import words
from claude_nb.emulator.answering.skills.stock import vocabulary
from claude_nb.emulator.answering.values import Named, named
from claude_nb.emulator.task import Draft, Task, blocks_of, readable
from claude_nb.emulator.wire import JSON, section

__all__ = ["call", "near", "report"]

_NAME_WEIGHT = 2  # a word of the tool's name tells more than one of its description
_ENOUGH = 2
_DESCRIPTION = 500  # characters of a description that are read
_MOST_OPTIONAL = 500  # properties that may be left out and are looked for in the prompt
_MOST_RESULTS = 50  # shown
_MOST_CALLS = 20  # at once
_LINES, _LINE = 12, 120  # of a result, and characters of each
_MOST_NEEDED = 5  # names
_GENERIC = vocabulary("tools")
_STATE = re.compile(r"[A-Z]{2}|D\.C\.?")
_SELF = re.compile(r"I(?:['’]\w+)?")  # noqa: RUF001 - an apostrophe
_SAME = {"plus": "add", "times": "multiply", "minus": "subtract", "divided": "divide"}


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
    if not tools:
        return []
    asked = {words.stem(_SAME.get(word, word)) for word in words.plain(task.prompt)}
    asked -= words.STOP_WORDS
    fits = [_fit(tool, asked) for tool in tools]
    if kind == "auto" and max(fits) < _ENOUGH:
        return []
    called = [tools[fits.index(max(fits))]]
    if kind != "tool" and not choice.get("disable_parallel_tool_use"):
        called = _named(tools, asked) or called
    is_single = bool(choice.get("disable_parallel_tool_use"))
    return [use for tool in called for use in _calls(tool, task, kind, is_single=is_single)]


def near(params: JSON) -> str:
    """Return what the first tool can be asked, to say it where nothing was understood."""
    tools = cast("list[JSON]", params.get("tools") or [])
    tool = next((tool for tool in tools if "input_schema" in tool), None)
    if tool is None or section(params, "tool_choice").get("type") == "none":
        return ""
    schema = cast("JSON", tool["input_schema"])
    needed = cast("list[str]", schema.get("required") or [])[:_MOST_NEEDED]
    names = " and ".join(f"`{words.quote(name, 40).strip('`')}`" for name in needed)
    return f"call `{tool['name']}`" + (f", where your sentence says its {names}" if names else "")


def _named(tools: Sequence[JSON], asked: AbstractSet[str]) -> list[JSON]:
    """Return the tools, two or more, of whose names the prompt says what the others' do not."""
    names = [{words.stem(w) for w in _parts(tool)} - _GENERIC for tool in tools]
    own = [name - set().union(*names[:n], *names[n + 1 :]) for n, name in enumerate(names)]
    found = [tool for tool, name in zip(tools, own, strict=True) if name & asked]
    return found if len(found) > 1 else []


def _parts(tool: JSON) -> list[str]:
    return re.findall(r"[a-z]+|[A-Z][a-z]*", tool["name"])


def _fit(tool: JSON, asked: AbstractSet[str]) -> int:
    name = {words.stem(word) for word in _parts(tool)} - _GENERIC
    about = {words.stem(word) for word in words.plain(tool.get("description", "")[:_DESCRIPTION])}
    about -= words.STOP_WORDS
    return _NAME_WEIGHT * len(asked & name) + len(asked & (about - name))


def _calls(tool: JSON, task: Task, kind: str, *, is_single: bool) -> list[tuple[str, Any]]:
    """Return the calls of one tool, one for each place; none if the prompt lacks what it needs."""
    name, texts = str(tool["name"]), [task.prompt]
    things = section(cast("JSON", tool["input_schema"]), "properties")
    several = _several(task.prompt)
    if len(several) > 1 and not is_single and len(things) <= 2:  # noqa: PLR2004 - one thing each
        texts = [f"in {one}" for one in several[:_MOST_CALLS]]
    missing: list[str] = []
    found = [(name, _input(tool, text, missing)) for text in texts]
    if missing and len(texts) > 1:  # it was no list of what the tool takes
        missing = []
        found = [(name, _input(tool, task.prompt, missing))]
    is_enough = not missing or (
        # who names the tool wants it with what there is, where that is not nothing
        name.lower() in task.prompt.lower()
        and not any(key in things for key in missing)
        and _leaves([given for _, given in found]) > len(missing)
    )
    return found if is_enough or kind != "auto" else []


def _leaves(value: Any) -> int:
    """Return how many values an input has that hold no others."""
    if isinstance(value, dict):
        value = list(cast("JSON", value).values())
    return sum(map(_leaves, cast("list[Any]", value))) if isinstance(value, list) else 1


def _several(text: str) -> list[str]:
    """Return the names of a list: ``Oslo and Rome``; ``San Francisco, CA`` is one."""
    best, run = list[str](), list[Named]()
    marks = list[str]()
    for one in named(text):
        if _SELF.fullmatch(one.text):
            continue
        mark = text[run[-1].end : one.start] if run else ""
        if run and mark not in {", ", " and ", ", and "}:
            run, marks = [], []
        run.append(one)
        marks.append(mark)
        places = _places([one.text for one in run], marks)
        is_pair = len(places) == 2 and (", " not in marks or len(run) > 2)  # noqa: PLR2004 - with their states
        if len(places) > 2 or is_pair:  # noqa: PLR2004 - a list
            best = places
    return best


def _places(names: Sequence[str], marks: Sequence[str]) -> list[str]:
    """Return names, each with the state or the country that stands behind it."""
    is_and = [mark != ", " for mark in marks]
    is_paired = len(names) > 3 and is_and == [n % 2 == 0 for n in range(len(names))]  # noqa: PLR2004 - no pair
    found = list[str]()
    for n, (name, mark) in enumerate(zip(names, marks, strict=True)):
        is_state = mark == ", " and _STATE.fullmatch(name)
        if found and (is_state or (is_paired and n % 2)):
            found[-1] += f", {name}"
        else:
            found.append(name)
    return found


def _input(tool: JSON, text: str, missing: list[str]) -> Any:
    # optional properties stay out unless the text names them
    schema, lower = cast("JSON", tool["input_schema"]), text.lower()
    required = set(cast("list[str]", schema.get("required") or section(schema, "properties")))
    looked_for = set(islice(section(schema, "properties"), _MOST_OPTIONAL))
    properties = {
        key: item
        for key, item in section(schema, "properties").items()
        if key in required or (key in looked_for and key.lower() in lower)
    }
    whole = {**schema, "type": "object", "properties": properties}
    lacking: list[str] = []
    value = structured.fill(whole, text, f"tools.{tool['name']}.input_schema", lacking)
    for key in lacking:
        if key in properties and key not in required:
            value.pop(key, None)  # no more than its name is in the text
        else:
            missing.append(key)
    return value


def report(task: Task) -> Draft | None:
    """Answer with what the tools returned, if the last turn holds results."""
    results = list(task.attached("tool_result"))
    if not results:
        return None
    asked = task.question
    names = _names(task)
    lines = [_line(result, names) for result in results[:_MOST_RESULTS]]
    if len(results) > _MOST_RESULTS:
        lines.append(f"- and {len(results) - _MOST_RESULTS:,} more, which are not shown")
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


def _names(task: Task) -> dict[str, str]:
    return {
        str(block["id"]): str(block["name"])
        for turn in task.turns
        for block in turn.blocks
        if block.get("type") == "tool_use"
    }


def _line(result: Mapping[str, Any], names: Mapping[str, str]) -> str:
    name = names.get(str(result["tool_use_id"]), "tool")
    texts = (str(b["text"]) for b in blocks_of(result.get("content") or "") if "text" in b)
    text = readable(" ".join(texts))
    if result.get("is_error"):
        return f"- `{name}` failed: {words.quote(text, 200)}"
    return f"- `{name}` returned{_shown(text)}"


def _in_lines(text: str) -> str:
    """Return a text of several lines in a fence, the first of them; empty for one line."""
    lines = text.strip().splitlines()
    if len(lines) < 2:  # noqa: PLR2004 - nothing to fence
        return ""
    fence = "`" * (1 + max(2, *map(len, re.findall("`+", text)), 2))
    shown = [line[:_LINE] for line in lines[:_LINES]] + ["…"] * (len(lines) > _LINES)
    return "\n".join(["", "", *(f"  {line}" for line in (f"{fence}text", *shown, fence))])


def _shown(text: str) -> str:
    try:
        value = json.loads(text, parse_float=str)
    except (ValueError, RecursionError):
        if told := _in_lines(text):
            return told
        return f" **{words.quote(text, 300) or 'nothing'}**"
    if isinstance(value, dict):
        pairs = cast("JSON", value).items()
        return " " + "; ".join(f"{key}: **{words.quote(str(item), 80)}**" for key, item in pairs)
    if isinstance(value, list):
        items = cast("Sequence[Any]", value)
        return " " + ", ".join(f"**{words.quote(str(item), 80)}**" for item in items)
    return f" **{words.quote(str(value), 300)}**"
