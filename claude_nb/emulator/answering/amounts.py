"""The numbers of a text as its writer means them; none where one can be read in two ways."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

__all__ = ["amounts"]

_UNCLEAR = re.compile(
    r"\d\.\d{3},\d+(?![\d.])"  # 1.000,5: a thousand, or a list
    r"|(?<![\d.,(\[])\d+,\d{1,2}(?![\d,)\]]|\.\d)"  # 3,4: one number, or two
)
_POINTED = r"(\d{1,3}(?:\.\d{3}){1,3}|\d{1,9}),(\d{1,2})(?![\d,])"
_UNITS = (
    "euros?|eur|dollars?|usd|percent|[kcm]?m|k?g|l|h|hours?|met(?:er|re)s?|kilos?|lit(?:er|re)s?"
)
_COMMA = re.compile(  # beside a currency or a unit it is clear: 7,50 €
    rf"(?<![\d.,]){_POINTED}(?= ?(?:[€$£¥%°]|(?:{_UNITS})\b))"
    rf"|(?:(?<=[€$£])|(?<=(?:EUR|USD|GBP|CHF) )){_POINTED}",
    re.IGNORECASE,
)
_VERSION = re.compile(r"(?<![\d.])\d{1,9}(?:\.\d{1,9}){2,9}(?![\d,])")  # 2.10.3
_MAGNITUDE = re.compile(r" ?(hundred|thousand|million|billion)\b", re.IGNORECASE)
_NUMBER = re.compile(
    r"(?<![\w.])-?(?:\d{1,3}(?:,\d{3}){1,9}|\d{1,300})(?![\d])(?:\.\d{1,300}(?!\d))?"
    r"(?:[eE][+-]?\d{1,2}(?![\w.]))?"
)


def amounts(text: str) -> Iterator[tuple[int, str]]:
    """Yield where each number of a text stands, and the number with all its digits."""
    read = _COMMA.sub(_pointed, text.replace("\N{MINUS SIGN}", "-"))
    read = _VERSION.sub(lambda found: " " * len(found[0]), read)
    if not _UNCLEAR.search(read):
        yield from ((found.start(), _in_full(found)) for found in _NUMBER.finditer(read))


def _pointed(found: re.Match[str]) -> str:
    whole, behind = (part for part in found.groups() if part)
    return f"{whole.replace('.', '')}.{behind}".rjust(len(found[0]))


def _in_full(found: re.Match[str]) -> str:
    number = found[0].replace(",", "")
    if times := _MAGNITUDE.match(found.string, found.end()):
        power = {"h": 2, "t": 3, "m": 6, "b": 9}[times[1][0].lower()]
        number = str(Decimal(number).scaleb(power))
    return format(Decimal(number), "f") if "e" in number.lower() else number
