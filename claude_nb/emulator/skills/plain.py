"""Reply to what no other skill covers: show that the request arrived, and say what works here.

Honest by construction: it describes the request and claims no knowledge.
"""

from __future__ import annotations

import re

from claude_nb.emulator.skills import words
from claude_nb.emulator.task import Draft, Task

__all__ = ["reply"]

_GREETING = re.compile(
    r"^\W*(hi|hello|hey|good (morning|evening|day)|greetings|bonjour)\b", re.IGNORECASE
)
_WHO = re.compile(
    r"\b(who|what) are you|your name|what can you do|^\W*(help|test|testing)\W*$", re.IGNORECASE
)
_SKILLS = (
    "work out arithmetic: `What is 17 * 23?`",
    "write a haiku, a poem or a story about something",
    "summarise a text you paste",
    "sort, count and find the longest in a list or a text",
    "write small Python functions",
    "make a table from what you list",
    "fill a JSON schema, or call a tool you describe",
)
_SHORT = 6  # words


def reply(task: Task) -> Draft:
    """Return a reply that reflects the request and lists what the emulator can do."""
    if not task.prompt.strip():
        return _nothing(task)
    is_short = len(words.plain(task.prompt)) <= _SHORT
    if is_short and (_GREETING.match(task.prompt) or _WHO.search(task.prompt)):
        return _greeting(task)
    return _reflection(task)


def _offers(task: Task, most: int) -> str:
    chosen = list(_SKILLS)
    if task.heat and task.dice.random() < task.heat:
        task.dice.shuffle(chosen)
    return "\n".join(f"- {skill}" for skill in chosen[:most])


def _greeting(task: Task) -> Draft:
    hello = task.pick(("Hello!", "Hi there!", "Good to see you!", "Welcome!"))
    text = (
        f"{hello} You have reached the **emulator** that comes with claude_nb. It speaks the real "
        "Messages API on your own machine, so everything around the answer (streaming, thinking, "
        "usage, errors) behaves like the real thing, with no key and no cost.\n\n"
        f"Some things it can really do:\n\n{_offers(task, 5)}"
    )
    steps = (
        "This is a greeting, so a short greeting back is right.",
        "A newcomer may not know what answers here; naming the emulator comes first.",
        "A few concrete examples help more than a description.",
    )
    return Draft(text, steps)


def _nothing(task: Task) -> Draft:
    text = (
        "There was no text in your last message, so there is nothing to answer yet. "
        f"Some things to try:\n\n{_offers(task, 4)}"
    )
    return Draft(text, ("The last message holds no text.",))


def _reflection(task: Task) -> Draft:
    asked = words.quote(task.prompt, 120)
    key = words.keywords(task.prompt, most=4)
    n_words = len(words.plain(task.prompt))
    topics = ", ".join(f"**{word}**" for word in key) or "no particular topic"
    lead = task.pick(
        (
            "Here is what I read in your question",
            "Your message arrived whole; this is what I see in it",
            "I took your request apart",
        )
    )
    persona = f"\n- System prompt in force: *{words.quote(task.system, 80)}*" if task.system else ""
    text = (
        f"> {asked}\n\n{lead}:\n\n"
        f"- Topics: {topics}\n- Length: {n_words} words, turn {len(task.turns)} of this "
        f"conversation{persona}\n\n"
        "A real model would now answer from what it knows. The emulator knows nothing of the "
        f"world, so it does not pretend to. What it can do instead:\n\n{_offers(task, 4)}\n\n"
        "Set `ANTHROPIC_API_KEY` to put the same question to Claude."
    )
    steps = (
        f"The request: “{asked}”.",
        f"The words that carry it are {', '.join(key) or 'few'}; {n_words} words in all.",
        "None of the skills here fits: no sum, no text to shorten, no list, no code to write.",
        "Inventing facts would mislead, so say plainly what arrived and what works.",
    )
    return Draft(text, steps)
