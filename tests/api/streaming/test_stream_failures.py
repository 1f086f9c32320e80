"""Streams that go wrong: every way ends in a typed error that carries the partial message."""

import asyncio
import contextlib
import gc

import pytest
from asked import PROMPT
from events import EVERYTHING, PING, START, STOP, answer, begin, delta, end, finish, text
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scripted_server import (
    CLOSE,
    LAST_CHUNK,
    RESET,
    SSE_HEAD,
    STALL,
    ScriptedServer,
    chunk,
    error_body,
    sse,
    stream,
)

from claude_nb.api import errors
from claude_nb.api.client import Anthropic

BEGUN = [START, begin(type="text", text=""), text("par"), text("tial")]


async def failing(client, **params):
    """Return the text before the error, and the error."""
    pieces = []
    with pytest.raises(errors.APIError) as caught:  # noqa: PT012 - at some turn
        async with client.messages.stream(**PROMPT, **params) as s:
            async for piece in s.text_stream:
                pieces.append(piece)  # noqa: PERF401 - kept up to the error
            await s.get_final_message()
    return "".join(pieces), caught.value


@pytest.mark.parametrize(
    ("steps", "kind"),
    [
        ([*stream(sse(*BEGUN))], errors.IncompleteStreamError),
        ([*stream(sse(*answer("partial")[:-1]))], errors.IncompleteStreamError),
        ([*stream(sse(*BEGUN), sse(STOP)[:-9])], errors.IncompleteStreamError),
        ([*stream(sse(*BEGUN), end=CLOSE)], errors.APIConnectionError),
        ([*stream(sse(*BEGUN), end=RESET)], errors.APIConnectionError),
        ([SSE_HEAD, chunk(sse(*BEGUN)), b"zz\r\nnot a chunk"], errors.APIConnectionError),
        ([SSE_HEAD, chunk(sse(*BEGUN)), b"ff\r\nhalf", CLOSE], errors.APIConnectionError),
        ([*stream(sse(*BEGUN), b"event: x\ndata: {bad\n\n")], errors.MalformedStreamError),
        ([*stream(sse(*BEGUN), b"event: x\ndata: [1]\n\n")], errors.MalformedStreamError),
        ([*stream(sse(*BEGUN), b"event: x\ndata: \xff\xfe\n\n")], errors.MalformedStreamError),
        ([*stream(sse(*BEGUN, delta(0, type="text_delta", text=5)))], errors.MalformedStreamError),
        ([*stream(sse(*BEGUN, delta("0", type="text_delta")))], errors.MalformedStreamError),
        ([*stream(sse(*BEGUN, {"type": "content_block_delta"}))], errors.MalformedStreamError),
        ([*stream(sse(*BEGUN, begin([], type="text")))], errors.MalformedStreamError),
    ],
)
async def test_a_stream_that_breaks(client, server, steps, kind):
    server.script(steps)
    pieces, error = await failing(client)
    assert pieces == "partial"
    assert isinstance(error, kind)
    assert error.partial_message.content[0].text == "partial"
    assert error.partial_message.usage.input_tokens == 11
    assert "httpx" not in type(error.__cause__).__module__ if error.__cause__ else True
    if kind is not errors.IncompleteStreamError:  # those ended well as far as HTTP goes
        assert server.wait_until(lambda: server.open_connections == 0)


@pytest.mark.parametrize("body", [b"", b"\n\n", sse(PING)])
async def test_a_stream_in_which_no_message_begins(client, server, body):
    server.script(stream(body) if body else [SSE_HEAD, LAST_CHUNK])
    pieces, error = await failing(client)
    assert isinstance(error, errors.IncompleteStreamError)
    assert (pieces, error.partial_message) == ("", None)


async def test_raw_events_end_in_an_error_too(client, server):
    server.script(stream(sse(*BEGUN)))
    seen = []
    with pytest.raises(errors.IncompleteStreamError) as caught:  # noqa: PT012 - at some turn
        async for event in await client.messages.create(**PROMPT, stream=True):
            seen.append(event.type)  # noqa: PERF401 - kept up to the error
    assert len(seen) == len(BEGUN)
    assert caught.value.partial_message.content[0].text == "partial"


