"""Settings, requests as they go out, and retries."""

import base64
import datetime as dt
import inspect
import io
import logging
import math
import time
import warnings

import pytest
from asked import KEY, PROMPT
from events import answer
from scripted_server import CLOSE, error_body, reply, sse, stream

from claude_nb._http import DefaultAsyncHttpxClient, DefaultHttpxClient, choose_library
from claude_nb.api import errors
from claude_nb.api.client import Anthropic, AsyncAnthropic, AsyncClient, Client
from claude_nb.api.sending.requests import NOT_GIVEN, omit
from claude_nb.api.types import Message, TextBlock
from claude_nb.api.wire import Headers, Timeout

MESSAGE = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "model": "claude-test",
    "content": [{"type": "text", "text": "Hello"}],
    "stop_reason": "end_turn",
    "stop_sequence": None,
    "usage": {"input_tokens": 1, "output_tokens": 2},
}


async def test_create_returns_the_message(client, server):
    server.script(reply(200, MESSAGE, request_id="req_1"))
    message = await client.messages.create(**PROMPT)
    assert isinstance(message, Message)
    assert message.content[0].text == "Hello"
    assert message._request_id == "req_1"
    assert message.to_dict() == MESSAGE
    request = server.requests[0]
    assert (request.method, request.target) == ("POST", "/v1/messages")
    assert request.json() == PROMPT


async def test_the_headers_of_a_request(client, server):
    server.script(reply(200, MESSAGE))
    await client.messages.create(**PROMPT)
    headers = server.requests[0].headers
    assert headers["x-api-key"] == KEY
    assert headers["anthropic-version"] == "2023-06-01"
    assert headers["content-type"] == headers["accept"] == "application/json"
    assert headers["user-agent"].startswith("claude_nb/")
    assert headers["x-stainless-retry-count"] == "0"
    assert "authorization" not in headers


async def test_everything_of_the_reference_goes_out_as_it_is(client, server):
    server.script(reply(200, MESSAGE))
    fields = {
        "system": [
            {"type": "text", "text": "s", "cache_control": {"type": "ephemeral", "ttl": "1h"}}
        ],
        "cache_control": {"type": "ephemeral", "ttl": "5m"},
        "tools": [{"name": "t", "input_schema": {"type": "object"}}],
        "tool_choice": {"type": "auto", "disable_parallel_tool_use": True},
        "output_config": {"effort": "low"},
        "thinking": {"type": "enabled", "budget_tokens": 1024, "display": "summarized"},
        "stop_sequences": ["END"],
        "temperature": 0.5,
        "top_p": 0.9,
        "top_k": 3,
        "metadata": {"user_id": "u"},
        "service_tier": "auto",
        "inference_geo": None,
        "container": "c",
    }
    await client.messages.create(**PROMPT, **fields, speed=NOT_GIVEN)
    assert server.requests[0].json() == {**PROMPT, **fields}


async def test_the_body_is_compact_and_not_escaped(client, server):
    server.script(reply(200, MESSAGE))
    await client.messages.create(**{**PROMPT, "system": "Grüße \u2028"})
    body = server.requests[0].body
    assert "Grüße \u2028".encode() in body
    assert b'": ' not in body


async def test_an_answer_and_other_objects_can_be_sent_back(client, server, tmp_path):
    server.script(reply(200, MESSAGE))
    picture = tmp_path / "p.png"
    picture.write_bytes(b"PNG")
    message = Message.from_wire(
        {**MESSAGE, "content": [{"type": "text", "text": "a", "citations": None}]}
    )
    source = [{"data": data} for data in (picture, io.BytesIO(b"PNG"), b"PNG", bytearray(b"PNG"))]
    turns = (
        turn
        for turn in [
            {"role": "assistant", "content": message.content},
            message.to_param(),
            {"role": "user", "content": source, "at": dt.date(2026, 1, 2)},
            Headers({"role": "user"}),
        ]
    )
    await client.messages.create(**{**PROMPT, "messages": turns})
    packed = [{"data": base64.b64encode(b"PNG").decode()}] * 4
    block = [{"type": "text", "text": "a", "citations": None}]
    assert server.requests[0].json()["messages"] == [
        {"role": "assistant", "content": block},
        {"role": "assistant", "content": block},
        {"role": "user", "content": packed, "at": "2026-01-02"},
        {"role": "user"},
    ]


