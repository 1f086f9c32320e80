"""A price counts everything that is billed, or there is none."""

import pytest

from claude_nb import models
from claude_nb.api.types import Usage

MILLION = {"input_tokens": 1_000_000, "output_tokens": 1_000_000}
LIST = 3 + 15  # US dollars, of claude-sonnet-4-6


def cost(model="claude-sonnet-4-6", *, batch=False, **told):
    return models.cost(model, {**MILLION, **told}, batch=batch)


def written(most, hour):
    split = {"ephemeral_5m_input_tokens": most - hour, "ephemeral_1h_input_tokens": hour}
    return {"cache_creation_input_tokens": most, "cache_creation": split}


KNOWN = [
    ({}, LIST),
    ({"service_tier": None, "speed": None, "inference_geo": None, "server_tool_use": None}, LIST),
    ({"service_tier": "standard", "speed": "standard", "inference_geo": "global"}, LIST),
    ({"inference_geo": "not_available"}, LIST),
    ({"server_tool_use": {"web_search_requests": 3, "web_fetch_requests": 9}}, LIST + 0.03),
    ({"server_tool_use": {"web_search_requests": 0, "code_execution_requests": 0}}, LIST),
    ({"inference_geo": "us"}, LIST * 1.1),
    ({"inference_geo": "us", "server_tool_use": {"web_search_requests": 1}}, LIST * 1.1 + 0.01),
    ({"service_tier": "batch"}, LIST / 2),
    ({"service_tier": "batch", "batch": True}, LIST / 2),
    ({"batch": True, "server_tool_use": {"web_search_requests": 1}}, LIST / 2 + 0.01),
    ({"batch": True, "inference_geo": "us"}, LIST / 2 * 1.1),
    ({"cache_read_input_tokens": 1_000_000}, LIST + 0.3),
    (written(1_000_000, 0), LIST + 3.75),
    (written(1_000_000, 1_000_000), LIST + 6),
    (written(1_000_000, 400_000), LIST + 0.6 * 3.75 + 0.4 * 6),
    ({"cache_creation": written(1_000_000, 1_000_000)["cache_creation"]}, LIST + 6),
    ({"model": "claude-opus-5", "speed": "fast"}, 10 + 50),
    ({"model": "claude-opus-5-5", "speed": "fast"}, 8 + 40),
    ({"model": "claude-opus-5-5", "speed": "fast", "inference_geo": "us"}, 48 * 1.1),
    ({"model": "claude-opus-5", "speed": "fast", "cache_read_input_tokens": 1_000_000}, 61),
    ({"iterations": [{"type": "message", "input_tokens": 1}]}, LIST),
]


@pytest.mark.parametrize(("told", "dollars"), KNOWN)
def test_what_is_billed_is_counted(told, dollars):
    assert cost(**told) == pytest.approx(dollars)


UNKNOWN = [
    {"speed": "fast"},  # no such price is published for this model
    {"speed": "turbo"},
    {"service_tier": "priority"},
    {"service_tier": "flex"},
    {"inference_geo": "eu"},
    {"server_tool_use": {"code_execution_requests": 2}},
    {"iterations": [{"type": "compaction", "input_tokens": 9}, {"type": "message"}]},
    {"model": "claude-opus-5", "speed": "fast", "batch": True},
    {"model": "claude-unheard-of"},
]


@pytest.mark.parametrize("told", UNKNOWN)
def test_where_something_that_is_billed_is_not_known_there_is_no_price(told):
    assert cost(**told) is None


@pytest.mark.parametrize(("told", "dollars"), KNOWN[4:6] + KNOWN[13:16])
def test_the_usage_of_an_answer_is_taken_as_it_is(told, dollars):
    usage = Usage.from_wire({**MILLION, **told})
    assert models.cost("claude-sonnet-4-6", usage) == pytest.approx(dollars)
    built = Usage(input_tokens=1_000_000, output_tokens=1_000_000)
    assert models.cost("claude-sonnet-4-6", built) == pytest.approx(LIST)


def test_a_cache_of_a_lifetime_without_a_price_has_none():
    usage = {"input_tokens": 10, "output_tokens": 10}
    odd = {"ephemeral_5m_input_tokens": 1, "ephemeral_24h_input_tokens": 5}
    assert models.cost("claude-sonnet-4-6", {**usage, "cache_creation": odd}) is None
    odd["ephemeral_24h_input_tokens"] = 0
    assert models.cost("claude-sonnet-4-6", {**usage, "cache_creation": odd}) is not None
