"""A line says what passed, in words that people read, and nothing of it is lost."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from cassette_rig import JSON, STOP, STREAM, created, params, put, replied, streamed
from hypothesis import given
from hypothesis import strategies as st

from claude_nb.api.types import Message
from claude_nb.cassette import Cassette
from claude_nb.cassette.forms import as_message, as_stream
from claude_nb.cassette.line import read, written
from claude_nb.cassette.streams import blocks, laid_out, rendered, told_in
from claude_nb.cassette.taped import Taped

SAMPLES = Path(__file__).parents[1] / "samples"


def sse(*events):
    return "".join(f"event: {e.get('type')}\ndata: {json.dumps(e)}\n\n" for e in events)


def delta(text, kind="text_delta", name="text", index=0):
    return {"type": "content_block_delta", "index": index, "delta": {"type": kind, name: text}}


def test_a_stream_reads_as_one_text_in_the_file(connect, path):
    message = streamed(connect(), **params())[1]
    kept = json.loads(path.read_text(encoding="utf-8"))
    assert list(kept) == ["key", "n", "request", "status", "headers", "stream", "pace"]
    (text,) = [e for e in kept["stream"] if e["type"] == "content_block_delta"]
    assert text["delta"]["text"] == message.content[0].text
    assert len(text["pieces"]) > 1
    assert sum(text["pieces"]) == len(message.content[0].text)


def test_a_message_reads_as_itself(connect, path):
    message = created(connect(), **params())
    kept = json.loads(path.read_text(encoding="utf-8"))
    assert kept["answer"] == message.to_dict()
    assert path.read_text(encoding="utf-8").count("\n") == 1
    assert "“quoted”" in path.read_text(encoding="utf-8")


def test_an_answer_that_a_person_edits_is_played_as_edited(connect, path):
    message = streamed(connect(), **params())[1]
    text = path.read_text(encoding="utf-8")
    for put_in, taken in [("Longer than before, by far", "to all"), ("", "to all")]:
        path.write_text(text.replace(taken, put_in), encoding="utf-8")
        again = streamed(connect("replay"), **params())[1]
        assert again.content[0].text == message.content[0].text.replace(taken, put_in)


@pytest.mark.parametrize("char", ["\x85", "\u2028", "\u2029", "\u202e", "\u200b", "\U000e0041"])
def test_nothing_ends_a_line_or_hides_in_it(char):
    taped = Taped("0" * 32, {"x": f"a{char}b"}, 200, {}, json.dumps({"y": char}))
    line = written(taped).decode()
    assert len(line.splitlines()) == 1
    assert char not in line
    assert read(line.encode()).request == taped.request


EVENTS = st.one_of(
    st.builds(delta, st.text(max_size=5)),
    st.builds(delta, st.text(max_size=5), st.just("thinking_delta"), st.just("thinking")),
    st.builds(delta, st.text(max_size=5), index=st.sampled_from([0, 1, True, 1.0, None])),
    st.builds(delta, st.none() | st.integers()),
    st.just({"type": "ping"}),
    st.just({"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {}}),
    st.just({**delta("x"), "pieces": [1]}),
    st.just({**delta("x"), "more": 1}),
    st.dictionaries(st.text(max_size=5), st.integers() | st.text(max_size=5), max_size=3),
)


@given(st.lists(EVENTS, max_size=8))
def test_any_stream_is_written_and_read_again(events):
    text = sse(*events)
    taped = Taped("0" * 32, {}, 200, {"content-type": STREAM}, text)
    again = read(written(taped))
    assert [told_in(block) for block in blocks(again.body)] == [*map(told_in, blocks(text))]
    assert replace(again, body="") == replace(taped, body="")


@pytest.mark.parametrize(
    "text",
    [
        sse(delta("a")).replace("\n", "\r\n"),
        "data: [DONE]\n\n" + STOP,
        ": comment\n\n" + STOP,
        "id: 5\n" + STOP,
        "retry: 5\n\n" + STOP,
        sse(delta("a")).replace("event: content_block_delta", "event: other") + STOP,
        STOP.removesuffix("\n"),
        STOP + "data: torn",
        'event: x\ndata: {"type": "x",\ndata: "y": 1}\n\n' + STOP,
        'event: x\ndata: {"type": "x", "half": "\\ud800"}\n\n' + STOP,
        "",
    ],
)
def test_a_stream_of_another_form_is_kept_as_it_came(text):
    taped = Taped("0" * 32, {}, 200, {"content-type": STREAM}, text)
    assert read(written(taped)).body == text


@pytest.mark.parametrize("body", ["5", "[1]", "x", "", "null", '{"half": "\\ud800"}', '{"a": NaN}'])
def test_an_answer_of_another_form_is_kept_as_it_came(body):
    taped = Taped("0" * 32, {}, 200, {"content-type": JSON}, body)
    assert read(written(taped)).body == body


def test_pieces_are_joined_where_they_follow_each_other():
    events = [delta("a"), delta("b"), {"type": "ping"}, delta("c"), delta("d", index=1), delta("")]
    laid = laid_out(sse(*events))
    assert [event.get("pieces") for event in laid] == [[1, 1], None, None, None, None]
    assert [told_in(block) for block in blocks(rendered(laid))] == events


ODD = ["[DONE]", "", "5", "[1]", "[" * 100_000, '{"delta": 5}', '{"delta": {"text": [1]}}', "NaN"]


@pytest.mark.parametrize("data", ODD)
def test_odd_lines_in_a_whole_stream_cost_neither_answer_nor_recording(path, data):
    cassette = Cassette(path)
    put(cassette, *replied(STREAM, f"data: {data}\n\n{STOP}data: {data}\n"))
    assert len(cassette) == len(Cassette(path)) == 1


# ---- either form


def samples():
    lines = (SAMPLES / "blocks.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line)["block"] for line in lines if line.strip()]


def whole(*content, **more):
    return {
        "id": "msg_1", "type": "message", "role": "assistant", "model": "m", "content": [*content],
        "stop_reason": "end_turn", "stop_sequence": None,
        "usage": {"input_tokens": 3, "output_tokens": 5, "server_tool_use": {"web_searches": 1}},
        **more,
    }  # fmt: skip


@pytest.mark.parametrize("block", samples(), ids=lambda block: block.get("type"))
def test_a_message_is_the_same_after_it_was_a_stream(block):
    message = whole(block, {"type": "text", "text": "End."})
    message["model"] = block.get("to", message)["model"]  # the one that answered in the end
    assert json.loads(as_message(as_stream(json.dumps(message)))) == message


@pytest.mark.parametrize(
    "message",
    [
        whole(),
        whole({"type": "text", "text": ""}),
        whole({"type": "text", "text": "a", "citations": []}),
        whole({"type": "text", "text": "a", "citations": [{"type": "x"}]}),
        whole({"type": "tool_use", "id": "t", "name": "n", "input": {}}),
        whole(
            {"type": "tool_use", "id": "t", "name": "n", "input": {"é": [1.5, None, {"a": "b"}]}}
        ),
        whole(stop_reason="stop_sequence", stop_sequence="x", container={"id": "c"}, new=[1]),
    ],
)
def test_any_message_is_the_same_after_it_was_a_stream(message):
    again = json.loads(as_message(as_stream(json.dumps(message))))
    assert Message.from_wire(again).to_dict() == Message.from_wire(message).to_dict()


@pytest.mark.parametrize("text", ["", "x", "5", "[]", "{}", '{"content": 5}', '{"content": [5]}'])
def test_what_is_no_message_is_none(text):
    assert as_stream(text) is None
    assert as_message(text) is None
    assert as_message(STOP) is None
