"""Shorten a given text to its most telling sentences (extractive, so nothing is made up).

A sentence scores by how frequent its words are in the whole text; the best ones are kept in
their order.

References
----------
H. P. Luhn, "The Automatic Creation of Literature Abstracts", 1958.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from claude_nb.emulator.answering.skills import words
from claude_nb.emulator.task import Draft, Task, read_parts, readable

__all__ = ["summarise"]

_ASKED = re.compile(
    r"\b(summar(?:y|ise|ize)|tl;?dr|shorten|key points?|main points?|gist|in short)\b",
    re.IGNORECASE,
)
_LEAST = 12  # words; less is no text to shorten
_HANDED = 4  # words; less may say how to do it ("Two sentences.")


def summarise(task: Task) -> Draft | None:
    """Summarise the text in the prompt, its documents or an earlier turn, if asked to."""
    if not _ASKED.search(task.prompt):
        return None
    whole = _text(task)
    text = readable(whole)
    sentences = _sentences(_parts(whole, task))
    if len(words.plain(text)) < _LEAST:
        return None
    wanted = words.number_of(task.prompt, ("sentence", "bullet", "point", "line")) or 2
    kept = _best(sentences, wanted)
    draft = _told(text, sentences, kept, task)
    if len(whole) == len(text):
        return draft
    read = f"The emulator read {len(text):,} of the text's {len(whole):,} characters."
    return replace(draft, unread=read)


def _text(task: Task) -> str:
    documents = list(task.documents())
    if any(documents):
        return "\n".join(documents)
    given = words.handed(task.prompt)[1]
    if len(words.plain(given)) >= _HANDED:  # if it is too short, no other is what was meant
        return given
    earlier = [turn.text for turn in task.turns[:-1]]
    return max(earlier, key=len, default=given)


def _parts(text: str, task: Task) -> tuple[str, ...]:
    """Return the parts of a text that are read, also where the prompt itself was cut in it."""
    tail = read_parts(task.whole)[-1].strip()
    if task.unread and len(text) > len(tail) and text.endswith(tail):
        return text.removesuffix(tail), tail
    return read_parts(text)


def _sentences(parts: Sequence[str]) -> list[str]:
    """Return the whole sentences of what is read, each once: what is said again says no more."""
    found = [words.sentences(part) for part in parts]
    if len(found) > 1:  # the last of the head and the first of the tail are halves
        found = [found[0][:-1], *(part[1:] for part in found[1:])]
    return list(dict.fromkeys(sentence for part in found for sentence in part))


def _best(sentences: list[str], wanted: int) -> list[str]:
    weight = Counter(word for s in sentences for word in words.plain(s))
    for word in words.STOP_WORDS & weight.keys():
        del weight[word]

    def score(number: int) -> float:
        found = words.plain(sentences[number])
        total = sum(weight[word] for word in found)
        opening = 1.3 if number == 0 else 1.0  # a text usually opens with what it is about
        return opening * total / (len(found) + 4)

    ranked = sorted(range(len(sentences)), key=score, reverse=True)
    return [sentences[number] for number in sorted(ranked[:wanted])]


def _told(text: str, sentences: list[str], kept: list[str], task: Task) -> Draft:
    n_all, n_kept = len(words.plain(text)), len(words.plain(" ".join(kept)))
    themes = words.keywords(text, most=4)
    lead = task.pick(("**In short**", "**The gist**", "**Summary**", "**What matters here**"))
    points = "\n".join(f"- {sentence}" for sentence in kept)
    answer = (
        f"{lead}\n\n{points}\n\nMain themes: {', '.join(themes)}. "
        f"{n_all} words became {n_kept}; the sentences are the text's own."
    )
    steps = (
        f"The text has {len(sentences)} sentences and {n_all} words.",
        f"Its most frequent meaningful words are {', '.join(themes)}.",
        "Each sentence is scored by how many of those words it carries for its length.",
        *(f"Keep: “{words.quote(sentence, 90)}”." for sentence in kept),
        "The sentences stay in their original order, so that the thread holds.",
    )
    return Draft(answer, steps)
