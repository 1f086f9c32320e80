"""Streams keep the API's grammar, and say the same as the plain reply."""

from __future__ import annotations

import json
import re

import pytest
from emulator_requests import NEW, PERSON, WEATHER, ask, talk

from claude_nb.emulator import Answer
from claude_nb.emulator.answering import content
from claude_nb.emulator.answering.engine import Engine
from claude_nb.emulator.endpoints import stream

THINK = {"type": "enabled", "budget_tokens": 2048}
CASES = {
    "text": ask("Write a haiku about tea"),
    "thinking": ask("What is 17 * 23?", max_tokens=4096, thinking=THINK),
    "hidden thinking": ask(model="claude-sonnet-5-5"),
    "tool": ask("What's the weather in Paris?", tools=[WEATHER]),
    "two tools": ask("What's the weather in Paris and Rome?", tools=[WEATHER]),
    "json": ask("Ada is 36", output_config={"format": {"type": "json_schema", "schema": PERSON}}),
    "stop sequence": ask("Count from 1 to 10", stop_sequences=["7"]),
    "max_tokens": ask("Write a story about tea", max_tokens=10),
    "refusal": ask("ANTHROPIC_MAGIC_STRING_TRIGGER_REFUSAL_1"),
    "redacted": ask(
        "ANTHROPIC_MAGIC_STRING_TRIGGER_REDACTED_THINKING_1", max_tokens=4096, thinking=THINK
    ),
}


def assembled(events):
    """Put a stream together as the API describes it."""
    message = events[0]["message"]
    for event in events:
        if event["type"] == "content_block_start":
            assert event["index"] == len(message["content"])
            message["content"].append(event["content_block"])
            partial = []
        elif event["type"] == "content_block_delta":
            block, delta = message["content"][event["index"]], event["delta"]
            if delta["type"] == "input_json_delta":
                partial.append(delta["partial_json"])
            elif delta["type"] == "signature_delta":
                block["signature"] = delta["signature"]
            else:
                key = delta["type"].removesuffix("_delta")
                block[key] += delta[key]
        elif event["type"] == "content_block_stop" and partial:
            message["content"][event["index"]]["input"] = json.loads("".join(partial))
        elif event["type"] == "message_delta":
            message |= event["delta"]
            message["usage"] |= event["usage"]
    return message


@pytest.mark.parametrize("body", list(CASES.values()), ids=list(CASES))
def test_the_stream_assembles_to_the_plain_reply(client, events, body):
    plain = client.post("/v1/messages", json=body).json()
    streamed = assembled(events(body))
    assert {**streamed, "id": ""} | _tool_ids(plain) == {**plain, "id": ""} | _tool_ids(plain)


def _tool_ids(plain):
    # ids are new each time, as they must be
    text = re.sub(r"toolu_\w+", "toolu", json.dumps(plain["content"]))
    return {"content": json.loads(text)}


@pytest.mark.parametrize("body", list(CASES.values()), ids=list(CASES))
def test_events_come_in_order(events, body):
    kinds = [event["type"] for event in events(body)]
    line = " ".join(kind for kind in kinds if kind != "ping")
    block = r"content_block_start (content_block_delta )*content_block_stop "
    assert re.fullmatch(rf"message_start ({block})*message_delta message_stop", line)
    if "content_block_start" in kinds:
        assert kinds[kinds.index("content_block_start") + 1] == "ping"


def test_the_first_usage_is_input_and_the_last_is_cumulative(events):
    found = events(CASES["thinking"])
    first, last = found[0]["message"]["usage"], found[-2]["usage"]
    assert (first["output_tokens"], first["input_tokens"] > 0) == (1, True)
    assert "output_tokens_details" not in first
    assert 0 < last["output_tokens_details"]["thinking_tokens"] < last["output_tokens"]


def test_the_signature_ends_a_thinking_block(events):
    deltas = [e for e in events(CASES["thinking"]) if e["type"] == "content_block_delta"]
    kinds = [e["delta"]["type"] for e in deltas if e["index"] == 0]
    assert kinds.count("signature_delta") == 1
    assert kinds[-1] == "signature_delta"


def test_omitted_thinking_shows_only_its_signature(events):
    found = events(CASES["hidden thinking"])
    kinds = [e["delta"]["type"] for e in found if e.get("index") == 0 and "delta" in e]
    assert kinds == ["signature_delta"]
    assert found[-2]["usage"]["output_tokens_details"]["thinking_tokens"] > 0


