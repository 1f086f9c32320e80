"""Decide what an answer consists of: thinking, text, tool calls, JSON, or a refusal."""

from __future__ import annotations

import json
import re
from typing import Any

from claude_nb.emulator import reasoning, skills, structured, tools
from claude_nb.emulator.skills import words
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


def compose(task: Task, params: JSON) -> list[JSON] | None:
    """Return the content blocks that answer a request; None for a refusal.

    Parameters
    ----------
    task : Task
        What the request asks.
    params : dict
        The request.
    """
    if REFUSE in task.prompt:
        return None
    schema = section(section(params, "output_config"), "format").get("schema")
    if schema is not None:
        value = json.dumps(structured.fill(schema, task.prompt), ensure_ascii=False)
        return [*_thinking(task, params, _plan("fill the JSON schema")), _text(value)]
    draft = tools.report(task)
    called = [] if draft else tools.call(task, params)
    if called:
        return _calling(task, params, called)
    draft = draft or skills.perform(task)
    return [*_thinking(task, params, draft), _text(_continued(task, _styled(task, draft)))]


def _calling(task: Task, params: JSON, called: list[tuple[str, Any]]) -> list[JSON]:
    names = " and ".join(f"`{name}`" for name in dict.fromkeys(name for name, _ in called))
    is_forced = section(params, "tool_choice").get("type") in {"any", "tool"}
    said = [] if is_forced else [_text(f"I will use {names} for that.")]
    uses = [{"type": "tool_use", "name": name, "input": given} for name, given in called]
    plan = _plan(f"call {names.replace('`', '')}: its description fits the request")
    return _thinking(task, params, plan) + said + uses


def _plan(what: str) -> Draft:
    return Draft("", (f"The way to serve this is to {what}.", "The values come from the prompt."))


def _thinking(task: Task, params: JSON, draft: Draft) -> list[JSON]:
    depth = reasoning.depth(params)
    if not depth:
        return []
    if REDACT in task.prompt:
        return [{"type": "redacted_thinking", "data": "ZW11bGF0ZWQgcmVkYWN0ZWQgdGhpbmtpbmc="}]
    shown = reasoning.display(params) == "summarized"
    text = reasoning.thought(task, draft, depth)
    return [{"type": "thinking", "thinking": text, "shown": shown}]


def _text(text: str) -> JSON:
    return {"type": "text", "text": text}


def _styled(task: Task, draft: Draft) -> str:
    # two things that system prompts in tutorials like to ask for
    text = draft.text
    if _BRIEF.search(task.system) or _BRIEF.search(task.prompt):
        text = _first_part(text)
    if "pirate" in task.system.lower():
        text = (
            f"Arr, matey! {text}"
            if text[0].isalnum() or text[0] == "*"
            else f"Arr, matey!\n\n{text}"
        )
    return text + MARK


def _first_part(text: str) -> str:
    parts = [part for part in text.split("\n\n") if not part.startswith(("#", ">"))]
    first = parts[0] if parts else text
    return first if len(words.plain(first)) > 3 or len(parts) == 1 else "\n\n".join(parts[:2])  # noqa: PLR2004 - a heading


def _continued(task: Task, text: str) -> str:
    # after a prefill the answer goes on where it ends
    if not task.turns or task.turns[-1].role != "assistant":
        return text
    before = task.turns[-1].text
    return text.removeprefix(before) if text.startswith(before) else " " + text
