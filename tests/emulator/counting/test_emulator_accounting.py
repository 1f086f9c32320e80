"""Tokens are counted by one rule, and the prompt cache keeps the API's rules."""

from __future__ import annotations

import pytest
from emulator_requests import WEATHER, ask, image, png, talk
from hypothesis import given, settings
from hypothesis import strategies as st

from claude_nb.emulator.counting import tokens

LONG = "A sentence about caching prompts. " * 300  # some 1,800 tokens


def cached(text, ttl="5m"):
    return {"type": "text", "text": text, "cache_control": {"type": "ephemeral", "ttl": ttl}}


def cache_use(client, body, **headers):
    usage = client.post("/v1/messages", json=body, headers=headers).json()["usage"]
    return usage["cache_creation_input_tokens"], usage["cache_read_input_tokens"], usage


@settings(deadline=None)
@given(st.text())
def test_tokens_join_to_the_text(text):
    assert "".join(tokens.split(text)) == text
    assert tokens.count(text) == len(tokens.split(text))


@settings(deadline=None)
@given(st.text(" \n\ta1.,漢", max_size=60), st.integers(1, 9))
def test_a_long_text_is_counted_in_pieces(text, piece):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tokens, "_PIECE", piece)
        assert tokens.count(text) == len(tokens.split(text))


def test_the_documented_example_counts_fourteen(client):
    body = ask("Hello, Claude", system="You are a scientist")
    del body["max_tokens"]
    counted = client.post("/v1/messages/count_tokens", json=body).json()
    assert counted == {"input_tokens": 14}


@pytest.mark.parametrize(
    "body",
    [
        ask(LONG),
        ask(tools=[WEATHER]),
        ask(tools=[WEATHER], tool_choice={"type": "any"}),
        ask([image(png(60, 60)), {"type": "text", "text": "what?"}]),
        ask(model="claude-opus-4-7"),
        talk("a", "b", "c", system="s"),
    ],
)
def test_counting_agrees_with_usage(client, body):
    counted = client.post(
        "/v1/messages/count_tokens", json={k: v for k, v in body.items() if k != "max_tokens"}
    ).json()
    usage = client.post("/v1/messages", json=body).json()["usage"]
    assert counted["input_tokens"] == usage["input_tokens"]


def test_an_image_costs_by_its_patches(client):
    plain = client.post("/v1/messages", json=ask([{"type": "text", "text": "x"}])).json()
    seen = client.post(
        "/v1/messages", json=ask([{"type": "text", "text": "x"}, image(png(57, 28))])
    ).json()
    assert seen["usage"]["input_tokens"] - plain["usage"]["input_tokens"] == 3 * 1


def test_newer_models_count_more(client):
    old = client.post("/v1/messages", json=ask(LONG)).json()["usage"]["input_tokens"]
    new = client.post("/v1/messages", json=ask(LONG, model="claude-opus-4-7")).json()["usage"]
    assert new["input_tokens"] / old == pytest.approx(1.3, rel=0.01)


def test_the_second_call_reads_what_the_first_wrote(client):
    body = ask("What is it about?", system=[cached("one " + LONG)])
    written, read, first = cache_use(client, body)
    assert written > 1024
    assert read == 0
    assert first["cache_creation"] == {
        "ephemeral_5m_input_tokens": written,
        "ephemeral_1h_input_tokens": 0,
    }
    assert cache_use(client, body)[:2] == (0, written)


def test_a_hit_refreshes_and_time_expires(client, clock):
    body = ask(system=[cached("two " + LONG)])
    written = cache_use(client, body)[0]
    for _ in range(3):
        clock.advance(299)
        assert cache_use(client, body)[:2] == (0, written)
    clock.advance(301)
    assert cache_use(client, body)[:2] == (written, 0)


def test_an_hour_lasts_an_hour(client, clock):
    body = ask(system=[cached("three " + LONG, "1h")])
    usage = cache_use(client, body)[2]
    assert usage["cache_creation"]["ephemeral_1h_input_tokens"] > 0
    clock.advance(3599)
    assert cache_use(client, body)[1] > 0


@pytest.mark.parametrize(("model", "least"), [("claude-sonnet-4-6", 1024), ("claude-opus-5", 512)])
def test_short_prefixes_are_silently_not_cached(client, model, least):
    body = ask(system=[cached("short text")], model=model)
    assert cache_use(client, body)[:2] == (0, 0)
    enough = ask(system=[cached(f"{model} " + "word " * least)], model=model)
    assert cache_use(client, enough)[0] >= least


