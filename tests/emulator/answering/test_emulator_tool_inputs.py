"""What a tool is given: one place each, and names as they stand, in whatever script."""

from __future__ import annotations

import pytest
from emulator_requests import WEATHER, ask, image

CUSTOMER = {
    "name": "create_customer",
    "description": "Create a customer record",
    "input_schema": {
        "type": "object",
        "properties": {"customer_name": {"type": "string"}},
        "required": ["customer_name"],
    },
}


@pytest.mark.parametrize(
    ("places", "called"),
    [
        ("San Francisco, CA", ["San Francisco"]),
        ("Paris, France", ["Paris"]),
        ("Oslo and Rome", ["Oslo", "Rome"]),
        ("Oslo, Rome and New York", ["Oslo", "Rome", "New York"]),
        ("Oslo, Rome, and Bern", ["Oslo", "Rome", "Bern"]),
        ("Oslo, Rome, Bern", ["Oslo", "Rome", "Bern"]),
        ("Oslo", ["Oslo"]),
    ],
)
def test_a_place_with_its_state_is_one_place(client, places, called):
    body = ask(f"What is the weather in {places}?", tools=[WEATHER])
    content = client.post("/v1/messages", json=body).json()["content"]
    assert [b["input"]["city"] for b in content if b["type"] == "tool_use"] == called


@pytest.mark.parametrize("name", ["你好啊集团", "Größe & Söhne", "шаг", "ACME"])
def test_a_quoted_name_is_taken_in_any_script(client, name):
    body = ask(f"Create a customer named '{name}' (Hello Group).", tools=[CUSTOMER])
    content = client.post("/v1/messages", json=body).json()["content"]
    assert [b["input"]["customer_name"] for b in content if b["type"] == "tool_use"] == [name]


REMINDER = "<system-reminder>\nThe weather in Oslo may matter.\n</system-reminder>"


def test_reminders_of_programs_are_no_question(client):
    blocks = [{"type": "text", "text": text} for text in (REMINDER, "What is 17 * 23?")]
    content = client.post("/v1/messages", json=ask(blocks, tools=[WEATHER])).json()["content"]
    assert [block["type"] for block in content] == ["text"]
    assert "391" in content[0]["text"]
    alone = client.post("/v1/messages", json=ask(blocks[:1], tools=[WEATHER])).json()["content"]
    assert alone[-1]["type"] == "tool_use"


def test_a_turn_of_the_system_hides_nothing_of_the_user_s(client):
    body = ask([image(), {"type": "text", "text": "What is this?"}], model="claude-opus-5")
    body["messages"].append({"role": "system", "content": "Talk like a pirate."})
    answer = client.post("/v1/messages", json=body).json()
    said = "".join(block.get("text", "") for block in answer["content"])
    assert "4 by 2 pixels" in said
    assert said.startswith("Arr")


def tool(name="calculator", required=(), /, **properties):
    schema = {"type": "object", "properties": properties, "required": [*(required or properties)]}
    about = "Calculator: adds, subtracts, multiplies, divides; converts currency; books a date"
    return {"name": name, "description": about, "input_schema": schema}


def called(client, prompt, given):
    body = ask(prompt, tools=[given])
    content = client.post("/v1/messages", json=body).json()["content"]
    return [b["input"] for b in content if b["type"] == "tool_use"]


NUMBER, STRING = {"type": "number"}, {"type": "string"}
OPERATIONS = {"type": "string", "enum": ["add", "subtract", "multiply", "divide"]}


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("Calculator: what is 17 times 23?", ("multiply", 17, 23)),
        ("Calculator: 17 * 23", ("multiply", 17, 23)),
        ("Calculator: multiplying 17 by 23", ("multiply", 17, 23)),
        ("Calculator: subtract 5 from 20", ("subtract", 20, 5)),
        ("Calculator: 20 minus 5", ("subtract", 20, 5)),
        ("Calculator: add 1e3 and 2", ("add", 1000, 2)),
        ("Calculator: 17 and 23", None),
        ("Calculator: add 17, then multiply by 23", None),
        ("Calculator: divide 1.000,5 by 2", None),
    ],
)
def test_a_calculator_gets_the_operation_that_is_named(client, prompt, expected):
    found = called(client, prompt, tool(operation=OPERATIONS, a=NUMBER, b=NUMBER))
    names = ("operation", "a", "b")
    assert found == ([dict(zip(names, expected, strict=True))] if expected else [])


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ("San Francisco, CA and New York, NY", ["San Francisco, CA", "New York, NY"]),
        ("Paris, France and Rome, Italy", ["Paris, France", "Rome, Italy"]),
        ("St. Louis, MO", ["St. Louis, MO"]),
        ("Washington, D.C.", ["Washington, D.C."]),
        ("Washington, D.C. and St. Louis, MO", ["Washington, D.C.", "St. Louis, MO"]),
        ("Paris, France and Rome, Italy and Bern", ["Paris, France", "Rome, Italy", "Bern"]),
        ("Oslo, Rome and Bern", ["Oslo", "Rome", "Bern"]),
    ],
)
def test_a_state_belongs_to_the_place_before_it(client, place, expected):
    given = tool("get_weather", location=STRING) | {"description": "Get the weather"}
    found = called(client, f"What is the weather in {place}?", given)
    assert [one["location"] for one in found] == expected


