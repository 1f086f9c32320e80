"""Numbers as people write them: read as fractions, worked with exactly, shown as decimals."""

from __future__ import annotations

import math
import re
from decimal import Context
from fractions import Fraction

from claude_nb.emulator.answering.skills.stock import stock

__all__ = ["WORDS", "decimal", "listed", "root", "shown", "spoken", "written"]

_MOST_DIGITS = 400
_FINE = 3**60  # parts of one; no decimal fraction ends in them
_ONES, _TENS = str(stock("vocabulary")["ones"]).split(), str(stock("vocabulary")["tens"]).split()
WORDS = {word: n for n, word in enumerate(_ONES)} | {w: 20 + 10 * n for n, w in enumerate(_TENS)}
_SPOKEN = re.compile(
    rf"\b(?:(?P<tens>{'|'.join(_TENS)})[- ](?P<ones>{'|'.join(_ONES[1:10])})"
    rf"|(?P<one>{'|'.join(WORDS)}))\b",
    re.IGNORECASE,
)
_ITEMS = re.compile(r",?\s+and\s+|,\s+|;\s*|\s*\n\s*")
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d{1,2})?")
_THOUSANDS = re.compile(r"[-+]?\d{1,3}(?:,\d{3})+(?:\.\d+)?")


def spoken(text: str) -> str:
    """Return a text with its number words as digits: ``twenty-one`` is ``21``."""

    def digits(found: re.Match[str]) -> str:
        words = (found["one"], found["tens"], found["ones"])
        return str(sum(WORDS[word.lower()] for word in words if word))

    return _SPOKEN.sub(digits, text)


def written(text: str) -> Fraction | None:
    """Return the number that a text is, thousands parted by commas or not; None for none."""
    plain = text.strip().replace("\N{MINUS SIGN}", "-")
    plain = plain.replace(",", "") if _THOUSANDS.fullmatch(plain) else plain
    if len(plain) > _MOST_DIGITS or not _NUMBER.fullmatch(plain):
        return None
    return Fraction(plain)


def listed(text: str) -> list[Fraction] | None:
    """Return the numbers of a list of nothing else; None if it can be read in two ways."""
    inside = text.strip().strip("[](){}").strip()
    is_loose = inside != text.strip() or "," not in inside or inside.count(",") > 1
    parts = _ITEMS.split(inside)
    if len(parts) == 1 and is_loose and written(inside) is None:
        parts = re.split(r"\s*,\s*|\s+", inside)
    elif len(parts) == 1 and inside != text.strip():
        parts = inside.split(",")
    values = [value for part in parts if (value := written(part)) is not None]
    return values if values and len(values) == len(parts) else None


def shown(value: Fraction) -> str:
    """Return a number as a decimal, or as a fraction with about what it is if none is exact."""
    if value.denominator == 1:
        return f"{value.numerator:,}" if abs(value) >= 10_000 else str(value.numerator)  # noqa: PLR2004 - four digits need no comma
    rest = value.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    exact = _quotient(value, 2 * _MOST_DIGITS)
    if rest == 1 and len(exact) <= _MOST_DIGITS:
        return exact
    return f"{value.numerator}/{value.denominator} ≈ {_quotient(value, 10)}"


def root(value: Fraction) -> Fraction:
    """Return the square root, or a fraction next to it that `shown` marks as not quite."""
    over, under = math.isqrt(value.numerator), math.isqrt(value.denominator)
    if over**2 == value.numerator and under**2 == value.denominator:
        return Fraction(over, under)
    return Fraction(math.isqrt(int(value * _FINE**2)), _FINE)


def decimal(value: Fraction) -> str:
    """Return a number as a decimal, exact or marked as not quite."""
    text = shown(value)
    return text[max(text.find("≈"), 0) :]


def _quotient(value: Fraction, digits: int) -> str:
    context = Context(prec=digits, Emax=10_000, Emin=-10_000)
    whole = Context(prec=10 * _MOST_DIGITS).create_decimal(value.numerator)
    return f"{context.divide(whole, value.denominator).normalize(context):f}"
