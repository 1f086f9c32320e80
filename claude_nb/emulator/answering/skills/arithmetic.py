"""Work out arithmetic found in a prompt, step by step, exactly.

Reads an expression of numbers, ``+ - * / ^ ( )`` and a few words for them; evaluates it with
fractions in the order a person would, so that each step can be shown.
"""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction

from claude_nb.emulator.answering.skills import words
from claude_nb.emulator.answering.skills.exact import listed, shown, spoken
from claude_nb.emulator.task import Draft, Task

__all__ = ["solve", "source", "value"]

_TIMES = "\N{MULTIPLICATION SIGN}"
_SIGNS = {_TIMES: "*", "·": "*", "÷": "/", "\N{MINUS SIGN}": "-", "^": "**"}
_INFIX = {
    "squared": "**2",
    "cubed": "**3",
    "plus": "+",
    "minus": "-",
    "times": "*",
    "x": "*",
    "multiplied by": "*",
    "divided by": "/",
    "over": "/",
    "to the power of": "**",
    "modulo": "%",
    "mod": "%",
}
_E = r"([^a-z,%]*\d[^a-z,%]*)"  # an expression in signs
_ONE = r"(-? ?\d+\.?\d*|-? ?\.\d+|\([^a-z,()%]*\))"  # a number, or what is in brackets
_BOTH = rf"{_ONE} and {_ONE}"
_PHRASES = tuple(
    (re.compile(pattern, re.IGNORECASE), form)
    for pattern, form in (
        (rf"add {_E} to {_E}", r"(\2) + (\1)"),
        (rf"(?:subtract|take) {_E} from {_E}", r"(\2) - (\1)"),
        (rf"multiply {_ONE} (?:by|with) {_ONE}", r"(\1) * (\2)"),
        (rf"divide {_ONE} by {_ONE}", r"(\1) / (\2)"),
        (rf"(?:multiply|product of) {_BOTH}", r"(\1) * (\2)"),
        (rf"(?:remainder|rest) of {_ONE} / {_ONE}", r"(\1) % (\2)"),
        (rf"{_ONE} ?/ ?{_ONE} of {_ONE}", r"(\1) / (\2) * (\3)"),
        (rf"half (?:of )?{_ONE}", r"(\1) / 2"),
        (rf"(?:double|twice) {_ONE}", r"2 * (\1)"),
        (rf"{_ONE}% off(?: of)? {_ONE}", r"(\2) * (100 - \1) / 100"),
        (rf"(?:a third|third) of {_ONE}", r"(\1) / 3"),
        (rf"(?:a quarter|quarter) of {_ONE}", r"(\1) / 4"),
        (rf"increase {_ONE} by {_ONE}%", r"(\1) * (100 + \2) / 100"),
        (rf"{_ONE} \+ {_ONE}% (?:vat|tax|sales tax|tip|interest)", r"(\1) * (100 + \2) / 100"),
        (rf"(?:percent(?:age)?|%) is {_ONE} (?:out )?of {_ONE}", r"(\1) / (\2) * 100"),
        (rf"{_ONE} is what (?:percent(?:age)?|%) of {_ONE}", r"(\1) / (\2) * 100"),
        (rf"{_ONE} ?/ ?{_ONE} as (?:a )?percent(?:age)?", r"(\1) / (\2) * 100"),
        (rf"{_ONE} - {_ONE}% discount", r"(\1) * (100 - \2) / 100"),
        (rf"(?:decrease|reduce) {_ONE} by {_ONE}%", r"(\1) * (100 - \2) / 100"),
    )
)
_ADDED = re.compile(r"(?:add(?: up)?|sum(?: of)?|total(?: of)?) (.*\d)", re.IGNORECASE)
_APART = re.compile(r"difference (?:between|of) (\d+\.?\d*) and (\d+\.?\d*)", re.IGNORECASE)
_PERCENT = re.compile(r"(?<![\d.])(\d[\d.]*+)\s*+(?:%|percent) of (\d[\d.]*)", re.IGNORECASE)
_GROUPED = re.compile(r"(?<=\d)_(?=\d)")
_POWER_OF_TEN = re.compile(
    r"(?<![\w.])(?P<digits>\d{1,400}(?:\.\d{1,400})?)e(?P<power>[+-]?\d{1,9})(?![\w.])",
    re.IGNORECASE,
)
_CURRENCY = re.compile(
    r"(?:(?<![^\s(*/+-])(?=[$€£]\d)|(?<=\d) ?(?=[a-z€£]+(?![\w€£])))"
    r"(?:(?P<usd>\$|dollars?|usd|bucks)|(?P<eur>€|euros?|eur)|(?P<gbp>£|gbp))",
    re.IGNORECASE,
)
_THOUSANDS = re.compile(r"(?<![\d.,])\d{1,3}(?:,\d{3})+(?![\d,])")
_EXPRESSION = re.compile(r"[\d\s.()+*/%-]+")
_OPERATOR = re.compile(r"[\d)]\s*(?:\*\*|//|[-+*/%])\s*[-.(\d]")
_SYMBOL = re.compile(r"\d+\.?\d*|\.\d+|\*\*|//|\S")
_BINDS = {
    "+": 1,
    "-": 1,
    "*": 2,
    "/": 2,
    "//": 2,
    "%": 2,
    "negative": 3,
    "**": 4,
}  # the tighter, the larger
_MOST_DIGITS = 400
_MOST_BITS = 1329  # as many make 400 digits
_MOST_STEPS = 200
_MOST_SUMS = 10
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}|\d{1,2}/\d{1,2}/\d{2,4}|\d{3}-\d{3,4}-\d{4}")
_SPLIT_FROM = 10  # factors below it are known by heart

