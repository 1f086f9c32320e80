"""What the server says about models, and that the table learns of it."""

import pytest
from scripted_server import reply

from claude_nb import models

REPORT = {
    "id": "claude-novel-9",
    "type": "model",
    "display_name": "Claude Novel 9",
    "created_at": "2026-11-01T00:00:00Z",
    "lifecycle": "active",
    "max_input_tokens": 123_456,
    "max_tokens": 7_890,
    "capabilities": {"thinking": {"supported": True, "types": {"adaptive": {"supported": True}}}},
}


@pytest.fixture(autouse=True)
def _restored(monkeypatch):
    monkeypatch.setattr(models, "_known", dict(models._known))


async def test_retrieving_a_model_corrects_the_table(client, server):
    server.script(reply(200, REPORT, request_id="r"))
    model = await client.models.retrieve("claude-novel-9")
    assert model.display_name == "Claude Novel 9"
    assert model.capabilities.thinking["supported"] is True
    assert model._request_id == "r"
    assert server.requests[0].target == "/v1/models/claude-novel-9"
    assert models.get("claude-novel-9").max_output_tokens == 7_890
    with pytest.raises(ValueError, match="model_id"):
        await client.models.retrieve("")


async def test_listing_models_corrects_the_table(client, server):
    page = {"data": [REPORT], "has_more": False, "first_id": "x", "last_id": "x"}
    server.script(reply(200, page))
    found = [model.id async for model in client.models.list(lifecycle=["active", "retired"])]
    assert found == ["claude-novel-9"]
    assert server.requests[0].target == "/v1/models?lifecycle%5B%5D=active&lifecycle%5B%5D=retired"
    assert models.get("claude-novel-9").context_window == 123_456


async def test_a_report_without_an_id_is_passed_on(client, server):
    server.script(reply(200, {"what": 1}))
    assert (await client.models.retrieve("x")).what == 1
