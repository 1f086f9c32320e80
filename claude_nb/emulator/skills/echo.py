"""Say what one is told to say."""

from __future__ import annotations

import re

from claude_nb.emulator.task import Draft, Task

__all__ = ["repeat"]

_ASKED = re.compile(
    r"^\W*(?:please )?(?:say|repeat|echo|(?:reply|respond|answer) with)(?: (?:exactly|only|just))*"
    r"(?: (?:the )?words?)?(?: after me)?[: ]+[\"'“]?(.+?)[\"'”]?[.!]?\s*$",
    re.IGNORECASE | re.DOTALL,
)
_MOST = 400  # characters


def repeat(task: Task) -> Draft | None:
    """Repeat the words that the prompt asks to be said."""
    found = _ASKED.match(task.prompt.strip())
    if found is None or len(found.group(1)) > _MOST:
        return None
    said = found.group(1).strip()
    steps = (f"They want to hear “{said}”.", "Nothing needs to be added.")
    return Draft(said[0].upper() + said[1:], steps)
