"""Streams, through the public door: what arrives, in which order, and what stays."""

import gzip

import pytest
from asked import PROMPT
from events import EVERYTHING, PING, START, STOP, answer, begin, delta, end, finish, text
from scripted_server import LAST_CHUNK, chunk, head, sse, stream

from claude_nb.api import errors
from claude_nb.api.streaming.accumulator import MessageAccumulator
from claude_nb.api.types import (
    PingEvent,
    RawMessageStartEvent,
    RedactedThinkingBlock,
    TextBlock,
    ThinkingBlock,
    ToolUseBlock,
    UnknownBlock,
    UnknownEvent,
)


async def all_events(client, **params):
    async with client.messages.stream(**PROMPT, **params) as s:
        return [event async for event in s], s


async def test_text_comes_piece_by_piece_and_the_message_is_whole(client, server):
    server.script(stream(sse(*answer("Hel", "lö", "…"))))
    async with client.messages.stream(**PROMPT) as s:
        assert [piece async for piece in s.text_stream] == ["Hel", "lö", "…"]
        message = await s.get_final_message()
        assert message.content == [TextBlock(type="text", text="Hellö…")]
        assert message.stop_reason == "end_turn"
        assert message.usage.output_tokens == 9
        assert message.usage.cache_read_input_tokens == 4
        assert await s.get_final_text() == "Hellö…"
    assert await s.get_final_message() is message
    assert s.current_message_snapshot is message
    assert message._request_id == s.request_id == "req_stream"
    assert s.response.status_code == 200
    assert s.response.headers["Content-Type"] == "text/event-stream"
    assert s.workspace_id is None
    assert server.requests[0].json()["stream"] is True


async def test_events_come_raw_and_derived_in_the_official_order(client, server):
    server.script(stream(sse(*EVERYTHING)))
    events, _ = await all_events(client)
    assert [event.type for event in events] == [
        "message_start",
        "content_block_start",
        "content_block_delta",
        "thinking",
        "content_block_delta",
        "thinking",
        "content_block_delta",
        "signature",
        "content_block_stop",
        "content_block_start",
        "content_block_delta",
        "text",
        "content_block_delta",
        "citation",
        "content_block_stop",
        "content_block_start",
        *["content_block_delta", "input_json"] * 4,
        "content_block_stop",
        "content_block_start",
        "content_block_stop",
        "content_block_start",
        "content_block_delta",
        "content_block_stop",
        "weather_report",
        "message_delta",
        "message_stop",
    ]


async def test_derived_events_carry_snapshots(client, server):
    server.script(stream(sse(*EVERYTHING)))
    events, s = await all_events(client)
    of = {kind: [e for e in events if e.type == kind] for kind in {e.type for e in events}}
    assert [(e.thinking, e.snapshot) for e in of["thinking"]] == [
        ("Let me ", "Let me "),
        ("see.", "Let me see."),
    ]
    assert of["signature"][0].signature == "sig=="
    assert (of["text"][0].text, of["text"][0].snapshot) == ("As said", "As said")
    assert of["citation"][0].citation.cited_text == "x"
    assert [c.type for c in of["citation"][0].snapshot] == ["char_location"]
    assert [e.snapshot for e in of["input_json"]] == [
        {},
        {},
        {"city": "Paris", "days": [1, 2]},
        {"city": "Paris", "days": [1, 2]},
    ]
    assert [e.content_block.type for e in of["content_block_stop"]] == [
        "thinking",
        "text",
        "tool_use",
        "redacted_thinking",
        "hologram",
    ]
    assert of["message_stop"][0].message is await s.get_final_message()


async def test_nothing_is_lost_that_is_not_known(client, server):
    server.script(stream(sse(*EVERYTHING)))
    events, s = await all_events(client)
    message = await s.get_final_message()
    assert [type(block) for block in message.content] == [
        ThinkingBlock,
        TextBlock,
        ToolUseBlock,
        RedactedThinkingBlock,
        UnknownBlock,
    ]
    assert message.content[0].thinking == "Let me see."
    assert message.content[0].signature == "sig=="
    assert message.content[1].citations[0].end_char_index == 1
    assert message.content[2].input == {"city": "Paris", "days": [1, 2]}
    assert message.content[4].rays == 7
    assert message.usage.output_tokens_details.thinking_tokens == 3
    report = next(e for e in events if e.type == "weather_report")
    assert isinstance(report, UnknownEvent)
    assert report.sky == "blue"


async def test_printing_the_text_of_every_delta_survives_a_model_that_thinks(client, server):
    server.script(stream(sse(*EVERYTHING)))
    events, _ = await all_events(client)
    deltas = [e.delta.text for e in events if e.type == "content_block_delta"]
    assert "".join(deltas) == "As said"


