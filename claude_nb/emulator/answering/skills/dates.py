"""Dates as people write them, and how many days lie between two."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from claude_nb.emulator.answering.skills import words
from claude_nb.emulator.task import Draft, Task

__all__ = ["DATE", "WRITTEN", "between", "days"]

DATE = r"\d{4}-\d{2}-\d{2}"
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_MONTH = rf"(?:{'|'.join(_MONTHS)})[a-z]{{0,6}}\.?"
# one whose month is a word
WRITTEN = re.compile(
    rf"\b(?P<month>{_MONTH}) (?P<day>\d{{1,2}})(?:st|nd|rd|th)?,? (?P<year>\d{{4}})\b"
    rf"|\b(?P<d>\d{{1,2}})(?:st|nd|rd|th)?\.? (?:of )?(?P<before>{_MONTH}),? (?P<y>\d{{4}})\b",
    re.IGNORECASE,
)
_ANY = re.compile(rf"(?<![\d-])(?P<iso>{DATE})(?![\d-])|{WRITTEN.pattern}", re.IGNORECASE)
_ASKED = re.compile(
    r"(?:(?:how )?many|number of) days (?:are |is |lie )?(?:there )?"
    r"(?:between|from|lie between) # (?:and|to|until|till) #",
    re.IGNORECASE,
)


def days(text: str) -> Iterator[date]:
    """Yield the dates of a text that there are in a calendar, in its order."""
    for found in _ANY.finditer(text):
        try:
            yield date.fromisoformat(found["iso"]) if found["iso"] else _written(found)
        except ValueError:
            continue


def _written(found: re.Match[str]) -> date:
    month = _MONTHS.index((found["month"] or found["before"])[:3].lower()) + 1
    return date(int(found["year"] or found["y"]), month, int(found["day"] or found["d"]))


def between(task: Task) -> Draft | None:
    """Count the days from one date to another, if the prompt asks for that and nothing else."""
    for core in words.cores(task.prompt):
        named = list(days(core))
        if len(named) == 2 and _ASKED.fullmatch(_ANY.sub("#", core)):  # noqa: PLR2004 - from one to the other
            first, last = sorted(named)
            count = words.counted((last - first).days, "day")
            text = f"From {first} to {last}: **{count}**. The first day is not counted."
            return None if words.is_more(task.prompt, {core}) else Draft(text, (text,))
    return None
