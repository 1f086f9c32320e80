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

__all__ = ["answer", "prime"]

_NUMBER = r"(-?\d[\d,]{0,400}(?:\.\d{1,400})?)"
_AMOUNT = rf"(?:{_NUMBER}|an?)"
_LONG = re.compile(r"\d{401}")
_ABOUT_ONE = re.compile(r"\broot\b|\bsqrt|\bprime|\bfactori", re.IGNORECASE)
_MOST_FACTORED = 10**12
_MOST_COUNTED, _MOST_MULTIPLIED, _MOST_PLACES = 200, 100, 20
_PLACES = 10**12  # of a root that is not exact
_UNITS: list[list[str]] = stock("units")["units"]
_UNIT = rf"((?:degrees? )?(?:{'|'.join(names for _, names, _ in _UNITS)}))"
_COMMON = (
    r"(?:(?:greatest|highest|largest|least|lowest|smallest) common )?(?P<what>divisor|factor"
    r"|multiple|gcd|lcm) of (?P<first>\d[\d,]{0,20}) and (?P<second>\d[\d,]{0,20})"
)
_ROUNDED = (
    rf"round (?P<number>{_NUMBER}) to (?:(?:the nearest )?(?:integer|whole number)"
    r"|(?P<places>\d{1,2})(?: decimal places?| digits? after the point)?)"
)
_CONVERSIONS = (
    rf"(?:convert |change )?(?P<n>{_AMOUNT}) ?(?P<a>{_UNIT}) (?:to|in|into|as) (?P<b>{_UNIT})",
    rf"many (?P<b>{_UNIT})(?: are| is)?(?: there)?(?: in)? (?P<n>{_AMOUNT}) ?(?P<a>{_UNIT})",
    rf"(?P<b>{_UNIT}) are (?:there )?(?:in )?(?P<n>{_AMOUNT}) ?(?P<a>{_UNIT})",
)


def answer(task: Task) -> Draft | None:
    """Answer the prompt if it is such a question, and nothing but it."""
    prompt = re.sub(r"(?<=\d)!", " factorial", task.prompt)
    for core in words.cores(prompt):
        text = " ".join(spoken(core).split())
        for pattern, job in _JOBS:
            if found := re.fullmatch(pattern, text, re.IGNORECASE):
                return None if words.is_more(prompt, {core}) else job(found)
    return _too_long(task.prompt)


def prime(prompt: str) -> bool | None:
    """Return whether the number that a question is about is prime; None if it asks nothing such."""
    asked = (re.fullmatch(_JOBS[0][0], core, re.IGNORECASE) for core in words.cores(prompt))
    number = next((int(found[1].replace(",", "")) for found in asked if found), 0)
    return len(_factors(number)) == 1 if 0 < number <= _MOST_FACTORED else None


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
    amount = "1" if found["n"].lower() in {"a", "an"} else found["n"]
    value, source, target = written(amount), _unit(found["a"]), _unit(found["b"])
    if value is None or source[0] != target[0]:
        return None
    result, rule = _converted(value, source, target)
    sign = "≈" if "≈" in shown(result) else "="
    text = (
        f"**{amount} {found['a']} {sign} {shown(result).rpartition('≈ ')[2]} {found['b']}**\n\n"
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


def _factorial(found: re.Match[str]) -> Draft | None:
    number = int(found[1] or found[2])
    if number > _MOST_MULTIPLIED:
        return None
    text = f"**{number}! = {math.factorial(number):,}**, all whole numbers from 1 to it multiplied."
    return Draft(text, (f"Multiply all whole numbers from 1 to {number}.",))


def _common(found: re.Match[str]) -> Draft:
    a, b = (int(found[name].replace(",", "")) for name in ("first", "second"))
    is_divisor = found["what"].lower() in {"divisor", "factor", "gcd"}
    result = math.gcd(a, b) if is_divisor else math.lcm(a, b)
    what = "greatest common divisor" if is_divisor else "least common multiple"
    text = f"The {what} of {a} and {b} is **{result:,}**."
    return Draft(text, (f"Compare what divides {a} and {b}.",))


def _rounded(found: re.Match[str]) -> Draft | None:
    number, places = written(found["number"]), int(found["places"] or 0)
    has = len(found["number"].partition(".")[2])
    if number is None or places > _MOST_PLACES or (places and places >= has):
        return None
    whole = math.floor(abs(number) * 10**places + Fraction(1, 2))
    sign = "-" if number < 0 and whole else ""
    digits = f"{whole:0{places + 1}d}"
    result = f"{sign}{digits[: len(digits) - places]}.{digits[len(digits) - places :]}".rstrip(".")
    steps = ("Look at the first digit that goes: from 5 on, the one before it grows.",)
    return Draft(f"{found['number']} is about **{result}**.", steps)


_JOBS: tuple[tuple[str, Callable[[re.Match[str]], Draft | None]], ...] = (
    (r"(\d[\d,]{0,500}) (?:a )?prime(?: number)?", _prime),
    (r"(?:prime factors? of|factori[sz]e) (\d{1,400})", _prime),
    (r"(?:(\d{1,3}) ?(?:factorial|!)|factorial of (\d{1,3}))", _factorial),
    (_COMMON, _common),
    (_ROUNDED, _rounded),
    (rf"(?:square root of |sqrt ?)\(?{_NUMBER}\)?", _root),
    (
        (
            r"count (?:(?:up|down|backwards?) )?(?:from (?P<start>\d{1,18}) )?(?:(?:up|down) )?"
            r"to (?P<end>\d{1,18})"
        ),
        _counting,
    ),
    *((pattern, _conversion) for pattern in _CONVERSIONS),
)