async def test_what_json_cannot_say_is_refused(client):
    with pytest.raises(TypeError, match="A complex cannot be sent"):
        await client.messages.create(**{**PROMPT, "system": 1j})
    with pytest.raises(ValueError, match=r"have no form in JSON. One is at temperature\."):
        await client.messages.create(**PROMPT, temperature=float("nan"))
    deep = [{"role": "user", "content": [{"type": "text", "text": "x", "n": [1.0, math.inf]}]}]
    with pytest.raises(ValueError, match=r"One is at messages\[0\]\.content\[0\]\.n\[1\]\."):
        await client.messages.create(**{**PROMPT, "messages": deep})
    with pytest.raises(TypeError, match=r"`message_batch_id` must be a text, .* not 5"):
        await client.messages.batches.retrieve(5)
    for odd in (None, {"custom_id": "a", "params": PROMPT}, 5, "a"):
        with pytest.raises(TypeError, match="requests must be a list of dicts with custom_id"):
            await client.messages.batches.create(requests=odd)


async def test_extras_are_laid_over(connect, server):
    server.script(reply(200, MESSAGE))
    client = connect(
        default_headers={"X-A": "1", "Anthropic-Version": "2026-10-21"}, default_query={"q": "1"}
    )
    await client.messages.create(
        **PROMPT,
        extra_headers={"x-a": "2", "X-B": "3", "user-agent": omit},
        extra_query={"q": "2", "list": ["a b", "c"], "flag": True, "none": None, "off": omit},
        extra_body={"max_tokens": 5, "novel": [1]},
        betas=["one", "two"],
        user_profile_id="prof",
        workspace_id="work",
    )
    request = server.requests[0]
    assert request.target == "/v1/messages?q=2&list%5B%5D=a%20b&list%5B%5D=c&flag=true"
    assert request.json() == {**PROMPT, "max_tokens": 5, "novel": [1]}
    assert (request.headers["x-a"], request.headers["x-b"]) == ("2", "3")
    assert request.headers["anthropic-version"] == "2026-10-21"
    assert request.headers["anthropic-beta"] == "one,two"
    assert request.headers["anthropic-user-profile-id"] == "prof"
    assert request.headers["anthropic-workspace-id"] == "work"
    assert "user-agent" not in request.headers or "claude_nb" not in request.headers["user-agent"]


async def test_an_extra_body_may_replace_the_whole(client, server):
    server.script(reply(200, MESSAGE))
    await client.messages.create(**PROMPT, extra_body=[1, 2])
    assert server.requests[0].json() == [1, 2]


async def test_a_token_goes_out_as_a_bearer(connect, server):
    server.script(reply(200, MESSAGE))
    await connect(api_key=None, auth_token="tok").messages.create(**PROMPT)
    assert server.requests[0].headers["authorization"] == "Bearer tok"
    assert "x-api-key" not in server.requests[0].headers


async def test_a_key_in_the_extra_headers_wins(connect, server):
    server.script(reply(200, MESSAGE))
    await connect().messages.create(**PROMPT, extra_headers={"X-Api-Key": "mine"})
    await connect(api_key=None).messages.create(**PROMPT, extra_headers={"Authorization": "B x"})
    assert [r.headers.get("x-api-key") for r in server.requests] == ["mine", None]
    assert server.requests[1].headers["authorization"] == "B x"


@pytest.mark.parametrize(
    ("params", "complaint"),
    [
        ({"model": "m"}, "'max_tokens' and 'messages' are missing"),
        ({"model": "m", "max_tokens": 1}, "'messages' is missing"),
        (
            {**PROMPT, "max_token": 1},
            "unexpected keyword argument 'max_token'. Did you mean 'max_tokens'",
        ),
        ({**PROMPT, "zzz": 1}, "unexpected keyword argument 'zzz'. It takes: model, messages"),
    ],
)
async def test_arguments_are_checked_by_name(client, params, complaint):
    with pytest.raises(TypeError) as caught:
        await client.messages.create(**params)
    assert complaint in str(caught.value)
    with pytest.raises(TypeError) as caught:
        client.messages.stream(**params)
    assert complaint in str(caught.value)


