"""Values for the properties of a schema, found in a text by kind and by name.

An e-mail address for ``email``, the number near a property's name, a city after "in". Each search
passes over the text once and is made once, however many properties ask for it.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from fractions import Fraction
from functools import cached_property
from typing import NamedTuple

from claude_nb.emulator.answering.amounts import amounts
from claude_nb.emulator.answering.skills import arithmetic, numbers, words
from claude_nb.emulator.answering.skills.dates import DATE as _DATE
from claude_nb.emulator.answering.skills.dates import WRITTEN as _WRITTEN_DATE
from claude_nb.emulator.answering.skills.dates import days
from claude_nb.emulator.answering.skills.exact import decimal, spoken
from claude_nb.emulator.answering.skills.stock import stock, vocabulary
from claude_nb.emulator.task import readable

__all__ = ["FORMATS", "Named", "Values", "named"]

_EMAIL = r"(?<![\w.+-])[\w.+-]{1,64}+@[\w-]{1,63}(?:\.[\w-]{1,63}){1,9}"
_URI = r"https?://\S*[^\s.,;:!?)>\"']"
# format -> where such a value stands in a text, what is taken if none does
FORMATS = {
    "email": (_EMAIL, "person@example.com"),
    "uri": (_URI, "https://example.com/"),
    "date": (_DATE, "2026-01-01"),
    "date-time": (r"\d{4}-\d{2}-\d{2}T[\d:]{1,8}Z?", "2026-01-01T00:00:00Z"),
    "time": (r"\d{2}:\d{2}(?::\d{2})?", "12:00:00"),
    "duration": (r"P[\dTHMSDWY.]{1,30}", "PT1H"),
    "uuid": (
        r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}",
        "00000000-0000-4000-8000-000000000000",
    ),
    "ipv4": (r"\d{1,3}(?:\.\d{1,3}){3}", "192.0.2.1"),
    "ipv6": (r"[0-9a-fA-F]{0,4}(?::[0-9a-fA-F]{0,4}){2,7}", "2001:db8::1"),
    "hostname": (r"(?<![a-z0-9-])[a-z0-9-]{1,63}+(?:\.[a-z0-9-]{1,63})+", "example.com"),
}
_CURRENCIES = {
    r"(?:US )?dollars?": "USD",
    r"euros?": "EUR",
    r"(?:British )?pounds?(?: sterling)?": "GBP",
    r"(?:Japanese )?yen": "JPY",
    r"(?:Swiss )?francs?": "CHF",
    r"(?:Indian )?rupees?": "INR",
    r"(?:Chinese )?yuan": "CNY",
}
_SAME = (  # what calculators call one thing
    {"add", "addition", "plus", "sum", "added", "+"},
    {"subtract", "subtraction", "minus", "subtracted", "-"},
    {
        "multiply",
        "multiplication",
        "times",
        "product",
        "multiplied",
        "mul",
        "*",
        "x",
        "\N{MULTIPLICATION SIGN}",
    },
    {"divide", "division", "divided", "quotient", "div", "/", "÷"},
    {"power", "pow", "exponent", "exponentiation", "**", "^"},
)
_TAKEN = re.compile(r"\b(?:subtract|deduct|take) \S*?(\d\S*) from \S*?(\d)", re.IGNORECASE)
_CLOCK = r"\b\d{1,2}:\d{2}(?::\d{2})?(?: ?[ap]\.?m\b\.?)?|\b\d{1,2} ?[ap]\.?m\b\.?"
_MOMENT = re.compile(rf"{_CLOCK}|\b{_DATE}\b|{_WRITTEN_DATE.pattern}", re.IGNORECASE)
_OF_A_MOMENT = re.compile(
    r"year|month|day|hour|minute|second|time|date|start|end|from|until", re.IGNORECASE
)
_LAST = re.compile(
    r"(?:^|_)(?:ends?|ending|until|to|till|return|due|last|close[ds]?|finish|arrival|checkout)(?:_|$)"
)
_EITHER = re.compile(rf"start|begin|from|first|depart|{_LAST.pattern}")
_KEYED = re.compile(r"tag|keyword|topic|theme|label|word", re.IGNORECASE)
_RUN = re.compile(r"[^\W\d_]+(?:, [^\W\d_]+)+,? (?:and|or) [^\W\d_]+")
_SOME, _ENDS = r"(?:\d+|an?|the|some)", r"(?= (?:for|on|at|to \d|tomorrow|today)\b|[.,;]|\Z)"
_NO_VARIABLE = "a|an|do|i|is|it|my|of|the|this|variable"
_BY_NAME = (  # property name -> where such a value stands in a prompt
    (r"^(?:variable|object)$", r"`([^`\n]{1,80})`"),
    (
        r"^variable$",
        rf"(?i)\b(?:variable|describe|does|in) (?!(?:{_NO_VARIABLE})\b)([a-z_][\w.]{{0,80}})\b",
    ),
    (r"^object$", r"\b([A-Za-z_]\w{0,80}(?:\.[A-Za-z_]\w{0,80}){1,9})"),
    (r"^object$", r"(?i)\bdoc(?:s|umentation|string)? (?:of|for) ([a-z_]\w{0,80})\b"),
    (r"^cell$", r"(?i)\b(cell \d{1,9}|in ?\[\d{1,9}\])"),
    (r"e?mail|recipient|^to$", _EMAIL),
    (r"url|link|website", _URI),
    (r"date|day|when", _DATE),
    (r"title|book|film|movie|song", r"(?<!\w)['\"“](?=\S)([^'\"”\n]{2,200})['\"”](?!\w)"),
    (r"phone", r"\+?\d[\d ()-]{6,20}\d"),
    (r"^from|source|base|currency.*from", r"\b([A-Z]{3})\b"),
    (r"^to$|target|currency", r"\b(?:to|in|into) ([A-Z]{3})\b"),
    (r"currency", r"\d ?([A-Z]{3})\b"),
    (
        r"occupation|job|profession|role",
        r"(?:\b(?:is|was|as)|,) an? ([a-z][a-z -]{2,40}?)(?=[.,;]|\s(?:and|who|at|in|of)\b|\Z)",
    ),
    (r"product|item", rf"(?i)\b(?:order|buy|add|need|want) {_SOME} (.{{1,60}}?){_ENDS}"),
    (r"what|task|reminder", rf"(?i)\bremind (?:me|us) (?:to|about|of) (.{{1,99}}?){_ENDS}"),
    (r"subject", r"(?i)\bsubject (?:line )?(?:is )?[\"“]?([^\"”.\n]{1,100})"),
    (r"ticker|symbol", r"\b([A-Z]{2,5})\b"),
    (r"query|search|topic|keyword", r"[\"“]([^\"”\n]{2,200})[\"”]"),
    (
        r"query|search|topic|keyword",
        r"(?i)\b(?:search|look|find)\b.*?\b(?:for|up) (.{1,200}?)[.?!]?\s*\Z",
    ),
    (r"text|message|content|body", r"(?s):\s+(.{1,2000})\Z"),
    (
        r"text|message|content|body",
        r"(?i)\b(?:says?|saying|reads|body|text|message|content)(?: is)? ['\"“]([^'\"”\n]+)['\"”]",
    ),
    (
        r"text|message|content|body",
        r"\A[^'\"“”]*(?<!\w)['\"“](?=\S)([^'\"“”]+)['\"”](?!\w)[^'\"“”]*\Z",
    ),
    (r"language", r"\b(?:to|into|in) ([A-Z][a-z]{2,20})\b"),
    (r"time$|^at$", rf"(?i){_CLOCK}"),
)
_PLACE, _NAMED = (
    re.compile(r"city|location|place|country|town|destination|origin|address", re.IGNORECASE),
    re.compile(r"name|person|author|customer", re.IGNORECASE),
)
_WORD = re.compile(r"[^\W_](?:[\w-]|['’.](?=\w))*")  # noqa: RUF001 - an apostrophe
_SHORT, _INITIALS = {"St", "Ste", "Mt", "Ft"}, re.compile(r"[A-Z](?:\.[A-Z])+")
_STARTERS = words.STOP_WORDS | vocabulary("starters")
_ANSWER = re.compile(r"answer|result|solution|value|sum|total|product", re.IGNORECASE)
_PART = re.compile(r"\s*\d+ (?:x )?(.+?)\s*|\s*(.+?)(?::|\s-|,)?\s+[$€£]?\d[\d.,]*\s*", re.DOTALL)
_WHOLE = re.compile(  # what a whole sentence can be
    r"query|text|question|prompt|message|content|body|input|summar|descri|sentence|topic|note|what"
    r"|request|code|expression|formula|task|title|thought|reason|search|^s$|^q$|^$",
    re.IGNORECASE,
)
_DATED = re.compile(r"(?:^|_)date", re.IGNORECASE)
_BETWEEN = vocabulary("between")
_BEFORE = {
    "place": {"in", "at", "for", "near", "of", "to", "from", "about"},
    "origin": {"from"},
    "destination": {"to"},
    "name": {"called", "named", "is", "am", "i'm", "meet", "for", "of", "customer", "person"},
}
_AFTER_PLACE = re.compile(
    r"\b(?:in|at|for|near|of) ((?:(?!(?:in|at|on|for|with|and|today|tomorrow|now|right|please|this"
    r"|next|the|like|fahrenheit|celsius|is)\b)[^\W\d_][\w'-]*\s?){1,3})[?.!,]?",
)
_LIES = re.compile(r"\b(?:lies|located|situated|capital|city|town) (?:in|of) ", re.IGNORECASE)
_LISTED = re.compile(r",\s+(?:and|or)\s+|[,;]\s+|\s+(?:and|or)\s+|\n")
_YES = re.compile(r"\b(yes|true|please|want|urgent|is|are|does|can)\b", re.IGNORECASE)
_NO = re.compile(r"\b(no|not|never|false|without|don't|doesn't|isn't)\b", re.IGNORECASE)
_STATED = re.compile(
    r"\s{0,5}(?:is\b|:|=|(?=[\"“'‘`]))\s{0,5}"  # noqa: RUF001 - as people type them
    r"(?:\"([^\"\n]{1,500})\"|“([^”\n]{1,500})”|'([^'\n]{1,500})'|([^\n,;.\"”]{1,200}))",
    re.IGNORECASE,
)
_NEAR = 20  # characters between a property's name and its number
_MOST_NAME = 60  # characters of a property's name that are looked for
_LONGEST = 2_000  # characters of a value
_MOST_PLACES = 20  # of a name in the text that are looked at
_MOST_OPTIONS = 500
_LONG_ITEM = 6  # words; more is a sentence


class Named(NamedTuple):
    """A name in a text: the word before it in lower case (empty: it opens a sentence), where."""

    before: str
    text: str
    start: int
    end: int


def named(text: str) -> Iterator[Named]:
    """Yield the names in a text: runs of words with capitals, or of a script without any."""
    run: list[re.Match[str]] = []
    before = last = ""
    for word in [*_WORD.finditer(text), None]:
        gap = text[run[-1].end() : word.start()] if run and word else ""
        is_saint = gap == ". " and run[-1][0] in _SHORT
        if run and not (
            word and (gap == " " or is_saint) and (_is_name(word[0]) or word[0] in _BETWEEN)
        ):
            while run[-1][0] in _BETWEEN:
                run.pop()
            dot = _INITIALS.fullmatch(run[-1][0]) and text.startswith(".", run[-1].end())
            start, end = run[0].start(), run[-1].end() + bool(dot)
            yield Named(before, text[start:end], start, end)
            run = []
        if word is None:
            return
        if run or _is_name(word[0]):
            opens = not re.search(
                r"[\w,;\"'“(-]\s*\Z", text[max(0, word.start() - 3) : word.start()]
            )
            before = before if run else "" if opens else last or ","
            if run or not opens or word[0].lower() not in _STARTERS:
                run.append(word)
        last = word[0].lower()


def _is_name(word: str) -> bool:
    return word[0].isalpha() and not word[0].islower()


class Values:
    """What a text offers.

    Parameters
    ----------
    text : str
        Read as far as any prompt is.
    """

    def __init__(self, text: str) -> None:
        self._text = readable(text)
        self.missing: list[str] = []
        self._lower = self._text.lower()
        self._is_mixed = any(c.isdigit() for c in self._text)
        found = list(amounts(self._text if self._is_mixed else spoken(self._text)))
        self._starts = [at for at, _ in found]
        self._numbers = [number for _, number in found]
        moments = [(m.start(), m.end()) for m in _MOMENT.finditer(self._text)]
        self._in_moment = [any(a <= at < b for a, b in moments) for at in self._starts]
        for taken in _TAKEN.finditer(self._text):  # from what is named behind it
            a, b = (bisect_right(self._starts, taken.start(n)) - 1 for n in (1, 2))
            if 0 <= a < b:
                self._numbers[a], self._numbers[b] = self._numbers[b], self._numbers[a]
        self._used = set[int]()
        self._found: dict[str, str] = {}
        self._yes = bool(_YES.search(self._text)) and not _NO.search(self._text)
        self._keywords = words.keywords(self._text)

    @cached_property
    def _coded(self) -> str:
        """The text with the codes of currencies in the place of their names."""
        text = self._text
        for word, code in _CURRENCIES.items():
            text = re.sub(rf"\b{word}\b", code, text, flags=re.IGNORECASE)
        return text

    @cached_property
    def _result(self) -> Fraction | None:
        return arithmetic.value(self._text)

    @cached_property
    def _stems(self) -> set[str]:
        return set(map(words.stem, words.plain(self._text)))

    @cached_property
    def _names(self) -> list[Named]:
        return list(named(self._text))

    def boolean(self) -> bool:
        """Return whether the text sounds like a yes."""
        prime = numbers.prime(self._text)
        return self._yes if prime is None else prime

    def option(self, options: list[object], name: str) -> object:
        """Return the option that the text names, else the first of all, noted as missing."""
        given = [o for o in options[:_MOST_OPTIONS] if isinstance(o, str | int | float | None)]
        exact = [option for option in given if self._has(str(option))]
        found = exact or [option for option in given if self._means(str(option))]
        found.sort(key=lambda option: -len(str(option)))  # "very high" holds "high"
        longest = str(found[0]) if found else ""
        is_one = bool(found) and all(str(o).lower() in longest.lower() for o in found)
        if len(options) > 1 and not is_one:
            self.missing.append(name)
        return found[0] if found else options[0]

    def _means(self, option: str) -> bool:
        """Return whether the text says an option in another form, or as a sign between numbers."""
        same = next((same for same in _SAME if option.lower() in same), set[str]())
        signs = "|".join(
            re.escape(sign) for sign in same - {"-"} if not sign.isalpha() or sign == "x"
        )
        if any(map(self._has, same)) or (
            signs and re.search(rf"\d ?(?:{signs}) ?[\d(]", self._text)
        ):
            return True
        return words.stem(option) in self._stems

    def _has(self, option: str) -> bool:
        return bool(option) and next(self._places(option, _LONGEST), None) is not None

    def number(self, name: str) -> str:
        """Return the number that stands by this name, else the next one not taken; or ``""``."""
        if _ANSWER.search(name) and (result := self._result) is not None:
            return str(result) if result.denominator == 1 else str(float(result))
        if self._is_mixed and (told := self._told(name)):
            return told
        places = (
            [self._before(name), *(self._next(end) for end in self._places(name))] if name else []
        )
        is_moment = not name or _OF_A_MOMENT.search(name)
        order = sorted(range(len(self._numbers)), key=self._in_moment.__getitem__)
        others = (n for n in order if is_moment or not self._in_moment[n])
        free = (n for n in (*places, *others) if n is not None)
        taken = next((n for n in free if n not in self._used), None)
        if taken is None:
            self.missing.append(name)
            return ""
        self._used.add(taken)
        return self._numbers[taken]

    def _told(self, name: str) -> str:
        """Return the number that a word before this name says: ``four people``."""
        found = re.findall(rf"\b([a-z]+) {re.escape(name[:_MOST_NAME])}\b", self._lower)
        return next((number for word in found if (number := spoken(word)).isdecimal()), "")

    def _next(self, end: int) -> int | None:
        n = bisect_left(self._starts, end)
        return n if n < len(self._starts) and self._starts[n] - end <= _NEAR else None

    def numbers(self) -> list[str]:
        """Return all numbers that are not taken yet, and take them."""
        free = [n for n in range(len(self._numbers)) if n not in self._used]
        self._used.update(free)
        return [self._numbers[n] for n in free]

    def parts(self) -> list[str]:
        """Return the items of a list in the text, two or more; else none."""
        given = words.handed(self._text)[1] or self._text
        opening, _, rest = given.strip(" .").partition(" ")
        given = rest if opening.lower() in _STARTERS else given.strip(" .")
        parts = [part.strip() for part in _LISTED.split(given)]
        are_items = len(parts) > 1 and all(0 < len(p.split()) <= _LONG_ITEM for p in parts)
        return parts if are_items else []

    def items(self, name: str, most: int) -> list[str]:
        """Return the strings of a list of this name: names, what is listed, a set that is known."""
        found = self._names
        if _NAMED.search(name) or "people" in name.lower():
            found = [run for run in found if run.before not in _BEFORE["place"]]
        elif not _PLACE.search(name) and not re.search("cities|countries", name, re.IGNORECASE):
            sets: dict[str, list[str]] = stock("things")
            fitting = [some for kind, some in sets.items() if re.fullmatch(kind, name)]
            known = fitting[0] if fitting else []
            return (
                (self.parts() if words.handed(self._text)[1] else [])
                or [one for one in known if self._has(one)]
                or self._listed()
                or known[: self._count()]
                or (self._keywords if _KEYED.search(name) else [])
            )[:most]
        return [run.text for run in found][:most]

    def _listed(self) -> list[str]:
        """Return the single words that stand in a row: ``milk, eggs and bread``."""
        found = _RUN.search(self._text)
        return _LISTED.split(found[0]) if found else []

    def _count(self) -> int | None:
        return (
            int(self._numbers[0])
            if len(self._numbers) == 1 and self._numbers[0].isdecimal()
            else None
        )

    def _before(self, name: str) -> int | None:
        """Return the number that stands right before this name: ``10 minutes``."""
        plain = re.escape(name[:_MOST_NAME].removesuffix("s"))
        unit = r"(?:(?:[kcm]?[glm]|cups?|lit(?:er|re)s?|grams?)(?: of)? )?"
        found = re.search(rf"\d[ -]{unit}{plain}s?\b", self._text, re.IGNORECASE)
        return bisect_right(self._starts, found.start()) - 1 if found else None

    def string(self, name: str) -> str:
        """Return what the text says of this name, or what looks like it; noted if nothing does."""
        if _ANSWER.search(name) and (result := self._result) is not None:
            return decimal(result)
        plain = name.replace("_", " ")
        found = self._stated(name) or self._stated(plain) or self._by_name(plain)
        if found:
            written = _WRITTEN_DATE.search(self._text) if _DATED.search(name) else None
            is_part = written is not None and written[0].startswith(found)
            return (self._date(name) if is_part else "") or found
        if _WHOLE.search(name) and not (_PLACE.search(name) or _DATED.search(name)):
            return self._text.strip()[:_LONGEST] or "text"
        self.missing.append(name)
        return "unknown"

    def formatted(self, kind: str, name: str) -> str:
        """Return the text's first value of a format in `FORMATS`, else an example, noted so."""
        pattern, example = FORMATS[kind]
        found = self._date(name) if kind == "date" else self._first(pattern)
        dates = self._dates if kind.startswith("date") else []
        is_told = len(dates) < 2 or (len(dates) == 2 and _EITHER.search(name.lower()))  # noqa: PLR2004 - from one to the other
        if not (found and is_told):
            self.missing.append(name)
        return found or example

    @cached_property
    def _dates(self) -> list[str]:
        """The dates of the text as ``2025-03-04``, in its order, each once."""
        return list(dict.fromkeys(day.isoformat() for day in days(self._text)))

    def _date(self, name: str) -> str:
        """Return the first date, the last one for a name such as ``end``; ``""`` for none."""
        at = -1 if _LAST.search(name.lower()) else 0
        return self._dates[at] if self._dates else ""

    def _stated(self, name: str) -> str:
        for end in self._places(name) if name else ():
            stated = _STATED.match(self._text, end)
            if stated:
                quoted = stated[1] or stated[2] or stated[3]
                return quoted or stated[4].split(" and ")[0].strip()
        return ""

    def _by_name(self, name: str) -> str:
        for names, pattern in _BY_NAME:
            if re.search(names, name[:_MOST_NAME], re.IGNORECASE):
                found = self._date(name) if pattern is _DATE else self._first(pattern)
                if found:
                    return found
        return self._who(name) if _NAMED.search(name) else self._where(name)

    def _who(self, name: str) -> str:
        quoted = re.search(
            r"\b(?:called|named|name is) (?:\"([^\"]+)\"|'([^']+)'|“([^”]+)”)", self._text
        )
        if quoted:
            return next(filter(None, quoted.groups()))
        part = _PART.fullmatch(self._text)
        by = re.compile("author|by|writer").search(name.lower())
        named_so = self._run(_BEFORE["name"] | {"by"} if by else _BEFORE["name"])
        return named_so or (part[1] or part[2] if part else "")

    def _where(self, name: str) -> str:
        if not _PLACE.search(name):
            return ""
        if re.search("city|town", name) and _LIES.search(self._text) and self._names:
            return self._names[0].text
        kind = next((kind for kind in ("origin", "destination") if kind in name.lower()), "place")
        found = self._run(_BEFORE[kind], name)
        lower = _AFTER_PLACE.search(self._text)
        return found or (lower[1].strip() if lower and kind == "place" else "")

    def _run(self, before: set[str], name: str = "") -> str:
        """Return the name behind one of these words, else the first that opens no sentence."""
        found = self._names
        # a sentence may begin with a person, and is none of theirs behind "in" or "to"
        others = [r for r in found if (r.before if name else r.before not in _BEFORE["place"])]
        best = [run for run in found if run.before in before] or others
        if not best:
            return ""
        rest = re.match(
            r", (?:D\.C\.|[A-Z]\w*+(?: [A-Z]\w*+)*+)(?!,| and)", self._text[best[0].end :]
        )
        is_whole = rest and name and not re.search("city|town", name, re.IGNORECASE)
        return best[0].text + (rest[0] if rest and is_whole else "")

    def _first(self, pattern: str) -> str:
        if pattern not in self._found:
            match = re.search(pattern, self._coded if "[A-Z]{3}" in pattern else self._text)
            self._found[pattern] = match.group(match.lastindex or 0) if match else ""
        return self._found[pattern]

    def _places(self, name: str, most: int = _MOST_NAME) -> Iterator[int]:
        """Yield where this name ends in the text, as a word of its own."""
        wanted, end = name[:most].lower(), 0
        for _ in range(_MOST_PLACES):
            at = self._lower.find(wanted, end)
            if at < 0:
                return
            end = at + len(wanted)
            if not (_is_word(self._lower, at - 1) or _is_word(self._lower, end)):
                yield end


def _is_word(text: str, at: int) -> bool:
    return 0 <= at < len(text) and (text[at].isalnum() or text[at] == "_")
