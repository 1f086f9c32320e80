"""Answers are right, deterministic, marked, and vary with temperature as they should."""

from __future__ import annotations

import doctest
import json
import re

import jsonschema
import pytest
from emulator_requests import WEATHER, ask, image, png, talk
from hypothesis import given, settings
from hypothesis import strategies as st

from claude_nb.emulator.answering import structured
from claude_nb.emulator.answering.engine import Engine
from claude_nb.emulator.answering.skills import words
from claude_nb.emulator.answering.skills.code import SNIPPETS

OCTOPUS = (
    "The octopus is a soft-bodied animal with eight arms. Octopuses live in all oceans, and many "
    "species hide in reefs. They have three hearts and blue blood. Dr. Smith has seen one open a "
    "jar. Most octopuses live only a few years."
)


def compose(body, nth=0, seed=0):
    return Engine(seed=seed).compose(body, {}, nth=nth).message


def answer(text, **more):
    message = compose(ask(text, **more))
    return "".join(block.get("text", "") for block in message["content"])


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("What is 17 * 23? Explain.", ["17 × 20 = 340", "17 × 3 = 51", "17 × 23 = 391"]),  # noqa: RUF001
        ("What is 2+2?", ["= 4"]),
        ("Calculate (12+8)*3 - 2^3", ["= 52"]),
        ("What's 15% of 80?", ["= 12"]),
        ("What is 1/3 + 1/6?", ["= 0.5"]),
        ("1,000 times 1,000", ["1,000,000"]),
        ("12 divided by 0", ["divides by zero"]),
        ("What is -3 + 5?", ["= 2"]),
        ("What is 1_000_000 * 2?", ["= 2,000,000"]),
        ("What is 1.5e3 * 2E-1?", ["= 300"]),
        ("What is 1.5e300 * 1.5e300?", ["too long to write down"]),
        ("What is 1e999999999 + 1?", ["too long to write down"]),
        ("What is 10 percent of 1e4?", ["= 1000"]),
        ("What is the average of 1e3, 2e3, 3?", ["| Mean | 1001 |"]),
        ("Is 97 prime?", ["Yes, 97 is prime"]),
        ("Is 91 prime?", ["7 × 13"]),  # noqa: RUF001
        ("What is the square root of 144?", ["**12**"]),
        ("Convert 100 fahrenheit to celsius", ["≈ 37.77777778"]),
        ("Sort these numbers: 10, 9, 100, 1", ["1. 1\n2. 9\n3. 10\n4. 100"]),
        ("Sort these: pear, apple, fig", ["1. apple\n2. fig\n3. pear"]),
        ("Reverse this list: a, b, c", ["1. c\n2. b\n3. a"]),
        ("Count words: to be or not to be", ["**6 words.**"]),
        ("How many r's are in strawberry?", ["**3**"]),
        ("What is the average of 3, 4, 8?", ["| Mean | 5 |"]),
        ("Which is the longest: fig, banana, kiwi", ["**banana**"]),
        ("Write a haiku about autumn leaves", ["autumn leaves", "5 + 7 + 5"]),
        ("Tell me a story about a robot", ["### robot", "a robot"]),
        ("Write a limerick about cats", ["cannot answer", "story"]),
        ("Write a poem about rain", ["rain"]),
        ("Write a Python function for the factorial", ["```python\ndef factorial"]),
        ("Write a Python function that tunes a piano", ["cannot answer", "small functions"]),
        ("Explain recursion in two bullet points", ["base case"]),
        ("Say hello", ["hello"]),
        ("Reply with exactly: OK", ["OK"]),
        ("Hello!", ["emulator"]),
        ("What is the capital of France?", ["cannot answer", "knows nothing of the world"]),
        ("", ["no text"]),
    ],
)
def test_skills_answer_rightly(prompt, expected):
    content = prompt or [image()]
    text = answer(content) if prompt else answer([{"type": "text", "text": " . "}])
    for part in expected if prompt else []:
        assert part in text
    assert text.endswith("not by a model.)*")


def test_the_number_of_points_is_kept():
    assert answer("Explain tokens in two bullet points").count("\n- ") == 2


