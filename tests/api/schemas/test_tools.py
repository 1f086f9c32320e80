"""Tools from functions, the loop that runs them, and structured output."""

import asyncio
import json
import signal
import threading
from typing import Any, Literal

import pydantic
import pytest
from asked import PROMPT
from events import START, STOP, answer, begin, delta, end, finish
from scripted_server import reply, sse, stream

from claude_nb.api import errors
from claude_nb.api.resources.runner import CallTool, OpenRound, ToolLoop, proceed
from claude_nb.api.resources.waiting import waited
from claude_nb.api.schemas.docstrings import described
from claude_nb.api.schemas.schema import output_format_param, transform_schema
from claude_nb.api.schemas.tools import FunctionTool, ToolError, beta_async_tool, beta_tool
from claude_nb.api.types import Message, TextBlock, ToolUseBlock
from claude_nb.api.types.parsed import ParsedMessage, ParsedTextBlock


@beta_tool
def weather(city: str, unit: Literal["c", "f"] = "c") -> str:
    """Tell the weather.

    In some detail.

    Parameters
    ----------
    city, unknown : str
        Where,
        by name.
    unit : str
        Which unit.

    Returns
    -------
    str
        The weather.
    """
    return f"{city}: 7 {unit}"


@beta_async_tool(name="later", strict=True, cache_control=None)
async def async_weather(city: str) -> dict:
    """Tell it later."""
    return {"city": city}


def test_a_tool_describes_itself():
    assert (
        weather.to_dict()
        == weather.to_param()
        == {
            "name": "weather",
            "description": "Tell the weather.\n\nIn some detail.",
            "input_schema": {
                "type": "object",
                "additionalProperties": False,
                "required": ["city"],
                "properties": {
                    "city": {"type": "string", "title": "City", "description": "Where, by name."},
                    "unit": {
                        "type": "string",
                        "title": "Unit",
                        "enum": ["c", "f"],
                        "default": "c",
                        "description": "Which unit.",
                    },
                },
            },
        }
    )
    assert (async_weather.name, async_weather.to_dict()["strict"]) == ("later", True)
    assert "cache_control" not in async_weather.to_dict()
    assert weather("Bonn") == "Bonn: 7 c"
    assert repr(weather) == "FunctionTool('weather')"
    assert weather.__doc__.startswith("Tell")


def test_a_schema_may_be_given():
    class Input(pydantic.BaseModel):
        x: int

    for given in (Input, Input.model_json_schema()):
        tool = FunctionTool(lambda x: x, name="f", description="d", input_schema=given)
        assert tool.input_schema["properties"]["x"]["type"] == "integer"


def test_input_is_checked_before_the_function_runs():
    assert weather.call({"city": "Bonn", "unit": "f"}) == "Bonn: 7 f"
    with pytest.raises(ToolError, match="city: Missing required argument; town: Unexpected"):
        weather.call({"town": "Bonn"})
    with pytest.raises(ToolError, match="Input must be an object, got list"):
        weather.call([])

    @beta_tool
    def inner(x: int) -> str:
        return pydantic.TypeAdapter(int).validate_python("no") or str(x)

    with pytest.raises(pydantic.ValidationError):
        inner.call({"x": 1})


@pytest.mark.parametrize(
    ("docstring", "description", "parameters"),
    [
        ("", "", {}),
        ("Do it.", "Do it.", {}),
        (
            "Do it.\n\nArgs:\n    a (int): The a,\n        really.\n    *b: B.\n\nReturns:\n    x",
            "Do it.",
            {"a": "The a, really.", "b": "B."},
        ),
        ("Do it.\n\nReturns:\n    x", "Do it.", {}),
        (
            "Do it.\n\n:param a: The a\n   here.\n:param int b: B.\n:returns: x",
            "Do it.",
            {"a": "The a here.", "b": "B."},
        ),
        ("Do it.\n\nReturns\n-------\nint\n", "Do it.", {}),
        ("Do it.\n\nArgs:\n    odd line\n", "Do it.", {}),
    ],
)
def test_docstrings_of_three_styles(docstring, description, parameters):
    assert described(docstring) == (description, parameters)


