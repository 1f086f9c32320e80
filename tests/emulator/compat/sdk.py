"""The guide's features with the official SDK, changed in nothing but the base URL.

Runs in an environment that has the SDK and not this project: ``python sdk.py URL``.
"""

# ruff: noqa: T201, PT017 - a program: it reports by printing, and has no pytest

import json
import sys
import time
import warnings

import anthropic
from anthropic import Anthropic
from pydantic import BaseModel

URL = sys.argv[1]
MODEL = "claude-haiku-4-5"
OLD = anthropic.__version__.startswith("0.")
warnings.simplefilter("ignore")
client = Anthropic(api_key="test-key", base_url=URL, max_retries=2)


def ask(text="What is 17 * 23?", **more):
    return {
        "model": MODEL,
        "max_tokens": 2048,
        "messages": [{"role": "user", "content": text}],
        **more,
    }


def texts(message):
    return "".join(block.text for block in message.content if block.type == "text")


def create():
    message = client.messages.create(**ask())
    assert "391" in texts(message)
    assert message.stop_reason == "end_turn"
    assert message._request_id.startswith("req_")


def streaming():
    with client.messages.stream(**ask("Write a haiku about tea")) as stream:
        pieces = list(stream.text_stream)
        final = stream.get_final_message()
    assert len(pieces) > 20
    assert "".join(pieces) == texts(final)
    kinds = [event.type for event in client.messages.create(**ask(), stream=True)]
    assert kinds[0] == "message_start"
    assert kinds[-1] == "message_stop"


def thinking():
    budget = {"type": "enabled", "budget_tokens": 1024}
    with client.messages.stream(**ask(thinking=budget)) as stream:
        kinds = {event.type for event in stream}
        final = stream.get_final_message()
    assert {"thinking", "signature", "text"} <= kinds
    assert final.content[0].type == "thinking"
    assert final.content[0].signature
    turns = [*ask()["messages"], {"role": "assistant", "content": final.content}]
    again = [*turns, {"role": "user", "content": "And 2 + 2?"}]
    assert "4" in texts(client.messages.create(**{**ask(thinking=budget), "messages": again}))


def system_and_stops():
    message = client.messages.create(
        **ask("Count from 1 to 10", system="Be brief.", stop_sequences=["7"])
    )
    assert (message.stop_reason, message.stop_sequence) == ("stop_sequence", "7")
    assert texts(message) == "1, 2, 3, 4, 5, 6, "


def temperature():
    if not OLD:
        headers = {"anthropic-version": "2023-06-01"}
        body = {"temperature": 0.0}
        assert client.messages.create(**ask(), extra_body=body, extra_headers=headers).content
        try:
            client.messages.create(**ask(), extra_body=body)
        except anthropic.BadRequestError as error:
            assert "temperature: Extra inputs are not permitted" in str(error)
        return
    same = {texts(client.messages.create(**ask("Write a poem", temperature=0.0))) for _ in "abc"}
    other = {
        texts(client.messages.create(**ask("Write a poem about x", temperature=1.0)))
        for _ in "abcdefgh"
    }
    assert len(same) == 1
    assert len(other) > 1


def caching():
    mark = {"type": "ephemeral"}
    system = [
        {"type": "text", "text": anthropic.__version__ + " word" * 5000, "cache_control": mark}
    ]
    first, second = (client.messages.create(**ask(system=system)).usage for _ in range(2))
    assert first.cache_creation_input_tokens == second.cache_read_input_tokens > 4096


def counting():
    found = client.messages.count_tokens(
        model=MODEL, messages=[{"role": "user", "content": "Hello"}]
    )
    assert found.input_tokens > 3


def models():
    assert MODEL in {model.id[: len(MODEL)] for model in client.models.list(limit=5)}
    assert client.models.retrieve(MODEL).display_name == "Claude Haiku 4.5"


def tools():
    schema = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
    tool = {"name": "get_weather", "description": "Weather of a city", "input_schema": schema}
    body = ask("What's the weather in Paris?", tools=[tool])
    with client.messages.stream(**body) as stream:
        snapshots = [e.snapshot for e in stream if e.type == "input_json"]
        first = stream.get_final_message()
    use = next(block for block in first.content if block.type == "tool_use")
    assert use.input == snapshots[-1] == {"city": "Paris"}
    assert first.stop_reason == "tool_use"
    result = {"type": "tool_result", "tool_use_id": use.id, "content": "21 degrees"}
    turns = [
        *body["messages"],
        {"role": "assistant", "content": first.content},
        {"role": "user", "content": [result]},
    ]
    assert "21 degrees" in texts(client.messages.create(**{**body, "messages": turns}))


def structured():
    class Person(BaseModel):
        name: str
        age: int

    parse = client.messages.parse if hasattr(client.messages, "parse") else None
    if parse is not None:
        message = parse(**ask("My name is Ada and I am 36"), output_format=Person)
        assert message.parsed_output == Person(name="Ada", age=36)
        return
    schema = {**Person.model_json_schema(), "additionalProperties": False}
    form = {"format": {"type": "json_schema", "schema": schema}}
    message = client.messages.create(**ask("Ada is 36"), extra_body={"output_config": form})
    assert Person(**json.loads(texts(message))).age == 36


def batches():
    requests = [{"custom_id": f"job-{n}", "params": ask(f"{n} + {n}")} for n in range(3)]
    requests[1]["params"]["max_tokens"] = -1
    batch = client.messages.batches.create(requests=requests)
    deadline = time.monotonic() + 30
    while batch.processing_status != "ended":
        assert time.monotonic() < deadline
        time.sleep(0.1)
        batch = client.messages.batches.retrieve(batch.id)
    found = {entry.custom_id: entry.result for entry in client.messages.batches.results(batch.id)}
    assert [found[f"job-{n}"].type for n in range(3)] == ["succeeded", "errored", "succeeded"]
    assert "= 4" in found["job-2"].message.content[0].text
    assert batch.id in [item.id for item in client.messages.batches.list(limit=1)]
    client.messages.batches.delete(batch.id)


def errors():
    wrong = Anthropic(api_key="an-invalid-key", base_url=URL)
    for call, kind in (
        (lambda: wrong.messages.create(**ask()), anthropic.AuthenticationError),
        (
            lambda: client.messages.create(**ask(model="gpt-5") | {"model": "gpt-5"}),
            anthropic.NotFoundError,
        ),
        (lambda: client.messages.create(**ask(stop_sequences=[" "])), anthropic.BadRequestError),
    ):
        try:
            call()
        except kind as error:
            assert error.request_id
        else:
            raise AssertionError(kind)


def retries():
    for fault in ("status status=529 times=2", "status status=429 retry-after=0.1", "drop"):
        headers = {"x-emulator-fault": fault}
        assert client.messages.create(**ask(), extra_headers=headers).content
    try:
        client.with_options(max_retries=0).messages.create(
            **ask(), extra_headers={"x-emulator-fault": "status status=529 times=9"}
        )
    except anthropic.APIStatusError as error:
        assert error.status_code == 529


for feature in (
    create,
    streaming,
    thinking,
    system_and_stops,
    temperature,
    caching,
    counting,
    models,
    tools,
    structured,
    batches,
    errors,
    retries,
):
    feature()
    print("ok", feature.__name__, flush=True)