def test_a_text_that_is_too_short_to_be_shortened_is_not_another_one():
    table = "| | text | stars |\n| --- | --- | --- |\n| 0 | great product, works | 5 |"
    for prompt in (f"Summarise this frame: {table}", "Summarise it.\nTwo sentences."):
        body = talk("Tell me of the octopus.", OCTOPUS, prompt)
        text = compose(body)["content"][0]["text"]
        assert ("octopus" in text.lower()) == ("frame" not in prompt)


def test_a_summary_is_made_of_the_text_s_own_sentences():
    text = answer(f"Summarise this text in two sentences: {OCTOPUS}")
    points = re.findall(r"^- (.+)$", text, re.MULTILINE)
    assert len(points) == 2
    assert all(point in OCTOPUS for point in points)


def test_sentences_survive_abbreviations():
    assert len(words.sentences(OCTOPUS)) == 5


@pytest.mark.parametrize("snippet", SNIPPETS, ids=lambda snippet: snippet.pattern)
def test_snippets_do_what_their_examples_say(snippet):
    scope: dict[str, object] = {}
    exec(snippet.code, scope)  # noqa: S102 - our own code
    found = [thing for thing in scope.values() if ">>>" in (getattr(thing, "__doc__", "") or "")]
    runner = doctest.DocTestRunner(verbose=False)
    for function in found:
        for test in doctest.DocTestFinder(recurse=False).find(function, "x", globs=scope):
            runner.run(test)
    assert (runner.failures, runner.tries > 0) == (0, True)


def test_the_conversation_is_remembered():
    body = talk("My name is Ada.", "Noted.", "What is my name?")
    assert "Ada" in compose(body)["content"][0]["text"]
    assert "not told me" in answer("What is my name?")
    body = talk("Where is the key?", "No idea.", "What did I ask?")
    assert "Where is the key?" in compose(body)["content"][0]["text"]


def test_an_image_s_size_and_colours_are_read():
    body = ask([image(png(40, 20)), {"type": "text", "text": "What is this?"}])
    text = compose(body)["content"][0]["text"]
    assert "PNG image, 40 by 20 pixels, landscape" in text
    assert "`#ff0000` (100%)" in text


def test_equal_requests_get_equal_answers():
    bodies = [ask("Write a poem about rain", temperature=t) for t in (0, 0.0)] + [
        ask("Write a poem about rain")
    ]
    texts = {compose(body, nth)["content"][0]["text"] for body in bodies for nth in range(5)}
    assert len(texts) == 1


def test_heat_varies_answers_and_more_heat_more():
    def variety(heat):
        body = ask("Write a haiku about rain", temperature=heat)
        return len({compose(body, nth)["content"][0]["text"] for nth in range(30)})

    assert 1 == variety(0) < variety(0.3) < variety(1.0)


def test_a_seed_repeats_the_variation():
    body = ask("Write a haiku about rain", temperature=1.0)
    runs = [[compose(body, nth, seed)["content"] for nth in range(8)] for seed in (1, 1, 2)]
    assert runs[0] == runs[1] != runs[2]


def test_thinking_grows_with_budget_and_effort():
    def thought(**more):
        body = ask("What is 17 * 23?", max_tokens=60_000, **more)
        usage = compose(body)["usage"]
        return usage["output_tokens_details"]["thinking_tokens"]

    budgets = [
        thought(thinking={"type": "enabled", "budget_tokens": n}) for n in (1024, 4096, 30_000)
    ]
    efforts = [
        thought(model="claude-opus-4-6", thinking={"type": "adaptive"}, output_config={"effort": e})
        for e in ("low", "medium", "high", "max")
    ]
    assert 0 < budgets[0] < budgets[1] < budgets[2] <= 30_000
    assert efforts == sorted(set(efforts))
    assert thought() == 0


def test_thinking_shows_the_working():
    body = ask("What is 17 * 23?", thinking={"type": "enabled", "budget_tokens": 1024})
    assert "17 × 23 gives 391" in compose(body)["content"][0]["thinking"]  # noqa: RUF001


