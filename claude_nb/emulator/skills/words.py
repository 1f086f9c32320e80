"""Small readings of English text: subjects, keywords, sentences, syllables.

Rules of thumb, good enough to pick the right words out of a prompt.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence

__all__ = [
    "STOP_WORDS",
    "clause",
    "keywords",
    "number_of",
    "payload",
    "plain",
    "quote",
    "sentences",
    "subject",
    "syllables",
    "without_article",
]

_STOP_WORDS = """
a about above after again all also am an and any are as at be because been before being below
between both but by can could did do does doing done down each few for from further get give had
has have having he her here hers him his how i if in into is it its itself just let like make many
may me might more most much must my no nor not now of off on once one only or other our out over
own please same shall she should so some such tell than that the their them then there these they
this those through to too under until up upon us use using very want was we were what when where
which while who whom why what's will with would write you your
short long brief words word sentence sentences explain describe
"""
STOP_WORDS = frozenset(_STOP_WORDS.split())
_ABOUT = re.compile(r"\b(?:about|on|of|for|regarding|titled)\s+(.+)", re.IGNORECASE | re.DOTALL)
_END = re.compile(
    r"[.!?\n;:]|,?\s+(?:in|with|using|that|which|who|and (?:then|explain|keep|make|use|end))\b",
    re.IGNORECASE,
)
_ARTICLE = re.compile(r"^(?:a|an|the|some|my|our|your)\s+", re.IGNORECASE)
_VOWELS = re.compile(r"[aeiouy]+")
_SENTENCE = re.compile(r"(?<=[.!?])[\"”')\]]*\s+(?=[\"“'(\[]*[A-Z0-9])")
_ABBREVIATION = re.compile(r"\b(?:Dr|Mr|Mrs|Ms|Prof|St|e\.g|i\.e|etc|vs|No|[A-Z])\.$")
_MOST_SUBJECT = 60  # characters


def subject(prompt: str, *, after: str = "") -> str:
    """Return what the prompt is about, as written there, or "".

    Parameters
    ----------
    prompt : str
        What the user wrote.
    after : str
        Look behind this word only.
    """
    rest = prompt.partition(after)[2] if after else prompt
    found = _ABOUT.search(rest)
    if found is None:
        return ""
    phrase = _END.split(found.group(1).strip(), maxsplit=1)[0].strip(" \"'“”*`")
    return phrase if len(phrase) <= _MOST_SUBJECT else phrase[:_MOST_SUBJECT].rsplit(" ", 1)[0]


def clause(prompt: str, phrase: str) -> str:
    """Return the relative clause that follows `phrase` ("who learns to paint"), or ""."""
    found = re.search(
        rf"{re.escape(phrase)}\s+((?:who|that|which)\s+[^.!?\n,;]{{3,80}})", prompt, re.IGNORECASE
    )
    return found.group(1).strip() if found else ""


def without_article(phrase: str) -> str:
    """Return the phrase without a leading article."""
    return _ARTICLE.sub("", phrase) or phrase


def plain(text: str) -> list[str]:
    """Return the words of `text` in lower case."""
    return re.findall(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)*", text.lower())


def keywords(text: str, *, skip: Collection[str] = (), most: int = 5) -> list[str]:
    """Return the most frequent words that carry meaning, the earlier first among equals."""
    seen = Counter(
        word
        for word in plain(text)
        if len(word) > 2 and word not in STOP_WORDS | set(skip)  # noqa: PLR2004 - shorter ones are particles
    )
    return [word for word, _ in seen.most_common(most)]


def sentences(text: str) -> list[str]:
    """Cut `text` into sentences; initials and common abbreviations do not end one."""
    found: list[str] = []
    for part in _SENTENCE.split(re.sub(r"\s+", " ", text).strip()):
        if found and _ABBREVIATION.search(found[-1]):
            found[-1] += " " + part
        elif part:
            found.append(part)
    return found


def syllables(text: str) -> int:
    """Estimate the syllables of English text."""
    return sum(_syllables_of(word) for word in plain(text))


def _syllables_of(word: str) -> int:
    groups = len(_VOWELS.findall(word))
    is_silent = word.endswith("e") and not word.endswith(("le", "ee", "ye")) and groups > 1
    if word.endswith("ed") and not word.endswith(("ted", "ded")) and groups > 1:
        is_silent = True
    return max(1, groups - is_silent)


def quote(text: str, most: int = 80) -> str:
    """Return `text` on one line, shortened at a word, safe inside Markdown emphasis."""
    line = " ".join(re.sub(r"[*_`<>\[\]|#\\]", "", text).split())
    return line if len(line) <= most else line[:most].rsplit(" ", 1)[0] + " …"


_NUMBERS = {
    word: n
    for n, word in enumerate(
        ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"), start=1
    )
}


def number_of(prompt: str, nouns: Sequence[str]) -> int | None:
    """Return the number before one of `nouns` ("three bullet points" gives 3), or None."""
    names = "|".join(nouns)
    found = re.search(
        rf"\b(\d{{1,3}}|{'|'.join(_NUMBERS)}|a single)[ -](?:\w+[ -])?(?:{names})",
        prompt,
        re.IGNORECASE,
    )
    if found is None:
        return None
    word = found.group(1).lower()
    return int(word) if word.isdigit() else _NUMBERS.get(word, 1)


def payload(prompt: str) -> str:
    """Return what a prompt hands over to be worked on: quoted, after a colon, or after a break.

    Empty if it hands over nothing.
    """
    quoted = re.search(r"[\"“]([^\"”]{3,})[\"”]", prompt) or re.search(
        r"```\w*\n(.+?)```", prompt, re.DOTALL
    )
    if quoted:
        return quoted.group(1).strip()
    for mark in (":", "\n\n", "\n"):
        _, found, rest = prompt.partition(mark)
        if found and rest.strip():
            return rest.strip()
    return ""
