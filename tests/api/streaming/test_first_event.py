"""What comes in the place of an answer, with a status of success: tried again, or said clearly."""

from __future__ import annotations

import pytest
from asked import PROMPT
from events import answer
from scripted_server import CLOSE, STALL, error_body, head, sse, stream

from claude_nb.api import errors

OVERLOADED = error_body("overloaded_error", "Overloaded")


def soon(*parts):
    """Return the steps of a stream whose head asks to wait for a moment only."""
    quick = head(content_type="text/event-stream", connection="close", retry_after_ms="1")
    return [quick, *parts, CLOSE]


REFUSED = soon(sse(OVERLOADED))
BUSY = [head(529, content_length="0", retry_after_ms="1")]
GOOD = stream(sse(*answer("fine")))
PING = {"type": "ping"}


@pytest.mark.parametrize("kind", ["overloaded_error", "rate_limit_error", "api_error"])
@pytest.mark.parametrize("before", [b"", sse(PING), b": comment\n\n"])
async def test_a_refusal_as_the_first_event_is_tried_again(connect, server, kind, before):
    waits, records = [], []
    first = soon(before + sse(error_body(kind, "not now")))
    server.script(first, GOOD)
    client = connect(max_retries=2, on_retry=waits.append, on_call=records.append)
    async with client.messages.stream(**PROMPT) as s:
        assert await s.get_final_text() == "fine"
    assert [(w.attempt, w.attempts) for w in waits] == [(2, 3)]
    assert [r.headers["x-stainless-retry-count"] for r in server.requests] == ["0", "1"]
    assert [(r.attempts, r.outcome) for r in records] == [(2, "ok")]


async def test_raw_events_too(connect, server):
    server.script(REFUSED, GOOD)
    events = await connect(max_retries=1).messages.create(**PROMPT, stream=True)
    seen = [event.type async for event in events]
    assert seen[0] == "message_start"
    assert seen.count("message_start") == 1


async def test_the_attempts_are_those_of_the_whole_call(connect, server):
    server.script(BUSY, REFUSED, BUSY, REFUSED, GOOD)
    records = []
    client = connect(max_retries=3, on_call=records.append)
    with pytest.raises(errors.OverloadedError) as caught:
        async with client.messages.stream(**PROMPT) as s:
            await s.until_done()
    assert len(server.requests) == 4
    assert (caught.value.status_code, caught.value.api_message) == (529, "Overloaded")
    assert [(r.attempts, r.outcome) for r in records] == [(4, "OverloadedError")]


async def test_what_fails_on_the_way_back_is_the_error(connect, server):
    denied = [head(401, content_length="0")]
    server.script(REFUSED, denied)
    async with connect(max_retries=2).messages.stream(**PROMPT) as s:
        with pytest.raises(errors.AuthenticationError):
            await s.until_done()
        with pytest.raises(errors.AuthenticationError):
            await s.get_final_message()
    assert len(server.requests) == 2


@pytest.mark.parametrize("sent", [answer("half")[:1], answer("half")[:3]])
async def test_nothing_is_asked_twice_once_a_message_has_begun(connect, server, sent):
    server.script(stream(sse(*sent, OVERLOADED)), GOOD)
    async with connect(max_retries=3).messages.stream(**PROMPT) as s:
        with pytest.raises(errors.OverloadedError):
            await s.until_done()
    assert len(server.requests) == 1


async def test_what_is_no_better_a_second_time_is_not_tried_again(connect, server):
    server.script(stream(sse(error_body("invalid_request_error", "no"))), GOOD)
    async with connect(max_retries=3).messages.stream(**PROMPT) as s:
        with pytest.raises(errors.BadRequestError):
            await s.until_done()
    assert len(server.requests) == 1


async def test_leaving_closes_the_connection_that_is_read(connect, server):
    server.script(REFUSED, [*stream(sse(*answer("fine")[:3]))[:-1], STALL])
    async with connect(max_retries=1).messages.stream(**PROMPT) as s:
        async for event in s:
            if event.type == "content_block_delta":
                break
    assert server.wait_until(lambda: server.open_connections == 0)


MESSAGE = b'{"type": "message", "id": "m", "content": [], "usage": {}}'
BODIES = {
    "a page": (
        b"<!DOCTYPE html>\n<html><head><title>Sign in &ndash;\n Corp</title></head></html>",
        "a web page titled 'Sign in \u2013 Corp'",
    ),
    "a page without title": (b"<html><body>hi</body></html>", "a web page"),
    "another API's error": (b'{"error": {"message": "no quota"}}', "'no quota'"),
    "an error in a word": (b'{"error": "no quota"}', "'no quota'"),
    "a detail": (b'{"detail": [{"message": "no quota"}]}', "'no quota'"),
    "text": (b"OK", "'OK'"),
    "another API's stream": (b'data: {"choices": [{"delta": {}}]}\n\ndata: [DONE]\n\n', "choices"),
    "an answer that is no stream": (MESSAGE, "an answer that came whole"),
}


@pytest.mark.parametrize("kind", BODIES)
async def test_another_body_in_the_place_of_a_stream_is_said(connect, server, kind):
    body, words = BODIES[kind]
    server.script([head(content_length=str(len(body))) + body])
    async with connect(max_retries=3).messages.stream(**PROMPT) as s:
        with pytest.raises(errors.MalformedStreamError) as caught:
            await s.until_done()
    message = str(caught.value)
    assert f"{server.url}/v1/messages is no stream of the Messages API, but" in message
    assert words in message
    assert "\n" not in message
    assert "<" not in message
    assert len(message) < 400
    assert len(server.requests) == 1


async def test_an_error_as_json_in_the_place_of_a_stream_is_that_error(connect, server):
    body = b'{"type": "error", "error": {"type": "authentication_error", "message": "bad key"}}'
    server.script([head(content_length=str(len(body))) + body])
    async with connect(max_retries=3).messages.stream(**PROMPT) as s:
        with pytest.raises(errors.AuthenticationError, match="bad key"):
            await s.until_done()


@pytest.mark.parametrize("status", [403, 520, 530])
async def test_a_page_as_an_error_is_its_title(client, server, status):
    page = b"<!doctype html><html><head><title>520: unknown\n error</title><style>"
    body = page + b"a{b:c}\n" * 20_000 + b"</style></head></html>"
    server.script([head(status, content_length=str(len(body))) + body])
    with pytest.raises(errors.APIStatusError) as caught:
        await client.messages.create(**PROMPT)
    assert str(caught.value) == f"Error code: {status} - a web page titled '520: unknown error'"
    assert str(caught.value.body).startswith("<!doctype html>")
