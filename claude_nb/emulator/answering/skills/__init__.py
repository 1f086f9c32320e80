"""What the emulator can really do, one skill a module; the first that fits answers.

A skill is a function from `Task` to `Draft`, or to None if the task is not its own. Skills
compute, or look up what they plainly state, and answer only what they understand to the last word;
none answers one particular prompt.
"""

from __future__ import annotations

from collections.abc import Callable

from claude_nb.emulator.answering.skills import (
    arithmetic,
    code,
    columns,
    dates,
    echo,
    errors,
    explain,
    lists,
    numbers,
    pictures,
    plain,
    recall,
    stories,
    summaries,
    things,
)
from claude_nb.emulator.task import Draft, Task

__all__ = ["SKILLS", "perform"]

SKILLS: tuple[Callable[[Task], Draft | None], ...] = (
    echo.repeat,
    summaries.summarise,
    pictures.describe,
    errors.tell,
    stories.write,
    code.write,
    columns.figure,
    recall.remember,
    things.enumerate_things,
    dates.between,
    numbers.answer,
    arithmetic.solve,
    lists.work,
    explain.explain,
)


def perform(task: Task, tools: str = "") -> Draft:
    """Return the draft of the first skill that fits, or a plain reply, which may name tools."""
    for skill in SKILLS:
        draft = skill(task)
        if draft is not None:
            return draft
    return plain.reply(task, tools)
