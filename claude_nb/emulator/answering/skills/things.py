"""List so many things: of a few sets that are known, else places for them."""

from __future__ import annotations

import re

from claude_nb.emulator.answering.skills import words
from claude_nb.emulator.answering.skills.exact import spoken
from claude_nb.emulator.answering.skills.stock import stock
from claude_nb.emulator.task import Draft, Task

__all__ = ["enumerate_things"]

_ASKED = re.compile(
    r"(?:please |can you |could you )*(?:(?:write|list|name|give|tell|make|create|me|us|a|the|some|"
    r"numbered|bulleted|short|list|of|down|show|enumerate|suggest|brainstorm) )+"
    r"(?:all )?(?:(?P<count>\d{1,3}) )?(?P<things>[^.?!\n]{3,120})[.?!]*\s*",
    re.IGNORECASE,
)
_FORM = re.compile(
    r",?\s*(?:one (?:per|on each|in each) line|each on (?:its|a) own line|please|numbered|"
    r"(?:in|as) a (?:numbered )?list|line by line)",
    re.IGNORECASE,
)
_CLOSED = re.compile(  # sets of which all are known
    r"(?:months?|(?:week)?days?|seasons?)(?: of the (?:year|week))?|planets?|continents?",
    re.IGNORECASE,
)
_MOST = 200


def enumerate_things(task: Task) -> Draft | None:
    """List as many things as the prompt asks for, if it asks for a number of things."""
    found = _ASKED.fullmatch(spoken(_FORM.sub("", task.prompt.strip())))
    if found is None:
        return None
    things = found["things"].strip()
    sets: dict[str, list[str]] = stock("things")
    known = next((some for kind, some in sets.items() if re.fullmatch(kind, things.lower())), None)
    wanted = int(found["count"] or (len(known) if known and _CLOSED.fullmatch(things) else 0))
    if not 0 < wanted <= _MOST:
        return None
    items, note = (known or [])[:wanted], ""
    if known is None:
        items = [f"(thing {n})" for n in range(1, wanted + 1)]
        note = f"These hold the places of {words.quote(things)}: the emulator knows none by name."
    elif len(known) < wanted:
        note = f"The emulator knows {len(known)} of them."
    body = "\n".join(f"{n}. {item}" for n, item in enumerate(items, 1))
    steps = (f"They want {wanted} {things}.", f"{len(items)} are listed, one on each line.")
    return Draft(f"{body}\n\n{note}".strip(), steps)
