"""Remember what was said earlier in the conversation, and nothing beyond it."""

from __future__ import annotations

import re

from claude_nb.emulator.skills import words
from claude_nb.emulator.task import Draft, Task

__all__ = ["remember"]

_TOLD = re.compile(
    r"\bmy ([a-z][a-z ]{1,30}?) (?:is|are|was) ([^.,;!?\n]{1,60})"
    r"|\b(?:i am|i'm) called ([^.,;!?\n]+)",
    re.IGNORECASE,
)
_ASKED = re.compile(
    r"\b(?:what|who|which|where|when|how)(?:'s| is| are| was)? my ([a-z][a-z ]{1,30}?)\s*\?",
    re.IGNORECASE,
)
_SAID = re.compile(
    r"what did i (?:just )?(?:say|ask|tell|write)|(?:first|last|previous) (?:question|message)",
    re.IGNORECASE,
)


def remember(task: Task) -> Draft | None:
    """Answer questions about earlier turns, and acknowledge what is told."""
    earlier = [turn for turn in task.turns[:-1] if turn.role == "user"]
    asked = _ASKED.search(task.prompt)
    if asked:
        return _fact(asked.group(1).lower(), [turn.text for turn in earlier])
    if _SAID.search(task.prompt) and earlier:
        return _quote(task, [turn.text for turn in earlier])
    told = _facts([task.prompt])
    if told and "?" not in task.prompt and len(words.plain(task.prompt)) < 30:  # noqa: PLR2004 - a remark
        return _noted(told)
    return None


def _facts(texts: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for text in texts:
        for key, value, name in _TOLD.findall(text):
            said = (value or name).split(" and ")[0]
            found[key.lower() or "name"] = said.strip()
    return found


def _fact(key: str, earlier: list[str]) -> Draft:
    known = _facts(earlier)
    if key in known:
        text = (
            f"Your {key} is **{known[key]}**. You told me so earlier in this conversation; the "
            f"request carries the earlier messages along, and that is the only memory there "
            "is."
        )
        return Draft(text, (f"They ask for their {key}.", f"An earlier turn says: {known[key]}."))
    text = (
        f"You have not told me your {key} in this conversation. Nothing is remembered between "
        "conversations: a model sees only the messages of the current request, so earlier turns "
        "have to be sent along."
    )
    return Draft(text, (f"They ask for their {key}.", "No earlier turn mentions it."))


def _quote(task: Task, earlier: list[str]) -> Draft:
    which = earlier[0] if "first" in task.prompt.lower() else earlier[-1]
    text = f"You wrote:\n\n> {words.quote(which, 200)}\n\nThat was one of {len(earlier)} messages."
    return Draft(text, ("They ask about an earlier message.", "Quote it as it was."))


def _noted(told: dict[str, str]) -> Draft:
    facts = "\n".join(f"- your {key}: **{value}**" for key, value in told.items())
    text = (
        f"Noted:\n\n{facts}\n\nAsk me about it later in this conversation. I will know as long as "
        "this message is sent along with the next one."
    )
    return Draft(
        text, ("A remark, not a question.", "Note what it says, and say how memory works.")
    )