Step = tuple[str, str]


def _sign(word: str) -> str:
    """Return the pattern of what is written for a sign."""
    if word == "x":
        return r"(?<=[\d)])\s*x\s*(?=[\d(])"
    return rf"(?<=[\d)])\s*\b{word}\b" if word[0].isalpha() else re.escape(word)


_WRITTEN = tuple(
    (re.compile(_sign(word), re.IGNORECASE), f" {sign} ")
    for word, sign in {**_INFIX, **_SIGNS}.items()
)


class _TooLongError(ValueError):
    """The result, or the way to it, is too long to write down."""


def solve(task: Task) -> Draft | None:
    """Answer the arithmetic in the prompt, if there is any and nothing is said that changes it."""
    sources = _sums(task.prompt)
    solved = {core: _solved(source, task) for core, source in [*sources.items()][:_MOST_SUMS]}
    drafts = [draft for draft in solved.values() if draft]
    done = {core for core in sources if solved.get(core, True)}
    if words.is_more(task.prompt, done):
        return None
    if len(drafts) < 2:  # noqa: PLR2004 - the usual one
        return drafts[0] if drafts else None
    steps = tuple(step for draft in drafts for step in draft.steps)
    return Draft("\n\n".join(draft.text for draft in drafts), steps)


def value(prompt: str) -> Fraction | None:
    """Return the result of the sum in a prompt, None if there is none or more is said."""
    expression = source(prompt)
    try:
        return _evaluate(expression, []) if expression else None
    except (ValueError, ArithmeticError):
        return None


def source(prompt: str) -> str | None:
    """Return the one sum in a prompt as an expression in signs, None if more is said."""
    found = _sums(prompt)
    is_one = len(found) == 1 and not words.is_more(prompt, found)
    return next(iter(found.values())) if is_one else None


def _solved(source: str, task: Task) -> Draft | None:
    steps: list[Step] = []
    try:
        value = _evaluate(source, steps)
        return _told(_pretty(source), shown(value), steps, task)
    except ZeroDivisionError:
        return _undefined(source)
    except (_TooLongError, OverflowError):
        return _too_long(source)
    except ValueError:
        return None


def _sums(prompt: str) -> dict[str, str]:
    """Return the parts of a prompt that are sums, with each as an expression in signs."""
    return {core: sum_ for core in words.cores(prompt) if (sum_ := _source(core))}


def _source(core: str) -> str | None:
    """Return what is asked for as an expression in signs; None if it is not wholly that."""
    if len({found.lastgroup for found in _CURRENCY.finditer(core)}) > 1:
        return None  # dollars and euros have no sum here
    core = _POWER_OF_TEN.sub(_in_full, _GROUPED.sub("", core))
    text = spoken(_THOUSANDS.sub(lambda m: m[0].replace(",", ""), _CURRENCY.sub("", core)))
    for pattern, sign in _WRITTEN:
        text = pattern.sub(sign, text)
    share = r"\1 / 100 * \2" if _PERCENT.fullmatch(text) else r"(\1 / 100 * \2)"
    text = _phrased(" ".join(_PERCENT.sub(share, text).split()))
    is_one = _EXPRESSION.fullmatch(text) and _OPERATOR.search(text) and not _DATE.search(core)
    return text.strip() if is_one else None


def _in_full(number: re.Match[str]) -> str:
    """Return a number such as ``1.5e3`` with all its digits, or with one more than are written."""
    power = int(number["power"])
    if abs(power) > _MOST_DIGITS:
        return "1" + "0" * _MOST_DIGITS if power > 0 else "0." + "0" * _MOST_DIGITS + "1"
    return format(Decimal(f"{number['digits']}e{power}"), "f")