async def test_create_with_stream_gives_raw_events(client, server):
    server.script(stream(sse(START, PING, *answer("a")[1:])))
    events = [e async for e in await client.messages.create(**PROMPT, stream=True)]
    assert [e.type for e in events] == [e["type"] for e in answer("a")]
    assert isinstance(events[0], RawMessageStartEvent)


async def test_create_with_stream_can_be_entered_and_stepped(client, server):
    server.script(stream(sse(*answer("a"))))
    async with await client.messages.create(**PROMPT, stream=True) as s:
        assert (await s.__anext__()).type == "message_start"
        assert s.request_id == "req_stream"


async def test_pings_are_given_when_asked_for(client, server):
    server.script(stream(sse(START, PING, *answer("a")[1:])))
    events, _ = await all_events(client, include_pings=True)
    assert isinstance(events[1], PingEvent)
    raw = [e async for e in await client.messages.create(**PROMPT, stream=True, include_pings=True)]
    assert raw[1].type == "ping"


async def test_the_snapshot_grows(client, server):
    server.script(stream(sse(*answer("a", "b"))))
    async with client.messages.stream(**PROMPT) as s:
        with pytest.raises(AssertionError, match="has not begun"):
            _ = s.current_message_snapshot
        seen = [s.current_message_snapshot.content[0].text async for e in s if e.type == "text"]
    assert seen == ["a", "ab"]


async def test_mixing_ways_of_reading_loses_nothing(client, server):
    server.script(stream(sse(*answer("a", "b", "c"))))
    async with client.messages.stream(**PROMPT) as s:
        async for event in s:
            if event.type == "text":
                break
        assert [piece async for piece in s.text_stream] == ["b", "c"]
        assert await s.get_final_text() == "abc"


async def test_until_done_reads_to_the_end(client, server):
    server.script(stream(sse(*answer("a"))))
    async with client.messages.stream(**PROMPT) as s:
        await s.until_done()
        assert s.current_message_snapshot.stop_reason == "end_turn"


async def test_final_text_needs_text(client, server):
    server.script(
        stream(sse(START, begin(0, type="redacted_thinking", data="x"), end(0), finish(), STOP))
    )
    async with client.messages.stream(**PROMPT) as s:
        with pytest.raises(RuntimeError, match="no text block; its content is: redacted_thinking"):
            await s.get_final_text()


async def test_every_event_is_kept_cheaply_and_snapshots_are_right_later_too(client, server):
    pieces = [f"p{n} " for n in range(50)]
    server.script(stream(sse(*answer(*pieces))))
    events, _ = await all_events(client)
    texts = [e for e in events if e.type == "text"]
    assert [e.snapshot for e in reversed(texts)] == ["".join(pieces[:n]) for n in range(50, 0, -1)]
    assert texts[3].model_dump() == {"type": "text", "text": "p3 ", "snapshot": "p0 p1 p2 p3 "}


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("size", [1, 2, 3, 7, 4096])
async def test_endings_and_chunk_sizes_make_no_difference(client, server, ending, size):
    data = sse(*answer("Grüße", "\u2028 \u2029 \x85", "🎉")).replace(b"\n", ending.encode())
    server.script(stream(*(data[i : i + size] for i in range(0, len(data), size))))
    async with client.messages.stream(**PROMPT) as s:
        assert await s.get_final_text() == "Grüße\u2028 \u2029 \x85🎉"


async def test_text_may_be_parsed_while_it_grows(client, server):
    server.script(stream(sse(*answer('{"a": [1', ', 2], "b": "x'))))
    events, _ = await all_events(client)
    snapshots = [e.parsed_snapshot() for e in events if e.type == "text"]
    assert snapshots == [{"a": [1]}, {"a": [1, 2], "b": "x"}]


async def test_a_delta_for_a_block_that_never_began_is_kept(client, server):
    deltas = [
        text("hi", 0),
        delta(1, type="thinking_delta", thinking="hm"),
        delta(2, type="input_json_delta", partial_json='{"a":1}'),
        delta(3, type="signature_delta", signature="s"),
    ]
    server.script(stream(sse(START, *deltas, finish(), STOP)))
    async with client.messages.stream(**PROMPT) as s:
        message = await s.get_final_message()
    assert [b.type for b in message.content] == ["text", "thinking", "tool_use", "thinking"]
    assert (message.content[2].input, message.content[3].signature) == ({"a": 1}, "s")


async def test_deltas_that_do_not_fit_their_block_derive_nothing(client, server):
    odd = [
        begin(0, type="text", text="a"),
        delta(0, type="thinking_delta", thinking="hm"),
        text("b"),
        end(0),
    ]
    server.script(stream(sse(START, *odd, finish(), STOP)))
    events, s = await all_events(client)
    assert "thinking" not in [e.type for e in events]
    assert await s.get_final_text() == "ab"


