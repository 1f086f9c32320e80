"""Names of clouds and gateways: what the model can do is known, what it costs is not claimed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from claude_nb.models import BUILT_IN, rules
from claude_nb.models.clouds import bare_name

SONNET = "claude-sonnet-4-6"
USAGE = {"input_tokens": 1_000, "output_tokens": 1_000}


@pytest.mark.parametrize(
    ("name", "bare"),
    [
        ("anthropic.claude-sonnet-4-6", SONNET),
        ("anthropic.claude-opus-4-6-v1", "claude-opus-4-6"),
        ("us.anthropic.claude-sonnet-4-5-20250929-v1:0", "claude-sonnet-4-5-20250929"),
        ("global.anthropic.claude-opus-4-6-v1", "claude-opus-4-6"),
        ("us-gov.anthropic.claude-sonnet-4-6", SONNET),
        ("apac.anthropic.claude-3-5-sonnet-20241022-v2:0:200k", "claude-3-5-sonnet-20241022"),
        ("claude-haiku-4-5@20251001", "claude-haiku-4-5-20251001"),
        ("claude-sonnet-4-6@default", SONNET),
        ("bedrock/us.anthropic.claude-sonnet-4-6", SONNET),
        ("vertex_ai/claude-haiku-4-5@20251001", "claude-haiku-4-5-20251001"),
        ("anthropic/claude-sonnet-4.6", "claude-sonnet-4.6"),
        (
            "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-sonnet-4-6",
            SONNET,
        ),
    ],
)
def test_a_clouds_name_means_a_model_and_is_sent_as_it_is(name, bare):
    assert bare_name(name) == bare
    assert BUILT_IN.resolve(name) == name
    if (info := BUILT_IN.get(bare)) is not None:
        found = BUILT_IN.get(name)
        assert (found.id, found.thinking, found.sampling) == (name, info.thinking, info.sampling)


@pytest.mark.parametrize("name", [SONNET, "sonnet", "llama3.2:3b", "qwen/qwen3:8b", "", "@", "a@b"])
def test_what_is_no_clouds_name_stays_as_it_was(name):
    assert bare_name(name) is None


def test_no_price_and_no_last_day_are_claimed_of_what_others_serve():
    name = "us.anthropic.claude-sonnet-4-5-20250929-v1:0"
    assert BUILT_IN.cost("claude-sonnet-4-5", USAGE) is not None
    assert BUILT_IN.cost(name, USAGE) is None
    assert BUILT_IN.notice("claude-sonnet-4-5", date(2027, 1, 1)) is not None
    assert BUILT_IN.notice(name, date(2027, 1, 1)) is None


def test_what_another_server_alone_knows_is_assumed_to_take_anything():
    table = replace(BUILT_IN, provider="https://gateway.example").with_report({"id": "mistral"})
    request = {"model": "mistral", "max_tokens": 9, "messages": [{}], "temperature": 0.5}
    assert not rules.explain(request, table)
    assert rules.explain(request, BUILT_IN.with_report({"id": "mistral"}))


def test_what_the_model_refuses_is_said_under_the_clouds_name_too():
    request = {"model": "anthropic.claude-opus-4-7", "max_tokens": 9, "messages": [{}]}
    request |= {"temperature": 0.5}
    assert rules.explain(request, BUILT_IN)
    assert not rules.explain({**request, "model": f"anthropic.{SONNET}"}, BUILT_IN)
