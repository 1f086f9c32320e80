"""Tools from functions, the loop that runs them, and structured output."""

from typing import Literal

import pydantic
import pytest
from conftest import PROMPT
from events import START, STOP, answer, begin, delta, end, finish
from scripted_server import reply, sse, stream

from claude_nb.api import errors
from claude_nb.api.docstrings import described
from claude_nb.api.schema import output_format_param, transform_schema
from claude_nb.api.tools import FunctionTool, ToolError, beta_async_tool, beta_tool
from claude_nb.api.types import TextBlock
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


async def test_async_tools_run_in_the_async_runner(client, server, driver):
    if driver == "sync":
        return  # a waiting runner cannot await
    server.script(message(use("later", city="Bonn")), message(TEXT, reason="end_turn"))
    await run(client, async_weather)
    assert server.requests[1].json()["messages"][-1]["content"][0]["content"] == '{"city": "Bonn"}'


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
