"""Answer small questions about numbers: primes, roots, counting, converting units."""

from __future__ import annotations

import math
import re
from collections.abc import Callable

from claude_nb.emulator.task import Draft, Task

__all__ = ["answer"]

_NUMBER = r"(-?\d+(?:\.\d+)?)"
_MOST_FACTORED = 10**12
_MOST_COUNTED = 200
_CONVERSIONS: tuple[tuple[str, str, float, float], ...] = (
    # from, to, factor, offset
    ("celsius|°c", "fahrenheit|°f", 9 / 5, 32),
    ("fahrenheit|°f", "celsius|°c", 5 / 9, -160 / 9),
    ("miles?|mi", "kilomet(?:er|re)s?|km", 1.609344, 0),
    ("kilomet(?:er|re)s?|km", "miles?|mi", 1 / 1.609344, 0),
    ("inch(?:es)?|in", "centimet(?:er|re)s?|cm", 2.54, 0),
    ("centimet(?:er|re)s?|cm", "inch(?:es)?", 1 / 2.54, 0),
    ("pounds?|lbs?", "kilograms?|kg", 0.45359237, 0),
    ("kilograms?|kg", "pounds?|lbs?", 1 / 0.45359237, 0),
)


def answer(task: Task) -> Draft | None:
    """Answer the prompt if it is such a question."""
    for pattern, job in _JOBS:
        found = re.search(pattern, task.prompt, re.IGNORECASE)
        if found:
            return job(found)
    return _conversion(task.prompt)


def _prime(found: re.Match[str]) -> Draft | None:
    number = int(found.group(1))
    if not 0 < number <= _MOST_FACTORED:
        return None
    factors = _factors(number)
    root = math.isqrt(number)
    if len(factors) == 1:
        text = (
            f"**Yes, {number} is prime.**\n\nNo prime up to {root}, its square root rounded down, "
            "divides it, and a larger divisor would need a smaller partner."
        )
    else:
        product = " \N{MULTIPLICATION SIGN} ".join(map(str, factors)) or "nothing"
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
    number = float(found.group(1))
    if number < 0:
        return None
    root = math.sqrt(number)
    exact = "exactly" if root == int(root) else "about"
    text = (
        f"The square root of {number:g} is {exact} **{root:.10g}**.\n\n"
        f"Check: {root:.10g}² = {root * root:.10g}."
    )
    steps = (
        f"Wanted: the number that times itself gives {number:g}.",
        f"{int(root)}² is {int(root) ** 2}, {int(root) + 1}² is {(int(root) + 1) ** 2}.",
    )
    return Draft(text, steps)


def _counting(found: re.Match[str]) -> Draft | None:
    start, end = int(found.group(1)), int(found.group(2))
    step = 1 if end >= start else -1
    if abs(end - start) >= _MOST_COUNTED:
        return None
    text = ", ".join(map(str, range(start, end + step, step)))
    return Draft(f"{text}.", (f"Count from {start} to {end} in steps of {step}.",))


_JOBS: tuple[tuple[str, Callable[[re.Match[str]], Draft | None]], ...] = (
    (r"\bis (\d+) (?:a )?prime", _prime),
    (r"\b(?:prime factors? of|factori[sz]e) (\d+)", _prime),
    (rf"(?:square root of|sqrt\(?)\s*{_NUMBER}", _root),
    (r"\bcount (?:up |down )?from (\d+) (?:up |down )?to (\d+)", _counting),
)


def _conversion(prompt: str) -> Draft | None:
    for source, target, factor, offset in _CONVERSIONS:
        pattern = (
            rf"{_NUMBER}\s*(?:degrees )?({source})\b.*\b(?:to|in|into)\s+(?:degrees )?({target})\b"
        )
        found = re.search(pattern, prompt, re.IGNORECASE)
        if found:
            value = float(found.group(1))
            result = value * factor + offset
            shift = f" {'+' if offset > 0 else '-'} {abs(offset):.6g}" if offset else ""
            text = (
                f"**{value:g} {found.group(2)} = {result:.6g} {found.group(3)}**\n\n"
                f"- Rule: multiply by {factor:.6g}{shift and ', then'}{shift}\n"
                f"- Here: {value:g} \N{MULTIPLICATION SIGN} {factor:.6g}{shift} = {result:.6g}"
            )
            return Draft(text, (f"Factor {factor:.6g}, offset {offset:.6g}.",))
    return None