def _phrased(text: str) -> str:
    """Return a sentence such as ``add 3 to 4`` as an expression, anything else as it is."""
    added = _ADDED.fullmatch(text)
    numbers = listed(added.group(1)) if added else None
    if numbers and len(numbers) > 1:
        return " + ".join(_exact(number).replace(",", "") for number in numbers)
    if apart := _APART.fullmatch(text):
        return " - ".join(sorted(apart.groups(), key=Fraction, reverse=True))
    found = ((pattern.fullmatch(text), form) for pattern, form in _PHRASES)
    return next((match.expand(form) for match, form in found if match), text)


def _evaluate(source: str, steps: list[Step]) -> Fraction:
    """Work out an expression with two stacks, which no nesting overflows.

    Raises
    ------
    ValueError
        If it is none, or too long to write down.
    """
    values, waiting, wants_value = list[Fraction](), list[str](), True
    for symbol in _SYMBOL.findall(source):
        if wants_value and symbol in {"(", "-"}:
            waiting.append("(" if symbol == "(" else "negative")
            continue
        is_value = symbol[-1].isdigit() or symbol[:-1].isdigit()
        if wants_value != is_value:
            raise ValueError("not arithmetic")
        if is_value:
            values.append(_literal(symbol))
        elif symbol == ")":
            _settle(values, waiting, 0, steps)
            if not waiting:
                raise ValueError("not arithmetic")
            waiting.pop()
        else:
            _settle(values, waiting, _binding(symbol), steps)
            waiting.append(symbol)
        wants_value = not is_value and symbol != ")"
    if wants_value:
        raise ValueError("not arithmetic")
    _settle(values, waiting, 0, steps)
    if waiting:
        raise ValueError("not arithmetic")
    return values[0]


def _literal(symbol: str) -> Fraction:
    if len(symbol) > _MOST_DIGITS:
        raise _TooLongError
    return Fraction(symbol)


def _binding(symbol: str) -> int:
    if symbol not in _BINDS:
        raise ValueError("not arithmetic")
    return _BINDS[symbol] + (symbol == "**")  # powers are worked out from the right


def _settle(values: list[Fraction], waiting: list[str], binding: int, steps: list[Step]) -> None:
    """Work out what binds at least so tightly, back to the last open bracket."""
    while waiting and waiting[-1] != "(" and _BINDS[waiting[-1]] >= binding:
        operator = waiting.pop()
        last = values.pop()
        if operator == "negative":
            values.append(-last)
        else:
            values.append(_combine(values.pop(), operator, last, steps))


def _combine(a: Fraction, operator: str, b: Fraction, steps: list[Step]) -> Fraction:
    match operator:
        case "+":
            sign, value = "+", a + b
        case "-":
            sign, value = "-", a - b
        case "*":
            sign, value = _TIMES, a * b
            _split_product(a, b, steps)
        case "/":
            sign, value = "÷", a / b
        case "//":
            sign, value = "//", Fraction(a // b)
        case "%":
            sign, value = "mod", a % b
        case _:
            sign, value = "^", _power(a, b)
    if _bits(value) > _MOST_BITS or len(steps) > _MOST_STEPS:
        raise _TooLongError
    base = f"({_exact(a)})" if a < 0 and operator == "**" else _exact(a)
    steps.append((f"{base} {sign} {f'({_exact(b)})' if b < 0 else _exact(b)}", _exact(value)))
    return value


def _bits(value: Fraction) -> int:
    return max(value.numerator.bit_length(), value.denominator.bit_length())


def _power(a: Fraction, b: Fraction) -> Fraction:
    if b.denominator != 1:
        raise ValueError("not a power to write down")
    # the bits of a result are known before it is worked out; 0, 1 and -1 stay short
    if abs(a) not in {0, 1} and (_bits(a) - 1) * abs(b) > _MOST_BITS:
        raise _TooLongError
    if abs(a) == 1:
        return a if b % 2 else Fraction(1)
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
    return shown(value).partition(" ≈")[0]


def _pretty(source: str) -> str:
    text = re.sub(r"\(([\d.]+) ?\)", r"\1", source)  # brackets that phrases put round a number
    text = re.sub(r" ?(\*\*|//|[-+*/%]) ?", r" \1 ", " ".join(text.split()))
    text = re.sub(r"((?:^|[-+*/%(]) *)- +", r"\1-", text).replace("( ", "(")
    text = " ".join(text.split()).replace("**", "^").replace("*", _TIMES).replace("%", "mod")
    return re.sub(r"(?<!/)/(?!/)", "÷", text).strip()


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


def _too_long(source: str) -> Draft:
    question = words.quote(_pretty(source), 120)
    text = (
        f"**{question}** is too long to write down here: the emulator works with numbers of up to "
        f"{_MOST_DIGITS} digits and shows up to {_MOST_STEPS} steps. Python itself has no such "
        "limit."
    )
    return Draft(text, (f"The expression begins with {question}.", "It is too long to show."))
