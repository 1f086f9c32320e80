"""Whatever is sent, the answer is a message or a typed refusal: no 500, no hang."""

from __future__ import annotations

import json
import time

import pytest
from emulator_requests import HEADERS, WEATHER, ask, image, talk
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from claude_nb.emulator import Emulator, ManualClock, Options
from claude_nb.emulator.wire import Call

FUZZ = settings(
    deadline=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)
FIELDS = [
    *ask(),
    *("system", "stream", "stop_sequences", "temperature", "top_p", "top_k", "thinking", "tools"),
    *("tool_choice", "output_config", "cache_control", "metadata", "service_tier", "speed"),
    *("inference_geo", "nonsense"),
]
PROMPTS = st.text(max_size=80) | st.sampled_from(
    [
        "What is 9 ** 9 ** 9?",
        "(" * 50 + "1" + ")" * 50 + " + 2",
        "1/0",
        "Sort these: ",
        "Summarise: " + "word. " * 50,
        "Make a table of : , ;",
        "Is 999999999999 prime?",
        "Write a haiku about",
        "How many 's in x?",
        "Reply with",
        "factorise 0",
        "sqrt(-4)",
        "table of squares up to 999",
    ]
)
SEEDS = [
    ask(tools=[WEATHER], tool_choice={"type": "auto"}),
    ask([image(), {"type": "text", "text": "x"}]),
    talk("a", "b", "c", model="claude-haiku-4-5"),
    ask(thinking={"type": "enabled", "budget_tokens": 1024}, max_tokens=2000),
]


@pytest.fixture(scope="module")
def emulator():
    made = Emulator(Options(tokens_per_second=0, clock=ManualClock()))
    yield made
    made.close()


def check(emulator, body, method="POST", path="/v1/messages", **headers):
    sent = {**HEADERS, "content-type": "application/json", **headers}
    began = time.monotonic()
    reply = emulator.respond(Call(method, path, sent, body))
    data = b"".join(part.data for part in reply.parts)
    assert reply.status < 500, data
    assert time.monotonic() - began < 20
    if reply.status >= 400:
        error = json.loads(data)
        assert error["error"]["message"]
        assert error["request_id"] == reply.headers["request-id"]
    return reply


@FUZZ
@given(st.binary(max_size=200))
def test_any_bytes(emulator, body):
    check(emulator, body)


@FUZZ
@given(JSON)
def test_any_json(emulator, value):
    check(emulator, json.dumps(value).encode())


@FUZZ
@given(st.sampled_from(SEEDS), st.sampled_from(FIELDS), JSON)
def test_any_value_in_any_field(emulator, seed, field, value):
    check(emulator, json.dumps({**seed, field: value}).encode())


@FUZZ
@given(st.sampled_from(SEEDS), JSON, st.data())
def test_any_value_anywhere(emulator, seed, value, data):
    body = json.loads(json.dumps(seed))
    here = body
    while True:
        keys = list(here) if isinstance(here, dict) else list(range(len(here)))
        if not keys:
            break
        key = data.draw(st.sampled_from(keys))
        if not isinstance(here[key], dict | list) or data.draw(st.booleans()):
            here[key] = value
            break
        here = here[key]
    check(emulator, json.dumps(body).encode())


@FUZZ
@given(
    prompt=PROMPTS,
    stops=st.lists(st.text(min_size=1, max_size=3), max_size=3),
    most=st.integers(0, 300),
    heat=st.floats(0, 1),
    is_stream=st.booleans(),
)
def test_any_prompt(emulator, *, prompt, stops, most, heat, is_stream):
    body = ask(prompt, stop_sequences=stops, max_tokens=most, temperature=heat, stream=is_stream)
    reply = check(emulator, json.dumps(body).encode())
    assert reply.status in {200, 400}


@FUZZ
@given(st.dictionaries(st.text("abc", min_size=1, max_size=4), JSON, max_size=3), PROMPTS)
def test_any_output_schema(emulator, schema, prompt):
    form = {"type": "json_schema", "schema": {**schema, "type": "string"}}
    body = ask(prompt or "x", output_config={"format": form})
    check(emulator, json.dumps(body).encode())


@FUZZ
@given(
    st.sampled_from(["GET", "POST", "DELETE", "PUT"]),
    st.text(max_size=20).map(lambda text: f"/v1/messages/batches/{text}"),
    st.binary(max_size=50),
)
def test_any_path(emulator, method, path, body):
    check(emulator, body, method, path)


PIECES = [
    *(b"--x", b"--", b"\r\n", b"\r\n\r\n", b"file", b"\x00", b"\xff", b";", b'"', b"="),
    b'content-disposition: form-data; name="file"; filename="a.txt"',
    b"content-disposition: form-data; name*=utf-8''f; filename*=no-such''%ff",
    b"content-type: text/plain; charset=\xff",
    b'content-disposition: form-data; name="expires_in_seconds"\r\n\r\n3600',
]


@FUZZ
@given(
    st.lists(st.sampled_from(PIECES), max_size=12).map(b"".join) | st.binary(max_size=100),
    st.sampled_from(
        ["multipart/form-data; boundary=x", "multipart/form-data", "x", 'a; boundary="']
    ),
)
def test_any_upload(emulator, body, kind):
    check(emulator, body, path="/v1/files", **{"content-type": kind})
    whole = b"--x\r\n" + body + b"\r\n\r\ndata\r\n--x--"
    check(emulator, whole, path="/v1/files", **{"content-type": kind})


@FUZZ
@given(JSON)
def test_any_batch(emulator, value):
    body = json.dumps({"requests": [{"custom_id": "a", "params": value}, value]}).encode()
    check(emulator, body, path="/v1/messages/batches")


@FUZZ
@given(st.sampled_from(["x-emulator-fault", "x-emulator-speed", "anthropic-beta"]), st.text())
@example("x-emulator-fault", "\r")
def test_any_header(emulator, name, value):
    check(emulator, json.dumps(ask("x")).encode(), **{name: value})
