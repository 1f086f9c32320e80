"""Where others hook into a client: wrappers, another platform, and records of finished calls."""

from __future__ import annotations

import asyncio
import hashlib
import sys
import threading
import warnings
from dataclasses import FrozenInstanceError, replace

import pytest
from asked import KEY, PROMPT
from events import START, answer, text_block
from scripted_server import CLOSE, STALL, error_body, head, reply, sse, stream

from claude_nb.api import errors
from claude_nb.api.client import Anthropic, AsyncAnthropic
from claude_nb.api.platforms.identity import identity, request_key
from claude_nb.api.platforms.paths import endpoint
from claude_nb.api.platforms.platform import Platform
from claude_nb.api.platforms.sse import ServerSentEvent
from claude_nb.api.resources.endpoints import message_key
from claude_nb.api.schemas.tools import beta_tool
from claude_nb.api.secret import Secret
from claude_nb.api.wire import Headers, Request

WHOLE = reply(
    200, {"id": "m", "model": "claude-said", "content": [], "usage": {"output_tokens": 3}}
)
BATCH = {"id": "b", "processing_status": "ended", "results_url": None}
ROWS = b'{"custom_id": "a"}\n{"custom_id": "b"}\n'


class Wrapper:
    """Stands in a connector's place, and writes down what passes."""

    def __init__(self, connector, name, log):
        self._connector, self._name, self._log = connector, name, log

    def __getattr__(self, name):
        return getattr(self._connector, name)

    def send(self, request, *, stream):
        """Pass it on: of a waiting connector the reply comes back, of the other an awaitable."""
        self._log.append(self._name)
        return self._connector.send(request, stream=stream)


def wrapper(name, log):
    return lambda connector: Wrapper(connector, name, log)


@pytest.mark.parametrize("change", [{"timeout": 9}, {"max_connections": 9}])
async def test_a_second_wrapper_joins_the_first_and_copies_keep_both(connect, server, change):
    log = []
    server.script(WHOLE)
    client = connect().via(wrapper("first", log)).via(wrapper("second", log))
    await client.messages.create(**PROMPT)
    await client.with_options(**change).messages.create(**PROMPT)
    assert log == ["second", "first"] * 2


async def test_a_client_that_is_wrapped_is_another_one(connect, server):
    log = []
    server.script(WHOLE)
    client = connect()
    client.via(wrapper("only", log))
    await client.messages.create(**PROMPT)
    assert log == []


# ---- platforms


def into_the_path(draft):
    """Move the model into the path and the version into the body, as clouds do."""
    body = {**draft.body, "anthropic_version": "cloud-1"}
    path = f"/model/{body.pop('model')}/invoke"
    headers = {n: v for n, v in draft.headers.items() if n != "anthropic-version"}
    return replace(draft, path=path, body=body, headers=Headers(headers))


def signature(request):
    signed = f"{request.method} {request.url} {request.headers['x-stainless-retry-count']}"
    return hashlib.sha256(signed.encode() + request.content).hexdigest()


class Frames:
    """Frames of another kind: a length in four digits, the event's name, a blank, its data."""

    too_large = False

    def __init__(self, max_event_bytes):
        self.limit = max_event_bytes
        self.buffer = b""

    def feed(self, chunk):
        """Return the frames that are whole."""
        self.buffer += chunk
        found = []
        while len(self.buffer) >= 4 and len(self.buffer) >= 4 + int(self.buffer[:4]):
            end = 4 + int(self.buffer[:4])
            found.append(ServerSentEvent(*self.buffer[4:end].split(b" ", 1)))
            self.buffer = self.buffer[end:]
        return found

    def flush(self):
        """Return nothing: a frame has no open end."""


def framed(*events):
    plain = [sse(event).decode().split("\n") for event in events]
    frames = [f"{name[7:]} {data[6:]}".encode() for name, data, *_ in plain]
    return b"".join(b"%04d%b" % (len(frame), frame) for frame in frames)


def signing(request, _):
    return {"x-signature": Secret(signature(request))}


CLOUD = Platform(prepare=into_the_path, authorize=signing, decoder=Frames)