@pytest.mark.parametrize(
    ("change", "still"),
    [
        ({"tools": [{**WEATHER, "name": "other"}]}, "nothing"),
        ({"system": [cached("changed " + LONG)]}, "tools"),
        ({"messages": [{"role": "user", "content": [cached("changed")]}]}, "system"),
        ({"tool_choice": {"type": "none"}}, "system"),
        ({"thinking": {"type": "enabled", "budget_tokens": 1024}, "max_tokens": 2000}, "system"),
    ],
)
def test_a_change_invalidates_what_follows_it(client, change, still):
    salt = f"{still} {sorted(change)} "
    tool = {**WEATHER, "description": salt + LONG, "cache_control": {"type": "ephemeral"}}
    body = ask([cached("question " + LONG)], system=[cached(salt + LONG)], tools=[tool])
    sizes = {"nothing": 0}
    for level, part in (("tools", {"system": "x"}), ("system", {}), ("all", {})):
        probe = {**body, **part}
        if level != "all":
            probe["messages"] = [{"role": "user", "content": "x"}]
        cache_use(client, probe)
        sizes[level] = cache_use(client, probe)[1]
    cache_use(client, body)
    changed = {**body, **change}
    if "tools" in change:
        changed["tools"] = [{**tool, "name": "other"}]
    assert cache_use(client, changed)[1] == sizes[still]


def test_automatic_caching_marks_the_last_block(client):
    control = {"type": "ephemeral"}
    first = ask("four " + LONG, cache_control=control)
    written = cache_use(client, first)[0]
    assert written > 1024
    longer = talk("four " + LONG, "Answer.", "More?", cache_control=control)
    created, read, _ = cache_use(client, longer)
    assert read == written
    assert created > 0


def test_lookback_ends_after_twenty_blocks(client):
    def body(blocks):
        head = cached("five " + LONG)
        rest = [{"type": "text", "text": f"block {n}"} for n in range(blocks)]
        return ask([head, *rest, cached("end")]) if blocks else ask([head])

    written = cache_use(client, body(0))[0]
    only_end = body(25)
    only_end["messages"][0]["content"][0].pop("cache_control")
    assert cache_use(client, only_end)[1] == 0
    near = body(15)
    near["messages"][0]["content"][0].pop("cache_control")
    assert cache_use(client, near)[1] == written


def test_keys_do_not_share_a_cache(client):
    body = ask(system=[cached("six " + LONG)])
    assert cache_use(client, body)[0] > 0
    assert cache_use(client, body, **{"x-api-key": "another-key"})[1] == 0


def test_warming_writes_and_says_nothing(client):
    body = ask(system=[cached("seven " + LONG)], max_tokens=0)
    reply = client.post("/v1/messages", json=body).json()
    assert (reply["content"], reply["stop_reason"]) == ([], "max_tokens")
    assert reply["usage"]["cache_creation_input_tokens"] > 0
    assert reply["usage"]["output_tokens"] == 0
    assert cache_use(client, {**body, "max_tokens": 5})[1] > 0


def test_thinking_of_earlier_turns_is_free(client):
    thinking = {"type": "enabled", "budget_tokens": 2048}
    first = client.post(
        "/v1/messages", json=ask("2 + 2?", max_tokens=4096, thinking=thinking)
    ).json()["content"]
    with_thought = talk("2 + 2?", first, "and 3?")
    without = talk("2 + 2?", first[1:], "and 3?")
    sizes = [
        client.post("/v1/messages", json=body).json()["usage"]["input_tokens"]
        for body in (with_thought, without)
    ]
    assert sizes[0] == sizes[1]


KEYWORDS = ["type", "items", "enum", "properties", "$ref", "anyOf", "required", "const", "source"]


@pytest.mark.parametrize("name", KEYWORDS)
def test_a_property_may_be_named_as_a_keyword_is(client, name):
    item = {"type": "object", "properties": {name: {"type": "string"}}, "required": [name]}
    schema = {"type": "object", "properties": {"all": {"type": "array", "items": item}}}
    tool = {"name": "show", "input_schema": {**schema, "required": ["all"]}}
    forced = {"type": "tool", "name": "show"}  # of its own will nothing is called half filled in
    body = ask("Use the show tool on Ada.", tools=[tool], tool_choice=forced)
    reply = client.post("/v1/messages", json=body)
    assert reply.status_code == 200
    assert [block["type"] for block in reply.json()["content"]][-1] == "tool_use"
