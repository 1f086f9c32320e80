"""Characters cut in two, and events without a name: both are read, as other clients read them."""

import json

import pytest
from asked import PROMPT
from events import START, STOP, answer, begin, delta, end, finish, text
from hypothesis import given
from hypothesis import strategies as st
from scripted_server import reply, stream

from claude_nb.api import errors
from claude_nb.api.streaming import reader
from claude_nb.api.streaming.halves import Halves
from claude_nb.api.types.json_text import read_json, read_partial_json

EMOJI = "\N{GRINNING FACE}"
HIGH, LOW = "\ud83d", "\ude00"


def cut(*events) -> bytes:
    """Return events as a server writes them that escapes all but ASCII, halves as well."""
    return b"".join(
        f"event: {e['type']}\ndata: {json.dumps(e, ensure_ascii=True)}\n\n".encode() for e in events
    )


async def texts(client, **params):
    async with client.messages.stream(**PROMPT, **params) as s:
        pieces = [piece async for piece in s.text_stream]
        return pieces, await s.get_final_message()


@pytest.mark.parametrize(
    ("pieces", "whole"),
    [
        (["a" + HIGH, LOW + "b"], f"a{EMOJI}b"),
        ([HIGH, LOW], EMOJI),
        ([HIGH, "", LOW], EMOJI),
        (["a" + HIGH], "a\ufffd"),
        ([HIGH, "b"], "\ufffdb"),
        ([LOW + "b"], "\ufffdb"),
        ([HIGH + HIGH, LOW], f"\ufffd{EMOJI}"),
        (["a" + HIGH + LOW + "b"], f"a{EMOJI}b"),
    ],
)
async def test_halves_of_a_character_are_joined_over_deltas(client, server, pieces, whole):
    server.script(stream(cut(*answer(*pieces))))
    shown, message = await texts(client)
    assert "".join(shown) == message.content[0].text == whole


async def test_halves_in_thinking_and_in_a_tools_input(client, server):
    events = [
        START,
        begin(0, type="thinking", thinking="", signature=""),
        delta(0, type="thinking_delta", thinking="so" + HIGH),
        delta(0, type="thinking_delta", thinking=LOW),
        end(0),
        begin(1, type="tool_use", id="t", name="f", input={}),
        delta(1, type="input_json_delta", partial_json='{"a": "\\ud83d'),
        delta(1, type="input_json_delta", partial_json='\\ude00", "b": "\\ud83d x"}'),
        end(1),
        finish("tool_use"),
        STOP,
    ]
    server.script(stream(cut(*events)))
    _, message = await texts(client)
    assert message.content[0].thinking == f"so{EMOJI}"
    assert message.content[1].input == {"a": EMOJI, "b": "\ufffd x"}


async def test_halves_in_a_whole_reply(client, server):
    body = {**START["message"], "content": [{"type": "text", "text": f"a{HIGH} {HIGH}{LOW}"}]}
    server.script(reply(200, json.dumps(body).encode()))
    message = await client.messages.create(**PROMPT)
    assert message.content[0].text == f"a\ufffd {EMOJI}"


@given(st.lists(st.text(st.sampled_from(["a", HIGH, LOW, EMOJI, "é"]), max_size=4), max_size=8))
def test_however_it_is_cut_the_text_is_the_same(pieces):
    halves, grown = Halves(), ""
    for event in [*(text(piece) for piece in pieces), end(0)]:
        for mended in halves.mended(event):
            grown += mended.get("delta", {}).get("text", "")
    assert grown == read_json(json.dumps("".join(pieces)).encode())
    assert not halves.held
    grown.encode()


def test_what_is_no_json_stays_none():
    for data in (b'{"a": "\\ud83d"', b"\\ud83d", b"[" * 100_000 + b'"\\ud83d"'):
        with pytest.raises(ValueError, match=r"."):
            read_json(data)
    assert read_partial_json('{"a": "\\ud83d b", "c') == {"a": "\ufffd b"}
    assert read_partial_json('{"a": "\\\\ud83d"}') == {"a": "\\ud83d"}


def nameless(*events) -> bytes:
    return b"".join(b"data: " + json.dumps(event).encode() + b"\n\n" for event in events)


async def test_events_without_a_name_are_read_by_their_type(client, server):
    noise = b"data: [DONE]\n\ndata: {}\n\ndata: 5\n\n: a comment\n\n"
    server.script(stream(noise, nameless(*answer("go", "od")), noise))
    shown, message = await texts(client)
    assert shown == ["go", "od"]
    assert message.content[0].text == "good"


async def test_an_error_without_a_name_is_an_error(client, server):
    problem = {"type": "error", "error": {"type": "overloaded_error", "message": "busy"}}
    server.script(stream(nameless(START, problem)))
    with pytest.raises(Exception, match="busy") as caught:
        await texts(client)
    assert caught.value.status_code == 529


@pytest.mark.parametrize("wait", ["3600", "61", "1e9"])
async def test_a_wait_longer_than_a_minute_is_raised_at_once_with_its_time(client, server, wait):
    server.script(reply(429, b'{"error": {"message": "slow"}}', retry_after=wait))
    with pytest.raises(Exception, match=r"asks to wait [\d,]+ s, so it was not asked again"):
        await client.with_options(max_retries=5).messages.create(**PROMPT)
    assert len(server.requests) == 1


@pytest.mark.parametrize("name", ["event: content_block_start\n", ""])
async def test_an_event_is_parsed_once(client, server, name, monkeypatch):
    parsed = []
    parse = reader.from_json
    monkeypatch.setattr(reader, "from_json", lambda data: parsed.append(data) or parse(data))
    written = [json.dumps(event) for event in answer("a", "b")]
    named = [name.replace("content_block_start", json.loads(data)["type"]) for data in written]
    lines = "".join(f"{n}data: {data}\n\n" for n, data in zip(named, written, strict=True))
    server.script(stream(lines.encode()))
    assert (await texts(client))[1].content[0].text == "ab"
    assert [data.decode() for data in parsed] == written


@pytest.mark.parametrize("name", ["event: content_block_start\n", ""])
async def test_half_a_character_in_what_is_nested_too_deeply_is_a_malformed_stream(
    client, server, name
):
    deep = (
        '{"type": "content_block_start", "a": "\\ud83d", "b": ' + "[" * 50_000 + "]" * 50_000 + "}"
    )
    server.script(stream(cut(START) + f"{name}data: {deep}\n\n".encode()))
    # without a name Python 3.11 to 3.13 cannot read what it is, and skips it; 3.14 reads deeper
    unnamed = (errors.IncompleteStreamError, errors.MalformedStreamError)
    with pytest.raises(errors.MalformedStreamError if name else unnamed):
        await texts(client)
