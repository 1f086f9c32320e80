"""Small readings of English text: subjects, keywords, sentences, what is handed over.

Rules of thumb, good enough to pick the right words out of a prompt.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence

from claude_nb.emulator.answering.skills.exact import WORDS, spoken
from claude_nb.emulator.answering.skills.stock import vocabulary

# fmt: off
__all__ = [
    "STOP_WORDS", "clause", "cores", "counted", "handed", "is_more", "keywords", "number_of",
    "plain", "quote", "sentences", "stem", "subject", "unquoted", "verbatim", "without_article",
]
# fmt: on

STOP_WORDS = vocabulary("stop")
_ABOUT = re.compile(r"\b(?:about|on|of|for|regarding|titled)\s+(.+)", re.IGNORECASE | re.DOTALL)
_END = re.compile(
    r"[.!?\n;:]|,?\s(?:in|with|using|that|which|who|and (?:then|explain|keep|make|use|end))\b",
    re.IGNORECASE,
)
_ARTICLE = re.compile(r"^(?:a|an|the|some|my|our|your)\s+", re.IGNORECASE)
_SENTENCE = re.compile(r"(?<=[.!?])[\"”')\]]*\s+(?=[\"“'(\[]*[A-Z0-9])")
_ABBREVIATION = re.compile(r"\b(?:Dr|Mr|Mrs|Ms|Prof|St|e\.g|i\.e|etc|vs|No|[A-Z])\.$")
_SPECIAL = re.compile(r"[*_`<>\[\]|#\\~&]|^\d+[.)]\s|^[-+]\s")
_QUOTED = re.compile(r"\"([^\"]*)\"|“([^”]*)”|'([^']*)'|`([^`]*)`")
_BLOCK = re.compile(r"```\w*\n(.*?)\n?```", re.DOTALL)
_MARK = re.compile(
    r":\s+|\n\s*|(?<!\w)[\"“'`\[](?=\S)|\b(?P<noun>word|string) (?=[^\s\"“'`\[]+\Z)", re.IGNORECASE
)
_BULLET = re.compile(r"^\s*(?:[-*•>]\s+)?")
_MOST_SUBJECT, _MOST_CLAUSE = 60, 400  # characters
_ENDINGS = re.compile(r"(?:ing|es?|s|ed|er)$")
_LONGEST_ABBREVIATION = 6


def subject(prompt: str) -> str:
    """Return what the prompt is about, as written there, or ""."""
    found = _ABOUT.search(prompt)
    if found is None:
        return ""
    rest = found.group(1)[:_MOST_CLAUSE].strip()
    phrase = _END.split(rest, maxsplit=1)[0].strip(" \"'“”*`")
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
    unwanted = STOP_WORDS | set(skip)
    seen = Counter(
        word
        for word in plain(text)
        if len(word) > 2 and word not in unwanted  # noqa: PLR2004 - shorter ones are particles
    )
    return [word for word, _ in seen.most_common(most)]


def stem(word: str) -> str:
    """Return a word in lower case without the ending of a verb or a plural."""
    found = _ENDINGS.sub("", word.lower())
    return found if len(found) > 2 else word.lower()  # noqa: PLR2004 - too short to be a stem


def sentences(text: str) -> list[str]:
    """Cut `text` into sentences; initials and common abbreviations do not end one."""
    found: list[str] = []
    for part in _SENTENCE.split(re.sub(r"\s+", " ", text).strip()):
        if found and _ABBREVIATION.search(found[-1][-_LONGEST_ABBREVIATION:]):
            found[-1] += " " + part
        elif part:
            found.append(part)
    return found


def quote(text: str, most: int = 80) -> str:
    """Return the first line of a text as it is, as code where Markdown would read signs in it."""
    line, _, rest = text.strip().partition("\n")
    if len(line) > most or rest:
        line = line if len(line) <= most else line[:most].rsplit(" ", 1)[0]
        return f"{quote(line, most)} …"
    if not _SPECIAL.search(line):
        return line
    fence = "`" * (1 + max(map(len, re.findall(r"`+", line)), default=0))
    gap = " " if line.startswith("`") or line.endswith("`") else ""
    return f"{fence}{gap}{line}{gap}{fence}"


def verbatim(text: str) -> str:
    """Return a text as it is, for Markdown: a block of code where it would be changed."""
    if not _SPECIAL.search(text) and "\n" not in text and text == text.strip():
        return text
    fence = "`" * max(3, 1 + max(map(len, re.findall(r"`+", text)), default=0))
    return f"{fence}text\n{text}\n{fence}"


def counted(count: int, noun: str) -> str:
    """Return a count with its noun: ``1 word``, ``2 words``."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def unquoted(text: str) -> str:
    """Return a text without the quotation marks that stand round all of it."""
    found = _QUOTED.fullmatch(text)
    return next(part for part in found.groups() if part is not None) if found else text


