"""What rows share is kept by the server, once; what that saves is shown, in true dollars or not."""

from __future__ import annotations

import pytest

from claude_nb.ask.options import Options
from claude_nb.rows.plan import Plan
from claude_nb.rows.progress import Progress, line, together, uncached

MODEL = "claude-sonnet-4-6"
KEPT = {"type": "ephemeral"}


def plan(text="Say {{text}}", variables=None, **options):
    return Plan(text, Options(model=MODEL, cache=True, **options), variables or {})


def test_the_system_prompt_is_kept_and_the_row_is_not():
    asked = plan(system="Be brief.").of({"text": "red"}).params
    assert "cache_control" not in asked
    assert asked["system"] == [{"type": "text", "text": "Be brief.", "cache_control": KEPT}]
    assert asked["messages"] == [{"role": "user", "content": "Say red"}]


def test_files_that_no_column_names_are_kept(tmp_path):
    (tmp_path / "one.txt").write_text("one")
    row, rules = {"file": str(tmp_path / "one.txt")}, "Rule one. " * 50
    asked = plan("Judge it.", {"rules": rules}, attach=("rules", "file")).of(row).params
    first, second, text = asked["messages"][0]["content"]
    assert first["cache_control"] == KEPT
    assert "cache_control" not in {**second, **text}


@pytest.mark.parametrize("system", [None, "Speak of {{text}}."])
def test_what_no_row_shares_is_not_kept(system):
    assert "cache_control" not in str(plan(system=system).of({"text": "red"}).params)


def test_how_long_it_is_kept_is_as_told():
    how = 'cache_control={"type":"ephemeral","ttl":"1h"}'
    asked = Plan("{{text}}", Options(model=MODEL, system="S", option=(how,)), {}).of({"text": "a"})
    assert asked.params["system"][0]["cache_control"]["ttl"] == "1h"


@pytest.mark.parametrize("system", ["Be brief.", None])
def test_a_row_has_one_name_kept_or_not(system):
    named = [
        Plan("{{text}}", Options(model=MODEL, cache=cache, system=system), {}).of({"text": "a"}).key
        for cache in (True, False)
    ]
    assert named[0] == named[1]


def test_what_was_saved_is_said_in_true_dollars_or_not():
    told = Progress(total=2, done=2, input_tokens=900, output_tokens=9, cached_tokens=800)
    assert "900 → 9 tokens (800 cached)" in line(told)
    rich = Progress(done=1, cached_tokens=800, input_tokens=900, cost=1.0, saved=0.5)
    assert "(800 cached, $0.5 saved)" in line(rich)
    assert "$0.01 more to cache them" in line(Progress(done=1, input_tokens=1, cost=1, saved=-0.01))
    assert together([rich, rich], 1).saved == 1
    assert together([rich, told], 1).saved is None


def test_without_a_cache_all_would_have_been_read():
    usage = {"input_tokens": 1, "cache_read_input_tokens": 5, "cache_creation_input_tokens": 7}
    assert uncached({**usage, "cache_creation": {}, "output_tokens": 2}) == {
        "input_tokens": 13,
        "output_tokens": 2,
    }


def test_one_row_is_no_rows():
    assert line(Progress(done=1, total=1)).startswith("1 of 1 row ·")
    assert line(Progress(done=1, total=2)).startswith("1 of 2 rows ·")