def message(*content, reason="tool_use"):
    return reply(
        200, {"id": "m", "role": "assistant", "content": list(content), "stop_reason": reason}
    )


def use(name, number=1, **tool_input):
    return {"type": "tool_use", "id": f"t{number}", "name": name, "input": tool_input}


TEXT = {"type": "text", "text": "done"}


async def run(client, *tools, **params):
    runner = client.messages.tool_runner(**PROMPT, tools=tools, **params)
    return [m async for m in runner]


async def test_the_runner_goes_on_until_the_model_is_done(client, server):
    server.script(
        message(use("weather", 1, city="Bonn"), use("weather", 2, town="x")),
        message(use("nothing", 3), use("broken", 4), use("telling", 5)),
        message(reason="pause_turn"),
        message(TEXT, reason="end_turn"),
    )

    @beta_tool
    def broken() -> str:
        """Break."""
        raise KeyError("gone")

    @beta_tool
    def telling() -> str:
        """Tell."""
        raise ToolError([{"type": "text", "text": "my way"}])

    answers = await run(client, weather, broken, telling)
    assert [m.stop_reason for m in answers] == ["tool_use", "tool_use", "pause_turn", "end_turn"]
    sent = [r.json()["messages"] for r in server.requests]
    assert [len(m) for m in sent] == [1, 3, 5, 6]
    first, second = sent[1][-1]["content"]
    assert first == {"type": "tool_result", "tool_use_id": "t1", "content": "Bonn: 7 c"}
    assert second["is_error"] is True
    assert "Missing required argument" in second["content"]
    third, fourth, fifth = sent[2][-1]["content"]
    assert third["content"] == "There is no tool 'nothing'; there are: weather, broken, telling."
    assert fourth["content"] == "KeyError('gone')"
    assert fifth["content"] == [{"type": "text", "text": "my way"}]
    assert server.requests[0].json()["tools"][0]["name"] == "weather"


async def test_the_runner_has_a_limit(client, server):
    server.script(message(use("weather", city="Bonn")))
    assert len(await run(client, weather, max_iterations=2)) == 2
    assert len(server.requests) == 2
    runner = client.messages.tool_runner(**PROMPT, tools=[weather], max_iterations=0)
    with pytest.raises(RuntimeError, match="No request was made"):
        await runner.until_done()


def answered(*content, reason="tool_use"):
    return Message.from_wire({"id": "m", "content": list(content), "stop_reason": reason})


def test_the_loop_asks_for_rounds_and_calls_and_is_sent_what_came_of_them():
    loop = ToolLoop(PROMPT, [weather], None)
    rounds = loop.rounds()
    first = proceed(rounds, None)
    assert isinstance(first, OpenRound)
    assert first.params == {**PROMPT, "tools": [weather]}
    asked = answered(use("nothing", 1), use("weather", 2, city="Bonn"))
    call = proceed(rounds, asked)
    assert isinstance(call, CallTool)
    assert (call.tool, call.call.input) == (weather, {"city": "Bonn"})
    second = proceed(rounds, call.result())
    assert isinstance(second, OpenRound)
    unknown, known = second.params["messages"][-1]["content"]
    assert (unknown["is_error"], known["content"]) == (True, "Bonn: 7 c")
    last = answered(TEXT, reason="end_turn")
    with pytest.raises(StopIteration) as ended:
        rounds.send(last)
    assert ended.value.value is last
    assert proceed(ToolLoop(PROMPT, [], 0).rounds(), None) is None


async def test_until_done_gives_the_last_answer(client, server):
    server.script(message(use("weather", city="Bonn")), message(TEXT, reason="end_turn"))
    runner = client.beta.messages.tool_runner(**PROMPT, tools=[weather])
    assert (await runner.until_done()).content[0].text == "done"