@pytest.mark.parametrize(
    ("kind", "cls", "status"),
    [
        ("invalid_request_error", errors.BadRequestError, 400),
        ("authentication_error", errors.AuthenticationError, 401),
        ("billing_error", errors.PaymentRequiredError, 402),
        ("permission_error", errors.PermissionDeniedError, 403),
        ("not_found_error", errors.NotFoundError, 404),
        ("request_too_large", errors.RequestTooLargeError, 413),
        ("rate_limit_error", errors.RateLimitError, 429),
        ("api_error", errors.InternalServerError, 500),
        ("timeout_error", errors.DeadlineExceededError, 504),
        ("overloaded_error", errors.OverloadedError, 529),
        ("new_error", errors.APIStatusError, 200),
    ],
)
async def test_an_error_event_is_the_class_of_its_type(client, server, kind, cls, status):
    server.script(stream(sse(*BEGUN, {**error_body(kind, "so"), "type": "error"})))
    pieces, error = await failing(client)
    assert type(error) is cls
    assert (error.status_code, error.type, error.api_message) == (status, kind, "so")
    assert error.request_id == "req_stream"
    assert error.response.status_code == 200
    assert pieces == error.partial_message.content[0].text == "partial"
    assert len(server.requests) == 1


async def test_an_error_event_may_come_first_and_need_not_be_json(client, server):
    server.script(stream(b"event: error\ndata: out of order\n\n"))
    pieces, error = await failing(client)
    assert (pieces, error.partial_message, error.body) == ("", None, "out of order")
    assert type(error) is errors.APIStatusError


async def test_once_failed_the_stream_stays_failed(client, server):
    server.script(stream(sse(*BEGUN)))
    async with client.messages.stream(**PROMPT) as s:
        with pytest.raises(errors.IncompleteStreamError) as first:
            await s.until_done()
        with pytest.raises(errors.IncompleteStreamError) as second:
            await s.get_final_message()
        assert second.value is first.value
        assert s.current_message_snapshot.content[0].text == "partial"


async def test_after_close_the_message_is_incomplete_but_readable(client, server):
    server.script(stream(sse(*BEGUN), STALL))
    async with client.messages.stream(**PROMPT) as s:
        async for _ in s.text_stream:
            break
        await s.close()
        assert s.current_message_snapshot.content[0].text == "par"
        with pytest.raises(errors.IncompleteStreamError, match="closed before") as caught:
            await s.get_final_message()
        assert caught.value.partial_message.content[0].text == "par"
    assert server.left.acquire(timeout=2)


async def test_tool_input_that_is_no_json_is_told_at_the_end_of_its_block(client, server):
    tool = [
        begin(0, type="tool_use", id="t", name="n", input={}),
        delta(0, type="input_json_delta", partial_json='{"a": nope'),
        end(0),
    ]
    server.script(stream(sse(START, *tool, finish("tool_use"), STOP)))
    async with client.messages.stream(**PROMPT) as s:
        with pytest.raises(errors.InvalidToolInputError, match="no JSON") as caught:
            async for _ in s:
                pass
    assert isinstance(caught.value, ValueError)
    assert caught.value.partial_message is None
    async with client.messages.stream(**PROMPT) as s:
        with pytest.raises(errors.InvalidToolInputError):
            await s.get_final_message()


async def test_an_event_over_the_bound_is_refused(client, server):
    big = text("x" * 10_000_001)
    server.script(stream(sse(*BEGUN), sse(big), STALL))
    pieces, error = await failing(client)
    assert isinstance(error, errors.EventTooLargeError)
    assert pieces == error.partial_message.content[0].text == "partial"
    assert server.left.acquire(timeout=2)


async def test_silence_is_a_timeout(client, server):
    server.script(stream(sse(*BEGUN), STALL))
    pieces, error = await failing(client, timeout=0.5)
    assert isinstance(error, errors.APITimeoutError)
    assert pieces == error.partial_message.content[0].text == "partial"
    assert server.left.acquire(timeout=2)


async def test_pings_are_no_content(client, server):
    server.script(stream(sse(*BEGUN), *[0.05, sse(PING)] * 40))
    pieces, error = await failing(client, idle_timeout=0.5)
    assert isinstance(error, errors.StreamStalledError)
    assert "0.5 s" in str(error)
    assert pieces == "partial"


