from datetime import date

import pytest

from claude_nb import models


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("claude-haiku-4-5", "claude-haiku-4-5-20251001"),
        ("haiku-4.5", "claude-haiku-4-5-20251001"),
        ("Sonnet-4.6", "claude-sonnet-4-6"),
        ("sonnet", "claude-sonnet-5-5"),
        ("fable", "claude-fable-5-1"),
        ("claude-new-9", "claude-new-9"),
        (" claude-opus-5-5 ", "claude-opus-5-5"),
    ],
)
def test_a_name_becomes_an_id(name, expected):
    assert models.resolve(name) == expected


def test_ids_and_aliases_are_unique():
    names = [name for info in models.all_models() for name in (info.id, *info.aliases)]
    assert len(names) == len(set(names))


def test_every_replacement_is_served_and_not_deprecated():
    for info in models.all_models():
        if info.replacement is not None:
            assert models.get(info.replacement).lifecycle == "active"
    assert models.get(models.retired("claude-opus-4-1")[1]).lifecycle == "active"


def test_the_default_model_takes_every_control_and_stays():
    info = models.get(models.DEFAULT_MODEL)
    assert info.sampling
    assert "enabled" in info.thinking
    assert info.lifecycle == "active"
    assert info.retires is None


def test_near_names_are_offered():
    assert models.near("claude-sonet-5-5")[0] == "claude-sonnet-5-5"
    assert models.near("sonet-4.6")[0] == "claude-sonnet-4-6"
    assert models.near("oppus")[0] == models.resolve("opus")
    assert models.near("zzz") == []


def test_cost_counts_each_kind_of_token():
    usage = {
        "input_tokens": 1_000_000,
        "output_tokens": 1_000_000,
        "cache_read_input_tokens": 1_000_000,
        "cache_creation_input_tokens": 2_000_000,
        "cache_creation": {
            "ephemeral_5m_input_tokens": 1_000_000,
            "ephemeral_1h_input_tokens": 1_000_000,
        },
    }
    assert models.cost("claude-sonnet-4-6", usage) == pytest.approx(3 + 15 + 0.3 + 3.75 + 6)
    assert models.cost("claude-sonnet-4-6", usage, batch=True) == pytest.approx(28.05 / 2)


def test_a_long_prompt_costs_the_long_price():
    short = models.cost("haiku-5.5", {"input_tokens": 100_000})
    long = models.cost("haiku-5.5", {"input_tokens": 100_001})
    assert short == pytest.approx(0.01)
    assert long == pytest.approx(0.0500005)


@pytest.mark.parametrize("name", ["claude-fable-5-2", "claude-new-9"])
def test_an_unknown_price_is_none(name):
    assert models.cost(name, {"input_tokens": 10}) is None


def test_the_servers_report_overrides_the_table(monkeypatch):
    monkeypatch.setattr(models, "_known", dict(models._known))
    info = models.update(
        {
            "id": "claude-sonnet-4-6",
            "max_tokens": 1000,
            "lifecycle": "deprecated",
            "retires_at": "2027-01-02T00:00:00Z",
            "capabilities": {
                "thinking": {
                    "supported": True,
                    "types": {"adaptive": {"supported": True}, "enabled": {"supported": False}},
                },
                "effort": {"supported": True, "low": {"supported": True}},
            },
        }
    )
    assert (info.max_output_tokens, info.lifecycle) == (1000, "deprecated")
    assert info.retires == date(2027, 1, 2)
    assert info.thinking == ("adaptive",)
    assert info.efforts == ("low",)
    assert info.price is not None
    assert models.get("sonnet-4.6") is info


def test_a_report_on_a_new_model_makes_it_known(monkeypatch):
    monkeypatch.setattr(models, "_known", dict(models._known))
    info = models.update({"id": "claude-sonnet-9", "display_name": "Claude Sonnet 9"})
    assert (info.display_name, info.line) == ("Claude Sonnet 9", "sonnet")
    assert models.get("sonnet-9") is info