async def test_the_turn_can_be_written_by_hand(client, server):
    server.script(message(TEXT, reason="end_turn"))
    runner = client.messages.tool_runner(**PROMPT, tools=[weather], max_iterations=2)
    first = await runner.__anext__()
    runner.append_messages(first, {"role": "user", "content": "more"})
    await runner.__anext__()
    assert [m["role"] for m in server.requests[1].json()["messages"]] == [
        "user",
        "assistant",
        "user",
    ]


async def test_the_runner_streams(client, server):
    tool = [
        begin(0, type="tool_use", id="t1", name="weather", input={}),
        delta(0, type="input_json_delta", partial_json='{"city": "Bonn"}'),
        end(0),
    ]
    server.script(stream(sse(START, *tool, finish("tool_use"), STOP)), stream(sse(*answer("warm"))))
    runner = client.messages.tool_runner(**PROMPT, tools=[weather], stream=True)
    texts = [[t async for t in s.text_stream] async for s in runner]
    assert texts == [[], ["warm"]]
    assert server.requests[1].json()["messages"][-1]["content"][0]["content"] == "Bonn: 7 c"
    server.script(stream(sse(*answer("warm"))))
    runner = client.messages.tool_runner(**PROMPT, tools=[weather], stream=True)
    assert (await runner.until_done()).content[0].text == "warm"


async def test_async_tools_run_in_both_runners(client, server):
    server.script(message(use("later", city="Bonn")), message(TEXT, reason="end_turn"))
    await run(client, async_weather)
    assert server.requests[1].json()["messages"][-1]["content"][0]["content"] == '{"city": "Bonn"}'


async def test_a_tool_that_returns_what_has_no_words_fails_in_a_sentence(client, server):
    server.script(message(use("odd"), use("picture", 2)), message(TEXT, reason="end_turn"))

    @beta_tool
    def odd() -> object:
        """Return an object."""
        return object()

    @beta_tool
    def picture() -> bytes:
        """Return a picture."""
        return b"\x89PNG\r\n\x1a\n"

    await run(client, odd, picture)
    first, second = server.requests[1].json()["messages"][-1]["content"]
    assert first["is_error"] is True
    assert first["content"].startswith("The tool returned an object, which cannot be told.")
    assert second["content"][0]["type"] == "image"


@pytest.mark.parametrize("given", [{"input": ""}, {"input": None}, {}])
async def test_a_call_without_input_is_sent_back_with_an_empty_one(client, server, given):
    now = {"type": "tool_use", "id": "t1", "name": "now", **given}
    server.script(message(now), message(TEXT, reason="end_turn"))

    @beta_tool
    def now() -> str:
        """Tell the time."""
        return "12:00"

    await run(client, now)
    _, said, told = server.requests[1].json()["messages"]
    assert said["content"][0]["input"] == {}
    assert told["content"][0]["content"] == "12:00"


def test_waits_for_coroutines_share_a_loop():
    loops, ended = [], []

    async def seen():
        loops.append(asyncio.get_running_loop())
        try:
            await asyncio.sleep(0)
        finally:
            ended.append(True)

    for _ in range(2):
        waited(seen())
    assert loops[0] is loops[1]
    assert len(ended) == 2

    async def inside():
        return waited(seen())

    asyncio.run(inside())
    assert loops[2] is loops[0]


def test_a_wait_that_is_interrupted_cancels_what_it_waits_for():
    ended = threading.Event()

    async def endless():
        signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)  # as a kernel is
        try:
            await asyncio.sleep(60)
        finally:
            ended.set()

    # a process started in the background ignores interrupts, and so would this one
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            waited(endless())
    finally:
        signal.signal(signal.SIGINT, before)
    assert ended.wait(10)


