"""Write a haiku, a poem or a short story around the words of a prompt.

The subject and the details come from the prompt; the craft (metre, arc) is fixed. Haiku lines
are chosen by counted syllables, with the subject in them where it fits.
"""

from __future__ import annotations

import re

from claude_nb.emulator.skills import words
from claude_nb.emulator.task import Draft, Task

__all__ = ["write"]

_FORMS = re.compile(r"\b(haiku|poem|limerick|story|tale|fairy ?tale|fable)s?\b", re.IGNORECASE)
_ASKED = re.compile(
    r"\b(write|tell|compose|create|make|give|invent|need|want|another|please)\b|^\W*(a|an|the)?\W*"
    r"(short|little|tiny)?\W*(haiku|poem|limerick|story|tale)",
    re.IGNORECASE,
)
_FIVES = (  # those that come to five syllables with the subject in them are used
    "the {s} at first light",
    "first snow, and the {s}",
    "here comes the {s} now",
    "{s} at first light",
    "{s} in the rain",
    "long before the {s}",
    "once more, {s}",
    "{s} in bloom",
    "still, the {s}",
    "oh, {s}",
    "the {s}",
    "{s}",
)
_NO_ROOM = "under the wide sky"  # the subject is longer than a line
_SEVENS = (
    "a small wind turns the white page",
    "morning writes it on the glass",
    "the whole room leans in to hear",
    "light comes slowly to the hills",
    "nobody hurries today",
)
_LAST_FIVES = (
    "then the light goes out",
    "and the street grows still",
    "one bird keeps the time",
    "the cup is still warm",
)
_NAMES = ("Mara", "Ilse", "Tomas", "Noor", "Ben", "Aiko")
_PLACES = ("a small harbour town", "the last house on the hill", "a quiet library", "an old mill")


def write(task: Task) -> Draft | None:
    """Write what the prompt asks for, if it asks for a haiku, a poem or a story."""
    form = _FORMS.search(task.prompt)
    if form is None or not _ASKED.search(task.prompt):
        return None
    subject = words.subject(task.prompt, after=form.group()) or "an empty page"
    kind = form.group(1).lower()
    if kind == "haiku":
        return _haiku(subject, task)
    if kind == "limerick":
        return _limerick(subject)
    if kind == "poem":
        return _poem(subject, task)
    return _story(subject, task)


def _haiku(subject: str, task: Task) -> Draft:
    short = words.without_article(subject)
    fits = [line.format(s=short) for line in _FIVES if words.syllables(line.format(s=short)) == 5]  # noqa: PLR2004 - a haiku
    lines = (
        task.pick(fits or [_NO_ROOM]),
        task.pick(_SEVENS),
        task.pick(_LAST_FIVES),
    )
    counts = " + ".join(str(words.syllables(line)) for line in lines)
    body = "  \n".join(f"*{line[0].upper()}{line[1:]}*" for line in lines)
    text = (
        f"{body}\n\nA haiku about **{subject}**: three lines of {counts} syllables, "
        "an image, a turn, and a close."
    )
    steps = (
        f"A haiku needs three lines of 5, 7 and 5 syllables; the subject is {subject}.",
        f"“{short}” has {words.syllables(short)} syllables, so the first line must leave room.",
        f"First line: “{lines[0]}”, {words.syllables(lines[0])} syllables.",
        f"The second line turns away from the subject: “{lines[1]}”.",
        f"The last line closes the scene: “{lines[2]}”. Counting again: {counts}.",
    )
    return Draft(text, steps)


def _poem(subject: str, task: Task) -> Draft:
    short = words.without_article(subject)
    first = task.pick(("morning", "evening", "winter", "summer"))
    lines = (
        f"I looked for {short} in the {first} light,",
        "where windows keep what streets forget;",
        "it waited, patient, out of sight,",
        "a line that no one wrote as yet.",
        "",
        "I named it once, it turned around,",
        f"and all the {first} changed its tone:",
        "some things are lost before they're found,",
        f"and some, like {short}, stand alone.",
    )
    text = "\n".join(f"{line}  " if line else "" for line in lines)
    steps = (
        f"A poem about {subject}: two stanzas of four lines, rhymed A B A B.",
        "The rhymes are light and sight, forget and yet; then around and found, tone and alone.",
        f"The time of day, {first}, returns in both stanzas and ties them together.",
    )
    return Draft(f"**{short[0].upper()}{short[1:]}**\n\n{text}", steps)


def _limerick(subject: str) -> Draft:
    lines = (
        "There once was a verse, plain and small,",
        f"on {subject}, pinned to a wall;",
        "it tried to be clever,",
        "it went on forever,",
        "and then it said nothing at all.",
    )
    steps = (
        f"A limerick about {subject}: five lines, rhymed A A B B A.",
        "Small, wall and all make the A; clever and forever make the B.",
    )
    return Draft("  \n".join(lines), steps)


def _story(subject: str, task: Task) -> Draft:
    name, place = task.pick(_NAMES), task.pick(_PLACES)
    clause = words.clause(task.prompt, subject)
    extra = f" It was, the note said, the one {clause}." if clause else ""
    short = words.without_article(subject)
    text = (
        f"### {short[0].upper()}{short[1:]}\n\n"
        f"In {place}, {name} had stopped believing in surprises. Then, one grey Tuesday, there was "
        f"{subject} at the door.{extra}\n\n"
        f"“You are late,” said {name}, because it was the first thing that came to mind. "
        "The answer took a while, as good answers do. By evening they had shared bread, a map with "
        "one corner missing, and a question neither would say aloud.\n\n"
        f"In the morning the door stood open. {name} looked at the empty road, picked up the map, "
        f"and drew the missing corner from memory: it had the shape of {subject}."
    )
    steps = (
        f"The story is about {subject}. It needs a person, a place and a change.",
        f"The person is {name}, the place is {place}: small, so that one arrival matters.",
        "Three paragraphs: an arrival, an evening, a morning after. The map links all three.",
        "The end should answer the beginning without explaining it.",
    )
    return Draft(text, steps)
