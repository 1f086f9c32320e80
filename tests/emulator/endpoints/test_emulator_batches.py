"""Batches run over time, end with mixed results, and can be listed, canceled and deleted."""

from __future__ import annotations

import json

import pytest
from emulator_requests import ask

BATCHES = "/v1/messages/batches"
NAMES = ("processing", "succeeded", "errored", "canceled", "expired")


def entries(count, **changed):
    return [
        {"custom_id": f"job-{n}", "params": changed.get(f"n{n}", ask(f"{n} + {n}"))}
        for n in range(count)
    ]


@pytest.fixture
def make(client):
    def create(requests):
        response = client.post(BATCHES, json={"requests": requests})
        assert response.status_code == 200, response.text
        return response.json()

    return create


def counts(batch):
    return tuple(batch["request_counts"][name] for name in NAMES)


def look(client, batch):
    return client.get(f"{BATCHES}/{batch['id']}").json()


def results(client, batch):
    lines = client.get(look(client, batch)["results_url"]).text.splitlines()
    return {item["custom_id"]: item["result"] for item in map(json.loads, lines)}


def test_a_batch_runs_and_ends_with_mixed_results(client, make, clock):
    bad = ask() | {"model": "gpt-5"}
    batch = make(entries(5, n1=bad, n3={"nonsense": True}))
    assert batch["processing_status"] == "in_progress"
    assert (counts(batch), batch["results_url"]) == ((5, 0, 0, 0, 0), None)
    clock.advance(1)
    assert counts(look(client, batch)) == (5, 0, 0, 0, 0)
    clock.advance(3)
    ended = look(client, batch)
    assert (ended["processing_status"], counts(ended)) == ("ended", (0, 3, 2, 0, 0))
    found = results(client, batch)
    assert set(found) == {f"job-{n}" for n in range(5)}
    assert found["job-1"]["error"]["error"]["type"] == "not_found_error"
    assert found["job-3"]["error"]["error"]["message"] == "max_tokens: Field required"
    message = found["job-4"]["message"]
    assert "**4 + 4 = 8**" in message["content"][0]["text"]
    assert message["usage"]["service_tier"] == "batch"


def test_results_come_in_any_order_but_the_same_each_time(client, make, clock):
    batch = make(entries(30))
    clock.advance(10)
    url = look(client, batch)["results_url"]
    first, second = client.get(url).text, client.get(url).text
    assert first == second
    order = [json.loads(line)["custom_id"] for line in first.splitlines()]
    assert order != sorted(order)


def test_the_results_url_is_absolute_and_its_own(client, make, clock, server):
    batch = make(entries(1))
    clock.advance(10)
    assert look(client, batch)["results_url"] == f"{server.url}{BATCHES}/{batch['id']}/results"


def test_canceling_keeps_what_is_done(client, make, clock):
    batch = make(entries(10))
    clock.advance(1.5)
    canceling = client.post(f"{BATCHES}/{batch['id']}/cancel").json()
    assert canceling["processing_status"] == "canceling"
    assert canceling["cancel_initiated_at"]
    clock.advance(1)
    ended = look(client, batch)
    assert (ended["processing_status"], counts(ended)) == ("ended", (0, 5, 0, 5, 0))
    kinds = [result["type"] for result in results(client, batch).values()]
    assert sorted(kinds) == ["canceled"] * 5 + ["succeeded"] * 5
    assert client.post(f"{BATCHES}/{batch['id']}/cancel").status_code == 400


def test_what_takes_more_than_a_day_expires(server, client, make, clock):
    server.options.batch_seconds = 2 * 24 * 3600.0
    batch = make(entries(4))
    server.options.batch_seconds = 3.0
    clock.advance(24 * 3600)
    ended = look(client, batch)
    assert (ended["processing_status"], counts(ended)) == ("ended", (0, 2, 0, 0, 2))
    assert sorted(r["type"] for r in results(client, batch).values()) == [
        "expired",
        "expired",
        "succeeded",
        "succeeded",
    ]


def test_results_are_kept_for_29_days(client, make, clock):
    batch = make(entries(1))
    clock.advance(29 * 24 * 3600)
    archived = look(client, batch)
    assert archived["archived_at"]
    assert archived["results_url"] is None
    assert client.get(f"{BATCHES}/{batch['id']}/results").status_code == 404