def test_shift_tab_shows_the_parameters():
    with Anthropic(api_key="k") as client:
        shown = str(inspect.signature(client.messages.create))
        assert shown.startswith("(*, model, messages, max_tokens, ")
        assert "temperature=NOT_GIVEN" in shown
        assert "output_format" in inspect.signature(client.messages.parse).parameters
        assert (
            "idle_timeout"
            in inspect.signature(AsyncAnthropic(api_key="k").messages.stream).parameters
        )
        assert "max_tokens" not in inspect.signature(client.messages.count_tokens).parameters
    assert "max_retries : int" in Anthropic.__doc__
    assert (Client, AsyncClient) == (Anthropic, AsyncAnthropic)


async def test_retries_are_told_and_numbered(connect, server):
    overloaded = reply(529, error_body("overloaded_error"), retry_after_ms="30")
    server.script(overloaded, reply(429, b"", retry_after="0.02"), reply(200, MESSAGE))
    told = []
    await connect(max_retries=2, on_retry=told.append).messages.create(**PROMPT)
    assert [(n.attempt, n.attempts, n.wait, n.reason) for n in told] == [
        (2, 3, 0.03, "529"),
        (3, 3, 0.02, "429"),
    ]
    assert [r.headers["x-stainless-retry-count"] for r in server.requests] == ["0", "1", "2"]
    gaps = [b.at - a.at for a, b in zip(server.requests, server.requests[1:], strict=False)]
    assert gaps[0] >= 0.03
    assert server.accepted == 1


async def test_retries_are_logged(connect, server, caplog):
    server.script(reply(500, b"", retry_after_ms="1"), reply(200, MESSAGE))
    with caplog.at_level(logging.INFO, "claude_nb"):
        await connect(max_retries=1).messages.create(**PROMPT)
    assert "attempt 2 of 2, waiting 0.0 s, because 500" in caplog.text


async def test_the_last_error_is_raised(connect, server):
    server.script(reply(500, b"", retry_after_ms="1"), reply(503, b"", retry_after_ms="1"))
    with pytest.raises(errors.ServiceUnavailableError):
        await connect(max_retries=1).messages.create(**PROMPT)
    assert len(server.requests) == 2