async def test_a_platform_writes_signs_and_frames(connect, server, monkeypatch):
    monkeypatch.setitem(sys.modules, "keyring", None)
    client = connect(api_key=None, platform=CLOUD, max_retries=1)
    server.script(reply(529, b"", retry_after_ms="1"), WHOLE, stream(framed(*answer("a", "b"))))
    message = await client.messages.create(**PROMPT)
    async with client.messages.stream(**PROMPT) as streamed:
        assert [t async for t in streamed.text_stream] == ["a", "b"]
        request = streamed.response.request
    assert message.id == "m"
    first, second, third = server.requests
    assert {r.target for r in server.requests} == {"/model/claude-test/invoke"}
    assert first.json() == {
        "anthropic_version": "cloud-1",
        "max_tokens": 64,
        "messages": PROMPT["messages"],
    }
    assert "anthropic-version" not in first.headers
    assert "x-api-key" not in first.headers
    assert first.headers["x-signature"] != second.headers["x-signature"]
    assert third.headers["x-signature"] == signature(request)
    assert "x-signature" not in request.headers


async def test_a_copy_can_go_to_another_platform(connect, server):
    server.script(WHOLE)
    client = connect()
    await client.with_options(platform=CLOUD).messages.create(**PROMPT)
    await client.messages.create(**PROMPT)
    assert [r.target for r in server.requests] == ["/model/claude-test/invoke", "/v1/messages"]
    assert ["x-api-key" in r.headers for r in server.requests] == [False, True]
    with pytest.raises(FrozenInstanceError):
        CLOUD.prepare = None


async def test_what_a_platform_raises_reaches_the_caller(connect, server):
    def refuse(*_):
        raise LookupError("no role")

    client = connect(platform=Platform(authorize=refuse))
    with pytest.raises(LookupError, match="no role"):
        await client.messages.create(**PROMPT)
    assert server.requests == []


# ---- one identity


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("http://x/v1/messages", "/v1/messages"),
        ("https://gate.way/v1/anthropic/v1/messages/count_tokens?beta=true", None),
        ("https://gate.way/elsewhere", "/elsewhere"),
        ("http://x/v1/models/a%2Fv1%2Fb", "/v1/models/a%2Fv1%2Fb"),
    ],
)
def test_a_gateways_prefix_is_no_part_of_the_path(url, path):
    assert endpoint(url) == (path or "/v1/messages/count_tokens")


def test_the_key_of_a_request_stays_what_it_was():
    sent = {"anthropic-version": "2023-06-01", "x-other": "1"}
    request = Request("POST", "http://x/v1/messages", Headers(sent), '{"b":1,"a":"ü"}'.encode())
    assert request_key(request) == "5af3ad24b5f4ba776aa053c5cbd09b0c"
    assert identity(request) == {
        "path": "/v1/messages",
        "anthropic-version": "2023-06-01",
        "anthropic-beta": "",
        "body": {"a": "ü", "b": 1},
    }


def test_requests_without_a_body_are_told_apart():
    def key(method, query=""):
        return request_key(Request(method, f"http://x/v1/models{query}"))

    assert len({key("GET"), key("DELETE"), key("GET", "?limit=2")}) == 3


@beta_tool
def look(where: str) -> str:
    """Look."""
    return where


@pytest.mark.parametrize("streams", [True, False])
@pytest.mark.parametrize(
    "more", [{}, {"tools": [look]}, {"betas": ["a-1"], "extra_body": {"new": 1}, "timeout": 5}]
)
async def test_parameters_have_the_key_of_the_request_they_make(connect, server, streams, more):
    records = []
    server.script(stream(sse(*answer("a"))) if streams else WHOLE)
    made = await connect(on_call=records.append).messages.create(**PROMPT, **more, stream=streams)
    if streams:
        await made.close()
    assert records[0].key == message_key({**PROMPT, **more})


# ---- records of calls


@pytest.fixture
def records():
    return []


@pytest.fixture
def told(connect, records):
    """Give a client that tells of its calls."""
    return connect(on_call=records.append)


