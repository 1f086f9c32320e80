"""Sort, reverse, count and measure what a prompt lists or quotes; exact, with the steps shown."""

from __future__ import annotations

import re
import statistics
from collections.abc import Callable

from claude_nb.emulator.skills import words
from claude_nb.emulator.task import Draft, Task

__all__ = ["work"]

_NUMBER = re.compile(r"-?\d+(?:[.,]\d+)*")
_LETTER = re.compile(
    r"how many (?:times does )?(?:the )?(?:letter )?[\"'“]?([a-z])[\"'”]?(?:'?s)?(?: letters?)?"
    r" (?:are (?:there )?|appears? |occurs? |does )?(?:in|appear in)\s+(?:the word )?"
    r"[\"'“]?([a-z]+)",
    re.IGNORECASE,
)
_MOST_SHOWN = 50


def work(task: Task) -> Draft | None:
    """Do what the prompt asks of a list or a text, if it asks for that."""
    for pattern, job in _JOBS:
        if re.search(pattern, task.prompt, re.IGNORECASE):
            draft = job(task)
            if draft is not None:
                return draft
    return None


def _letters(task: Task) -> Draft | None:
    found = _LETTER.search(task.prompt)
    if found is None:
        return None
    letter, word = found.group(1).lower(), found.group(2)
    at = [n for n, c in enumerate(word.lower(), 1) if c == letter]
    spelled = " ".join(f"**{c}**" if c.lower() == letter else c for c in word)
    places = ", ".join(map(str, at)) or "none"
    text = (
        f"**{word}** contains **{len(at)}** × `{letter}`.\n\n"  # noqa: RUF001 - "times"
        f"Spelled out: {spelled}\n\nPositions: {places}, of {len(word)} letters."
    )
    steps = (
        f"Spell the word: {', '.join(word)}.",
        f"Mark every {letter}: positions {places}.",
        f"That makes {len(at)}.",
    )
    return Draft(text, steps)


def _count(task: Task) -> Draft | None:
    text = words.payload(task.prompt)
    if not text:
        return None
    found = words.plain(text)
    longest = max(found, key=len, default="")
    rows = (
        ("Words", len(found)),
        ("Different words", len(set(found))),
        ("Sentences", len(words.sentences(text))),
        ("Characters", len(text)),
        ("Characters without blanks", len(re.sub(r"\s", "", text))),
    )
    table = "\n".join(f"| {name} | {value} |" for name, value in rows)
    answer = (
        f"**{len(found)} words.**\n\n| What | Count |\n|---|---:|\n{table}\n\n"
        f"The longest word is *{longest}* with {len(longest)} letters."
    )
    steps = (
        f"The text to count is “{words.quote(text, 60)}”.",
        "A word is a run of letters; punctuation and numbers are no words.",
        f"Going through it word by word gives {len(found)}.",
        f"Without repetitions {len(set(found))} are left.",
    )
    return Draft(answer, steps)


def _sort(task: Task) -> Draft | None:
    items = _items(task)
    is_down = re.search(
        r"\b(descending|largest first|reverse|z to a|high(est)? to low)", task.prompt
    )
    numeric = all(_NUMBER.fullmatch(item) for item in items)
    ranked = sorted(items, key=_value if numeric else str.casefold, reverse=bool(is_down))  # pyright: ignore[reportArgumentType] - both are orderable
    if not ranked:
        return None
    kind = "by value" if numeric else "alphabetically"
    way = "descending" if is_down else "ascending"
    moved = sum(a != b for a, b in zip(items, ranked, strict=True))
    lead = task.pick(("Sorted", "In order", "Here they are", "Put in order"))
    tail = f"{len(ranked)} items, {moved} of them moved."
    text = f"{lead} {kind}, {way}:\n\n{_numbered(ranked)}\n\n{tail}"
    steps = (
        f"The list has {len(items)} items: {', '.join(items[:12])}.",
        f"All of them are numbers: {'yes' if numeric else 'no'}; so they are compared {kind}.",
        f"The first is {ranked[0]}, the last is {ranked[-1]}.",
        "Each neighbour is checked once more: none is out of order.",
    )
    return Draft(text, steps)


def _reverse(task: Task) -> Draft | None:
    items = _items(task)
    if not items:
        return None
    text = f"Reversed:\n\n{_numbered(items[::-1])}"
    return Draft(text, (f"The list has {len(items)} items.", "Read it from the last to the first."))


def _figures(task: Task) -> Draft | None:
    items = [item for item in _items(task) if _NUMBER.fullmatch(item)]
    items = items or re.findall(r"-?\d+(?:\.\d+)?", task.prompt)
    values = [_value(item) for item in items]
    if len(values) < 2:  # noqa: PLR2004 - one number has no statistics
        return None
    rows = (
        ("Count", len(values)),
        ("Sum", sum(values)),
        ("Mean", statistics.fmean(values)),
        ("Median", statistics.median(values)),
        ("Smallest", min(values)),
        ("Largest", max(values)),
    )
    table = "\n".join(f"| {name} | {value:.10g} |" for name, value in rows)
    steps = (
        f"The numbers are {', '.join(items)}.",
        f"Added up they give {sum(values):.10g}.",
        f"Divided by their count, {len(values)}, the mean is {statistics.fmean(values):.10g}.",
    )
    return Draft(f"| Figure | Value |\n|---|---:|\n{table}", steps)


def _extreme(task: Task) -> Draft | None:
    items = _items(task)
    if len(items) < 2:  # noqa: PLR2004 - nothing to compare
        return None
    name = "shortest" if "shortest" in task.prompt.lower() else "longest"
    best = (min if name == "shortest" else max)(items, key=len)
    sizes = "\n".join(f"- {item}: {len(item)} characters" for item in items[:_MOST_SHOWN])
    steps = (f"Measure each of the {len(items)} items.", f"The {name} is {best}.")
    return Draft(f"The {name} is **{best}**.\n\n{sizes}", steps)


_JOBS: tuple[tuple[str, Callable[[Task], Draft | None]], ...] = (
    (r"how many .* in\b", _letters),
    (r"\b(count|how many)\b.*\b(words?|characters?|letters?|sentences?)\b", _count),
    (r"\b(longest|shortest)\b", _extreme),
    (r"\b(average|mean|median|sum|total)\b", _figures),
    (r"\b(sort|order|arrange|alphabeti[sz]e|rank)\b", _sort),
    (r"\breverse\b", _reverse),
)


def _items(task: Task) -> list[str]:
    text = words.payload(task.prompt)
    lines = [line for line in text.splitlines() if line.strip()]
    parts = lines if len(lines) > 1 else re.split(r"[,;]|\band\b", text)
    if len(parts) == 1:
        parts = text.split()
    cleaned = (re.sub(r"^\s*(?:[-*•]|\d+[.)]\s)\s*|[\s.]+$", "", part) for part in parts)
    return [item.strip(" \"'[]") for item in cleaned if item.strip(" \"'[]")]


def _value(item: str) -> float:
    return float(item.replace(",", ""))


def _numbered(items: list[str]) -> str:
    return "\n".join(f"{n}. {item}" for n, item in enumerate(items[:_MOST_SHOWN], 1))