@pytest.mark.parametrize(
    ("system", "check"),
    [
        ("You are a pirate.", lambda text: text.startswith("Arr")),
        ("Be brief.", lambda text: "1. " not in text),
    ],
)
def test_a_system_prompt_can_set_the_tone(system, check):
    assert check(answer("What is 17 * 23?", system=system))


def test_a_tool_is_chosen_and_filled_by_its_schema():
    search = {**WEATHER, "name": "search_books", "description": "Find books by title"}
    message = compose(ask("What's the weather in Oslo?", tools=[search, WEATHER]))
    use = message["content"][-1]
    assert (use["name"], use["input"]) == ("get_weather", {"city": "Oslo"})
    assert message["stop_reason"] == "tool_use"


@pytest.mark.parametrize(
    ("choice", "names"),
    [
        ({"type": "auto"}, []),
        ({"type": "none"}, []),
        ({"type": "any"}, ["get_weather"]),
        ({"type": "tool", "name": "get_weather"}, ["get_weather"]),
    ],
)
def test_tool_choice_is_obeyed(choice, names):
    message = compose(ask("Tell me a story", tools=[WEATHER], tool_choice=choice))
    assert [b["name"] for b in message["content"] if b["type"] == "tool_use"] == names


def test_tools_run_in_parallel_unless_that_is_off():
    def calls(**choice):
        body = ask("Weather in Oslo and Rome?", tools=[WEATHER], tool_choice=choice)
        return sum(b["type"] == "tool_use" for b in compose(body)["content"])

    assert calls(type="auto") == 2
    assert calls(type="auto", disable_parallel_tool_use=True) == 1


LEAVES = st.sampled_from(
    [
        {"type": "string"},
        {"type": "integer"},
        {"type": "number"},
        {"type": "boolean"},
        {"type": "null"},
        {"enum": ["a", 1, None]},
        {"const": "x"},
        {"type": ["string", "null"]},
        *({"type": "string", "format": name} for name in ("date", "uuid", "ipv4", "email")),
    ]
)
SCHEMAS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds(lambda item: {"type": "array", "items": item, "minItems": 1}, inner),
        st.builds(lambda *options: {"anyOf": list(options)}, inner, inner),
        st.dictionaries(st.text("abc", min_size=1), inner, max_size=4).map(
            lambda fields: {
                "type": "object",
                "properties": fields,
                "required": list(fields),
                "additionalProperties": False,
            }
        ),
    ),
    max_leaves=12,
)


@settings(deadline=None, max_examples=60)
@given(SCHEMAS, st.text(max_size=60))
def test_structured_output_fits_its_schema(schema, prompt):
    value = structured.fill(schema, prompt)
    jsonschema.validate(json.loads(json.dumps(value)), schema)


def test_recursive_schemas_end():
    node = {
        "type": "object",
        "properties": {
            "value": {"type": "integer"},
            "next": {"anyOf": [{"$ref": "#/$defs/node"}, {"type": "null"}]},
            "children": {"type": "array", "items": {"$ref": "#/$defs/node"}},
        },
        "required": ["value", "next", "children"],
        "additionalProperties": False,
    }
    schema = {"$ref": "#/$defs/node", "$defs": {"node": node}}
    jsonschema.validate(structured.fill(schema, "5 and 7"), schema)


@pytest.mark.parametrize("numbers", ["1e308, 1e308", "1e-400, 2e-400"])
def test_numbers_that_are_not_read_are_not_taken_for_others(numbers):
    assert "Mean" not in answer(f"What is the average of {numbers}?")


def test_of_a_long_text_whole_sentences_are_kept_each_once():
    text = answer(
        "Summarise in two sentences: " + "The bridge opened in 1932. It has eight lanes. " * 300
    )
    assert "- The bridge opened in 1932.\n- It has eight lanes.\n" in text


def test_of_a_text_that_is_not_read_whole_nothing_is_counted():
    text = answer("Count the words: " + "word " * 3_000)
    assert text.startswith("The emulator cannot answer that")
    assert "read the first 7,000" in text
