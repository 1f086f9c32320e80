"""However much is sent, only so much of it is worked on, and the answer says so."""

from __future__ import annotations

import contextlib
import json

import jsonschema
import pytest
from emulator_requests import HEADERS, WEATHER, ask, talk
from hypothesis import given, settings
from hypothesis import strategies as st

from claude_nb.emulator import Emulator, Options
from claude_nb.emulator.answering import skills, structured
from claude_nb.emulator.answering.engine import Engine
from claude_nb.emulator.task import Draft, read
from claude_nb.emulator.wire import ApiError, Call

READ = 8_001  # characters of a text, at most
KINDS = ["1,", "( ", "how many ", "convert 1 km to ", "A. ", "“", "!", " .", "frequen", "Aa "]


@pytest.fixture(scope="module")
def emulator():
    made = Emulator(Options(tokens_per_second=0))
    yield made
    made.close()


@pytest.fixture
def send(emulator):
    """Give a function that sends a body and returns (status, JSON)."""

    def post(body, path="/v1/messages"):
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        reply = emulator.respond(Call("POST", path, HEADERS, data))
        return reply.status, json.loads(b"".join(part.data for part in reply.parts))

    return post


def answer(text, **more):
    body = ask(text, max_tokens=60_000, **more)
    content = Engine().compose(body, {}).message["content"]
    return "".join(block.get("text", "") for block in content)


@pytest.mark.parametrize("unit", KINDS)
def test_skills_are_handed_a_bounded_text(monkeypatch, unit):
    seen = []

    def skill(task):
        seen.extend([task.prompt, task.system, *(turn.text for turn in task.turns)])
        return Draft("done")

    monkeypatch.setattr(skills, "SKILLS", (skill,))
    long = unit * (600_000 // len(unit))
    body = talk(long, long, long, system=long)
    text = Engine().compose(body, {}).message["content"][0]["text"]
    assert len(seen) == 5
    assert max(map(len, seen)) <= READ
    assert "The emulator read the first 7,000 and the last 1,000 of your message's" in text


@pytest.mark.parametrize("unit", KINDS)
@pytest.mark.parametrize("around", ["{}", "say {} x", "table of {} haiku", "average count {}?"])
def test_long_prompts_are_answered(send, unit, around):
    status, reply = send(ask(around.format(unit * 12_500)))
    assert (status, reply["stop_reason"] in {"end_turn", "max_tokens"}) == (200, True)


def test_what_is_asked_at_the_end_of_a_long_text_is_seen():
    assert "17 × 23 = 391" in answer(f"{'some words here. ' * 2_000}\n\nWhat is 17 * 23?")  # noqa: RUF001


def test_a_short_prompt_is_read_whole_and_nothing_is_said_about_it():
    assert "The emulator read" not in answer("x " * 3_900)


def test_a_summary_says_how_much_of_a_document_was_read():
    source = {"type": "text", "media_type": "text/plain", "data": "It rains in May. " * 5_000}
    text = answer([{"type": "document", "source": source}, {"type": "text", "text": "Summarise"}])
    assert "The emulator read 8,001 of the text's 85,000 characters." in text


def test_many_turns_of_one_role_are_one_turn():
    messages = [{"role": "user", "content": "hi"}] * 20_000
    task = read({"messages": messages})
    assert [len(turn.blocks) for turn in task.turns] == [20_000]


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        (f"What is {'7' * 200_000} * {'7' * 200_000}?", ""),
        (f"What is {'7' * 401} * 2?", "too long to write down"),
        ("What is 2^5000?", "too long to write down"),
        ("What is 9 ** 9 ** 9 ** 9?", "too long to write down"),
        (f"What is {'1+' * 300}1?", "too long to write down"),
        (f"What is {'(' * 300}1{')' * 300} + 2?", "= 3**"),
        (f"What is {'-' * 999}1 + 2?", "= 1**"),
        (f"What is {'2**' * 400}2?", "too long to write down"),
        ("What is 1/(10^399 + 1) + 1/(10^398 + 1)?", "too long to write down"),
        ("What is (-1)^99999999999 + 1?", "= 0**"),
        ("What is 2**3**2 - -1?", "= 513**"),
        (f"What is the square root of {'9' * 4_000}?", "up to 400 digits"),
        (f"What is the square root of {'9' * 400}?", "begins with"),
        (f"What is the square root of {10**40}?", f"is exactly **{10**20}**"),
        (f"Is {'7' * 4_000} prime?", "up to 400 digits"),
        (f"Is {'7' * 30} prime?", "Numbers from 1 to 1,000,000,000,000"),
        (f"Factorise {'7' * 5_000}", "up to 400 digits"),
        (f"Count from 1 to {'9' * 5_000}", ""),
        (f"Convert {'9' * 5_000} km to miles", ""),
        (f"Convert {'9' * 350} km to miles", ""),
        (f"Sort: {'9' * 5_000}, 3, 1.2.3", "cannot answer"),
        ("Sort these numbers: 1,000, 30, 200", "1. 30\n2. 200\n3. 1,000"),
        (f"Average of {'9' * 5_000}, 3 and 4", "cannot answer"),
    ],
)
def test_arithmetic_is_bounded_in_digits(prompt, expected):
    assert expected in answer(prompt)


