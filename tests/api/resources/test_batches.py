"""Batches: their calls, their results row by row, and waiting for them."""

import json

import pytest
from asked import KEY, PROMPT
from scripted_server import CLOSE, LAST_CHUNK, RESET, STALL, chunk, error_body, head, reply

from claude_nb.api import errors
from claude_nb.api.calls import CallRecorder
from claude_nb.api.streaming.lines import LineReader
from claude_nb.api.types import MessageBatch
from claude_nb.api.wire import Headers, Request, Response


def batch(status="ended", **fields):
    counts = {"processing": 0, "succeeded": 3, "errored": 1, "canceled": 0, "expired": 0}
    return {
        "id": "msgbatch_1",
        "type": "message_batch",
        "processing_status": status,
        "request_counts": counts,
        "created_at": "2026-11-22T10:00:00Z",
        "expires_at": "not a date",
        "results_url": None,
        **fields,
    }


MESSAGE = {"id": "m", "content": [{"type": "text", "text": "hi"}], "usage": {"output_tokens": 1}}
ROWS = [
    {"custom_id": "a", "result": {"type": "succeeded", "message": MESSAGE}},
    {
        "custom_id": "b",
        "result": {
            "type": "errored",
            "error": {"type": "error", "error": {"type": "e", "message": "no"}},
        },
    },
    {"custom_id": "c", "result": {"type": "canceled"}},
    {"custom_id": "d", "result": {"type": "expired"}},
    {"custom_id": "e", "result": {"type": "postponed", "until": 3}},
]
LINES = b"".join(json.dumps(row).encode() + b"\n" for row in ROWS)


async def test_the_calls_of_a_batch(client, server):
    server.script(reply(200, batch("in_progress"), request_id="r"))
    batches = client.messages.batches
    requests = ({"custom_id": str(n), "params": PROMPT} for n in range(2))
    made = await batches.create(requests=requests)
    assert made.request_counts.succeeded == 3
    assert made.created_at.year == 2026
    assert made.expires_at == "not a date"
    assert made._request_id == "r"
    await batches.retrieve("msgbatch_1", extra_headers={"x-a": "1"})
    await batches.cancel("a/b")
    server.script(reply(200, {"id": "msgbatch_1", "type": "message_batch_deleted"}))
    assert (await batches.delete("msgbatch_1")).type == "message_batch_deleted"
    assert [(r.method, r.target) for r in server.requests] == [
        ("POST", "/v1/messages/batches"),
        ("GET", "/v1/messages/batches/msgbatch_1"),
        ("POST", "/v1/messages/batches/a%2Fb/cancel"),
        ("DELETE", "/v1/messages/batches/msgbatch_1"),
    ]
    assert server.requests[0].json() == {
        "requests": [{"custom_id": str(n), "params": PROMPT} for n in range(2)]
    }
    assert server.requests[1].headers["x-a"] == "1"
    for call in (batches.retrieve, batches.cancel, batches.delete, batches.results):
        with pytest.raises(ValueError, match="non-empty value for `message_batch_id`"):
            await call("")


async def test_raw_replies_of_batches(client, server):
    server.script(reply(200, batch()))
    raw = await client.messages.batches.with_raw_response.retrieve("x")
    assert isinstance(await raw.parse(), MessageBatch)


