"""Say what a common Python error means, by its kind and message."""

from __future__ import annotations

import re

from claude_nb.emulator.answering.skills import words
from claude_nb.emulator.answering.skills.stock import stock
from claude_nb.emulator.task import Draft, Task

__all__ = ["tell"]

_HEADLINE = re.compile(r"\b([A-Z]\w+Error)\b(?::[ \t]*([^\n]*))?")
_ASKED = re.compile(
    r"\b(?:error|exception|traceback|fix|mend|wrong|mean|why|fails?|failed|help|solve|explain"
    r"|what(?:'s| is)(?: an?)?$)",
    re.IGNORECASE,
)


def tell(task: Task) -> Draft | None:
    """Explain the error that the prompt shows or names."""
    headline = _HEADLINE.search(task.prompt)
    if headline is None:
        return None
    kind, message = headline[1], (headline[2] or "").strip("`")
    around = f"{message} {task.prompt[headline.end() :]}\n{task.prompt[: headline.start()]}"
    if not _ASKED.search(around.strip()):
        return None
    for name, pattern, meaning in stock("errors")["errors"]:
        found = re.match(pattern, message) if name == kind else None
        if found is not None:
            named = f"{kind}: {found[0]}" if found[0] else kind
            steps = (f"The error is {words.quote(named, 400)}.", meaning)
            return Draft(f"{words.quote(named, 400)}\n\n{meaning}", steps)
    return None
