"""Defaults that do not fit say where they were set; a switch can be turned off for one cell."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from claude_nb.ask.arguments import parse_line
from claude_nb.ask.errors import InputError
from claude_nb.ask.names import did_you_mean
from claude_nb.ask.options import SETTINGS, Options
from claude_nb.models import BUILT_IN, resolve
from claude_nb.notebook.commands import defaults
from claude_nb.notebook.run import cell
from claude_nb.notebook.session import Session
from claude_nb.notebook.traits import LASTING

SWITCHES = [setting for setting in SETTINGS if setting.kind == "flag"]


@pytest.fixture
def session(monkeypatch):
    """Give a session whose defaults are plain attributes."""
    values = {setting.name: setting.listed(setting.default) for setting in LASTING}
    settings = SimpleNamespace(config={}, **values)
    made = Session(shell=SimpleNamespace(user_ns={}, execution_count=1))
    made.settings = settings
    monkeypatch.setattr(defaults.page, "show", lambda *_: None)
    return made


@pytest.mark.parametrize("setting", SWITCHES, ids=lambda setting: setting.name)
def test_every_switch_can_be_turned_off_for_one_cell(setting):
    on = Options(**{setting.name: True})
    off = on.changed(parse_line(setting.negated))
    assert getattr(off, setting.name) is False
    assert parse_line(setting.flags[-1])[setting.name] is True


def test_history_comes_back_for_one_cell():
    assert Options(no_history=True).changed(parse_line("--history")).no_history is False


def test_a_default_that_does_not_fit_says_where_it_was_set_and_what_mends_it(session):
    defaults.run(session, "temperature=0.3")
    options = session.defaults().changed(parse_line("-m sonnet"))
    with pytest.raises(InputError, match="takes no temperature") as caught:
        cell.ask(session, options, "Hello?", "a")
    assert "temperature = 0.3 was set before (%claude set)" in str(caught.value)
    assert "%claude set temperature=" in str(caught.value)


def test_what_the_cell_says_itself_is_not_blamed_on_a_default(session):
    options = session.defaults().changed(parse_line("-m sonnet -t 0.5"))
    with pytest.raises(InputError) as caught:
        cell.ask(session, options, "Hello?", "a")
    assert "was set before" not in str(caught.value)


@pytest.mark.parametrize("first", ["temperature=0.3", "model=haiku"])
def test_a_combination_that_would_fail_every_cell_is_refused_whole(session, first):
    both = "temperature=0.3 model=haiku"
    with pytest.raises(InputError, match="Nothing was changed"):
        defaults.run(session, both)
    assert session.defaults() == Options()
    defaults.run(session, first)
    with pytest.raises(InputError, match="was set before"):
        defaults.run(session, both.replace(first, "").strip())


def test_a_family_that_is_misspelt_is_refused_and_an_unknown_model_is_not(session):
    with pytest.raises(InputError, match="There is no model 'sonet'"):
        defaults.run(session, "model=sonet")
    defaults.run(session, "model=claude-sonnet-9")
    assert session.settings.model == "claude-sonnet-9"


def test_a_bare_family_is_its_newest_model():
    for family in ("sonnet", "opus", "haiku"):
        newest = next(info for info in BUILT_IN.all_models() if info.line == family and info.price)
        assert resolve(family) == newest.id


def test_what_a_name_begins_with_is_meant_before_what_looks_like_it():
    assert did_you_mean("temp", ["system", "temperature"]) == " Did you mean temperature?"