def test_deleting_needs_an_end(client, make, clock):
    batch = make(entries(1))
    path = f"{BATCHES}/{batch['id']}"
    assert client.delete(path).status_code == 400
    assert client.get(f"{path}/results").status_code == 404
    clock.advance(10)
    assert client.delete(path).json() == {"id": batch["id"], "type": "message_batch_deleted"}
    assert client.get(path).status_code == 404


def test_lists_come_in_pages_newest_first(client, make):
    made = [make(entries(1))["id"] for _ in range(5)]
    seen, query = [], {"limit": 2}
    while True:
        page = client.get(BATCHES, params=query).json()
        seen += [batch["id"] for batch in page["data"]]
        if not page["has_more"]:
            break
        query["after_id"] = page["last_id"]
    assert seen[:5] == made[::-1]
    assert len(set(seen)) == len(seen)
    before = client.get(BATCHES, params={"limit": 2, "before_id": seen[3]}).json()
    assert [batch["id"] for batch in before["data"]] == seen[1:3]


@pytest.mark.parametrize("limit", ["0", "1001", "many"])
def test_limits_have_bounds(client, limit):
    response = client.get(BATCHES, params={"limit": limit})
    assert response.status_code == 400
    assert response.json()["error"]["message"].startswith("limit: Input should be")


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, "requests: Field required"),
        (
            {"requests": []},
            "requests: List should have at least 1 item after validation, not 0",
        ),
        ({"requests": "all"}, "requests: Input should be a valid list"),
        ({"requests": [1]}, "requests.0: Input should be a valid dictionary"),
        ({"requests": [{"custom_id": "a"}]}, "requests.0.params: Field required"),
        ({"requests": entries(1), "name": "x"}, "name: Extra inputs are not permitted"),
        (
            {"requests": [{"custom_id": "a b", "params": {}}]},
            "requests.0.custom_id: String should match pattern '^[a-zA-Z0-9_-]{1,64}$'",
        ),
        (
            {"requests": entries(1) * 2},
            "requests.1.custom_id: custom_id must be unique in a batch",
        ),
    ],
)
def test_a_batch_of_the_wrong_shape_is_refused(client, body, message):
    response = client.post(BATCHES, json=body)
    assert (response.status_code, response.json()["error"]["message"]) == (400, message)


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"stream": True}, "stream: Extra inputs are not permitted"),
        ({"max_tokens": 0}, "max_tokens: Input should be greater than or equal to 1"),
        ({"temperature": 2}, "temperature: Input should be less than or equal to 1"),
    ],
)
def test_parameters_are_judged_later(client, make, clock, params, message):
    batch = make([{"custom_id": "a", "params": ask(**params)}])
    clock.advance(10)
    assert results(client, batch)["a"]["error"]["error"]["message"] == message


def test_the_api_version_counts_for_the_entries(client, clock):
    body = {"requests": [{"custom_id": "a", "params": ask(temperature=0.5)}]}
    new = client.post(BATCHES, json=body, headers={"anthropic-version": "2026-10-21"}).json()
    clock.advance(10)
    error = results(client, new)["a"]["error"]["error"]
    assert error["message"] == "temperature: Extra inputs are not permitted"


def test_spacing_and_key_order_do_not_matter(client):
    text = json.dumps({"requests": entries(2)}, indent=3)
    headers = {"content-type": "application/json"}
    assert client.post(BATCHES, content=text, headers=headers).status_code == 200
    broken = text.replace('"params"', '"params" "oops"', 1)
    response = client.post(BATCHES, content=broken, headers=headers)
    assert "not valid JSON" in response.json()["error"]["message"]


def test_models_are_listed_with_capabilities(client):
    page = client.get("/v1/models", params={"limit": 1000}).json()
    known = {model["id"]: model for model in page["data"]}
    assert known["claude-sonnet-4-6"]["capabilities"]["thinking"]["types"]["enabled"] == {
        "supported": True
    }
    assert known["claude-mythos-preview"]["lifecycle"] == "deprecated"
    assert "claude-3-opus-20240229" not in known
    retired = client.get("/v1/models", params={"lifecycle[]": "retired", "limit": 100}).json()
    assert "claude-3-opus-20240229" in {model["id"] for model in retired["data"]}


def test_a_model_is_found_by_id_and_alias(client):
    assert client.get("/v1/models/claude-haiku-4-5").json()["id"] == "claude-haiku-4-5-20251001"
    assert client.get("/v1/models/gpt-5").status_code == 404
