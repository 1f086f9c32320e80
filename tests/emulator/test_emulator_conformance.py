"""Requests and answers fit the provider's OpenAPI description (CLAUDE_NB_OPENAPI names it)."""

from __future__ import annotations

import json
import os

import httpx
import openapi_check
import pytest
from emulator_requests import HEADERS, PERSON, WEATHER, ask, image, talk
from invalid_requests import ALL

import claude_nb.emulator

pytestmark = [
    pytest.mark.conformance,
    pytest.mark.skipif("CLAUDE_NB_OPENAPI" not in os.environ, reason="CLAUDE_NB_OPENAPI is unset"),
]

THINK = {"type": "enabled", "budget_tokens": 2048}
MARK = {"type": "ephemeral", "ttl": "1h"}
REQUESTS = {
    "plain": ask(),
    "story": ask("Write a story about tea", temperature=1.0, metadata={"user_id": "u"}),
    "thinking": ask(max_tokens=4096, thinking=THINK),
    "adaptive": ask(
        thinking={"type": "adaptive", "display": "omitted"}, output_config={"effort": "low"}
    ),
    "system": ask(system=[{"type": "text", "text": "word " * 2000, "cache_control": MARK}]),
    "stop": ask("Count from 1 to 10", stop_sequences=["5"]),
    "short": ask("Write a story about tea", max_tokens=3),
    "warm": ask(max_tokens=0),
    "tool": ask("Weather in Oslo and Rome?", tools=[WEATHER], tool_choice={"type": "auto"}),
    "forced": ask("x", tools=[WEATHER], tool_choice={"type": "tool", "name": "get_weather"}),
    "result": talk(
        "Weather in Oslo?",
        [{"type": "tool_use", "id": "t", "name": "get_weather", "input": {"city": "Oslo"}}],
        [{"type": "tool_result", "tool_use_id": "t", "content": "sunny"}],
        tools=[WEATHER],
    ),
    "json": ask("Ada is 36", output_config={"format": {"type": "json_schema", "schema": PERSON}}),
    "image": ask([image(), {"type": "text", "text": "what?"}]),
    "refusal": ask("ANTHROPIC_MAGIC_STRING_TRIGGER_REFUSAL_1"),
    "redacted": ask(
        "ANTHROPIC_MAGIC_STRING_TRIGGER_REDACTED_THINKING_1", max_tokens=4096, thinking=THINK
    ),
    "automatic": ask("word " * 2000, cache_control={"type": "ephemeral"}),
    "prefill": talk("Pick", "I pick", model="claude-haiku-4-5", service_tier="auto"),
}


@pytest.mark.parametrize("name", list(REQUESTS))
def test_answers_and_events_fit(client, name):
    body = REQUESTS[name]
    openapi_check.check("CreateMessageParams", body)
    reply = client.post("/v1/messages", json=body)
    assert reply.status_code == 200, reply.text
    openapi_check.check_response(reply)
    if body["max_tokens"]:
        streamed = client.post("/v1/messages", json={**body, "stream": True})
        openapi_check.check_response(streamed)
        assert "message_stop" in streamed.text


@pytest.mark.parametrize("row", ALL, ids=lambda row: row[1][:60])
def test_refusals_fit(client, row):
    headers = row[4] if len(row) > 4 else {}
    openapi_check.check_response(client.post("/v1/messages", json=row[0], headers=headers))


def test_counts_models_and_batches_fit(client, clock):
    counted = {key: value for key, value in ask(tools=[WEATHER]).items() if key != "max_tokens"}
    openapi_check.check("CountMessageTokensParams", counted)
    entries = [
        {"custom_id": f"job-{n}", "params": body} for n, body in enumerate(REQUESTS.values())
    ]
    entries.append({"custom_id": "bad", "params": {}})
    openapi_check.check("CreateMessageBatchParams", {"requests": entries[:-1]})
    batches = "/v1/messages/batches"
    batch = client.post(batches, json={"requests": entries}).json()
    other = client.post(batches, json={"requests": entries}).json()
    clock.advance(1)
    calls = [
        ("POST", "/v1/messages/count_tokens", counted),
        ("GET", "/v1/models?limit=1000", None),
        ("GET", "/v1/models/claude-sonnet-4-6", None),
        ("POST", f"{batches}/{other['id']}/cancel", None),
        ("GET", batches, None),
    ]
    for method, path, body in calls:
        openapi_check.check_response(client.request(method, path, json=body))
    clock.advance(10)
    for ended in (batch, other):
        url = client.get(f"{batches}/{ended['id']}").json()["results_url"]
        openapi_check.check_response(client.get(url))
    openapi_check.check_response(client.delete(f"{batches}/{other['id']}"))


def test_the_check_can_fail(client):
    reply = client.post("/v1/messages", json=ask())
    broken = {**reply.json(), "stop_reason": "bored"}
    with pytest.raises(AssertionError, match="bored"):
        openapi_check.check("Message", broken)


def test_every_model_can_be_asked():
    with claude_nb.emulator.serve(tokens_per_second=0) as server:
        page = httpx.get(f"{server.url}/v1/models?limit=1000", headers=HEADERS).json()
        for model in page["data"]:
            reply = httpx.post(
                f"{server.url}/v1/messages", json=ask(model=model["id"]), headers=HEADERS
            )
            openapi_check.check("Message", json.loads(reply.text))
