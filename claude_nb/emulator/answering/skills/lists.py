"""Sort, reverse, count and measure what a prompt lists or quotes; exact, or not at all.

A prompt is an instruction and what is handed over with it. Each job knows all the words that its
instruction may have: where one more stands, something else is asked for.
"""

from __future__ import annotations

import re
import statistics
import unicodedata
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

from claude_nb.emulator.answering.skills import pasted, words
from claude_nb.emulator.answering.skills.exact import decimal, listed, root
from claude_nb.emulator.answering.skills.stock import stock, vocabulary
from claude_nb.emulator.task import Draft, Task

__all__ = ["work"]

_TITLED = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")  # noqa: RUF001 - an apostrophe
_BULLET = re.compile(r"^\s*+(?:[-*•]\s|\d+[.)]\s)\s*")
_ONE_QUOTED = re.compile(r"[\"“'`]([^\"”'`,;\n]+)[\"”'`]\s*[.?!]?\Z")
_SPREAD = re.compile(r"deviation|std|varian", re.IGNORECASE)
_NOISE = vocabulary("lists")
_ASKED: dict[str, Any] = stock("lists")


def work(task: Task) -> Draft | None:
    """Do what the prompt asks of a list or a text, if it asks for that and nothing else."""
    if task.unread:
        return None  # a part of it, counted or changed, is not what was asked for
    prompt = task.prompt.strip()
    if found := re.fullmatch(_ASKED["letter"], prompt, re.IGNORECASE):
        return _letters(found["letter"], found["word"])
    if found := re.fullmatch(_ASKED["size"], prompt, re.IGNORECASE):
        return _size(found["word"], (found["what"] or "characters").lower())
    figures = _ASKED["figures"].replace("{figure}", _ASKED["figure"])
    for core in words.cores(prompt):
        found = re.fullmatch(figures, core, re.IGNORECASE)
        values = listed(found[1]) if found else None
        if values and len(values) > 1:
            return None if words.is_more(prompt, {core}) else _figures(values, core)
    instruction, text = words.handed(prompt)
    said = " ".join(word for word in words.plain(instruction) if word not in _NOISE)
    said = "reverse string" if said == "reverse" and _ONE_QUOTED.search(prompt) else said
    for name, job in _JOBS.items():
        pattern = _ASKED["jobs"][name].replace("{figure}", _ASKED["figure"])
        if text and (match := re.fullmatch(pattern, said)):
            return job(text, match)
    return None


def _letters(letter: str, word: str) -> Draft:
    at = [n for n, c in enumerate(word.lower(), 1) if c == letter.lower()]
    spelled = " ".join(f"**{c}**" if c.lower() == letter.lower() else c for c in word)
    places = ", ".join(map(str, at)) or "none"
    text = (
        f"**{word}** contains **{len(at)}** × `{letter}`.\n\n"  # noqa: RUF001 - "times"
        f"Spelled out: {spelled}\n\nPositions: {places}, of {len(word)}."
    )
    return Draft(text, (f"Spell the word: {', '.join(word)}.", f"Mark every {letter}: {places}."))


def _size(word: str, what: str) -> Draft:
    counted = [c for c in word if what != "vowels" or c.lower() in "aeiou"]
    noun = words.counted(len(counted), what.removesuffix("s"))
    return Draft(
        f"**{word}** has **{noun}**: {' '.join(counted)}.", (f"Spell it: {', '.join(word)}.",)
    )


def _count(text: str, said: re.Match[str]) -> Draft:
    what = said["what"]
    found = {
        "word": text.split(),
        "line": text.splitlines(),
        "character": list(text),
        "letter": [c for c in text if c.isalpha()],
        "vowel": [c for c in text if c.lower() in "aeiou"],
    }.get(what) or _items(text)
    rules = {"word": "A word is what stands between blanks.", "vowel": "Vowels are a, e, i, o, u."}
    answer = f"**{words.counted(len(found), what)}.** {rules.get(what, '')}".strip()
    return Draft(
        answer, (f"The text is {words.quote(text, 60)}.", f"Counted one by one: {len(found)}.")
    )


def _sort(text: str, said: re.Match[str]) -> Draft | None:
    items, is_down = _items(text), bool(said["down"])
    values = [value for item in items if (value := pasted.exact(item)) is not None]
    numeric = len(values) == len(items)
    if len(items) < 2 or (not numeric and all(re.match(r"\W*\d", item) for item in items)):  # noqa: PLR2004 - nothing to sort
        return None  # numbers with something beside them have no order by letters
    keys = values if numeric else list(map(_letter_by_letter, items))
    order = sorted(range(len(items)), key=keys.__getitem__, reverse=is_down)
    ranked = [items[n] for n in order]
    kind = "by value" if numeric else "alphabetically"
    answer = f"Sorted {kind}, {'descending' if is_down else 'ascending'}:\n\n{_numbered(ranked)}"
    steps = (
        f"The list has {words.counted(len(items), 'item')}; they are compared {kind}.",
        f"The first is {words.quote(ranked[0])}, the last is {words.quote(ranked[-1])}.",
    )
    return Draft(answer, steps)