def closed(properties, **more):
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
        **more,
    }


def formatted(schema):
    form = {"type": "json_schema", "schema": schema}
    return ask("Ada is 36", output_config={"format": form})


def ladder(step, rungs=10):
    """Return a schema whose definitions each ask ten times for the next."""
    defs = {f"d{n}": step({"$ref": f"#/$defs/d{n + 1}"}) for n in range(rungs)}
    return closed(
        {"x": {"$ref": "#/$defs/d0"}}, **{"$defs": {**defs, f"d{rungs}": {"type": "null"}}}
    )


IMPOSSIBLE = {
    "references": ladder(lambda ref: closed(dict.fromkeys("abcdefghij", ref))),
    "lists": ladder(lambda ref: {"type": "array", "items": ref, "minItems": 10}),
    "a billion items": closed(
        {"x": {"type": "array", "minItems": 10**9, "items": {"type": "null"}}}
    ),
    "a billion strings": closed(
        {"x": {"type": "array", "minItems": 10**9, "items": {"type": "string"}}}
    ),
    "no end": {"$ref": "#/$defs/a", "$defs": {"a": closed({"a": {"$ref": "#/$defs/a"}})}},
    "a loop": {"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/a"}}},
    "too wide": closed({f"p{n}": {"type": "null"} for n in range(3_000)}),
    "options again and again": closed(
        {f"p{n}": {"$ref": "#/$defs/a"} for n in range(500)},
        **{"$defs": {"a": {"anyOf": [{"type": "null"}] * 2_000}}},
    ),
    "a large constant": closed({"x": {"const": "x" * 300_000}}),
    "a constant again and again": closed(
        {f"p{n}": {"$ref": "#/$defs/c"} for n in range(500)},
        **{"$defs": {"c": {"const": "x" * 1_000}}},
    ),
}


@pytest.mark.parametrize("schema", IMPOSSIBLE.values(), ids=IMPOSSIBLE)
def test_a_schema_that_needs_too_much_is_refused(send, schema):
    status, reply = send(formatted(schema))
    assert status == 400
    assert "Schema is too complex" in reply["error"]["message"]
    tool = {"name": "f", "input_schema": {**schema, "type": "object"}}
    status, reply = send(ask(tools=[tool], tool_choice={"type": "any"}))
    assert status in {200, 400}
    if status == 200:
        jsonschema.validate(reply["content"][-1]["input"], tool["input_schema"])


@pytest.mark.parametrize(
    "schema",
    [
        closed({"x": {"type": "string", "minLength": 10**9}}),
        closed({"x": {"type": "number", "minimum": 10**4000}}),
    ],
)
def test_a_tool_whose_input_would_be_too_large_is_refused(send, schema):
    status, reply = send(
        ask(tools=[{"name": "f", "input_schema": schema}], tool_choice={"type": "any"})
    )
    assert status == 400
    assert "tools.f.input_schema: Schema is too complex" in reply["error"]["message"]


def optional(ref):
    return {**closed(dict.fromkeys("abcdefghij", ref)), "required": []}


@pytest.mark.parametrize(
    "schema",
    [
        ladder(optional),
        ladder(lambda ref: {"type": "array", "items": ref}),
        ladder(lambda ref: closed({c: {"anyOf": [ref, {"type": "null"}]} for c in "abcdefghij"})),
        {**closed({f"p{n}": {"type": "string"} for n in range(2_100)}), "required": []},
        closed({"x": {"type": "string", "pattern": "(a+)+$" * 1_000}}),
        closed({"x": {"enum": [f"option {n}" for n in range(50_000)]}}),
        closed({"x" * 100_000: {"type": "integer"}}),
        closed({"x": {"description": "x" * 1_000_000, "type": "string"}}),
    ],
)
def test_what_may_be_left_out_is_left_out_of_a_large_schema(send, schema):
    status, reply = send({**formatted(schema), "max_tokens": 60_000})
    assert status == 200
    value = json.loads(reply["content"][0]["text"].partition("\n\n*(")[0])
    unchecked = json.loads(json.dumps(schema).replace('"pattern"', '"title"'))
    jsonschema.validate(value, unchecked)


def test_deep_schemas_are_filled_and_deeper_ones_refused(send):
    def nested(levels):
        schema = {"type": "null"}
        for _ in range(levels):
            schema = closed({"x": schema})
        return schema

    assert send(formatted(nested(40)))[0] == 200
    status, reply = send(formatted(nested(200)))
    assert (status, "levels deep" in reply["error"]["message"]) == (400, True)