async def test_tool_input_cut_off_by_max_tokens_keeps_what_is_there(client, server):
    tool = [
        begin(0, type="tool_use", id="t", name="n", input={}),
        delta(0, type="input_json_delta", partial_json='{"a": 1, "b": [2, 3'),
        end(0),
    ]
    server.script(stream(sse(START, *tool, finish("max_tokens"), STOP)))
    async with client.messages.stream(**PROMPT) as s:
        assert (await s.get_final_message()).content[0].input == {"a": 1, "b": [2, 3]}


async def test_what_message_start_already_holds_is_kept(client, server):
    start = {**START, "message": {**START["message"], "content": [{"type": "text", "text": "pre"}]}}
    again = {**START, "message": {**START["message"], "id": "other"}}
    server.script(
        stream(sse(start, again, begin(1, type="text", text=""), text("x", 1), finish(), STOP))
    )
    async with client.messages.stream(**PROMPT) as s:
        message = await s.get_final_message()
    assert message.id == "msg_1"
    assert [b.text for b in message.content] == ["pre", "x"]


async def test_a_later_message_delta_overwrites_only_what_it_says(client, server):
    last = {"type": "message_delta", "delta": {"stop_reason": None, "container": {"id": "c"}}}
    server.script(stream(sse(*answer("a")[:-1], {**last, "usage": {"output_tokens": 12}}, STOP)))
    async with client.messages.stream(**PROMPT) as s:
        message = await s.get_final_message()
    assert (message.stop_reason, message.container) == ("end_turn", {"id": "c"})
    assert (message.usage.output_tokens, message.usage.input_tokens) == (12, 11)


async def test_gzip_is_unpacked(client, server):
    packed = gzip.compress(sse(*answer("zip")))
    steps = [head(transfer_encoding="chunked", content_encoding="gzip")]
    server.script(
        [*steps, *(chunk(packed[i : i + 9]) for i in range(0, len(packed), 9)), LAST_CHUNK]
    )
    async with client.messages.stream(**PROMPT) as s:
        assert await s.get_final_text() == "zip"


async def test_events_without_name_or_data_are_skipped(client, server):
    noise = b"data: [DONE]\n\ndata: {}\n\nevent: nothing\n\n: comment\n\nid: 1\n\n"
    server.script(stream(noise, sse(*answer("a")), noise))
    events, _ = await all_events(client)
    assert len(events) == len(answer("a")) + 1


def test_the_accumulator_judges_no_order():
    accumulator = MessageAccumulator()
    accumulator.apply({"type": "content_block_stop", "index": 0})
    accumulator.apply(STOP)
    assert (accumulator.started, accumulator.stopped) == (False, True)
    with pytest.raises(TypeError, match="expected an object, got list"):
        accumulator.apply({"type": "message_start", "message": []})


async def test_a_message_that_ends_without_beginning_is_incomplete(client, server):
    server.script(stream(sse(end(0), STOP)))
    async with client.messages.stream(**PROMPT) as s:
        with pytest.raises(errors.IncompleteStreamError):
            await s.get_final_message()
    raw = [e.type async for e in await client.messages.create(**PROMPT, stream=True)]
    assert raw == ["content_block_stop", "message_stop"]


async def test_a_manager_that_never_began_can_be_left(client):
    manager = client.messages.stream(**PROMPT)
    await manager.__aexit__(None, None, None)


async def test_an_invalid_snapshot_is_none_until_the_block_ends(client, server):
    tool = [
        begin(0, type="tool_use", id="t", name="n", input={}),
        delta(0, type="input_json_delta", partial_json="nope"),
    ]
    server.script(stream(sse(START, *tool, STOP)))
    async with client.messages.stream(**PROMPT) as s:
        async for event in s:
            if event.type == "input_json":
                assert event.snapshot is None
                break
        for _ in range(2):
            with pytest.raises(errors.InvalidToolInputError):
                _ = s.current_message_snapshot


@pytest.mark.parametrize("lacking", [{}, {"text": None, "thinking": None, "input": None}])
async def test_blocks_that_begin_without_what_grows_in_them_grow(connect, server, lacking):
    events = [
        {**START, "message": {**START["message"], "usage": None}},
        begin(0, type="thinking", signature="s", **lacking),
        delta(0, type="thinking_delta", thinking="so"),
        end(0),
        begin(1, type="text", **lacking),
        text("a", index=1),
        end(1),
        begin(2, type="tool_use", id="t", name="f", **lacking),
        delta(2, type="input_json_delta", partial_json='{"a": 1}'),
        end(2),
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": None},
        STOP,
    ]
    server.script(stream(sse(*events)))
    async with connect().messages.stream(**PROMPT) as s:
        seen = [event async for event in s]
        message = await s.get_final_message()
    assert [block.to_dict().get("input") or "" for block in message.content[2:]] == [{"a": 1}]
    assert (message.content[0].thinking, message.content[1].text) == ("so", "a")
    assert message.usage.to_dict() == {}
    ends = [event for event in seen if event.type == "message_delta"]
    assert [event.usage.output_tokens for event in ends] == [None]