_NUMBERS = {word: n for word, n in WORDS.items() if 1 <= n <= 10}  # noqa: PLR2004 (to ten)


_LEAD, _TAIL = vocabulary("lead"), vocabulary("tail")
_SENTENCES = re.compile(r"[?!;]+\s*|:\s+|\.+(?=\s|$)|\n")


def cores(prompt: str) -> list[str]:
    """Return what each sentence is about, without the words that only ask for it.

    ``"Please work out 3 + 4, step by step."`` gives ``["3 + 4"]``. What more is said stays, so
    that who reads a core as a whole sees all that changes its meaning.
    """
    found: list[str] = []
    for sentence in _SENTENCES.split(prompt):
        parts = _BULLET.sub("", sentence).split()
        while parts and parts[0].lower().strip(",") in _LEAD:
            parts.pop(0)
        while parts and parts[-1].lower().strip(",") in _TAIL:
            parts.pop()
        found.append(" ".join(parts).strip(" ,`=\"'"))
    return [core for core in found if core]


_MORE = re.compile(
    r"\d|\b(?:it|its|that|them|those|these|both|results?|answers?|sums?|then|ignor\w+|forget|skip"
    r"|binary|hex\w*|octal|roman|fractions?|percent|round\w*|negat\w*|instead|except|without|not"
    r"|don'?t|doubled?|half|halve|twice|squared?|times|reversed?|backwards?|more|again|also|last"
    r"|first)\b",
    re.IGNORECASE,
)
_CHANGING = re.compile(
    r"\b(?:ignor\w+|forget|skip|without|except|instead|binary|hex\w*|octal|roman|round\w*|don'?t)\b",
    re.IGNORECASE,
)
_IN_SIZE = re.compile(r"\bin \w+ (?:short )?(?:sentence|word|line|step)s?\b", re.IGNORECASE)
_ELLIPSIS = re.compile(r"[\d,;+*]\s*(?:\.{3}|…)")


def is_more(prompt: str, done: Collection[str]) -> bool:
    """Return whether a prompt says more of a number than the cores in `done` do.

    What stands before all of them may tell a story, with numbers of its own.
    """
    found = [spoken(_IN_SIZE.sub("", core)) if core not in done else "" for core in cores(prompt)]
    first = found.index("") if "" in found else len(found)
    is_changed = any(map(_CHANGING.search, found[:first])) or any(map(_MORE.search, found[first:]))
    return is_changed or bool(_ELLIPSIS.search(prompt))


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


def handed(prompt: str) -> tuple[str, str]:
    """Return the instruction of a prompt, and what it hands over to be worked on, as it is.

    That is quoted, in a block of code, in brackets, after a colon or a line break, or a last word
    that is named as one (``the word hello``). Both are empty if there are two such things.
    """
    block = _BLOCK.search(prompt)
    if block:
        return prompt[: block.start()] + prompt[block.end() :], block[1]
    found = _MARK.search(prompt)
    if found is None:
        return prompt, ""
    head, rest = prompt[: found.start()], prompt[found.end() :].strip()
    if found[0].strip() in {"", ":"}:
        return head, unquoted(rest)
    if found["noun"]:
        return f"{head} {found['noun']}", rest.rstrip("?.!")
    close = {"“": "”", "[": "]"}.get(found[0], found[0])
    inside, end, tail = prompt[found.end() :].partition(close)
    if found[0] in "'\"" and not re.match(r"\W|\Z", tail):  # an apostrophe
        inside, end, tail = prompt[found.end() :].rpartition(close)
    if not end or re.search(r"[\d\"“”`\[]", tail):
        return "", ""
    return head + tail, f"[{inside}]" if close == "]" else inside