@pytest.mark.parametrize("error", [StopIteration("x"), ValueError("x"), ToolError([object()])])
def test_whatever_a_tool_raises_is_told_in_every_way_of_calling(error):
    def failing() -> None:
        raise error

    call = CallTool(FunctionTool(failing), ToolUseBlock.from_wire(use("failing")))
    ways = call.result(), asyncio.run(call.awaited_result())
    for told in (*ways, asyncio.run(call.awaited_result(aside=True))):
        assert told["is_error"] is True
        assert type(error).__name__ in told["content"] or "cannot be told" in told["content"]


def test_a_secret_in_a_tools_error_goes_to_nobody():
    def failing():
        raise ValueError("no such key: sk-ant-api03-canary0123456789canary")

    told = CallTool(FunctionTool(failing), ToolUseBlock.from_wire(use("failing"))).result()
    assert told["content"] == "ValueError('no such key: [key]')"


async def test_the_runners_arguments_are_checked(client):
    with pytest.raises(TypeError, match="unexpected keyword argument 'zzz'"):
        client.messages.tool_runner(**PROMPT, tools=[], zzz=1)


class City(pydantic.BaseModel):
    """A city."""

    name: str
    people: int = pydantic.Field(ge=0, description="How many")


async def test_answers_are_parsed(client, server):
    body = {
        "id": "m",
        "content": [{"type": "text", "text": '{"name": "Bonn", "people": 3}'}],
        "extra": 1,
    }
    server.script(reply(200, body, request_id="r"))
    message = await client.messages.parse(
        **PROMPT, output_format=City, output_config={"effort": "low"}
    )
    assert isinstance(message, ParsedMessage)
    assert message.parsed_output == City(name="Bonn", people=3)
    assert isinstance(message.content[0], ParsedTextBlock)
    assert (message._request_id, message.extra) == ("r", 1)
    assert message.to_dict() == body
    sent = server.requests[0].json()
    assert "output_format" not in sent
    assert sent["output_config"]["effort"] == "low"
    assert sent["output_config"]["format"]["schema"]["additionalProperties"] is False
    raw = await client.messages.with_raw_response.parse(**PROMPT, output_format=City)
    assert (await raw.parse()).parsed_output.name == "Bonn"


async def test_answers_of_another_form_are_told(client, server):
    body = {
        "id": "m",
        "content": [{"type": "text", "text": '{"name": "Bo'}],
        "stop_reason": "max_tokens",
    }
    server.script(reply(200, body))
    with pytest.raises(errors.OutputFormatError, match="The answer is no City: ") as caught:
        await client.messages.parse(**PROMPT, output_format=City)
    assert isinstance(caught.value, ValueError)
    assert caught.value.partial_message.stop_reason == "max_tokens"
    server.script(reply(200, {"id": "m", "content": [], "stop_reason": "refusal"}))
    assert (await client.messages.parse(**PROMPT, output_format=City)).parsed_output is None
    with pytest.raises(TypeError, match="not both"):
        await client.messages.parse(
            **PROMPT, output_format=City, output_config={"format": {"a": 1}}
        )


ENDS = [
    ("refusal", {"category": "cyber", "explanation": "Not this."}, "refused (cyber: Not this.)."),
    ("refusal", None, "The model refused. See partial_message."),
    ("max_tokens", None, "The answer was cut off at max_tokens: allow more of them. The answer"),
    ("model_context_window_exceeded", None, "cut off, as the context window is full."),
]


@pytest.mark.parametrize(("reason", "details", "words"), ENDS)
async def test_a_refusal_or_a_cut_is_told_before_what_is_wrong_with_the_text(
    client, server, reason, details, words
):
    details = details and {"type": "refusal", **details}
    body = {"id": "m", "content": [{"type": "text", "text": "I can"}], "stop_reason": reason}
    server.script(reply(200, {**body, "stop_details": details}))
    with pytest.raises(errors.OutputFormatError) as caught:
        await client.messages.parse(**PROMPT, output_format=City)
    assert words in str(caught.value)
    assert ("JSON" in str(caught.value)) is (reason != "refusal")
    assert caught.value.partial_message.content[0].text == "I can"
    delta = {"stop_reason": reason, "stop_details": details}
    last = {"type": "message_delta", "delta": delta, "usage": {"output_tokens": 1}}
    text = [begin(0, type="text", text=""), delta_of("I can"), end(0)]
    server.script(stream(sse(START, *text, last, STOP)))
    async with client.messages.stream(**PROMPT, output_format=City) as s:
        events, blocks = aiter(s), []
        while not blocks:  # only the end tells why
            event = await anext(events)
            blocks += [event.content_block] if event.type == "content_block_stop" else []
        assert blocks[0].parsed_output is None
        with pytest.raises(errors.OutputFormatError) as caught:
            await s.get_final_message()
    assert words in str(caught.value)


