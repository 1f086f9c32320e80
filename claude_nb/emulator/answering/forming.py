"""Bring an answer into the form that a system prompt asks for: bare JSON, HTML, code, mathematics.

The sentences are those of ``%%claude -f``. A bare form has no room for a label beside it; it is
labelled inside where it can be.
"""

from __future__ import annotations

import json
import re
from html import escape

from claude_nb.emulator.answering import structured
from claude_nb.emulator.task import Draft, Task

__all__ = ["formed"]

_FENCE = re.compile(r"^```(\w*)\n(.*?)\n```$", re.DOTALL | re.MULTILINE)
_ITEM = re.compile(r"^(?:\d+\.|-) (.+)$", re.MULTILINE)
_KEYS = re.compile(
    r"\b(?:keys?|fields?|with|containing|of)\s+((?:(?:a|an|the|their)\s+)?\w+(?:(?:,\s*(?:and\s+)?|\s+and\s+)"
    r"(?:(?:a|an|the|their)\s+)?\w+)+)",
    re.IGNORECASE,
)
_NUMBERS = re.compile(
    r"age|count|number|year|price|amount|pages|population|quantity|total", re.IGNORECASE
)


def formed(task: Task, draft: Draft) -> str | None:
    """Return the answer in the form that the system prompt asks for, None if it asks for none."""
    asked = re.search(r"Answer with (one JSON value|HTML|code|LaTeX mathematics) only", task.system)
    if asked is None:
        return None
    text = draft.text.replace("**", "")
    match asked[1]:
        case "one JSON value":
            return json.dumps(_value(task, text), ensure_ascii=False)
        case "HTML":
            return _html(text) + "\n<!-- emulated by claude_nb -->"
        case "code":
            code = _FENCE.search(draft.text)
            return code[0] if code else "```text\n" + text.replace("```", "") + "\n```"
        case _:
            return f"$$\n{_latex(text)}\n$$"


def _value(task: Task, text: str) -> object:
    keys = _KEYS.search(task.prompt)
    if keys and re.search(r"\bjson\b|\bobject\b|\bkeys?\b|\bfields?\b", task.prompt, re.IGNORECASE):
        names = re.split(r",\s*(?:and\s+)?|\s+and\s+", keys[1])
        plain = [re.sub(r"^(?:a|an|the|their)\s+", "", name) for name in names]
        kinds = {name: {"type": "integer" if _NUMBERS.search(name) else "string"} for name in plain}
        return structured.fill({"type": "object", "properties": kinds}, task.prompt)
    items = _ITEM.findall(text)
    return items if len(items) > 1 and "Worked out" not in text else {"answer": text}


def _html(text: str) -> str:
    items = _ITEM.findall(text)
    parts = [part for part in text.split("\n\n") if not _ITEM.match(part)]
    listed = "<ol>" + "".join(f"<li>{escape(item)}</li>" for item in items) + "</ol>"
    told = [f"<p>{escape(part)}</p>" for part in parts if part.strip()]
    return "\n".join([*told[:1], *([listed] if items else []), *told[1:]])


def _latex(text: str) -> str:
    line = text.partition("\n")[0]
    if not re.fullmatch(r"[\d\s.()=+×÷^/,≈-]+", line):  # noqa: RUF001 - "times"
        plain = re.sub(r"[^\w\s.,:;!?=+-]", "", line)
        return f"\\text{{{plain}}}"
    return line.replace("×", r"\times").replace("÷", r"\div").replace("≈", r"\approx")  # noqa: RUF001
