"""Random sums, lists, columns and calls in natural words: right by Python's reckoning, or none."""

from __future__ import annotations

import json
import re
import statistics
from decimal import Decimal
from fractions import Fraction

import pytest
from emulator_requests import WEATHER, ask
from hypothesis import given, settings
from hypothesis import strategies as st

from claude_nb.emulator.answering.engine import Engine

NUMBERS = st.decimals(-9_999, 9_999, allow_nan=False, allow_infinity=False, places=2) | st.integers(
    -(10**9), 10**9
).map(Decimal)
WHOLE = st.integers(0, 10**6)
QUICK = settings(deadline=None, max_examples=60)


def compose(text, **more):
    return Engine().compose(ask(text, max_tokens=20_000, **more), {}).message["content"]


def answer(text, **more):
    return "".join(block.get("text", "") for block in compose(text, **more))


def written(value: Decimal) -> str:
    return f"{value:f}"


def told(text: str, what: str) -> Fraction:
    """Return the number in an answer's row or bold, exact or within its rounding."""
    found = re.search(what + r"(?:[-\d/,]+ ≈ |≈ )?(-?[\d,.]+)", text)
    assert found is not None, text
    return Fraction(found[1].rstrip(".").replace(",", ""))


def is_near(value: Fraction, right: Fraction) -> bool:
    return abs(value - right) <= abs(right) / 10**9


OPERATORS = {
    "What is {} + {}?": lambda a, b: a + b,
    "How much is {} plus {}?": lambda a, b: a + b,
    "Add {} and {}.": lambda a, b: a + b,
    "Please add {} to {}": lambda a, b: a + b,
    "{} minus {}": lambda a, b: a - b,
    "Subtract {} from {}": lambda a, b: b - a,
    "Multiply {} by {}, step by step.": lambda a, b: a * b,
    "What's the product of {} and {}?": lambda a, b: a * b,
    "Calculate {} times {}": lambda a, b: a * b,
    "Can you work out {} divided by {}?": lambda a, b: a / b,
    "Divide {} by {}": lambda a, b: a / b,
}


@QUICK
@given(st.sampled_from(sorted(OPERATORS)), NUMBERS, NUMBERS.filter(bool))
def test_a_sum_in_words_is_right(question, a, b):
    right = OPERATORS[question](Fraction(a), Fraction(b))
    result = told(answer(question.format(written(a), written(b))), r"\*\*[^*\n]* = ")
    assert is_near(result, right)


EXPRESSIONS = st.recursive(
    WHOLE.map(str),
    lambda inner: (
        st.builds("{} {} {}".format, inner, st.sampled_from("+-*"), inner)
        | inner.map("({})".format)
    ),
    max_leaves=6,
)


@QUICK
@given(EXPRESSIONS.filter(lambda text: re.search(r"[-+*]", text)))
def test_an_expression_is_worked_out_as_python_does(text):
    right = eval(text)  # noqa: S307 - made of digits and signs
    assert told(answer(f"What is {text}?"), r"\*\*[^*\n]* = ") == right


LISTS = st.lists(NUMBERS, min_size=2, max_size=9)
ROWS = {
    "average": ("Mean", lambda v: sum(v) / len(v)),
    "mean": ("Mean", lambda v: sum(v) / len(v)),
    "median": ("Median", statistics.median),
    "largest": ("Largest", max),
    "minimum": ("Smallest", min),
}


@QUICK
@given(st.sampled_from(sorted(ROWS)), LISTS, st.sampled_from(["{}", "[{}]", "these numbers: {}"]))
def test_a_figure_of_a_list_is_right(figure, values, form):
    row, compute = ROWS[figure]
    listed = form.format(", ".join(map(written, values)))
    text = answer(f"What is the {figure} of {listed}?")
    assert is_near(told(text, rf"\| {row} \| "), Fraction(compute(list(map(Fraction, values)))))
    assert f"| Count | {len(values)} |" in text


CITIES = ("Oslo", "Rome", "New York", "東京")
TABLE = st.lists(st.tuples(st.sampled_from(CITIES), WHOLE, NUMBERS), min_size=2, max_size=12)


def markdown(rows):
    head = "|  | city | visits | sales |\n| --- | --- | --- | --- |"
    return "\n".join([head, *(f"| {n} | {c} | {v} | {s} |" for n, (c, v, s) in enumerate(rows))])


def csv(rows):
    return "\n".join(
        [",city,visits,sales", *(f"{n},{c},{v},{s}" for n, (c, v, s) in enumerate(rows))]
    )