async def read(streamed):
    await streamed.until_done()


async def iterate(streamed):
    async for _ in streamed:
        pass


async def close_at_once(streamed):
    await streamed.close()


async def close_midway(streamed):
    async for event in streamed:
        if event.type == "content_block_delta":
            break
    await streamed.close()
    await streamed.close()


async def fail_oneself(streamed):
    await streamed.__anext__()
    raise ZeroDivisionError


LOST = [START, *text_block("a")]


@pytest.mark.parametrize(
    ("parts", "use", "ended"),
    [
        (stream(sse(*answer("a", "b"))), read, ("ok", 9)),
        (stream(sse(*answer("a", "b"))), iterate, ("ok", 9)),
        (stream(sse(*answer("a", "b"))), close_at_once, ("stopped", None)),
        (stream(sse(*LOST), STALL), close_midway, ("stopped", 1)),
        (stream(sse(*LOST), STALL), fail_oneself, ("stopped", 1)),
        (stream(sse(*LOST)), read, ("IncompleteStreamError", 1)),
        (stream(sse(*LOST), end=CLOSE), read, ("APIConnectionError", 1)),
        (stream(sse(START, {"type": "error", "error": {}})), read, ("APIStatusError", 1)),
        (stream(sse(*LOST), b"event: x\ndata: {\n\n"), read, ("MalformedStreamError", 1)),
    ],
)
async def test_a_stream_is_told_of_once_however_it_ends(connect, server, parts, use, ended):
    records = []
    server.script(parts)
    try:
        async with connect(on_call=records.append).messages.stream(**PROMPT) as streamed:
            assert records == []
            await use(streamed)
            await streamed.close()
    except (errors.APIError, ZeroDivisionError):
        pass
    (record,) = records
    assert (record.outcome, (record.usage or {}).get("output_tokens")) == ended
    assert (record.path, record.attempts) == ("/v1/messages", 1)
    assert record.model == "claude-test"
    assert record.origin == "server"
    assert 0 < record.seconds < 60


async def test_a_whole_message_is_told_of(connect, server):
    records = []
    server.script(
        reply(529, b"", retry_after_ms="1"),
        reply(
            200, {"id": "m", "content": [], "usage": {"output_tokens": 3}}, x_claude_emulator="1"
        ),
    )
    client = connect(max_retries=1).with_options(on_call=records.append)
    await client.messages.create(**PROMPT)
    (record,) = records
    assert (record.model, record.usage) == ("claude-test", {"output_tokens": 3})
    assert (record.attempts, record.origin, record.outcome) == (2, "emulator", "ok")
    with pytest.raises(FrozenInstanceError):
        record.outcome = "other"


async def test_raw_replies_parsed_answers_and_raw_streams_are_told_of(told, records, server):
    server.script(WHOLE, reply(200, b"<p>"), stream(sse(*answer("a"))))
    raw = told.messages.with_raw_response
    await raw.create(**PROMPT)
    await raw.create(**PROMPT)
    opened = await told.messages.create(**PROMPT, stream=True)
    async for _ in opened:
        pass
    assert [r.outcome for r in records] == ["ok"] * 3
    assert [r.model for r in records] == ["claude-said", "claude-test", "claude-test"]
    assert [r.usage is None for r in records] == [False, True, False]


@pytest.mark.parametrize(
    ("steps", "outcome"),
    [
        (reply(400, error_body("invalid_request_error")), "BadRequestError"),
        (reply(200, b"<p>"), "APIResponseValidationError"),
        ([CLOSE], "APIConnectionError"),
    ],
)
async def test_a_call_that_fails_is_told_of(told, records, server, steps, outcome):
    server.script(steps)
    with pytest.raises(errors.APIError):
        await told.messages.create(**PROMPT)
    assert [(r.outcome, r.usage) for r in records] == [(outcome, None)]


async def test_an_answer_of_another_form_is_told_of(told, records, server):
    server.script(reply(200, {"id": "m", "content": [{"type": "text", "text": "no"}]}))
    with pytest.raises(errors.OutputFormatError):
        await told.messages.parse(**PROMPT, output_format=int)
    assert [r.outcome for r in records] == ["OutputFormatError"]