def delta_of(text):
    return delta(0, type="text_delta", text=text)


async def test_streams_are_parsed(client, server):
    server.script(stream(sse(*answer('{"name": "Bonn",', ' "people": 3}'))))
    async with client.messages.stream(**PROMPT, output_format=City) as s:
        stops = [e async for e in s if e.type == "content_block_stop"]
        assert stops[0].content_block.parsed_output == City(name="Bonn", people=3)
        assert (await s.get_final_message()).parsed_output.people == 3
    server.script(stream(sse(*answer("no"))))
    async with client.messages.stream(**PROMPT, output_format=City) as s:
        with pytest.raises(errors.OutputFormatError):
            await s.get_final_message()
        with pytest.raises(errors.OutputFormatError):
            await s.get_final_message()


async def test_other_blocks_are_not_parsed(client, server):
    body = {
        "id": "m",
        "content": [{"type": "thinking", "thinking": "x", "signature": ""}, TEXT | {"text": "3"}],
    }
    server.script(reply(200, body))
    message = await client.messages.parse(**PROMPT, output_format=int)
    assert message.parsed_output == 3
    assert message.content[1] == ParsedTextBlock(type="text", text="3", parsed_output=3)
    assert isinstance(message.content[1], TextBlock)


@pytest.mark.parametrize(
    ("schema", "strict"),
    [
        (
            {"type": "integer", "minimum": 1, "description": "N"},
            {"type": "integer", "description": "N\n\n{minimum: 1}"},
        ),
        ({"type": "integer", "maximum": 1}, {"type": "integer", "description": "{maximum: 1}"}),
        ({"type": "string", "format": "date"}, {"type": "string", "format": "date"}),
        ({"type": "string", "format": "card"}, {"type": "string", "description": "{format: card}"}),
        (
            {"type": "array", "items": {"type": "null"}, "minItems": 1},
            {"type": "array", "items": {"type": "null"}, "minItems": 1},
        ),
        ({"type": "array", "minItems": 2}, {"type": "array", "description": "{minItems: 2}"}),
        ({"enum": [1, "a", None]}, {"enum": [1, "a", None]}),
        ({"const": 3, "type": "integer", "title": "T"}, {"const": 3, "title": "T"}),
        ({"oneOf": [{"type": "null"}]}, {"anyOf": [{"type": "null"}]}),
        ({"allOf": [{"type": "null"}]}, {"allOf": [{"type": "null"}]}),
        ({"anyOf": [{"type": "null"}], "const": 1}, {"anyOf": [{"type": "null"}], "const": 1}),
        (
            {
                "type": "object",
                "additionalProperties": True,
                "required": ["a"],
                "properties": {"a": {"type": "boolean"}},
            },
            {
                "type": "object",
                "additionalProperties": False,
                "required": ["a"],
                "properties": {"a": {"type": "boolean"}},
            },
        ),
        ({"type": "object"}, {"type": "object", "additionalProperties": False, "properties": {}}),
        (
            {"$ref": "#/$defs/A", "$defs": {"A": {"type": "null"}}},
            {"$ref": "#/$defs/A", "$defs": {"A": {"type": "null"}}},
        ),
        ({"enum": [[1]], "type": "array"}, {"type": "array", "description": "{enum: [[1]]}"}),
        (
            {"const": {"a": 1}, "type": "object"},
            {
                "type": "object",
                "additionalProperties": False,
                "properties": {},
                "description": "{const: {'a': 1}}",
            },
        ),
    ],
)
def test_schemas_take_the_form_the_api_enforces(schema, strict):
    assert transform_schema(schema) == strict


