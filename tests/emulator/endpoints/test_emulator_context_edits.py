"""Context editing: what is cleared, what is kept, and what the answer says of it."""

from __future__ import annotations

import pytest
from emulator_requests import WEATHER, ask

BETA = {"anthropic-beta": "context-management-2025-06-27"}


def conversation(calls=5, **edit):
    messages = []
    for n in range(calls):
        use = {"type": "tool_use", "id": f"t{n}", "name": "get_weather", "input": {"city": "Rome"}}
        result = {"type": "tool_result", "tool_use_id": f"t{n}", "content": "sunny and dry " * 50}
        messages += [
            {"role": "user", "content": "Weather?"},
            {"role": "assistant", "content": [use]},
            {"role": "user", "content": [result]},
            {"role": "assistant", "content": "Fine."},
        ]
    messages.append({"role": "user", "content": "What is 17 * 23?"})
    edits = [{"type": "clear_tool_uses_20250919", **edit}]
    return ask(tools=[WEATHER], context_management={"edits": edits}) | {"messages": messages}


def edits_of(client, body):
    answer = client.post("/v1/messages", json=body, headers=BETA).json()
    return answer["context_management"]["applied_edits"], answer["usage"]["input_tokens"]


def test_without_the_beta_header_the_field_is_unknown(client):
    answer = client.post("/v1/messages", json=conversation())
    problem = "context_management: Extra inputs are not permitted"
    assert (answer.status_code, answer.json()["error"]["message"]) == (400, problem)


def test_below_the_trigger_nothing_is_cleared(client):
    assert edits_of(client, conversation())[0] == []


@pytest.mark.parametrize(
    ("edit", "cleared"),
    [
        ({"trigger": {"type": "tool_uses", "value": 4}}, 2),
        ({"trigger": {"type": "tool_uses", "value": 5}}, 0),
        ({"trigger": {"type": "input_tokens", "value": 500}}, 2),
        (
            {
                "trigger": {"type": "tool_uses", "value": 1},
                "keep": {"type": "tool_uses", "value": 0},
            },
            5,
        ),
        ({"trigger": {"type": "tool_uses", "value": 1}, "exclude_tools": ["get_weather"]}, 0),
        (
            {
                "trigger": {"type": "tool_uses", "value": 1},
                "clear_at_least": {"type": "input_tokens", "value": 9000},
            },
            0,
        ),
    ],
)
def test_old_results_are_cleared_as_asked(client, edit, cleared):
    applied, tokens = edits_of(client, conversation(**edit))
    whole = edits_of(client, conversation())[1]
    assert sum(one["cleared_tool_uses"] for one in applied) == cleared
    assert sum(one["cleared_input_tokens"] for one in applied) == whole - tokens
    assert (tokens < whole) == bool(cleared)


def test_inputs_go_too_if_asked(client):
    edit = {"trigger": {"type": "tool_uses", "value": 1}}
    (kept,), _ = edits_of(client, conversation(**edit))
    for inputs in (True, ["get_weather"]):
        (gone,), _ = edits_of(client, conversation(**edit, clear_tool_inputs=inputs))
        assert gone["cleared_input_tokens"] > kept["cleared_input_tokens"]


def test_counting_tells_both_sums(client):
    body = conversation(trigger={"type": "tool_uses", "value": 1})
    del body["max_tokens"]
    counted = client.post("/v1/messages/count_tokens", json=body, headers=BETA).json()
    assert counted["context_management"]["original_input_tokens"] > counted["input_tokens"]


def test_a_stream_tells_it_at_its_end(events):
    body = conversation(trigger={"type": "tool_uses", "value": 1})
    seen = events(body, **BETA)
    assert seen[0]["message"]["context_management"] is None
    (end,) = [event for event in seen if event["type"] == "message_delta"]
    assert end["context_management"]["applied_edits"][0]["cleared_tool_uses"] == 2


def test_old_thinking_is_cleared(client):
    thinking = {"type": "enabled", "budget_tokens": 1024}
    body = ask(thinking=thinking, max_tokens=3000)
    for _ in range(3):
        answer = client.post("/v1/messages", json=body).json()
        said = {"role": "assistant", "content": answer["content"]}
        body["messages"] = [*body["messages"], said, {"role": "user", "content": "2 + 2?"}]
    edit = {"type": "clear_thinking_20251015"}
    for keep, cleared in [(None, 2), ({"type": "thinking_turns", "value": 2}, 1), ("all", 0)]:
        edits = [edit if keep is None else {**edit, "keep": keep}]
        applied, _ = edits_of(client, {**body, "context_management": {"edits": edits}})
        assert sum(one["cleared_thinking_turns"] for one in applied) == cleared


@pytest.mark.parametrize(
    ("edit", "beta", "problem"),
    [
        ("clear_thinking_20251015", "context-management-2025-06-27", "requires `thinking`"),
        ("compact_20260112", "compact-2026-01-12", "does not support compaction"),
        ("forget_everything", "context-management-2025-06-27", "does not match any"),
    ],
)
def test_edits_that_cannot_be_made_are_refused(client, edit, beta, problem):
    body = ask(context_management={"edits": [{"type": edit}]})
    answer = client.post("/v1/messages", json=body, headers={"anthropic-beta": beta})
    assert answer.status_code == 400
    assert problem in answer.json()["error"]["message"]