ODD = st.none() | st.booleans() | st.integers(-(10**4000), 10**4000) | st.text(max_size=3)
ODD |= st.floats(allow_nan=False, allow_infinity=False) | st.just([]) | st.just({}) | st.just([1])
KEYWORDS = st.sampled_from(
    [
        "type", "properties", "required", "items", "minItems", "maxItems", "minLength", "maxLength",
        "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "enum", "anyOf",
        "oneOf", "allOf", "$ref", "$defs", "format", "pattern", "default", "const", "uniqueItems",
    ]
)  # fmt: skip


@settings(deadline=None, max_examples=100)
@given(st.sampled_from(["object", "array", "string", "number", "integer"]), st.data())
def test_keywords_of_any_kind_make_a_value_or_a_refusal(kind, data):
    odd = data.draw(st.dictionaries(KEYWORDS, ODD, max_size=4))
    schema = {"type": "object", "properties": {"x": {"type": kind, **odd}}, **odd}
    with contextlib.suppress(ApiError):  # which is a 400 here
        json.dumps(structured.fill(schema, "Ada is 36, or 1,000"))


@settings(deadline=None)
@given(st.floats(-1e6, 1e6), st.floats(0, 1e6), st.sampled_from(["integer", "number"]))
def test_numbers_keep_to_their_bounds(low, width, kind):
    schema = {"type": kind, "minimum": low, "maximum": low + width + 1}
    jsonschema.validate(structured.fill(schema, "it is 17"), schema)


def test_two_numbers_are_two_arguments():
    numbers = {name: {"type": "integer"} for name in "ab"}
    tool = {"name": "add", "description": "Add two numbers", "input_schema": closed(numbers)}
    content = Engine().compose(ask("Add 3 and 4.", tools=[tool]), {}).message["content"]
    assert content[-1]["input"] == {"a": 3, "b": 4}


def test_a_list_of_many_places_makes_a_bounded_number_of_calls():
    places = ", ".join(f"Place{chr(97 + n % 26)}" for n in range(900))
    message = Engine().compose(ask(f"Weather in {places}", tools=[WEATHER]), {}).message
    assert sum(block["type"] == "tool_use" for block in message["content"]) == 20


def test_many_tool_results_are_told_in_part(send):
    uses = [{"type": "tool_use", "id": f"t{n}", "name": "f", "input": {}} for n in range(3_000)]
    results = [{"type": "tool_result", "tool_use_id": use["id"], "content": "1"} for use in uses]
    status, reply = send({**talk("go", uses, results), "max_tokens": 60_000})
    assert status == 200
    assert "and 2,950 more, which are not shown" in reply["content"][0]["text"]


@pytest.mark.parametrize("result", ["[" * 5_000, "[" * 500_000, "1" * 9_000, "9" * 4_301, '{"a":'])
def test_odd_tool_results_are_told(send, result):
    use = {"type": "tool_use", "id": "t", "name": "f", "input": {}}
    returned = {"type": "tool_result", "tool_use_id": "t", "content": result}
    assert send(talk("go", [use], [returned]))[0] == 200


def test_a_thinking_budget_beyond_all_bounds_is_no_failure(emulator):
    body = ask(thinking={"type": "enabled", "budget_tokens": 10**400}, max_tokens=2_000)
    headers = {**HEADERS, "anthropic-beta": "interleaved-thinking-2025-05-14"}
    reply = emulator.respond(Call("POST", "/v1/messages", headers, json.dumps(body).encode()))
    assert reply.status < 500


def deep(levels):
    return b"[" * levels + b"]" * levels


@pytest.mark.parametrize(
    ("inner", "problem"),
    [
        (deep(150), "nested more than 100 levels deep"),
        (deep(900), "nested more than 100 levels deep"),
        (deep(500_000), ""),
        (b"[" + b"[]," * 1_000_001 + b"0]", "more than 1,000,000 values"),
        (b"[" + b'"a",' * 1_000_001 + b"0]", "more than 1,000,000 values"),
        (b"{" + b",".join(b'"k%d":0' % n for n in range(1_000_001)) + b"}", "values"),
    ],
)
def test_json_is_bounded_in_values_and_levels(send, inner, problem):
    body = json.dumps(ask(metadata={"user_id": "@"})).encode().replace(b'"@"', inner)
    for path in ("/v1/messages", "/v1/messages/count_tokens"):
        status, reply = send(body, path)
        assert status == 400
        assert problem in reply["error"]["message"]


def test_punctuation_in_a_text_is_no_value(send):
    text = ',[{"\\' * 300_000
    status, reply = send(ask(text))
    assert (status, reply["type"]) == (200, "message")


def test_no_more_than_twenty_tools_are_strict(send):
    tools = [
        {"name": f"f{n}", "strict": True, "input_schema": closed({"x": {"type": "string"}})}
        for n in range(21)
    ]
    assert send(ask(tools=tools[:20]))[0] == 200
    status, reply = send(ask(tools=tools))
    assert (status, "Too many strict tools" in reply["error"]["message"]) == (400, True)


def test_search_results_are_no_failure(send):
    text = {"type": "text", "text": "a"}
    found = {"type": "search_result", "source": "a", "title": "b", "content": [text]}
    assert send(ask([found, text]))[0] == 200