class Pet(pydantic.BaseModel):
    """A pet."""

    name: str


class Owner(pydantic.BaseModel):
    """Has pets."""

    pet: Pet = pydantic.Field(description="the one pet")
    spare: Pet | None = pydantic.Field(None, description="perhaps another")
    spot: tuple[float, float] = (0, 0)
    mixed: tuple[int, str] = (0, "")
    anything: list[Any] = []


def test_what_stands_beside_a_reference_is_kept():
    told = output_format_param(Owner)["schema"]["properties"]
    reference = {"$ref": "#/$defs/Pet"}
    assert told["pet"] == {"anyOf": [reference], "description": "the one pet"}
    assert told["spare"]["anyOf"] == [reference, {"type": "null"}]
    assert told["spare"]["description"].startswith("perhaps another")
    assert told["spot"]["items"] == {"type": "number"}
    assert told["mixed"]["items"] == {"anyOf": [{"type": "integer"}, {"type": "string"}]}
    assert "minItems: 2" in told["mixed"]["description"]
    assert [one["type"] for one in told["anything"]["items"]["anyOf"]][:2] == ["string", "number"]


TEXT_OR_NULL = {"anyOf": [{"type": "string"}, {"type": "null"}]}
BY_HAND = [
    ({"type": ["string", "null"]}, TEXT_OR_NULL),
    ({"type": "string", "nullable": True}, TEXT_OR_NULL),
    ({"type": ["string"]}, {"type": "string"}),
    ({"type": ["string", "null"], "enum": ["a", None]}, {"enum": ["a", None]}),
    (
        {"type": ["integer", "string"], "minimum": 1, "description": "n"},
        {
            "description": "n",
            "anyOf": [{"type": "integer", "description": "{minimum: 1}"}, {"type": "string"}],
        },
    ),
    (
        {"type": ["array", "null"], "items": {"type": ["number", "null"]}},
        {
            "anyOf": [
                {"type": "array", "items": {"anyOf": [{"type": "number"}, {"type": "null"}]}},
                {"type": "null"},
            ]
        },
    ),
    (
        {"$schema": "x", "$ref": "#/definitions/A", "definitions": {"A": {"type": "null"}}},
        {"$defs": {"A": {"type": "null"}}, "$ref": "#/$defs/A"},
    ),
    (
        {"type": "array", "items": [{"type": "string"}, {"type": "string"}]},
        {
            "type": "array",
            "items": {"type": "string"},
            "description": "{prefixItems: [{'type': 'string'}, {'type': 'string'}]}",
        },
    ),
]


@pytest.mark.parametrize(("schema", "strict"), BY_HAND)
def test_what_people_write_becomes_what_the_api_takes(schema, strict):
    before = json.dumps(schema)
    assert transform_schema(schema) == strict
    assert json.dumps(schema) == before


def test_items_of_any_kind_are_scalars():
    told = transform_schema({"type": "array", "items": True})
    assert told == transform_schema({"type": "array", "items": {}})
    assert {"type": "null"} in told["items"]["anyOf"]


def test_schemas_of_types():
    assert (
        transform_schema(City)["properties"]["people"]["description"] == "How many\n\n{minimum: 0}"
    )
    assert output_format_param(list[int])["schema"] == {
        "type": "array",
        "items": {"type": "integer"},
    }
    with pytest.raises(ValueError, match="must have a 'type'"):
        transform_schema({})
    with pytest.raises(TypeError, match="must be a type"):
        output_format_param({"type": "object"})
    with pytest.raises(TypeError, match="has no JSON schema"):
        output_format_param(type("Odd", (), {}))