async def test_the_idle_timeout_may_be_the_clients_or_none(connect, server):
    server.script(stream(sse(*BEGUN), *[0.05, sse(PING)] * 14))
    _, error = await failing(connect(idle_timeout=0.5))
    assert isinstance(error, errors.StreamStalledError)
    _, error = await failing(connect(idle_timeout=0.5), idle_timeout=None)
    assert isinstance(error, errors.IncompleteStreamError)


async def test_the_idle_timeout_begins_with_the_stream(client, server):
    server.script([0.7, *stream(sse(*answer("a")))], [0.1, *stream(sse(*BEGUN), STALL)])
    async with client.messages.stream(**PROMPT, idle_timeout=0.5) as s:
        assert await s.get_final_text() == "a"
    _, error = await failing(client, idle_timeout=0.5)
    assert isinstance(error, errors.StreamStalledError)
    _, error = await failing(client, idle_timeout=0.5, timeout=None)
    assert isinstance(error, errors.StreamStalledError)


async def test_what_happens_after_the_message_does_not_undo_it(client, server):
    server.script(
        stream(sse(*answer("a")), end=CLOSE),
        stream(sse(*answer("a")), end=RESET),
        stream(sse(*answer("a")), STALL),
        stream(sse(*answer("a")), *[0.05, sse(PING)] * 100),
    )
    for _ in range(4):
        async with client.messages.stream(**PROMPT, idle_timeout=0.3) as s:
            assert await s.get_final_text() == "a"


async def test_the_last_blank_line_may_be_missing(client, server):
    server.script(stream(sse(*answer("a"))[:-1]), stream(sse(*answer("a"))[:-2]))
    for _ in range(2):
        async with client.messages.stream(**PROMPT) as s:
            assert await s.get_final_text() == "a"


async def test_leaving_the_block_closes_the_connection_at_once(client, server):
    server.script(stream(sse(*BEGUN), STALL))
    with pytest.raises(ZeroDivisionError):  # noqa: PT012 - raised inside
        async with client.messages.stream(**PROMPT) as s:
            async for _ in s.text_stream:
                raise ZeroDivisionError
    assert server.left.acquire(timeout=2)


async def test_a_dropped_raw_stream_closes_its_connection(client, server):
    server.script(stream(sse(*BEGUN), STALL))
    s = await client.messages.create(**PROMPT, stream=True)
    async for _ in s:
        break
    del s
    gc.collect()
    await asyncio.sleep(0.05)
    assert server.left.acquire(timeout=2)


async def test_cancelling_closes_the_connection(server, connect, driver):
    if driver == "sync":
        return  # nothing to cancel
    server.script(stream(sse(*BEGUN), STALL))
    client = connect()

    async def read():
        async with client.messages.stream(**PROMPT) as s:
            async for _ in s.text_stream:
                begun.set()

    begun = asyncio.Event()
    task = asyncio.create_task(read())
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert server.left.acquire(timeout=2)


SOUP = st.lists(
    st.one_of(
        st.binary(max_size=40),
        st.sampled_from(EVERYTHING).map(sse),
        st.sampled_from(EVERYTHING).map(lambda event: sse(event)[:30]),
        st.sampled_from([b"event: message_start\ndata: null\n\n", b"event: error\ndata: 1\n\n"]),
        st.sampled_from([b"\n\n", b"\r", b"event: ", b"data: ", b"data: {}\n\n"]),
    ),
    max_size=12,
)


@pytest.fixture(scope="module")
def soup_server():
    server = ScriptedServer()
    yield server
    server.close()


@pytest.mark.slow
@settings(
    max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(parts=SOUP)
def test_any_bytes_end_in_a_message_or_a_typed_error(soup_server, parts):
    soup_server.script(stream(*(part for part in parts if part)))
    with Anthropic(api_key="k", base_url=soup_server.url, max_retries=0) as client:
        for read in (_read_message, _read_events, _read_raw):
            with contextlib.suppress(errors.APIError):
                read(client)


def _read_message(client):
    with client.messages.stream(**PROMPT) as s:
        s.get_final_message()


def _read_events(client):
    with client.messages.stream(**PROMPT) as s:
        for event in s:
            repr(event)


def _read_raw(client):
    for event in client.messages.create(**PROMPT, stream=True):
        repr(event)
