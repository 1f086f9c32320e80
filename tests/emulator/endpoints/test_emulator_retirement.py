"""Models retire by the emulator's own clock: served to the last day, 404 from then on."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import httpx
import pytest
from emulator_requests import HEADERS, ask

from claude_nb.emulator import Emulator, ManualClock, Options, Transport

NAMES = ["claude-sonnet-4-5", "claude-sonnet-4-5-20250929"]
DAY = 24 * 3600.0


@pytest.fixture
def clock():
    return ManualClock(datetime(2026, 11, 29, 23, 59, tzinfo=UTC).timestamp())


@pytest.fixture
def http(clock):
    made = Emulator(Options(tokens_per_second=0, clock=clock))
    with httpx.Client(
        transport=Transport(made), base_url="http://127.0.0.1", headers=HEADERS
    ) as client:
        yield client
    made.close()


def listed(http, **query):
    page = http.get("/v1/models", params={"limit": 1000, **query}).json()
    return {model["id"]: model for model in page["data"]}


@pytest.mark.parametrize("name", NAMES)
def test_a_model_is_served_until_its_day_and_404_afterwards(http, clock, name):
    for path in ("/v1/messages", "/v1/messages/count_tokens"):
        body = ask(model=name)
        if path.endswith("tokens"):
            del body["max_tokens"]
        assert http.post(path, json=body).status_code == 200
    assert http.get(f"/v1/models/{name}").json()["lifecycle"] == "deprecated"
    clock.advance(3 * DAY)
    for response in (
        http.post("/v1/messages", json=ask(model=name)),
        http.post("/v1/messages", json=ask(model=name, stream=True)),
        http.get(f"/v1/models/{name}"),
    ):
        assert response.status_code == 404
        assert response.json()["error"] == {"type": "not_found_error", "message": f"model: {name}"}
    body = {field: value for field, value in ask(model=name).items() if field != "max_tokens"}
    assert http.post("/v1/messages/count_tokens", json=body).status_code == 404


def test_it_is_gone_when_the_day_begins(http, clock):
    clock.advance(59)
    assert http.post("/v1/messages", json=ask(model=NAMES[0])).status_code == 200
    clock.advance(1)
    assert http.post("/v1/messages", json=ask(model=NAMES[0])).status_code == 404


def test_the_list_calls_it_retired_from_then_on(http, clock):
    assert listed(http)[NAMES[1]]["lifecycle"] == "deprecated"
    assert NAMES[1] not in listed(http, **{"lifecycle[]": "retired"})
    clock.advance(3 * DAY)
    assert NAMES[1] not in listed(http)
    gone = listed(http, **{"lifecycle[]": "retired"})[NAMES[1]]
    assert (gone["lifecycle"], gone["retires_at"]) == ("retired", "2026-11-30T00:00:00Z")


def test_a_batch_that_was_taken_in_before_is_answered(http, clock):
    def send():
        entry = {"custom_id": "a", "params": ask(model=NAMES[0])}
        return http.post("/v1/messages/batches", json={"requests": [entry]}).json()["id"]

    def outcome(batch):
        results = http.get(f"/v1/messages/batches/{batch}/results")
        return json.loads(results.text)["result"]

    before = send()
    clock.advance(3 * DAY)
    after = send()
    clock.advance(3 * DAY)
    assert outcome(before)["message"]["model"] == NAMES[1]
    assert outcome(after)["error"]["error"]["type"] == "not_found_error"
