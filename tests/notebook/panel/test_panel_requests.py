"""The panel cannot make a request that the API refuses, whatever its settings are set to."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claude_nb import models
from claude_nb.ask import question, request
from claude_nb.ask.options import THINK_WORDS, Options
from claude_nb.emulator.validation import OLD, rules, shaped
from claude_nb.notebook.panel import Panel
from claude_nb.notebook.panel.fit import fit, limits
from claude_nb.notebook.panel.values import SettingError

MODELS = [info.id for info in models.all_models()]

wishes = st.fixed_dictionaries(
    {},
    optional={
        "temperature": st.none() | st.floats(0, 1),
        "top_p": st.none() | st.floats(0, 1),
        "top_k": st.none() | st.integers(0, 500),
        "max_tokens": st.none() | st.integers(1, 200_000),
        "think": st.none() | st.sampled_from(THINK_WORDS) | st.integers(-5, 200_000),
        "stop": st.lists(st.text(max_size=6), max_size=4),
        "cache": st.booleans(),
        "search": st.none() | st.integers(1, 100),
        "fetch": st.booleans(),
        "run_code": st.booleans(),
        "option": st.lists(
            st.sampled_from(
                [
                    *("temperature=0.5", "top_p=0.3", 'thinking={"type": "disabled"}'),
                    *("nonsense=1", "web_search.allowed_domains=a.org", "web_fetch.x=1"),
                    'tools=[{"type": "web_search_20250305", "name": "web_search"}]',
                ]
            ),
            max_size=2,
        ),
    },
)


def accept(options):
    made = question.compose(options, "Hi", variables={})
    sent = shaped({**made.params, "stream": True}, OLD, frozenset())
    rules(sent, OLD, frozenset(), today=models.current_day())


@pytest.mark.slow
@pytest.mark.parametrize("model", MODELS)
@given(wished=wishes)
@settings(max_examples=20, deadline=None)
def test_no_settings_make_a_request_that_is_refused(model, wished):
    accept(fit(Options(model=model, **wished)).options)


@pytest.mark.slow
@pytest.mark.parametrize("model", MODELS)
@given(wished=wishes)
@settings(max_examples=6, deadline=None)
def test_what_code_can_set_can_be_sent_and_the_rest_raises_one_line(model, wished):
    panel = Panel(model=model)
    sentences = []
    for name, value in wished.items():
        try:
            setattr(panel, name, value)
        except SettingError as problem:
            sentences.append(str(problem))
    assert all(len(text) > 20 and "\n" not in text for text in sentences)
    accept(panel.base().options)


@pytest.mark.parametrize("model", MODELS)
def test_whatever_a_slider_can_reach_is_accepted(model):
    fitted = fit(Options(model=model))
    bounds = limits(fitted.options)
    for name, ends in bounds.items():
        for value in ends:
            again = fit(Options(model=model).changed({name: value}))
            if name not in fitted.refused and not (name == "think" and fitted.choices["budget"]):
                assert name not in again.refused
                accept(again.options)


def test_a_refusal_is_the_sentence_of_the_rules():
    with pytest.raises(SettingError, match="claude-opus-5-5 takes no temperature"):
        Panel(model="opus-5.5", temperature=0.5)
    panel = Panel(model="opus-5.5")
    with pytest.raises(SettingError, match="claude-opus-5-5 takes no temperature"):
        panel.temperature = 0.5
    assert "takes no temperature" in panel.base().refused["temperature"]


def test_a_setting_that_another_model_refuses_waits_until_it_can_be_sent():
    panel = Panel(temperature=0.5)
    panel.model = "opus-5.5"
    assert panel.temperature == 0.5
    assert "temperature" not in request.build(panel.base().options, [])
    panel.model = "haiku-4.5"
    assert request.build(panel.base().options, [])["temperature"] == 0.5


def test_a_wrong_value_raises_one_short_message():
    with pytest.raises(SettingError, match="temperature 3 is out of range: use 0 to 1"):
        Panel(temperature=3)
    panel = Panel()
    with pytest.raises(SettingError, match=r"budget \(5000\) must be less than max_tokens"):
        Panel(max_tokens=2000, think=5000)
    with pytest.raises(SettingError, match="expected a float"):
        panel.temperature = "warm"
    with pytest.raises(SettingError) as caught:
        panel.temperature = 7
    assert len(caught.value._render_traceback_()) == 1


def test_settings_can_be_observed():
    panel = Panel(stop_sequences=["END"])
    seen = []
    panel.observe(lambda change: seen.append(change.new), names=["temperature", "stop"])
    panel.temperature = 0.3
    panel.stop = ["A", "B"]
    assert seen == [0.3, ["A", "B"]]
    assert panel.stop == ["A", "B"]
