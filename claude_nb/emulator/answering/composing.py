"""Decide what an answer consists of: thinking, text, tool calls, JSON, or a refusal."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

from claude_nb.emulator.answering import (
    citing,
    memory,
    reasoning,
    server_tools,
    skills,
    structured,
    tools,
)
from claude_nb.emulator.answering.forming import formed
from claude_nb.emulator.answering.server_tools import Played
from claude_nb.emulator.answering.server_tools.calls import quoting, text
from claude_nb.emulator.task import Draft, Task
from claude_nb.emulator.wire import JSON, section

__all__ = ["MARK", "REDACT", "REFUSE", "compose"]

MARK = "\n\n*(Emulated by claude_nb: computed by rules on this machine, not by a model.)*"
# the API's own words for testing what is rare; any text that begins so will do
REFUSE = "ANTHROPIC_MAGIC_STRING_TRIGGER_REFUSAL"
REDACT = "ANTHROPIC_MAGIC_STRING_TRIGGER_REDACTED_THINKING"
_BRIEF = re.compile(
    r"\b(be (?:very )?(?:brief|concise|short)|one sentence|briefly|concisely|keep it short)\b",
    re.IGNORECASE,
)
_LEADING = re.compile(r"#.*|>.*|.*:|\*\*[^*.=]*\*\*", re.DOTALL)


def compose(task: Task, params: JSON) -> Played | None:
    """Return the content blocks that answer a request, and why they end; None for a refusal.

    Parameters
    ----------
    task : Task
        What the request asks.
    params : dict
        The request.
    """
    if REFUSE in task.whole:
        return None
    schema = section(section(params, "output_config"), "format").get("schema")
    if schema is not None:
        filled = structured.fill(schema, task.prompt, "output_config.format.schema")
        value = json.dumps(filled, ensure_ascii=False)
        return Played([*_thinking(task, params, _plan("fill the JSON schema")), text(value)])
    played = server_tools.play(task, params)
    if played is not None:
        return _played(task, params, played)
    return Played(_quoting(task, params) or _answering(task, params))


def _played(task: Task, params: JSON, played: Played) -> Played:
    thought = _thinking(task, params, _plan("use a server tool, and say what it gave"))
    mark = [] if played.stop_reason == "pause_turn" else [text(MARK)]
    return replace(played, blocks=[*thought, *played.blocks, *mark])


def _quoting(task: Task, params: JSON) -> list[JSON]:
    found = citing.quotations(task)
    if not found:
        return []
    thought = _thinking(task, params, _plan("quote what was given, with its place"))
    return [*thought, *quoting("What you gave me says:\n\n- ", found), text(MARK)]


def _answering(task: Task, params: JSON) -> list[JSON]:
    draft = tools.report(task)
    called = [] if draft else memory.call(task, params) or tools.call(task, params)
    if called:
        return _calling(task, params, called)
    draft = draft or skills.perform(task, tools.near(params))
    said = formed(task, draft) or _continued(task, _styled(task, draft))
    return [*_thinking(task, params, draft), text(said)]


def _calling(task: Task, params: JSON, called: list[tuple[str, Any]]) -> list[JSON]:
    names = " and ".join(f"`{name}`" for name in dict.fromkeys(name for name, _ in called))
    is_forced = section(params, "tool_choice").get("type") in {"any", "tool"}
    said = [] if is_forced else [text(f"I will use {names} for that.")]
    uses = [{"type": "tool_use", "name": name, "input": given} for name, given in called]
    plan = _plan(f"call {names.replace('`', '')}: its description fits the request")
    return _thinking(task, params, plan) + said + uses


def _plan(what: str) -> Draft:
    return Draft("", (f"The way to serve this is to {what}.", "The values come from the prompt."))


def _thinking(task: Task, params: JSON, draft: Draft) -> list[JSON]:
    depth = reasoning.depth(params)
    if not depth:
        return []
    if REDACT in task.whole:
        return [{"type": "redacted_thinking", "data": "ZW11bGF0ZWQgcmVkYWN0ZWQgdGhpbmtpbmc="}]
    shown = reasoning.display(params) == "summarized"
    thought = reasoning.thought(task, draft, depth)
    return [{"type": "thinking", "thinking": thought, "shown": shown}]


def _styled(task: Task, draft: Draft) -> str:
    # two things that system prompts in tutorials like to ask for
    text = draft.text
    if _BRIEF.search(task.system) or _BRIEF.search(task.prompt):
        text = _first_part(text)
    if "pirate" in task.system.lower():
        gap = " " if text[0].isalnum() or text[0] == "*" else "\n\n"
        text = f"Arr, matey!{gap}{text}"
    unread = task.unread if draft.unread is None else draft.unread
    return f"{text}\n\n{unread}{MARK}" if unread else text + MARK


def _first_part(text: str) -> str:
    """Return the first part that says something: no heading, nothing that only leads to it."""
    parts = [part for part in text.split("\n\n") if not _LEADING.fullmatch(part)]
    return parts[0] if parts else text


def _continued(task: Task, text: str) -> str:
    # after a prefill the answer goes on where it ends
    if not task.turns or task.turns[-1].role != "assistant":
        return text
    before = task.turns[-1].text
    return text.removeprefix(before) if text.startswith(before) else " " + text