async def test_lists_go_through_all_pages(client, server):
    def page(*ids, more):
        return reply(
            200,
            {
                "data": [batch(id=i) for i in ids],
                "has_more": more,
                "first_id": ids[0] if ids else None,
                "last_id": ids[-1] if ids else None,
            },
        )

    server.script(page("a", "b", more=True), page("c", more=True), page(more=True))
    assert [b.id async for b in client.messages.batches.list(limit=2)] == ["a", "b", "c"]
    assert [r.target.partition("?")[2] for r in server.requests] == [
        "limit=2",
        "limit=2&after_id=b",
        "limit=2&after_id=c",
    ]
    server.requests.clear()
    server.script(page("y", "z", more=True), page("x", more=False))
    first = await client.messages.batches.list(before_id="zz", timeout=5)
    assert [b.id for b in first.data] == ["y", "z"]
    assert (first.has_more, first.first_id, first.last_id) == (True, "y", "z")
    assert first.has_next_page()
    assert "2 items, has_more=True" in repr(getattr(first, "_value", first))
    second = await first.get_next_page()
    assert [b.id for b in second.data] == ["x"]
    assert server.requests[1].target.endswith("?before_id=y")
    assert not second.has_next_page()
    with pytest.raises(RuntimeError, match="last page"):
        await second.get_next_page()
    server.script(page("y", more=True), page("x", more=False))
    pages = [p async for p in (await client.messages.batches.list()).iter_pages()]
    assert len(pages) == 2


async def test_a_list_without_ids_ends(client, server):
    server.script(reply(200, {"data": [batch()], "has_more": True}))
    assert len([b async for b in client.messages.batches.list()]) == 1


async def read(client, **options):
    return [row async for row in await client.messages.batches.results("msgbatch_1", **options)]


@pytest.mark.parametrize("size", [1, 7, 64, 100_000])
async def test_results_come_row_by_row(client, server, size):
    url = f"{server.url}/somewhere/results?x=1"
    pieces = [LINES[i : i + size] for i in range(0, len(LINES), size)]
    results = [head(transfer_encoding="chunked"), *map(chunk, pieces), LAST_CHUNK]
    server.script(reply(200, batch(results_url=url)), results)
    rows = await read(client)
    assert [(row.custom_id, row.result.type) for row in rows] == [
        ("a", "succeeded"),
        ("b", "errored"),
        ("c", "canceled"),
        ("d", "expired"),
        ("e", "postponed"),
    ]
    assert rows[0].result.message.content[0].text == "hi"
    assert rows[1].result.error.error.message == "no"
    assert rows[4].result.until == 3
    assert server.requests[1].target == "/somewhere/results?x=1"
    assert server.requests[1].headers["x-api-key"] == KEY
    assert server.requests[1].headers["accept"] == "application/binary"


async def test_the_last_line_may_be_open_and_lines_may_be_blank(client, server):
    body = LINES.replace(b"\n", b"\r\n\r\n")[:-4]
    server.script(reply(200, batch(results_url=server.url)), reply(200, body))
    assert len(await read(client)) == 5


async def test_the_key_goes_to_no_other_host(client, server):
    url = "https://api.elsewhere.example/v1/messages/batches/msgbatch_1/results"
    server.script(reply(200, batch(results_url=url)), reply(200, LINES))
    assert len(await read(client)) == 5
    assert server.requests[1].target == "/v1/messages/batches/msgbatch_1/results"


async def test_results_need_an_end(client, server):
    server.script(reply(200, batch("in_progress")))
    with pytest.raises(errors.AnthropicError, match=r"finished processing\? in_progress"):
        await read(client)


@pytest.mark.parametrize(
    ("steps", "kind"),
    [
        (reply(404, b"{}"), errors.NotFoundError),
        (reply(200, LINES + b"nonsense\n"), errors.MalformedStreamError),
        (reply(200, LINES + b"[1]\n"), errors.MalformedStreamError),
        (reply(200, LINES + b'{"custom_id"'), errors.MalformedStreamError),
        ([head(content_length="9999") + LINES, CLOSE], errors.APIConnectionError),
        ([head(content_length="9999") + LINES, STALL], errors.APITimeoutError),
    ],
)
async def test_results_that_break(client, server, steps, kind):
    server.script(reply(200, batch(results_url=server.url)), steps)
    rows, most = [], 0.2 if kind is errors.APITimeoutError else 20
    with pytest.raises(kind):  # noqa: PT012 - at some turn
        async for row in await client.messages.batches.results("msgbatch_1", timeout=most):
            rows.append(row)  # noqa: PERF401 - kept up to the error
    assert len(rows) == (0 if kind is errors.NotFoundError else 5)


