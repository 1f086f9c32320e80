"""What the emulator can really do, one skill a module; the first that fits answers.

A skill is a function from `Task` to `Draft`, or to None if the task is not its own. Skills
compute, or look up what they plainly state; none answers one particular prompt.
"""

from __future__ import annotations

from collections.abc import Callable

from claude_nb.emulator.skills import (
    arithmetic,
    code,
    echo,
    explain,
    lists,
    numbers,
    pictures,
    plain,
    recall,
    stories,
    summaries,
    tables,
)
from claude_nb.emulator.task import Draft, Task

__all__ = ["SKILLS", "perform"]

SKILLS: tuple[Callable[[Task], Draft | None], ...] = (
    echo.repeat,
    summaries.summarise,
    pictures.describe,
    code.write,
    tables.tabulate,
    recall.remember,
    stories.write,
    lists.work,
    numbers.answer,
    arithmetic.solve,
    explain.explain,
)


def perform(task: Task) -> Draft:
    """Return the draft of the first skill that fits, or a plain reply."""
    for skill in SKILLS:
        draft = skill(task)
        if draft is not None:
            return draft
    return plain.reply(task)
