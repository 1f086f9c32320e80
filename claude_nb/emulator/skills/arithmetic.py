"""Work out arithmetic found in a prompt, step by step, exactly.

Reads an expression of numbers, ``+ - * / ^ ( )`` and a few words for them; evaluates it with
fractions in the order a person would, so that each step can be shown.
"""

from __future__ import annotations

import ast
import re
from fractions import Fraction

from claude_nb.emulator.task import Draft, Task

__all__ = ["solve"]

_WORDS = {
    "plus": "+",
    "minus": "-",
    "times": "*",
    "multiplied by": "*",
    "divided by": "/",
    "over": "/",
    "to the power of": "**",
    "squared": "**2",
    "cubed": "**3",
}
_TIMES = "\N{MULTIPLICATION SIGN}"
_SIGNS = {_TIMES: "*", "·": "*", "÷": "/", "\N{MINUS SIGN}": "-", "^": "**"}
_PERCENT = re.compile(r"(\d[\d,.]*)\s*(?:%|percent)\s+of\s+(\d[\d,.]*)", re.IGNORECASE)
_EXPRESSION = re.compile(r"(?:(?<![\w)])-(?=\d))?[\d(][\d\s.()+*/-]*[\d)]")
_OPERATOR = re.compile(r"[\d)]\s*(?:\*\*|[-+*/])\s*[-(\d]")
_DATE = re.compile(r"\b\d{4}-\d{2}-\d{2}\b|\b\d{1,2}/\d{1,2}/\d{2,4}\b|\b\d{3}-\d{3,4}-\d{4}\b")
_MOST_POWER = 1000
_MOST_DIGITS = 400
_SPLIT_FROM = 10  # factors below it are known by heart

Step = tuple[str, str]


def solve(task: Task) -> Draft | None:
    """Answer the arithmetic in the prompt, if there is any."""
    source = _find(task.prompt)
    if source is None:
        return None
    steps: list[Step] = []
    try:
        value = _value(ast.parse(source, mode="eval").body, steps)
    except ZeroDivisionError:
        return _undefined(source)
    except (SyntaxError, ValueError, RecursionError, OverflowError):
        return None
    return _told(_pretty(source), _number(value), steps, task)


def _find(prompt: str) -> str | None:
    text = _PERCENT.sub(r"\1 / 100 * \2", _DATE.sub(" ", prompt))
    for word, sign in {**_WORDS, **_SIGNS}.items():
        pattern = rf"(?<=[\d)])\s*{re.escape(word)}(?![a-z])" if word.isalpha() else re.escape(word)
        text = re.sub(pattern, f" {sign} ", text, flags=re.IGNORECASE)
    text = re.sub(r"(?<=\d)\s*x\s*(?=\d)", " * ", re.sub(r"(?<=\d),(?=\d{3}\b)", "", text))
    found = [m.group().strip() for m in _EXPRESSION.finditer(text) if _OPERATOR.search(m.group())]
    return max(found, key=len, default=None)


def _value(node: ast.expr, steps: list[Step]) -> Fraction:
    match node:
        case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
            return Fraction(str(number))
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_value(operand, steps)
        case ast.BinOp(left=left, op=operator, right=right):
            return _combine(_value(left, steps), operator, _value(right, steps), steps)
        case _:
            raise ValueError("not arithmetic")


def _combine(a: Fraction, operator: ast.operator, b: Fraction, steps: list[Step]) -> Fraction:
    match operator:
        case ast.Add():
            sign, value = "+", a + b
        case ast.Sub():
            sign, value = "-", a - b
        case ast.Mult():
            sign, value = _TIMES, a * b
            _split_product(a, b, steps)
        case ast.Div():
            sign, value = "÷", a / b
        case ast.Pow():
            sign, value = "^", _power(a, b)
        case _:
            raise ValueError("not arithmetic")
    if len(str(value.numerator)) > _MOST_DIGITS:
        raise ValueError("too long to write down")
    steps.append((f"{_exact(a)} {sign} {_exact(b)}", _exact(value)))
    return value


def _power(a: Fraction, b: Fraction) -> Fraction:
    if b.denominator != 1 or abs(b) > _MOST_POWER or len(str(a)) > _MOST_DIGITS:
        raise ValueError("not a power to write down")
    return Fraction(a) ** int(b)


def _split_product(a: Fraction, b: Fraction, steps: list[Step]) -> None:
    # long multiplication as people do it in their head: split the second factor by tens
    if min(a, b) < _SPLIT_FROM or a.denominator * b.denominator != 1:
        return
    tens, ones = divmod(int(b), 10)
    if tens and ones:
        steps.append((f"{_exact(a)} {_TIMES} {_exact(Fraction(10 * tens))}", _exact(a * tens * 10)))
        steps.append((f"{_exact(a)} {_TIMES} {ones}", _exact(a * ones)))


def _exact(value: Fraction) -> str:
    return _number(value).partition(" ≈")[0]


def _number(value: Fraction) -> str:
    if value.denominator == 1:
        return f"{value.numerator:,}" if abs(value) >= 10_000 else str(value.numerator)  # noqa: PLR2004 - four digits need no comma
    rounded = f"{float(value):.10g}"
    exact = Fraction(rounded) == value if "e" not in rounded else False
    return rounded if exact else f"{value.numerator}/{value.denominator} ≈ {float(value):.6g}"


def _pretty(source: str) -> str:
    text = re.sub(r"\s*(\*\*|[-+*/])\s*", r" \1 ", source)
    return text.replace("**", "^").replace("*", _TIMES).replace("/", "÷").strip()


def _told(question: str, result: str, steps: list[Step], task: Task) -> Draft:
    lead = task.pick(
        ("Worked out step by step:", "Here is the working:", "One step at a time:", "Let's see:")
    )
    lines = "\n".join(f"{n}. {left} = {right}" for n, (left, right) in enumerate(steps, 1))
    check = task.pick(
        (
            (
                "Each line uses only numbers from the question or from a line above it, "
                "so you can check them one by one."
            ),
            "Fractions are kept exact until the last line, so nothing is lost to rounding.",
        )
    )
    text = f"**{question} = {result}**\n\n{lead}\n\n{lines}\n\n{check}"
    thought = [f"The question comes down to one expression: {question}."]
    thought += [f"{left} gives {right}." for left, right in steps]
    thought.append(f"Nothing is left to combine, so the result is {result}.")
    return Draft(text, tuple(thought))


def _undefined(source: str) -> Draft:
    question = _pretty(source)
    text = (
        f"**{question} has no value**, because it divides by zero.\n\n"
        "- A quotient answers: *what times the divisor gives the dividend?*\n"
        "- Nothing times 0 gives a number other than 0, so there is no such number.\n"
        "- In Python the same expression raises `ZeroDivisionError`."
    )
    return Draft(text, (f"The expression is {question}.", "Its divisor comes out as zero."))