def printed(rows):
    lines = [f"{n:<4}{c:<12}{v:>12}{s:>20}" for n, (c, v, s) in enumerate(rows)]
    return "\n".join(["    " + f"{'city':<12}{'visits':>12}{'sales':>20}", *lines])


@QUICK
@given(TABLE, st.sampled_from([markdown, csv, printed]), st.sampled_from(["\n\n", "inline"]))
def test_figures_of_a_column_are_of_that_column(rows, write, where):
    sales = [Fraction(row[2]) for row in rows]
    gap = " " if where == "inline" and write is markdown else "\n\n"
    text = answer(f"What is the mean of sales?{gap}{write(rows)}")
    assert is_near(told(text, r"\*\*sales\*\* is \*\*"), sum(sales) / len(sales))
    assert f"over {len(rows)} row" in text
    city = rows[0][0]
    text = answer(f"What is the total sales in {city}?\n\n{write(rows)}")
    assert told(text, r"is \*\*") != 0 or f"where **city** is **{city}**" in text
    assert is_near(
        told(text, rf"\*\*city\*\* is \*\*{city}\*\* is \*\*"),
        sum(sale for (one, _, _), sale in zip(rows, sales, strict=True) if one == city),
    )


def test_a_series_put_into_a_sentence_is_averaged_without_its_index():
    series = "|  | sales |\n| --- | --- |\n| 0 | 10.5 |\n| 1 | 12.25 |"
    assert "**sales** is **11.375**, over 2 rows" in answer(f"What is the average of {series}?")
    named = series.replace("|  |", "| **year** |").replace("| 0 |", "| 2020 |")
    text = answer(f"What is the average of {named}?")
    assert "**sales** is **11.375**" in text
    assert "2020" not in text


@pytest.mark.parametrize(
    "question",
    [
        "What is 3 + 4 in binary?",
        "What is 100 - 15%?",
        "What is 1,5 + 2,5?",
        "What is the square root of 16 plus 9?",
        "What is 3 times the sum of 2 and 4?",
        "What is the average of the first two of 3, 4, 8?",
        "Is 7.5 prime?",
        "What is 10 - 4 km in miles?",
        "What is 3 + 4? Multiply the result by 4.",
        "What is 3 + 4? Then double it.",
        "What is 3 + 4? Write it in binary.",
        "What is 2 + 2? And 99?",
        "What is the mean of 2, 4, 8? Ignore 8.",
        "What is the sum of 1, 2, 3, ... 10?",
        "What is the sum of 1, 2, 3, …",
        "What is the square root of 16? Add 9.",
        "Convert 5 km to miles. Then add three.",
        "Sum these: 1, 2, 3, ... 10",
        "What is double 7 plus 1?",
        "What is half of 9 + 1?",
        "Multiply 3 by 4 plus 1",
        "Divide 1.000,5 by 2",
        "A train leaves at 9 and takes 3 hours. When does it arrive?",
        "What is the mean of sales without Oslo?\n\n,city,sales\n0,Oslo,1\n1,Rome,2",
        "What is the standard deviation of sales over 1?\n\n,city,sales\n0,Oslo,1\n1,Rome,2",
        "What is $5 plus €3?",
        "How many values are not missing in sales?\n\n,city,sales\n0,Oslo,1\n1,Rome,",
        "How many days are between 2026-03-01 and 2026-03-15 without Sundays?",
        "What is the mean of sales over 1?\n\n,city,sales\n0,Oslo,1\n1,Rome,2",
        "Sort: 3 km, 10 km, 2 km",
        "Write a Python function that returns the nth prime",
        "Why is my temperature sensor at 40 degrees?",
    ],
)
def test_what_is_not_understood_to_the_last_word_is_not_answered(question):
    text = answer(question)
    assert text.startswith("The emulator cannot answer that")
    assert text.count("\n") == 2  # one line, and the mark


@pytest.mark.parametrize(
    ("question", "shown"),
    [
        ("What is (-2)**2?", "**(-2) ^ 2 = 4**"),
        ("What is (-2)**2?", "1. (-2) ^ 2 = 4"),
        ("What is 10 - -3?", "**10 - -3 = 13**"),
        ("What is -2 + 5?", "**-2 + 5 = 3**"),
        ("Subtract -3 from 10", "**10 - (-3) = 13**"),
        ("What is 2 ** -1?", "**2 ^ -1 = 0.5**"),
        ("What is 3 + 4? Answer in one sentence.", "**3 + 4 = 7**"),
        ("A shop sells 4 pens for 2 euros.\nHow much is that? Work out 4 * 2.", "= 8**"),
        ("What is double (7 + 1)?", "= 16**"),
        ("What is half of 9?", "= 4.5**"),
        ("What is twice -3?", "= -6**"),
        ('Reverse "hello world"', "dlrow olleh"),
        ("Reverse: 1, 2, 3", "1. 3\n2. 2\n3. 1"),
        ("What is 3 + 4? What is 5 - 2?", "**5 - 2 = 3**"),
        ("Hello there! What is 3 + 4? Explain briefly, please.", "**3 + 4 = 7**"),
    ],
)
def test_a_sum_is_shown_as_it_was_worked_out(question, shown):
    assert shown in answer(question)