async def test_broken_connections_are_tried_again(connect, server, monkeypatch):
    monkeypatch.setattr("random.random", lambda: 0.0)
    half = [b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\nhalf", CLOSE]
    server.script(half, [CLOSE], reply(200, MESSAGE))
    told = []
    started = time.monotonic()
    client = connect(on_retry=told.append).with_options(max_retries=2)
    await client.messages.create(**PROMPT)
    assert [n.reason for n in told] == ["RemoteProtocolError", "RemoteProtocolError"]
    assert time.monotonic() - started > 1.1


async def test_streams_are_tried_again_only_before_they_begin(connect, server):
    server.script(reply(529, b"", retry_after_ms="1"), stream(sse(*answer("a"))))
    async with connect(max_retries=1).messages.stream(**PROMPT) as s:
        assert await s.get_final_text() == "a"
    server.script(stream(sse(*answer("a")[:3])))
    with pytest.raises(errors.IncompleteStreamError):
        async with connect(max_retries=1).messages.stream(**PROMPT) as s:
            await s.get_final_text()
    assert len(server.requests) == 3


async def test_options_of_a_copy(connect, server):
    server.script(reply(200, MESSAGE))
    client = connect(default_headers={"a": "1"})
    other = client.with_options(
        timeout=5, max_retries=7, default_headers={"b": "2"}, default_query={"c": "3"}
    )
    assert (other.timeout.read, other.max_retries, client.max_retries) == (5, 7, 0)
    await other.messages.create(**PROMPT)
    assert server.requests[0].headers["a"] == "1"
    assert server.requests[0].headers["b"] == "2"
    assert server.requests[0].target == "/v1/messages?c=3"
    await client.messages.create(**PROMPT)
    assert server.accepted == 1
    keyed = client.copy(api_key="other-key-0123456789", base_url=server.url + "/sub/")
    await keyed.messages.create(**PROMPT)
    assert server.requests[2].headers["x-api-key"] == "other-key-0123456789"
    assert server.requests[2].target == "/sub/v1/messages"
    await keyed.close()
    with pytest.raises(TypeError, match=r"copy\(\) cannot change \['zzz'\]"):
        client.copy(zzz=1)
    assert client.copy(timeout=NOT_GIVEN).timeout == client.timeout


def test_a_client_apart_has_connections_of_its_own_and_the_same_settings():
    client = AsyncAnthropic(api_key=KEY, base_url="http://127.0.0.1:9", max_retries=7)
    wrapped = []
    client = client.via(lambda inner: wrapped.append(inner) or inner)
    apart = client.apart()
    assert apart._connector is not client._connector
    assert apart._connector is wrapped[1]
    assert (apart.max_retries, apart.base_url) == (7, client.base_url)
    with Anthropic(api_key=KEY) as waiting:
        lent = waiting.awaited(lambda inner: inner)
        assert lent.apart()._connector is lent.copy().apart()._connector is lent._connector


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"max_retries": None}, TypeError),
        ({"max_retries": True}, TypeError),
        ({"max_retries": -1}, ValueError),
        ({"base_url": "ftp://x"}, ValueError),
        ({"base_url": "nonsense"}, ValueError),
        ({"base_url": "https://user:pw@host"}, ValueError),
    ],
)
def test_settings_are_checked(options, error):
    for cls in (Anthropic, AsyncAnthropic):
        with pytest.raises(error):
            cls(api_key="k", **options)


def test_timeouts_of_every_form():
    assert Timeout.of(3) == Timeout(3) == Timeout(None, 3, 3, 3, 3)
    assert Timeout.of(None).as_dict() == dict.fromkeys(("connect", "read", "write", "pool"))
    assert Timeout.of((1, 2, 3, 4)).write == 3
    assert Timeout(600, connect=5).connect == 5

    class Other:
        connect, read, write, pool = 1, 2, 3, 4

    assert Timeout.of(Other()).as_dict() == {"connect": 1, "read": 2, "write": 3, "pool": 4}
    assert Timeout.of(Timeout(9)).pool == 9


async def test_ten_minutes_without_streaming_are_refused(client, connect, server):
    server.script(reply(200, MESSAGE))
    long = {**PROMPT, "max_tokens": 21_334}
    with pytest.raises(ValueError, match="Streaming is required"):
        await client.messages.create(**long)
    await client.messages.create(**{**PROMPT, "max_tokens": 21_333})
    await client.messages.create(**long, timeout=700)
    await connect(timeout=60).messages.create(**long)
    server.script(stream(sse(*answer("a"))))
    async with client.messages.stream(**long) as s:
        await s.until_done()


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (dt.date(2026, 11, 29), "is deprecated and retires on 30 November 2026. Use"),
        (dt.date(2026, 12, 2), "was retired on 30 November 2026. Use claude-sonnet-5-5 instead."),
    ],
)
async def test_a_model_that_ends_warns_at_the_callers_line(client, server, monkeypatch, day, words):
    monkeypatch.setattr("claude_nb.models.lookup.current_day", lambda: day)
    server.script(reply(200, MESSAGE))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        await client.messages.create(**{**PROMPT, "model": "claude-sonnet-4-5-20250929"})
    (warning,) = [w for w in caught if w.category is DeprecationWarning]
    assert words in str(warning.message)
    assert "claude_nb" not in warning.filename


