"""Say what a common Python error means, by its kind and message."""

from __future__ import annotations

import re

from claude_nb.emulator.answering.skills import words
from claude_nb.emulator.answering.skills.stock import stock
from claude_nb.emulator.task import Draft, Task, readable

__all__ = ["tell"]

_HEADLINE = re.compile(
    r"\b(?P<kind>[A-Z]\w+Error|StopIteration|KeyboardInterrupt)\b(?::[ \t]*(?P<message>[^\n]*))?"
)
_ASKED = re.compile(
    r"\b(?:error|exception|traceback|fix|mend|wrong|mean|why|fails?|failed|help|solve|explain"
    r"|(?:get|got|getting|raises|says|pandas|numpy)\b|what(?:'s| is)(?: an?)?$"
    r"|what (?:now|happened|to do))",
    re.IGNORECASE,
)


def tell(task: Task) -> Draft | None:
    """Explain the error that the prompt shows or names, or one that it is asked with."""
    found = list(_HEADLINE.finditer(task.prompt))
    if not found:
        attached = next(filter(_HEADLINE.search, task.documents()), "")
        is_asked = attached and _ASKED.search(task.prompt)
        return tell(Task(readable(attached))) if is_asked else None
    headline = found[-1] if "Traceback (most recent" in task.prompt else found[0]
    kind, message = headline["kind"], _message(task.prompt, headline)
    said = headline["message"] or ""
    around = f"{said} {task.prompt[headline.end() :]}\n{task.prompt[: headline.start()]}"
    if headline.start() and not _ASKED.search(around.strip()):
        return None
    for name, pattern, meaning in stock("errors")["errors"]:
        found = re.match(pattern, message) if name == kind else None
        if found is not None:
            named = f"{kind}: {found[0]}" if found[0] else kind
            steps = (f"The error is {words.quote(named, 400)}.", meaning)
            return Draft(f"{words.quote(named, 400)}\n\n{meaning}", steps)
    return None


def _message(prompt: str, headline: re.Match[str]) -> str:
    """Return what an error says, without the quotation marks round the whole, and what follows."""
    message, before = headline["message"] or "", prompt[: headline.start()][-1:]
    close = {'"': '"', "“": "”", "'": "'", "`": "`"}.get(before)
    return message.rpartition(close)[0] if close and close in message else message.strip("`")
