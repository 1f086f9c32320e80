from dataclasses import replace
from datetime import date

import pytest

from claude_nb.models import BUILT_IN
from claude_nb.models.rules import explain

BASE = {
    "model": "claude-sonnet-4-6",
    "max_tokens": 4000,
    "messages": [{"role": "user", "content": "hi"}],
}
ON = {"type": "enabled", "budget_tokens": 2000}

REFUSED = [
    ({"temperature": 1.7}, "temperature", "1.7, but must be from 0 to 1"),
    ({"temperature": -0.1}, "temperature", "from 0 to 1"),
    ({"top_p": 2}, "top_p", "from 0 to 1"),
    ({"top_k": -1}, "top_k", "0 or more"),
    ({"temperature": 0.5, "top_p": 0.5}, "top_p", "keep one"),
    ({"model": "claude-sonnet-5-5", "temperature": 0.5}, "temperature", "takes no temperature"),
    ({"model": "claude-opus-4-7", "top_k": 5}, "top_k", "takes no top_k"),
    ({"thinking": ON, "temperature": 0.5}, "temperature", "must stay at 1"),
    ({"thinking": ON, "top_k": 5}, "top_k", "leave out one"),
    ({"thinking": ON, "top_k": 0}, "top_k", "leave out one"),
    ({"thinking": ON, "top_p": 0.5}, "top_p", "0.95 to 1"),
    ({"max_tokens": -1}, "max_tokens", "at least 1"),
    ({"model": "claude-haiku-4-5", "max_tokens": 64_001}, "max_tokens", "at most 64000"),
    ({"thinking": {**ON, "budget_tokens": 500}}, "thinking.budget_tokens", "the least is 1024"),
    ({"thinking": {**ON, "budget_tokens": 4000}}, "thinking.budget_tokens", "less than max_tokens"),
    ({"model": "claude-opus-5-5", "thinking": ON}, "thinking", "--think low|medium|high"),
    ({"model": "claude-haiku-4-5", "thinking": {"type": "adaptive"}}, "thinking", "Set a budget"),
    ({"model": "claude-opus-5-5", "thinking": {"type": "disabled"}}, "thinking", "cannot turn"),
    (
        {
            "model": "claude-opus-5",
            "thinking": {"type": "disabled"},
            "output_config": {"effort": "max"},
        },
        "thinking",
        "only at effort high or below",
    ),
    ({"model": "claude-haiku-4-5", "output_config": {"effort": "low"}}, "effort", "no effort"),
    ({"output_config": {"effort": "xhigh"}}, "effort", "low, medium, high, max"),
    (
        {
            "model": "claude-sonnet-5-5",
            "thinking": {"type": "between_tools"},
            "output_config": {"effort": "max"},
        },
        "effort",
        "low, medium or high",
    ),
    ({"stop_sequences": ["ok", " \n"]}, "stop_sequences", "is blank"),
    (
        {"messages": [*BASE["messages"], {"role": "assistant", "content": "A"}]},
        "messages",
        "no pre",
    ),
    ({"model": "claude-fable-5-1", "tool_choice": {"type": "any"}}, "tool_choice", "auto or none"),
    ({"thinking": ON, "tool_choice": {"type": "any"}}, "tool_choice", "auto or none"),
    ({"model": "claude-opus-4-1"}, "model", "on 5 August 2026. Use claude-opus-5-5"),
    ({"model": "claude-3-opus-20240229"}, "model", "was retired. Use claude-opus-5-5"),
]


@pytest.mark.parametrize(("change", "field", "words"), REFUSED)
def test_a_refusal_names_its_field_and_the_way_out(change, field, words):
    found = explain(BASE | change)
    assert [refusal.field for refusal in found] == [field]
    assert words in found[0].message
    assert "\n" not in found[0].message


ACCEPTED = [
    {},
    {"temperature": 0},
    {"temperature": 1, "model": "claude-opus-5-5"},
    {"thinking": ON},
    {"thinking": ON, "top_p": 0.95},
    {"model": "claude-haiku-5-5", "thinking": {"type": "disabled"}},
    {"model": "claude-opus-5", "thinking": {"type": "disabled"}},
    {"model": "claude-opus-5-5", "output_config": {"effort": "xhigh"}},
    {"stop_sequences": ["---"]},
    {
        "model": "claude-haiku-4-5",
        "messages": [*BASE["messages"], {"role": "assistant", "content": "A"}],
    },
    {"model": "claude-of-tomorrow", "temperature": 0.3, "max_tokens": 10**6},
]


@pytest.mark.parametrize("change", ACCEPTED)
def test_what_a_model_takes_is_not_refused(change):
    assert explain(BASE | change) == []


def test_a_model_is_refused_from_the_day_on_which_it_retires():
    request = BASE | {"model": "claude-sonnet-4-5"}
    assert explain(request, today=date(2026, 11, 29)) == []
    (refusal,) = explain(request, today=date(2026, 12, 2))
    assert refusal.field == "model"
    assert str(refusal) == (
        "claude-sonnet-4-5 was retired on 30 November 2026. Use claude-sonnet-5-5 instead."
    )


@pytest.mark.parametrize("lifecycle", ["active", "deprecated"])
def test_no_advice_names_a_model_that_is_gone_or_leaving(lifecycle):
    old = BUILT_IN.get("sonnet-4.5")
    table = replace(BUILT_IN, rows=(replace(old, lifecycle=lifecycle), *BUILT_IN.rows))
    for day in (date(2026, 11, 29), date(2026, 12, 2)):
        for change in ({"temperature": 0.5}, {"thinking": ON}):
            (refusal,) = explain(BASE | {"model": "claude-opus-5-5"} | change, table, day)
            assert "or use claude-sonnet-4-6 or claude-haiku-4-5" in str(refusal)
            assert "4-5-20250929" not in str(refusal)


def test_prefill_and_thinking_exclude_each_other():
    messages = [*BASE["messages"], {"role": "assistant", "content": "A"}]
    request = BASE | {"model": "claude-haiku-4-5", "thinking": ON, "messages": messages}
    assert [str(refusal) for refusal in explain(request)] == [
        "A prefilled answer and thinking cannot be used together."
    ]


def test_the_table_that_is_given_decides():
    table = BUILT_IN.with_report({"id": "claude-sonnet-4-6", "max_tokens": 1000})
    (refusal,) = explain(BASE, table)
    assert str(refusal) == "max_tokens is 4000; claude-sonnet-4-6 writes at most 1000."
    assert explain(BASE) == []
