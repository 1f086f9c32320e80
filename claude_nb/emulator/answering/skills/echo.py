"""Say what one is told to say, byte for byte."""

from __future__ import annotations

import re

from claude_nb.emulator.answering.skills import words
from claude_nb.emulator.task import Draft, Task

__all__ = ["repeat"]

_ASKED = re.compile(
    r"\W*+(?:please )?(?:say|repeat|echo|(?:reply|respond|answer) with)"
    r"(?P<sure>(?: (?:exactly|only|just|back|the words?|this|after me))*(?::\s*|(?=\s*[\"“'`])|"
    r"(?<=exactly)|(?<=only)|(?<=just)|(?<=words)|(?<=word)|(?<=after me)))?\s*(?P<said>.+)",
    re.IGNORECASE | re.DOTALL,
)
_LOOSE = re.compile(r"[\w'-]+[.!]?|(?:hello|hi|good|thank)[\w ,]{0,20}[.!]?", re.IGNORECASE)
_NOTHING = frozenset(
    {"something", "anything", "nothing", "it", "that", "more", "why", "how", "what"}
)
_MOST = 400  # characters


def repeat(task: Task) -> Draft | None:
    """Repeat the words that the prompt asks to be said."""
    found = _ASKED.fullmatch(task.prompt.strip())
    if found is None or len(found["said"]) > _MOST:
        return None
    said = found["said"].strip()
    if found["sure"] is None:
        if not _LOOSE.fullmatch(said) or said.lower().strip(".!") in _NOTHING:
            return None
        said = said.rstrip(".!")
    elif words.unquoted(said.rstrip(".!")) != said.rstrip(".!"):
        said = words.unquoted(said.rstrip(".!"))
    return Draft(said, (f"They want to hear {words.quote(said)}.", "Nothing needs to be added."))