@pytest.mark.parametrize("display", ["summarized", "omitted"])
def test_display_is_honoured(client, display):
    body = ask(model="claude-opus-5", thinking={"type": "adaptive", "display": display})
    block = client.post("/v1/messages", json=body, headers=NEW).json()["content"][0]
    assert (block["type"], bool(block["thinking"])) == ("thinking", display == "summarized")


def test_thinking_can_be_sent_back_as_it_came(client):
    first = client.post("/v1/messages", json=CASES["thinking"]).json()
    again = talk("What is 17 * 23?", first["content"], "And 2 + 2?", max_tokens=4096)
    assert client.post("/v1/messages", json={**again, "thinking": THINK}).status_code == 200


def test_tool_input_starts_empty_and_is_partial_json(events):
    found = events(CASES["tool"])
    at = next(n for n, e in enumerate(found) if e.get("content_block", {}).get("name"))
    assert found[at]["content_block"]["input"] == {}
    assert found[at + 1]["delta"] == {"type": "input_json_delta", "partial_json": ""}
    assert found[-2]["delta"]["stop_reason"] == "tool_use"


@pytest.mark.parametrize(
    ("deltas", "stops", "text", "match"),
    [
        (["one E", "ND two"], ["END"], "one ", "END"),
        (["one ", "END"], ["END"], "one ", "END"),
        (["END of it"], ["END"], None, "END"),
        (["a b", " c d"], ["c", "b c"], "a ", "b c"),
        (["abc"], ["bc", "c"], "a", "bc"),
        (["ab", "cab", "cd"], ["abcd", "cd"], "abc", "abcd"),
        (["no stop"], ["END"], "no stop", None),
    ],
)
def test_stop_sequences_cut_exactly(server, client, events, *, deltas, stops, text, match):
    server.options.answer = lambda _: [{"type": "text", "text": "".join(deltas), "deltas": deltas}]
    body = ask(stop_sequences=stops)
    reply = client.post("/v1/messages", json=body).json()
    expected = _expected("".join(deltas), stops) if match else text
    assert reply["stop_sequence"] == match
    assert reply["stop_reason"] == ("stop_sequence" if match else "end_turn")
    assert "".join(block["text"] for block in reply["content"]) == (expected or "")
    assert assembled(events(body))["content"] == reply["content"]


def _expected(text, stops):
    # the stop sequence that is complete first
    ends = [(text.find(stop) + len(stop), text.find(stop)) for stop in stops if stop in text]
    return text[: min(ends)[1]]


def test_max_tokens_is_never_exceeded(client):
    for most in (1, 2, 7, 50):
        for model in ("claude-sonnet-4-6", "claude-opus-4-7"):
            body = ask("Write a story about tea", max_tokens=most, model=model)
            reply = client.post("/v1/messages", json=body).json()
            assert reply["stop_reason"] == "max_tokens"
            assert reply["usage"]["output_tokens"] <= most


def test_a_refusal_is_no_error(client):
    reply = client.post("/v1/messages", json=CASES["refusal"]).json()
    assert (reply["stop_reason"], reply["stop_details"]["type"]) == ("refusal", "refusal")


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("plain text", "end_turn"),
        ([{"type": "tool_use", "name": "x", "input": {"a": 1}}], "tool_use"),
        (Answer("wait", stop_reason="pause_turn"), "pause_turn"),
        (None, "end_turn"),
    ],
)
def test_an_answer_can_be_given(server, client, answer, reason):
    server.options.answer = lambda _: answer
    assert client.post("/v1/messages", json=ask()).json()["stop_reason"] == reason


def test_twenty_thousand_deltas_arrive_whole(server, events):
    pieces = [f"{n} " for n in range(20_000)]
    blocks = [{"type": "text", "text": "".join(pieces), "deltas": pieces}]
    server.options.answer = lambda _: blocks
    found = events(ask(max_tokens=30_000))
    assert [e["delta"]["text"] for e in found if "index" in e and "delta" in e] == pieces


def test_long_silences_are_bridged_with_pings():
    events = [(0, {"type": "message_start"}), (100, {"type": "message_stop"})]
    parts = list(stream.paced(events, 2.0))
    assert [part.due for part in parts] == [0.0, 15.0, 30.0, 45.0, 50.0]
    assert all(b"ping" in part.data for part in parts[1:-1])


def test_each_delta_is_due_when_its_token_is():
    blocks = [content.text("one two three")]
    message = Engine().compose(ask(), {}).message
    parts = list(stream.paced(stream.events(message, blocks), 10.0))
    deltas = [part.due for part in parts if b"text_delta" in part.data]
    assert deltas == pytest.approx([0.1, 0.2, 0.3])