async def test_raw_replies(client, server):
    server.script(reply(200, MESSAGE, request_id="r"), stream(sse(*answer("a"))))
    raw = await client.messages.with_raw_response.create(**PROMPT)
    assert (raw.status_code, raw.request_id, raw.retries_taken, raw.method) == (200, "r", 0, "POST")
    assert raw.headers["request-id"] == "r"
    assert raw.url.endswith("/v1/messages")
    assert raw.elapsed >= 0
    assert raw.content == await raw.read()
    assert await raw.json() == MESSAGE
    assert (await raw.text()).startswith("{")
    message = await raw.parse()
    assert message.content == [TextBlock(type="text", text="Hello")]
    assert await raw.parse() is message
    assert repr(getattr(raw, "_value", raw)) in ("<APIResponse [200]>", "<AsyncAPIResponse [200]>")
    raw = await client.messages.with_raw_response.create(**PROMPT, stream=True)
    assert [e.type async for e in await raw.parse()][-1] == "message_stop"
    with pytest.raises(AttributeError, match="has no 'stream'"):
        _ = client.messages.with_raw_response.stream
    server.script(reply(200, {"input_tokens": 3}))
    params = {k: v for k, v in PROMPT.items() if k != "max_tokens"}
    raw = await client.messages.with_raw_response.count_tokens(**params)
    assert (await raw.parse()).input_tokens == 3


async def test_tokens_are_counted(client, server):
    server.script(reply(200, {"input_tokens": 14}))
    params = {k: v for k, v in PROMPT.items() if k != "max_tokens"}
    assert (await client.messages.count_tokens(**params)).input_tokens == 14
    assert server.requests[0].target == "/v1/messages/count_tokens"
    assert server.requests[0].json() == params
    assert (await client.beta.messages.count_tokens(**params, betas=["x"])).input_tokens == 14
    assert server.requests[1].headers["anthropic-beta"] == "x"


def test_the_base_url_comes_from_argument_environment_default(monkeypatch):
    assert Anthropic(api_key="k").base_url == "https://api.anthropic.com"
    monkeypatch.setenv("ANTHROPIC_BASE_URL", "https://proxy.example/ ")
    assert Anthropic(api_key="k").base_url == "https://proxy.example"
    assert (
        Anthropic(api_key="k", base_url="https://mine.example/v/").base_url
        == "https://mine.example/v"
    )


def test_the_library_is_chosen_by_name(monkeypatch):
    monkeypatch.setenv("CLAUDE_NB_HTTP", "httpx2")
    assert choose_library().__name__ == "httpx2"
    assert type(DefaultHttpxClient()).__module__.startswith("httpx2")
    assert type(DefaultAsyncHttpxClient(timeout=3)).__module__.startswith("httpx2")
    monkeypatch.delenv("CLAUDE_NB_HTTP")
    assert choose_library().__name__ == "httpx"
    monkeypatch.setattr("sys.platform", "emscripten")
    assert choose_library().__name__ == "httpx2"
    monkeypatch.setenv("CLAUDE_NB_HTTP", "requests")
    with pytest.raises(ValueError, match="must be httpx or httpx2"):
        choose_library()


@pytest.mark.parametrize("choice", ["trust_env", "proxy"])
async def test_a_given_clients_proxy_counts_and_not_the_environments(
    connect, server, driver, monkeypatch, choice
):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("NO_PROXY", "")
    server.script(reply(200, MESSAGE))
    make = DefaultHttpxClient if driver == "sync" else DefaultAsyncHttpxClient
    with pytest.raises(errors.APIConnectionError):
        await connect(http_client=make(), max_retries=0).messages.create(**PROMPT)
    given = make(trust_env=False) if choice == "trust_env" else make(proxy=server.url)
    client = connect(http_client=given, max_retries=0)
    assert (await client.messages.create(**PROMPT)).id == "msg_1"


async def test_a_client_of_either_library_can_be_given(connect, server, driver, library):
    server.script(reply(200, MESSAGE))
    make = DefaultHttpxClient if driver == "sync" else DefaultAsyncHttpxClient
    for other in ("httpx", "httpx2"):
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("CLAUDE_NB_HTTP", other)
            given = make(headers={"x-theirs": "1"})
        client = connect(http_client=given)
        assert (await client.messages.create(**PROMPT)).id == "msg_1"
        await client.close()
        assert given.is_closed