ADD = {
    "name": "add",
    "description": "Add two numbers",
    "input_schema": {
        "type": "object",
        "properties": {"a": {"type": "number"}, "b": {"type": "number"}},
        "required": ["a", "b"],
    },
}
CALLS = ("Add {} and {}.", "Please add {} to {}", "What is {} plus {}?", "add({}, {})")


@QUICK
@given(st.sampled_from(CALLS), NUMBERS, NUMBERS)
def test_a_call_gets_the_numbers_of_the_sentence(question, a, b):
    use = compose(question.format(written(a), written(b)), tools=[ADD])[-1]
    assert use["input"] == {"a": float(a), "b": float(b)}


PLACES = ("Lisbon", "New York", "Rio de Janeiro", "São Paulo", "東京", "Москва", "Saint-Étienne")


@QUICK
@given(st.lists(st.sampled_from(PLACES), min_size=1, max_size=4, unique=True))
def test_each_place_gets_a_call(places):
    listed = " and ".join(filter(None, [", ".join(places[:-1]), places[-1]]))
    content = compose(f"What is the weather in {listed}?", tools=[WEATHER])
    assert [b["input"]["city"] for b in content if b["type"] == "tool_use"] == places


def test_a_place_with_its_state_is_one_place():
    tool = json.loads(json.dumps(WEATHER).replace('"city"', '"location"'))
    content = compose("What is the weather in San Francisco, CA?", tools=[tool])
    assert [b["input"] for b in content if b["type"] == "tool_use"] == [
        {"location": "San Francisco, CA"}
    ]


def test_two_tools_that_are_named_are_both_called():
    people = {**WEATHER, "name": "population", "description": "Return a city's population"}
    content = compose("Weather and population of Lisbon?", tools=[WEATHER, people])
    assert [b["name"] for b in content if b["type"] == "tool_use"] == ["get_weather", "population"]


def test_a_tool_whose_input_is_not_in_the_message_is_not_called():
    assert all(b["type"] != "tool_use" for b in compose("How is the weather?", tools=[WEATHER]))


@QUICK
@given(st.text(st.characters(blacklist_categories=("Cs", "Cc")), min_size=1, max_size=60))
def test_what_is_to_be_said_comes_back_as_it_is(text):
    said = text.strip()
    if said and said[0] not in "\"“'`":
        assert answer(f"Repeat exactly: {said}").startswith(f"{said}\n\n*(")


@QUICK
@given(st.integers(1, 400))
def test_a_text_is_as_long_as_asked(size):
    text = answer(f"Write {size} words about the sea.").partition("\n\n*(")[0]
    assert len(text.split()) == size


@pytest.mark.parametrize("things", ["colours", "things to take on a trip"])
def test_a_list_has_as_many_things_as_asked(things):
    assert len(re.findall(r"^\d\. ", answer(f"List five {things}."), re.MULTILINE)) == 5


FORMS = {
    "one JSON value": json.loads,
    "HTML": lambda text: text.index("<"),
    "LaTeX mathematics": lambda text: text.index("$$"),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("prompt", ["What is 17 * 23?", "List three fruits.", "Who wrote Faust?"])
def test_a_form_that_the_system_prompt_asks_for_is_kept(form, prompt):
    FORMS[form](answer(prompt, system=f"Answer with {form} only: nothing around it."))


def test_json_of_named_keys_has_the_prompt_s_values():
    text = answer(
        "Give me a JSON object with name and age for Ada Lovelace, 36.",
        system="Answer with one JSON value only: no fence, nothing around it.",
    )
    assert json.loads(text) == {"name": "Ada Lovelace", "age": 36}


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("What does KeyError: 'b' mean?", "no such key"),
        ("Why do I get IndexError: list index out of range?", "past the end"),
        ("How do I fix a NameError?", "misspelt"),
        ("What is a ZeroDivisionError?", "divided by zero"),
        ("Why ValueError: invalid literal for int() with base 10: '3.5'?", "int(float(text))"),
    ],
)
def test_common_errors_are_explained(prompt, expected):
    assert expected in answer(prompt)
