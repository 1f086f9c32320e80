"""Write small Python functions, where one that is known is what is asked for."""

from __future__ import annotations

import re
from dataclasses import dataclass

from claude_nb.emulator.answering.skills import words
from claude_nb.emulator.answering.skills.stock import stock, vocabulary
from claude_nb.emulator.task import Draft, Task

__all__ = ["SNIPPETS", "write"]


@dataclass(frozen=True, slots=True)
class Snippet:
    """A function: what recognises the task, source with doctests, how it works in one sentence."""

    pattern: str
    code: str
    why: str


_ASKED = re.compile(r"\b(?:function|python|code|script|program|snippet|implement)\b", re.IGNORECASE)
_TO_DO = re.compile(
    r"\b(?:write|give|show|create|make|implement|need|how (?:do|can|to))\b", re.IGNORECASE
)
_NOISE = vocabulary("code")
SNIPPETS = tuple(Snippet(**facts) for facts in stock("snippets")["snippet"])


def write(task: Task) -> Draft | None:
    """Write the function that the prompt asks for, if it is one of those known and no other."""
    if not (_ASKED.search(task.prompt) and _TO_DO.search(task.prompt)):
        return None
    for snippet in SNIPPETS:
        rest, found = re.subn(snippet.pattern, " ", task.prompt, count=1, flags=re.IGNORECASE)
        if found and not {*words.plain(rest)} - _NOISE:
            return _told(snippet, task)
    return None


def _told(snippet: Snippet, task: Task) -> Draft:
    lead = task.pick(
        ("Here is a function for that:", "This does it:", "A short version:", "Try this:")
    )
    call, result = _example(snippet)
    text = (
        f"{lead}\n\n```python\n{snippet.code}\n```\n\n"
        f"How it works: {snippet.why}\n\nFor example, `{call}` gives `{result}`."
    )
    steps = (
        f"The task: {words.quote(task.prompt, 90)}",
        "Type hints and a docstring with an example make it usable in a notebook.",
        f"The idea: {snippet.why}",
        f"Check by hand: {call} should give {result}.",
        "The example is a doctest, so the reader can run it.",
    )
    return Draft(text, steps)


def _example(snippet: Snippet) -> tuple[str, str]:
    found = re.search(r">>> (.+)\n\s+(.+)", snippet.code)
    return (found.group(1), found.group(2)) if found else ("", "")
