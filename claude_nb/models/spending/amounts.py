"""Amounts of money and tokens, as people say them."""

from __future__ import annotations

import re

__all__ = ["limits"]

_AMOUNT = re.compile(
    r"(?P<sign>(?:\$|usd\b)?)\s*"
    r"(?P<number>\d{1,3}(?:,\d{3})+(?:\.\d*)?|\d[\d_]*\.?\d*(?:e\d{1,2})?|\.\d+)(?P<times>[km]?)\s*"
    r"(?P<unit>dollars?|usd|\$|tokens?)?(?:\s+(?:and\s+)?|$)",
    re.IGNORECASE,
)
_TIMES = {"": 1, "k": 1_000, "m": 1_000_000}
_MOST = 10**12


def limits(words: str) -> tuple[float | None, int | None]:
    """Return dollars and tokens, None where they are not said: ``$2``, ``$2 and 200k tokens``.

    Raises
    ------
    ValueError
        They are no amounts.
    """
    dollars, tokens, at, text = None, None, 0, words.strip()
    while at < len(text) or not text:
        found = _AMOUNT.match(text, at)
        if found is None or not (found["sign"] or found["unit"]):
            raise ValueError(f"{text!r} is no amount")
        number = float(re.sub("[,_]", "", found["number"])) * _TIMES[found["times"].lower()]
        if not number <= _MOST:
            raise ValueError(f"{text!r} is more than there is")
        if found["unit"] and found["unit"].lower().startswith("token"):
            tokens, said = round(number), tokens
        else:
            if "e" in found["number"].lower():  # $1e9 is a slip, and nobody's budget
                raise ValueError(f"{text!r} is no amount")
            dollars, said = number, dollars
        if said is not None:
            raise ValueError(f"{text!r} says two amounts of one kind")
        at = found.end()
    return dollars, tokens
