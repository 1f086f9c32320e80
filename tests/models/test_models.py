from dataclasses import replace
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
        ("fable", "claude-fable-5-2"),
        ("claude-new-9", "claude-new-9"),
        (" claude-opus-5-5 ", "claude-opus-5-5"),
    ],
)
def test_a_name_becomes_an_id(name, expected):
    assert models.resolve(name) == expected


def test_ids_and_aliases_are_unique():
    names = [name for info in models.BUILT_IN for name in (info.id, *info.aliases)]
    assert len(names) == len(set(names))


def test_every_replacement_is_served_and_not_deprecated():
    for info in models.BUILT_IN:
        if info.replacement is not None:
            assert models.get(info.replacement).lifecycle == "active"
    assert models.get(models.retired("claude-opus-4-1")[1]).lifecycle == "active"


BEFORE, LAST, AFTER = date(2026, 11, 29), date(2026, 11, 30), date(2026, 12, 2)
OPUS_4_5_ENDS = date(2027, 1, 22)
SONNET = "claude-sonnet-4-5-20250929"


@pytest.mark.parametrize("name", [SONNET, "claude-sonnet-4-5", "sonnet-4.5"])
def test_a_model_is_gone_from_the_day_on_which_it_retires(name):
    table = models.BUILT_IN
    assert table.retired(name, BEFORE) is None
    assert table.notice(name, BEFORE) == (
        f"{name} is deprecated and retires on 30 November 2026. Use claude-sonnet-5-5 instead."
    )
    for day in (LAST, AFTER):
        assert table.retired(name, day) == (LAST, "claude-sonnet-5-5")
        assert table.notice(name, day) == (
            f"{name} was retired on 30 November 2026. Use claude-sonnet-5-5 instead."
        )
    assert table.resolve(name, AFTER) == SONNET  # what is named exactly is never replaced
    assert table.get(name, AFTER).id == SONNET


def test_what_is_said_of_models_that_stay_or_have_no_date():
    said = models.BUILT_IN.notice
    assert said("claude-opus-4.1") == (
        "claude-opus-4.1 was retired on 5 August 2026. Use claude-opus-5-5 instead."
    )
    assert said("claude-mythos-preview") == (
        "claude-mythos-preview is deprecated. Use claude-mythos-5-1 instead."
    )
    assert said("claude-opus-4-5", BEFORE).startswith(
        "claude-opus-4-5 is deprecated and retires on 22 January 2027."
    )
    assert [said(name, AFTER) for name in ("sonnet", "claude-opus-5", "claude-new-9")] == [None] * 3


def test_models_that_are_gone_are_not_offered():
    table = models.BUILT_IN
    offered = [{info.id for info in table.all_models(day)} for day in (BEFORE, AFTER)]
    assert offered[0] - offered[1] == {SONNET}
    assert SONNET in table.near("sonnet-4.5x", today=BEFORE)
    assert SONNET not in table.near("sonnet-4.5x", today=AFTER)
    assert "claude-opus-4-5-20251101" not in {i.id for i in table.all_models(OPUS_4_5_ENDS)}


def test_a_family_means_a_model_that_stays_where_there_is_one():
    report = {"id": "claude-sonnet-5-5", "retires_at": "2026-12-01T00:00:00Z"}
    table = models.BUILT_IN.with_report(report)
    assert table.resolve("sonnet", BEFORE) == "claude-sonnet-4-6"
    both = (table.get("sonnet-5.5"), table.get("sonnet-4.5"))
    leaving = replace(table, rows=both)
    assert leaving.resolve("sonnet", BEFORE) == "claude-sonnet-5-5"
    assert leaving.resolve("sonnet", AFTER) == "sonnet"
    assert replace(table, rows=both[::-1]).resolve("sonnet", LAST) == "claude-sonnet-5-5"


def test_no_day_means_the_present_one(monkeypatch):
    monkeypatch.setattr("claude_nb.models.lookup.current_day", lambda: AFTER)
    assert models.retired(SONNET) == (LAST, "claude-sonnet-5-5")
    assert SONNET not in {info.id for info in models.all_models()}
    monkeypatch.setattr("claude_nb.models.lookup.current_day", lambda: BEFORE)
    assert models.retired(SONNET) is None
    assert SONNET in {info.id for info in models.all_models()}


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


@pytest.mark.parametrize("name", ["claude-mythos-preview", "claude-new-9"])
def test_an_unknown_price_is_none(name):
    assert models.cost(name, {"input_tokens": 10}) is None


REPORT = {
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


def test_a_servers_report_overrides_the_rows():
    info = models.BUILT_IN.with_report(REPORT).get("sonnet-4.6")
    assert (info.max_output_tokens, info.lifecycle) == (1000, "deprecated")
    assert info.retires == date(2027, 1, 2)
    assert info.thinking == ("adaptive",)
    assert info.efforts == ("low",)
    assert info.price is not None


def test_a_server_that_keeps_a_model_longer_is_believed():
    longer = models.BUILT_IN.with_report({"id": SONNET, "retires_at": "2027-03-01T00:00:00Z"})
    assert longer.retired(SONNET, AFTER) is None
    undated = models.BUILT_IN.with_report({"id": SONNET, "lifecycle": "active", "retires_at": None})
    assert undated.notice(SONNET, AFTER) is None
    ended = models.BUILT_IN.with_report({"id": "claude-sonnet-4-6", "lifecycle": "retired"})
    assert ended.notice("sonnet-4.6") == "sonnet-4.6 was retired."


def test_a_report_on_a_new_model_makes_it_known():
    new = {"id": "claude-sonnet-9", "display_name": "Claude Sonnet 9"}
    table = models.BUILT_IN.with_report(new, {"what": 1}, {**new, "max_tokens": 7})
    info = table.get("sonnet-9")
    assert (info.display_name, info.line, info.max_output_tokens) == (
        "Claude Sonnet 9",
        "sonnet",
        7,
    )
    assert [*table] == [*models.BUILT_IN, info]


def test_two_tables_do_not_see_each_others_reports():
    before = models.all_models()
    one = models.BUILT_IN.with_report(REPORT)
    other = models.BUILT_IN.with_report({**REPORT, "max_tokens": 2000})
    limits = [table.get("sonnet-4.6").max_output_tokens for table in (one, other)]
    assert limits == [1000, 2000]
    assert models.all_models() == before
    with pytest.raises(AttributeError):
        one.rows = ()


def test_prices_hold_for_their_provider_only():
    usage = {"input_tokens": 10}
    elsewhere = replace(models.BUILT_IN, provider="a-cloud")
    assert models.BUILT_IN.with_report(REPORT).cost("sonnet-4.6", usage) is not None
    assert elsewhere.cost("sonnet-4.6", usage) is None
    assert elsewhere.get("sonnet-4.6") == models.get("sonnet-4.6")
