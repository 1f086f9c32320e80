"""What a server says about models, and that nobody else hears of it."""

import pytest
from scripted_server import reply

from claude_nb import models
from claude_nb.emulator import catalog
from claude_nb.emulator.wire import ApiError

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


async def test_a_model_is_retrieved(client, server):
    server.script(reply(200, REPORT, request_id="r"))
    model = await client.models.retrieve("claude-novel-9")
    assert model.display_name == "Claude Novel 9"
    assert model.capabilities.thinking["supported"] is True
    assert model._request_id == "r"
    assert server.requests[0].target == "/v1/models/claude-novel-9"
    with pytest.raises(ValueError, match="model_id"):
        await client.models.retrieve("")


async def test_models_are_listed(client, server):
    page = {"data": [REPORT], "has_more": False, "first_id": "x", "last_id": "x"}
    server.script(reply(200, page))
    found = [model.id async for model in client.models.list(lifecycle=["active", "retired"])]
    assert found == ["claude-novel-9"]
    assert server.requests[0].target == "/v1/models?lifecycle%5B%5D=active&lifecycle%5B%5D=retired"


async def test_one_servers_list_changes_neither_the_table_nor_what_the_emulator_serves(
    client, server
):
    before, limit = models.all_models(), models.get("sonnet-4.6").max_output_tokens
    server.script(reply(200, {"data": [REPORT, {**REPORT, "id": "claude-sonnet-4-6"}]}))
    listed = [model async for model in client.models.list()]
    assert models.get("claude-novel-9") is None
    assert models.get("sonnet-4.6").max_output_tokens == limit
    assert models.all_models() == before
    assert "claude-novel-9" not in [
        model["id"] for model in catalog.served([], models.current_day())
    ]
    with pytest.raises(ApiError, match="claude-novel-9"):
        catalog.find("claude-novel-9")
    mine = models.BUILT_IN.with_report(*(model.to_dict() for model in listed))
    assert mine.get("claude-novel-9").context_window == 123_456


async def test_a_report_without_an_id_is_passed_on(client, server):
    server.script(reply(200, {"what": 1}))
    assert (await client.models.retrieve("x")).what == 1