def _letter_by_letter(item: str) -> tuple[str, str]:
    """Return what an item is sorted by: E with an accent stands with E."""
    folded = unicodedata.normalize("NFKD", item.casefold())
    return "".join(c for c in folded if not unicodedata.combining(c)), item


def _reverse(text: str, said: re.Match[str]) -> Draft:
    items = _items(text)
    is_one = said["what"] in {"word", "string", "text", "sentence", "phrase"}
    if is_one or (said["what"] is None and len(items) == 1):
        return Draft(
            f"{words.verbatim(text[::-1])}", ("Read it from the last character to the first.",)
        )
    return Draft(f"Reversed:\n\n{_numbered(items[::-1])}", ("Read from the last to the first.",))


def _unique(text: str, _: re.Match[str]) -> Draft:
    kept = list(dict.fromkeys(_items(text)))
    return Draft(_numbered(kept), (f"{len(kept)} are different.",))


def _case(text: str, said: re.Match[str]) -> Draft:
    changed = text.lower() if "lower" in said[0] or "small" in said[0] else text.upper()
    changed = (
        _TITLED.sub(lambda word: word[0][0].upper() + word[0][1:], text)
        if "title" in said[0]
        else changed
    )
    return Draft(words.verbatim(changed), ("Change the letters, and nothing else.",))


def _extreme(text: str, said: re.Match[str]) -> Draft | None:
    items = _items(text)
    if said["what"] == "word":
        items = [re.sub(r"^\W+|\W+$", "", item) for item in text.replace(",", " ").split()]
    if len(items) < 2:  # noqa: PLR2004 - nothing to compare
        return None
    size = (min if said["which"] == "shortest" else max)(map(len, items))
    best = list(dict.fromkeys(item for item in items if len(item) == size))
    verb = "is" if len(best) == 1 else "are"
    told = " and ".join(f"**{words.quote(item)}**" for item in best)
    sizes = "\n".join(f"- {words.quote(i)}: {words.counted(len(i), 'character')}" for i in items)
    return Draft(f"The {said['which']} {verb} {told}.\n\n{sizes}", ("Measure each of them.",))


def _numbers(text: str, said: re.Match[str]) -> Draft | None:
    lines = [_BULLET.sub("", line) for line in text.splitlines()]
    values = listed("\n".join(line for line in lines if line.strip()).rstrip(" .?!"))
    return _figures(values, said[0]) if values and len(values) > 1 else None


def _figures(values: list[Fraction], asked: str) -> Draft:
    mean = statistics.mean(values)
    rows = (
        ("Count", Fraction(len(values))),
        ("Sum", sum(values, Fraction(0))),
        ("Mean", mean),
        ("Median", statistics.median(values)),
        ("Smallest", min(values)),
        ("Largest", max(values)),
        *(_spread(values) if _SPREAD.search(asked) else ()),
    )
    table = "\n".join(f"| {name} | {decimal(Fraction(value))} |" for name, value in rows)
    steps = (
        f"The numbers are {', '.join(map(decimal, values))}.",
        f"Added up they give {decimal(rows[1][1])}; divided by {len(values)}, {decimal(mean)}.",
    )
    return Draft(f"| Figure | Value |\n|---|---:|\n{table}", steps)


def _spread(values: list[Fraction]) -> Iterator[tuple[str, Fraction]]:
    sample, whole = statistics.variance(values), statistics.pvariance(values)
    for name, variance in (
        (f"of a sample, {len(values) - 1}", sample),
        (f"of all, {len(values)}", whole),
    ):
        yield f"Variance ({name} below the line)", Fraction(variance)
        yield f"Standard deviation ({name.partition(',')[0]})", root(Fraction(variance))


_JOBS: dict[str, Callable[[str, re.Match[str]], Draft | None]] = {
    "count": _count,
    "extreme": _extreme,
    "numbers": _numbers,
    "sort": _sort,
    "reverse": _reverse,
    "unique": _unique,
    "case": _case,
}


def _items(text: str) -> list[str]:
    lines = [line for line in text.splitlines() if line.strip()]
    inside = text.strip().strip("[]")
    parts = lines if len(lines) > 1 else _parted(inside)
    cleaned = (_BULLET.sub("", part).strip() for part in parts)
    return [words.unquoted(item) for item in cleaned if item]


def _parted(line: str) -> list[str]:
    """Return the items of one line: at commas, and at the last ``and``; else its words."""
    line = line.rstrip(" .?")
    mark = r",\s+|;\s*" if re.search(r",\s|;", line) else ","
    parts = re.split(mark, line)
    last = re.split(r"(?:^|\s)and\s+", parts.pop())
    parts += [part for part in last if part.strip()]
    return parts if len(parts) > 1 else line.split()


def _numbered(items: list[str]) -> str:
    return "\n".join(f"{n}. {words.quote(item, 2_000)}" for n, item in enumerate(items, 1))
