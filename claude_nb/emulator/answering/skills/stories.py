"""Write a haiku, a poem, a story, or filler of the length that is asked for.

The subject comes from the prompt as it stands there; the craft is fixed.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from itertools import count
from typing import Any

from claude_nb.emulator.answering.skills import words
from claude_nb.emulator.answering.skills.exact import spoken
from claude_nb.emulator.answering.skills.stock import stock, vocabulary
from claude_nb.emulator.task import Draft, Task

__all__ = ["write"]

_FORM = r"haiku|poem|story|tale|fairy ?tale|fable|text|essay|paragraphs?|article|words"
_ASKED = re.compile(
    r"(?:(?:please|can you|could you|now|i (?:need|want))\W+)*"
    r"(?P<verb>(?:(?:write|tell|compose|create|make|give|invent|another|about|me|us)\s+)*)"
    rf"(?P<size>(?:[\w-]+\s+){{0,9}}?)(?P<form>{_FORM})s?\b(?P<rest>.*)",
    re.IGNORECASE | re.DOTALL,
)
_SIZED = re.compile(
    r"(?:of |about |around |in )*(\d[\d,]{0,6})[ -](word|token|sentence|paragraph)s?", re.IGNORECASE
)
_PLAIN = vocabulary("size")
_MOST_WORDS = 5_000
_WORDS_PER_TOKEN = 0.8  # as the emulator counts tokens


def write(task: Task) -> Draft | None:
    """Write what the prompt asks for, if it asks for a haiku, a poem, a story or filler."""
    prompt = spoken(task.prompt.strip())
    found = _ASKED.match(prompt)
    if found is None or not all(map(_is_plain, found["size"].split())):
        return None
    form, size = found["form"].lower(), _SIZED.search(prompt)
    is_filler = form in {"text", "essay", "article", "words"} or form.startswith("paragraph")
    if is_filler and not (
        size if form == "words" else re.match("(?i)write|compose|create", found["verb"])
    ):
        return None
    subject = words.subject(_SIZED.sub(" ", found["rest"], count=1)) or "an empty page"
    if form == "haiku":
        return _haiku(subject, task)
    if form.startswith("paragraph") and not size:
        return _long(subject, "1", "paragraph")
    if size or "long" in found["size"].lower() or is_filler:
        return _long(subject, *(size.groups() if size else ("600", "word")))
    return _poem(subject, task) if form == "poem" else _story(subject, task)


def _is_plain(word: str) -> bool:
    return all(part.isdigit() or part.lower() in _PLAIN for part in word.split("-"))


def _haiku(subject: str, task: Task) -> Draft:
    known, short = stock("stories")["haiku"], words.without_article(subject)
    fits = [n for n, some in enumerate(known["subjects"]) if short.lower() in some.split()]
    start = zlib.crc32(subject.encode()) % len(known["first"])
    firsts = [line.format(short) for n in fits for line in known["with_subject"][n]]
    firsts = firsts or [*known["first"][start:], *known["first"][:start]]
    lines: list[str] = [task.pick(firsts), task.pick(known["second"]), task.pick(known["third"])]
    body = "  \n".join(f"*{line[0].upper()}{line[1:]}*" for line in lines)
    text = (
        f"{body}\n\nA haiku about **{subject}**: three lines of 5 + 7 + 5 syllables, "
        "an image, a turn, and a close."
    )
    steps = (
        f"A haiku needs three lines of 5, 7 and 5 syllables; the subject is {subject}.",
        f"First line: “{lines[0]}”, 5 syllables.",
        f"The second line turns away from the subject: “{lines[1]}”.",
        f"The last line closes the scene: “{lines[2]}”.",
    )
    return Draft(text, steps)


def _poem(subject: str, task: Task) -> Draft:
    short, known = words.without_article(subject), stock("stories")["poem"]
    time = task.pick(known["times"])
    lines = str(known["text"]).format(subject=short, time=time).splitlines()
    text = "\n".join(f"{line}  " if line else "" for line in lines)
    steps = (
        f"A poem about {subject}: two stanzas of four lines, rhymed A B A B.",
        f"The time of day, {time}, returns in both stanzas and ties them together.",
    )
    return Draft(f"**{short}**\n\n{text}", steps)


def _story(subject: str, task: Task) -> Draft:
    known = stock("stories")["story"]
    name, place = task.pick(known["names"]), task.pick(known["places"])
    clause = words.clause(task.prompt, subject)
    extra = f" It was, the note said, the one {clause}." if clause else ""
    text = "\n\n".join(_chapter(name=name, place=place, subject=subject, extra=extra))
    steps = (
        f"The story is about {subject}. It needs a person, a place and a change.",
        f"The person is {name}, the place is {place}: small, so that one arrival matters.",
        "Three paragraphs: an arrival, an evening, a morning after. The map links all three.",
    )
    return Draft(f"### {words.without_article(subject)}\n\n{text}", steps)


def _chapter(**filled: str) -> list[str]:
    return [str(paragraph).format(**filled) for paragraph in stock("stories")["story"]["chapter"]]


def _long(subject: str, number: str, unit: str) -> Draft:
    """Return filler of so many words, tokens, sentences or paragraphs."""
    wanted = int(number.replace(",", ""))
    text = "\n\n".join(_paragraphs(subject, wanted, unit.lower()))
    size = words.counted(len(text.split()), "word")
    note = f"({size} of filler around your words: the emulator has nothing to tell.)"
    steps = (f"Wanted: {words.counted(wanted, unit)} about {subject}.", f"Written: {size}.")
    return Draft(f"{text}\n\n*{note}*", steps)


def _paragraphs(subject: str, wanted: int, unit: str) -> Iterator[str]:
    left = min(int(wanted * (_WORDS_PER_TOKEN if unit == "token" else 1)), _MOST_WORDS)
    for paragraph in _endless(subject):
        parts = words.sentences(paragraph)
        if unit == "sentence":
            parts = parts[:left]
        elif unit != "paragraph":
            parts = list(_fitting(parts, left))
        sizes = {"sentence": len(parts), "paragraph": 1}
        left -= sizes.get(unit, sum(len(part.split()) for part in parts))
        yield " ".join(parts)
        if left <= 0:
            return


def _fitting(parts: list[str], left: int) -> Iterator[str]:
    """Yield sentences as long as there is room, then shorter ones to the last word."""
    fill: list[str] = stock("stories")["story"]["fill"]
    for part in parts:
        size = len(part.split())
        if size > left:
            break
        left -= size
        yield part
    else:
        return
    while left > 0:
        yield fill[min(left, len(fill)) - 1]
        left -= min(left, len(fill))


def _endless(subject: str) -> Iterator[str]:
    known: dict[str, Any] = stock("stories")["story"]
    for n in count():
        name, place = (known[key][n % len(known[key])] for key in ("names", "places"))
        yield from _chapter(name=name, place=place, subject=subject, extra="")