async def test_no_key_is_told_of_too(connect, monkeypatch):
    monkeypatch.setitem(sys.modules, "keyring", None)
    records = []
    with pytest.raises(errors.MissingCredentialsError):
        await connect(api_key=None, on_call=records.append).messages.create(**PROMPT)
    assert [r.outcome for r in records] == ["MissingCredentialsError"]


async def test_counts_models_and_batches_are_told_of(told, records, server):
    page = {"data": [{"id": "x"}], "has_more": False}
    server.script(
        reply(200, {"input_tokens": 5}),
        reply(200, page),
        reply(200, {"id": "x"}),
        reply(200, BATCH),
        reply(200, {**BATCH, "results_url": f"{server.url}/v1/messages/batches/b/results"}),
        [head(content_length=str(len(ROWS))) + ROWS],
    )
    await told.messages.count_tokens(model="m", messages=[])
    [model async for model in told.models.list()]
    await told.models.retrieve("x")
    await told.messages.batches.retrieve("b")
    assert len([row async for row in await told.messages.batches.results("b")]) == 2
    assert [r.path for r in records] == [
        "/v1/messages/count_tokens",
        "/v1/models",
        "/v1/models/x",
        "/v1/messages/batches/b",
        "/v1/messages/batches/b",
        "/v1/messages/batches/b/results",
    ]
    assert {r.outcome for r in records} == {"ok"}
    assert {r.usage for r in records} == {None}
    assert len({r.key for r in records}) == 5


@pytest.mark.parametrize(
    ("steps", "outcome"),
    [
        ([head(content_length="999") + ROWS, STALL], "stopped"),
        ([head(content_length="999") + ROWS, CLOSE], "APIConnectionError"),
        ([head(content_length="4") + b"{no\n"], "MalformedStreamError"),
    ],
)
async def test_results_are_told_of_however_they_end(told, records, server, steps, outcome):
    server.script(reply(200, {**BATCH, "results_url": server.url}), steps)
    try:
        async with await told.messages.batches.results("b") as rows:
            await rows.__anext__()
            if outcome != "stopped":
                await rows.__anext__()
                await rows.__anext__()
    except errors.APIError:
        pass
    assert [r.outcome for r in records] == ["ok", outcome]


def test_an_interrupt_is_told_of_at_once(server, monkeypatch):
    records = []
    client = Anthropic(api_key=KEY, base_url=server.url, on_call=records.append)

    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(client._connector, "send", interrupted)
    with pytest.raises(KeyboardInterrupt) as caught:
        client.messages.create(**PROMPT)
    assert [(r.outcome, r.attempts) for r in records] == [("stopped", 1)]
    assert caught.value.__context__ is None


async def test_a_cancelled_call_is_told_of(server):
    records = []
    server.script([STALL])
    async with AsyncAnthropic(api_key=KEY, base_url=server.url, on_call=records.append) as client:
        task = asyncio.create_task(client.messages.create(**PROMPT))
        assert await asyncio.to_thread(server.wait_until, lambda: server.requests)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert [r.outcome for r in records] == ["stopped"]


async def test_a_hook_that_fails_hurts_no_call_and_is_told_once(connect, server):
    seen = threading.Semaphore(0)

    def broken(_):
        seen.release()
        raise KeyError("gone")

    server.script(WHOLE)
    client = connect(on_call=broken)
    with pytest.warns(UserWarning, match=r"on_call raised KeyError: 'gone'"):
        await client.messages.create(**PROMPT)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        await client.with_options(timeout=9).messages.create(**PROMPT)
    assert seen.acquire(timeout=0)
    assert seen.acquire(timeout=0)


async def test_nothing_is_recorded_where_nobody_asks(client, server, monkeypatch):
    def never(*_):
        raise AssertionError("an identity was computed")

    monkeypatch.setattr("claude_nb.api.calls.identity", never)
    server.script(WHOLE)
    assert (await client.messages.create(**PROMPT)).id == "m"
