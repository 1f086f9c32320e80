"""Answer small questions about numbers: primes, roots, counting, converting units."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from fractions import Fraction

from claude_nb.emulator.answering.skills import words
from claude_nb.emulator.answering.skills.exact import shown, spoken, written
from claude_nb.emulator.answering.skills.stock import stock
from claude_nb.emulator.task import Draft, Task

__all__ = ["answer"]

_NUMBER = r"(-?\d[\d,]{0,400}(?:\.\d{1,400})?)"
_LONG = re.compile(r"\d{401}")
_ABOUT_ONE = re.compile(r"\broot\b|\bsqrt|\bprime|\bfactori", re.IGNORECASE)
_MOST_FACTORED = 10**12
_MOST_COUNTED = 200
_PLACES = 10**12  # of a root that is not exact
_UNITS: list[list[str]] = stock("units")["units"]
_UNIT = rf"((?:degrees? )?(?:{'|'.join(names for _, names, _ in _UNITS)}))"
_CONVERSIONS = (
    rf"(?:convert |change )?(?P<n>{_NUMBER}) ?(?P<a>{_UNIT}) (?:to|in|into|as) (?P<b>{_UNIT})",
    rf"many (?P<b>{_UNIT}) (?:are|is)(?: there)?(?: in)? (?P<n>{_NUMBER}) ?(?P<a>{_UNIT})",
    rf"(?P<b>{_UNIT}) are (?:there )?(?:in )?(?P<n>{_NUMBER}) ?(?P<a>{_UNIT})",
)


def answer(task: Task) -> Draft | None:
    """Answer the prompt if it is such a question, and nothing but it."""
    for core in words.cores(task.prompt):
        text = " ".join(spoken(core).split())
        for pattern, job in _JOBS:
            if found := re.fullmatch(pattern, text, re.IGNORECASE):
                return None if words.is_more(task.prompt, {core}) else job(found)
    return _too_long(task.prompt)


def _too_long(prompt: str) -> Draft | None:
    if not (_LONG.search(prompt) and _ABOUT_ONE.search(prompt)):
        return None
    text = "The number is too long: the emulator works with numbers of up to 400 digits."
    return Draft(text, ("The question is about one number.", "It has more than 400 digits."))


def _prime(found: re.Match[str]) -> Draft:
    number = int(found.group(1).replace(",", ""))
    if not 0 < number <= _MOST_FACTORED:
        text = f"Numbers from 1 to {_MOST_FACTORED:,} are tried for divisors here; this one is not."
        return Draft(text, ("The number is outside of what can be tried one by one.",))
    factors = _factors(number)
    root = math.isqrt(number)
    if len(factors) == 1:
        text = (
            f"**Yes, {number} is prime.**\n\nNo prime up to {root}, its square root rounded down, "
            "divides it, and a larger divisor would need a smaller partner."
        )
    else:
        product = " \N{MULTIPLICATION SIGN} ".join(map(str, factors)) or "none"
        text = f"**No, {number} is not prime.**\n\nIts prime factors: {product}."
    steps = (
        f"It is enough to try divisors up to the square root of {number}, which is about {root}.",
        f"Dividing by 2, 3, 5, 7 and so on leaves the factors {factors}.",
    )
    return Draft(text, steps)


def _factors(number: int) -> list[int]:
    found: list[int] = []
    divisor = 2
    while divisor * divisor <= number:
        while number % divisor == 0:
            found.append(divisor)
            number //= divisor
        divisor += 1
    return [*found, number] if number > 1 else found


def _root(found: re.Match[str]) -> Draft | None:
    number = written(found.group(1))
    if number is None or number < 0:
        return None
    over, under = math.isqrt(number.numerator), math.isqrt(number.denominator)
    if over**2 == number.numerator and under**2 == number.denominator:
        root = shown(Fraction(over, under)).replace(",", "")
        text = f"The square root of {found[1]} is exactly **{root}**."
    elif number >= _PLACES**2:
        text = (
            f"The square root of that number begins with **{math.isqrt(int(number))}**: that many "
            "times itself comes closest from below."
        )
    else:
        near = math.isqrt(int(number * _PLACES**2))
        text = f"The square root of {found[1]} is about **{near / _PLACES:.10g}**."
    return Draft(text, (f"Wanted: the number that times itself gives {shown(number)}.",))


def _counting(found: re.Match[str]) -> Draft | None:
    start, end = int(found["start"] or 1), int(found["end"])
    step = 1 if end >= start else -1
    if abs(end - start) >= _MOST_COUNTED:
        return None
    text = ", ".join(map(str, range(start, end + step, step)))
    return Draft(f"{text}.", (f"Count from {start} to {end} in steps of {step}.",))


def _conversion(found: re.Match[str]) -> Draft | None:
    value, source, target = written(found["n"]), _unit(found["a"]), _unit(found["b"])
    if value is None or source[0] != target[0]:
        return None
    result, rule = _converted(value, source, target)
    sign = "≈" if "≈" in shown(result) else "="
    text = (
        f"**{found['n']} {found['a']} {sign} {shown(result).rpartition('≈ ')[2]} {found['b']}**\n\n"
        f"Rule: {rule}."
    )
    return Draft(text, (f"The rule: {rule}.",))


def _unit(name: str) -> list[str]:
    plain = re.sub(r"degrees? ", "", name.lower())
    return next(unit for unit in _UNITS if re.fullmatch(unit[1], plain))


def _converted(value: Fraction, source: list[str], target: list[str]) -> tuple[Fraction, str]:
    if source[0] != "heat" or source == target:
        a, b = Fraction(source[2]), Fraction(target[2])
        rule = f"multiply by {shown(a / b)}" if a >= b else f"divide by {shown(b / a)}"
        return value * a / b, rule
    if source[1].startswith("c"):
        return value * 9 / 5 + 32, "multiply by 9/5, then add 32"
    return (value - 32) * 5 / 9, "subtract 32, then multiply by 5/9"


_JOBS: tuple[tuple[str, Callable[[re.Match[str]], Draft | None]], ...] = (
    (r"(\d[\d,]{0,500}) (?:a )?prime(?: number)?", _prime),
    (r"(?:prime factors? of|factori[sz]e) (\d{1,400})", _prime),
    (rf"(?:square root of |sqrt ?)\(?{_NUMBER}\)?", _root),
    (
        r"count (?:(?:up |down )?from (?P<start>\d{1,18}) )?(?:up |down )?to (?P<end>\d{1,18})",
        _counting,
    ),
    *((pattern, _conversion) for pattern in _CONVERSIONS),
)
