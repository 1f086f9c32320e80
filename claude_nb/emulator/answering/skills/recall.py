"""Remember what was said earlier in the conversation, and nothing beyond it."""

from __future__ import annotations

import re
from itertools import accumulate, takewhile

from claude_nb.emulator.answering.skills import words
from claude_nb.emulator.task import Draft, Task, Turn

__all__ = ["remember"]

_TOLD = re.compile(
    r"\bmy ([^\W\d_][\w '\u2019-]{1,30}?) (?:is called|is named|is|are|was) "
    r"((?:[^.,;!?\n]|[.,](?=\w)){1,60})|\b(?:i am|i'm) called ([^.,;!?\n]+)",
    re.IGNORECASE,
)
_ASKED = re.compile(
    r"\b(?:what|who|which|where|when|how)(?:'s| is| are| was)? my "
    r"([^\W\d_][\w '\u2019-]{1,30}?)\s*\?",
    re.IGNORECASE,
)
_SAID = re.compile(
    r"what did i (?:just )?(?:say|ask|tell|write)|(?:first|last|previous) (?:question|message)",
    re.IGNORECASE,
)

_NEXT = re.compile(r" and (?=(?:my|i|i'm|we|you|he|she|they|the|it)\b)", re.IGNORECASE)
_MOST_RECALLED = 200_000  # characters


def remember(task: Task) -> Draft | None:
    """Answer questions about earlier turns, and acknowledge what is told."""
    earlier = [turn for turn in task.turns[:-1] if turn.role == "user"]
    earlier = _lately(earlier)
    asked = _ASKED.search(task.prompt)
    if asked:
        return _fact(asked.group(1).lower(), [turn.text for turn in earlier])
    if _SAID.search(task.prompt) and earlier:
        return _quote(task, [turn.text for turn in earlier])
    told = _facts([task.prompt])
    if told and "?" not in task.prompt and len(words.plain(task.prompt)) < 30:  # noqa: PLR2004 - a remark
        return _noted(told)
    return None


def _lately(turns: list[Turn]) -> list[Turn]:
    """Return the last turns, as many as hold so many characters together."""
    total = accumulate(len(turn.text) for turn in reversed(turns))
    kept = sum(1 for _ in takewhile(lambda size: size <= _MOST_RECALLED, total))
    return turns[len(turns) - kept :]


def _facts(texts: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for text in texts:
        for key, value, name in _TOLD.findall(text):
            said = _NEXT.split(value or name)[0]
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
    count = words.counted(len(earlier), "message")
    text = f"You wrote:\n\n{words.verbatim(which)}\n\nBefore this one you sent {count}."
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