DATE = {"type": "string", "format": "date"}
EMAIL = {"type": "string", "format": "email"}


@pytest.mark.parametrize(
    ("prompt", "properties", "expected"),
    [
        ("Book a date: March 4, 2025", {"date": DATE}, {"date": "2025-03-04"}),
        ("Book a date: 4th of March 2025", {"date": STRING}, {"date": "2025-03-04"}),
        ("Book a date: 2025-03-04", {"date": DATE}, {"date": "2025-03-04"}),
        ("Book a date: 2025-03-04 or 2025-03-05", {"date": DATE}, None),
        ("Book a date: next Tuesday", {"date": DATE}, None),
        ("Book a date: February 30, 2025", {"date": DATE}, None),
        ("Book a date with a@b.org.", {"email": EMAIL}, {"email": "a@b.org"}),
        (
            "Convert currency: 100 dollars to euros",
            {"from_currency": STRING, "to_currency": STRING, "amount": NUMBER},
            {"from_currency": "USD", "to_currency": "EUR", "amount": 100},
        ),
        (
            "Convert currency: 100 shells to beads",
            {"from_currency": STRING, "to_currency": STRING, "amount": NUMBER},
            None,
        ),
    ],
)
def test_a_value_is_as_it_is_written_or_missing(client, prompt, properties, expected):
    assert called(client, prompt, tool("book", **properties)) == ([expected] if expected else [])


def test_an_option_that_is_not_needed_and_not_named_is_left_out(client):
    units = {"type": "string", "enum": ["celsius", "fahrenheit"]}
    given = tool("get_weather", ["location"], location=STRING, unit=units)
    found = called(client, "What is the weather in Oslo, in any unit?", given)
    assert found == [{"location": "Oslo"}]


def entities(*names):
    item = {"type": "object", "properties": {n: {"type": "string"} for n in names}}
    listed = {"type": "array", "items": {**item, "required": list(names)}}
    return tool("print_entities", ["entities"], entities=listed)


@pytest.mark.parametrize(
    "prompt",
    [
        "John works at Google in New York. Use the print_entities tool.",
        "Call print_entities for: Ada met Grace in Paris.",
    ],
)
def test_who_names_a_tool_gets_it_with_what_the_text_says(client, prompt):
    assert called(client, prompt, entities("name", "type"))


@pytest.mark.parametrize(
    "prompt", ["Use the print_entities tool.", "John works at Google. Print what is in it."]
)
def test_who_does_not_or_says_nothing_gets_a_sentence(client, prompt):
    assert not called(client, prompt, entities("kind", "type"))


def test_a_value_that_a_named_tool_cannot_do_without_is_asked_for(client):
    needed = tool("find_book", ["isbn"], isbn={"type": "string"})
    assert not called(client, "Use the find_book tool for Ada.", needed)


PERSON = tool("final_result", name=STRING, age={"type": "integer"})


@pytest.mark.parametrize(
    "prompt",
    ["My name is Ada and I am 36", "My name is Ada, and I'm 36.", "I met Ada and Grace; Ada is 36"],
)
@pytest.mark.parametrize("choice", ["any", "auto"])
def test_one_person_is_one_call(client, prompt, choice):
    body = ask(f"{prompt}. Final_result.", tools=[PERSON], tool_choice={"type": choice})
    content = client.post("/v1/messages", json=body).json()["content"]
    inputs = [b["input"] for b in content if b["type"] == "tool_use"]
    assert inputs == [{"name": "Ada", "age": 36}]
