"""Write small Python functions, or an honest skeleton where no recipe fits."""

from __future__ import annotations

import re

from claude_nb.emulator.skills import words
from claude_nb.emulator.skills.snippets import SNIPPETS, Snippet
from claude_nb.emulator.task import Draft, Task

__all__ = ["write"]

_ASKED = re.compile(
    r"\b(function|python|code|script|program|snippet|implement|method|class)\b", re.IGNORECASE
)
_TO_DO = re.compile(
    r"\b(write|give|show|create|make|implement|need|how (?:do|can|to))\b", re.IGNORECASE
)
_AIM = re.compile(r"\b(?:that|to|which|for|implement)\s+(.{3,80})", re.IGNORECASE | re.DOTALL)


def write(task: Task) -> Draft | None:
    """Write the function that the prompt asks for, if it asks for one."""
    if not (_ASKED.search(task.prompt) and _TO_DO.search(task.prompt)):
        return None
    for snippet in SNIPPETS:
        if re.search(snippet.pattern, task.prompt, re.IGNORECASE):
            return _told(snippet, task)
    return _skeleton(task)


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


def _skeleton(task: Task) -> Draft:
    aim = _AIM.search(task.prompt)
    purpose = words.quote(aim.group(1).split("\n")[0].rstrip(".!? "), 70) if aim else "do the task"
    named = [word for word in words.keywords(purpose, most=3) if word.isascii()]
    name = "_".join(named) or "solve"
    sentence = re.sub(r'["\\]', "", purpose)
    text = (
        "No recipe of the emulator fits this task, so here is a skeleton to start from:\n\n"
        f'```python\ndef {name}(data):\n    """{sentence[:1].upper()}{sentence[1:]}."""\n'
        "    if not data:\n"
        '        raise ValueError("data is empty")\n'
        "    result = []\n    for item in data:\n"
        "        result.append(item)  # the work goes here\n"
        "    return result\n```\n\n"
        "- It refuses empty input, so that a mistake shows early.\n"
        "- Replace the marked line; a model could write it for you."
    )
    steps = (
        f"The aim: {purpose}.",
        "None of the known small tasks matches.",
        f"A skeleton named {name} shows the structure without pretending to be finished.",
    )
    return Draft(text, steps)
