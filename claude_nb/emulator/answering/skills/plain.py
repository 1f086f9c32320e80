"""Say in one line what cannot be answered, and what near it can."""

from __future__ import annotations

import re

from claude_nb.emulator.answering.skills import pasted, words
from claude_nb.emulator.answering.skills.stock import stock
from claude_nb.emulator.task import Draft, Task

__all__ = ["reply"]

_GREETING = re.compile(
    r"^\W*(hi|hello|hey|good (morning|evening|day)|greetings|bonjour)\b", re.IGNORECASE
)
_WHO = re.compile(
    r"\b(who|what) are you|your name|what can you do|^\W*(help|test|testing)\W*$", re.IGNORECASE
)


_NUMBER = re.compile(r"(?<![\w.,:/-])\d{1,9}(?:\.\d{1,6})?(?![\w:/-]|[.,]\d)")


def _near(task: Task) -> str:
    """Return what is nearest to a question, with numbers and names of its own as an example."""
    if table := pasted.read(task.whole):
        return f"give a figure of the table, as in `What is the mean of {pasted.numeric(table)}?`"
    near = next(
        near
        for pattern, near in stock("near")["near"]
        if re.search(pattern, task.prompt, re.IGNORECASE)
    )
    a, b = (*_NUMBER.findall(task.prompt), "17", "23")[:2]
    return near.format(a=a, b=b)


def reply(task: Task, tools: str = "") -> Draft:
    """Return one line that says what cannot be answered here, and the nearest that can.

    Parameters
    ----------
    task : Task
        What was asked.
    tools : str
        What the tools that were given can be asked, if there are any.
    """
    if not task.prompt.strip():
        return Draft("There was no text in your last message, so there is nothing to answer yet.")
    is_short = len(words.plain(task.prompt)) <= 6  # noqa: PLR2004 - a greeting
    near = tools or _near(task)
    if is_short and (_GREETING.match(task.prompt) or _WHO.search(task.prompt)):
        text = (
            f"{task.pick(('Hello!', 'Hi there!', 'Welcome!'))} This is the **emulator** that comes "
            "with claude_nb: it speaks the real Messages API on your own machine, with no key and "
            f"no cost. It can {near}."
        )
        return Draft(text, ("This is a greeting.", "Naming the emulator comes first."))
    steps = (
        f"The request: {words.quote(task.prompt, 120)}",
        "None of the skills here understands all of it, and half understood is wrong.",
        "So say plainly that there is no answer, and what is nearest.",
    )
    text = (
        "The emulator cannot answer that: it works by rules and knows nothing of the world. "
        f"Near it, it can {near}. With `ANTHROPIC_API_KEY` set, Claude answers."
    )
    return Draft(text, steps)