async def test_results_can_be_left(client, server):
    endless = [head(content_length="99999") + LINES, STALL]
    server.script(reply(200, batch(results_url=server.url)), endless)
    async with await client.messages.batches.results("msgbatch_1") as rows:
        assert (await rows.__anext__()).custom_id == "a"
        assert rows.response.status_code == 200
    assert server.left.acquire(timeout=2)


def test_a_line_has_a_bound():
    request = Request("GET", "http://x")
    response = Response(200, Headers(), request)
    reader = LineReader(response, CallRecorder(None, request), max_line_bytes=10)
    with pytest.raises(errors.MalformedStreamError, match="longer than 10 bytes"):
        list(reader.feed(b"x" * 11))


async def test_waiting_tells_how_far_it_is(client, server):
    server.script(*[reply(200, batch("in_progress"))] * 3, reply(200, batch("ended")))
    seen = []
    done = await client.messages.batches.wait(
        "msgbatch_1",
        on_progress=lambda b: seen.append(b.processing_status),
        longest_interval=0.01,
    )
    assert done.processing_status == "ended"
    assert seen == ["in_progress"] * 3 + ["ended"]


async def test_waiting_has_an_end(client, server):
    server.script(reply(200, batch("canceling")))
    with pytest.raises(errors.WaitTimeoutError, match="still canceling after 0 s"):
        await client.messages.batches.wait("msgbatch_1", longest_interval=0.02, timeout=0.05)
    assert len(server.requests) >= 3


LOST = [
    [RESET],
    [CLOSE],
    [head(200, content_length="100"), b"{", CLOSE],
    reply(500, error_body("api_error")),
    reply(502, b"<html>bad gateway</html>"),
    reply(503, b"no", retry_after_ms="1"),
    reply(504, b""),
    reply(200, b"<html>welcome</html>"),
]


@pytest.mark.parametrize("lost", LOST)
async def test_a_batch_whose_reply_was_lost_is_not_created_again(client, server, lost):
    created = []

    def accept(request):
        created.append(request.json())
        return lost

    server.handler = accept
    requests = [{"custom_id": str(n), "params": PROMPT} for n in range(1200)]
    with pytest.raises(errors.APIError, match="look for one of 1,200 requests in client") as caught:
        await client.with_options(max_retries=2).messages.batches.create(requests=requests)
    assert len(created) == 1
    assert str(caught.value) == caught.value.message
    assert "was not sent again" in caught.value.message


async def test_a_batch_that_was_stalled_is_not_created_again(client, server):
    server.script([STALL])
    with pytest.raises(errors.APITimeoutError, match=r"batches\.list\(\)"):
        await client.with_options(max_retries=2).messages.batches.create(requests=[], timeout=0.3)
    assert len(server.requests) == 1


REFUSED = [
    reply(429, error_body("rate_limit_error"), retry_after_ms="1"),
    reply(529, error_body("overloaded_error"), retry_after_ms="1"),
    reply(500, error_body("api_error"), retry_after_ms="1", x_should_retry="true"),
]


@pytest.mark.parametrize("refused", REFUSED)
async def test_a_batch_that_was_surely_refused_is_sent_again(client, server, refused):
    server.script(refused, reply(200, batch()))
    assert (
        await client.with_options(max_retries=2).messages.batches.create(requests=[])
    ).id == "msgbatch_1"
    assert len(server.requests) == 2


async def test_a_batch_that_is_wrong_is_told_as_it_is(client, server):
    server.script(reply(400, error_body("invalid_request_error")))
    with pytest.raises(errors.BadRequestError) as caught:
        await client.with_options(max_retries=2).messages.batches.create(requests=[])
    assert "batches.list()" not in str(caught.value)


async def test_a_message_whose_reply_was_lost_is_asked_for_again(client, server):
    server.script([CLOSE], reply(200, MESSAGE))
    assert (await client.with_options(max_retries=2).messages.create(**PROMPT)).content[
        0
    ].text == "hi"
    assert len(server.requests) == 2
