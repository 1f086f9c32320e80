"""Rows that are asked in several ways: what comes back, how it is compared, what is refused."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
import pytest

import claude_nb
from claude_nb.ask.errors import InputError
from claude_nb.notebook.run.rows import showing, tables
from claude_nb.rows.answers import Answers
from claude_nb.rows.grid import Grid, Way, ways
from claude_nb.rows.likeness import Differences, Pair, agreement, alike
from claude_nb.rows.progress import Progress, together

pytestmark = pytest.mark.slow  # whole runs over rows, each in a thread of its own

ROWS = pd.DataFrame({"text": ["red", "green", "blue"]})
OLD = ["claude-haiku-4-5", "claude-sonnet-4-6"]  # which take a temperature
BAD = "<img src=x onerror=alert(1)>"


@dataclass
class Colour:
    """A colour."""

    name: str
    warm: bool


@pytest.fixture
def says(alone, serve, monkeypatch, tmp_path):
    """Give a function that has each question answered with what it was asked."""
    alone.folder = tmp_path
    asked = []

    def answer(request):
        asked.append(request)
        model = request["model"].split("-")[1]
        heat = request.get("temperature", "default")
        return f"{request['messages'][-1]['content']} by {model} at {heat}"

    serve(answer)
    return asked


@pytest.fixture
def priced(monkeypatch):
    """Let the server of the tests have the prices of the provider."""
    monkeypatch.setattr("claude_nb.models.ModelTable.cost", lambda *_, **__: 0.01)


def test_each_row_is_asked_in_each_way_in_order(says):
    grid = claude_nb.map("Say {{text}}", ROWS, models=OLD, temperatures=[0, 0.5], samples=2)
    assert isinstance(grid, Grid)
    assert len(says) == len(grid) == 3 * 4 * 2
    ways = [f"{model} · {heat}" for model in OLD for heat in (0, 0.5)]
    assert [answer.way for answer in grid[:8]] == [way for way in ways for _ in range(2)]
    assert [answer.row for answer in grid] == [0] * 8 + [1] * 8 + [2] * 8
    assert grid[4].text == "Say red by sonnet at 0"
    assert grid[-1].text == "Say blue by sonnet at 0.5"
    assert grid[3] == grid[3:4][0]
    assert not grid.failed


def test_the_table_comes_back_with_which_way_each_row_was_asked(says):
    systems = {"short": "Be short.", "none": ""}
    frame = claude_nb.map("{{text}}", ROWS, models=["haiku"], systems=systems).to_frame()
    assert list(frame.columns)[:4] == ["text", "model", "system", "answer"]
    assert list(frame["system"]) == ["short", "none"] * 3
    assert list(frame["text"]) == ["red", "red", "green", "green", "blue", "blue"]
    assert [request.get("system") for request in says].count("Be short.") == 3


def test_what_was_asked_is_not_asked_again_by_a_wider_grid(says):
    claude_nb.map("{{text}}", ROWS, models=["haiku"])
    wider = claude_nb.map("{{text}}", ROWS, models=["haiku", "sonnet"])
    assert len(says) == 6
    assert wider.progress.known == 3
    assert claude_nb.map("{{text}}", ROWS, model="haiku").progress.known == 3


def test_a_pilot_asks_its_rows_in_each_way(says):
    grid = claude_nb.map("{{text}}", ROWS, models=["haiku", "sonnet"], sample=1)
    assert len(says) == 2
    assert "rows left" in grid.summary()
    assert grid.left() == 4


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"models": [*OLD, "haiku"], "temperatures": [0, 0.5]}, "^haiku · 0: .*takes no temp"),
        ({"models": "haiku"}, "must be a list"),
        ({"models": []}, "must be a list"),
        ({"temperatures": [True]}, "not a number"),
        ({"temperatures": [0, 7]}, "7"),
        ({"systems": ["a", "a"]}, "twice"),
        ({"models": ["haiku"], "model": "opus"}, "say the same"),
        ({"temperatures": list(map(float, range(101)))}, "at most 100"),
    ],
)
def test_what_cannot_be_asked_is_said_before_anything_is_sent(says, given, message):
    with pytest.raises(InputError, match=message):
        claude_nb.map("{{text}}", ROWS, **given)
    assert not says


def test_an_iterator_is_refused(says):
    with pytest.raises(InputError, match="at its end after one"):
        claude_nb.map("{{text}}", iter(["a"]), models=["haiku"])


def test_one_budget_holds_for_all_ways(says, priced, monkeypatch):
    given = {"models": ["haiku", "sonnet"], "budget": 0.02, "max_tokens": 100}
    grid = claude_nb.map("{{text}}", [{"text": f"w{n}"} for n in range(60)], **given)
    assert grid.progress.ended == "budget"
    assert 0 < len(says) < 120
    assert "budget of $0.02" in grid.summary()


def test_a_model_that_is_not_there_ends_all_ways_and_nothing_is_paid_twice(says):
    with pytest.raises(claude_nb.NotFoundError):
        claude_nb.map("{{text}}", ROWS, models=["haiku", "claude-none-9"])
    claude_nb.map("{{text}}", ROWS, models=["haiku"])
    assert len(says) == 3


def test_failed_rows_are_asked_again_in_their_way(says):
    grid = claude_nb.map("Say {{text}}", ROWS, models=["haiku", "sonnet"], max_tokens=2)
    assert len(grid.failed) == 6
    again = grid.retry(max_tokens=100)
    assert isinstance(again, Grid)
    assert not again.failed
    assert [answer.way for answer in again[:2]] == ["haiku", "sonnet"]
    with pytest.raises(InputError, match="cannot change model"):
        grid.retry(model="opus")


def test_how_each_way_did_is_measured(says, priced):
    grid = claude_nb.map("{{text}}", ROWS, models=["haiku", "sonnet"], samples=2)
    first, second = grid.measures
    assert (first.way, first.answered, first.failed) == ("haiku", 6, 0)
    assert first.words == second.words == 5
    assert first.cost == pytest.approx(0.06)
    assert first.seconds > 0
    assert first.agreement == 1.0


def test_dollars_are_said_only_where_they_are_true(says):
    grid = claude_nb.map("{{text}}", ROWS, models=["haiku", "sonnet"])
    shown = showing.bundle(grid)
    assert [each.cost for each in grid.measures] == [None, None]
    assert "$" not in shown["text/plain"] + shown["text/html"]
    assert "cost" not in shown["text/plain"]
    assert "agreement" not in shown["text/plain"]


def test_it_is_shown_as_bars_and_side_by_side(says, priced, alone):
    grid = claude_nb.map("{{text}}", ROWS, models=["haiku", "sonnet"])
    shown = showing.bundle(grid, timed=False)
    assert shown["text/html"].count("<meter") == 4
    assert "<th>haiku</th><th>sonnet</th>" in shown["text/html"]
    assert "red by haiku at default" in shown["text/html"]
    assert "2 ways to ask: 6 of 6 rows" in shown["text/plain"]
    assert "more row" not in shown["text/html"]
    rows = [{"text": f"w{n}"} for n in range(11)]
    many = claude_nb.map("{{text}}", rows, models=["haiku", "sonnet"], samples=2)
    assert "… 1 more row<" in showing.bundle(many)["text/html"]
    assert len({entry.model for entry in alone.ledger}) == 2


def test_hostile_ways_and_answers_are_shown_as_text(says):
    grid = claude_nb.map("{{text}}", [{"text": BAD}], systems={BAD: "a", "b": "c"})
    html = showing.bundle(grid)["text/html"]
    html += tables.differences(Differences(BAD, "b", [Pair(0, BAD, "b")], 0, 0))["text/html"]
    assert "<img" not in html
    assert "&lt;img" in html


# Differences.


def test_two_ways_are_compared_word_by_word(says):
    grid = claude_nb.map("{{text}}", ROWS, models=["haiku", "sonnet"])
    found = grid.differences("haiku", "sonnet")
    assert len(found) == 3
    assert repr(found).splitlines()[:2] == [
        "haiku and sonnet: 3 of 3 rows differ",
        "[0] red by [-haiku-] {+sonnet+} at default",
    ]
    html = tables.differences(found)["text/html"]
    assert "red by <del>haiku</del> <ins>sonnet</ins> at default" in html
    assert len(grid.differences(0, 0)) == 0


def test_samples_of_a_row_are_compared_too(says):
    answers = claude_nb.map("{{text}}", ROWS, samples=2)
    assert answers.differences().same == 3
    with pytest.raises(InputError, match="There is one answer to each row"):
        claude_nb.map("{{text}}", ROWS).differences()
    with pytest.raises(InputError, match="no column 'opus'; there are sample 0, sample 1"):
        answers.differences("opus")


def test_rows_without_both_answers_are_counted(says):
    rows = [*ROWS.to_dict("records"), {"text": None}]
    found = claude_nb.map("{{text}}", rows, models=["haiku", "sonnet"]).differences()
    assert found.summary() == "haiku and sonnet: 3 of 3 rows differ, 1 have not both answers"


@pytest.mark.parametrize(
    ("one", "other", "share"),
    [
        ("a b c d", "a b c d", 1.0),
        ("a b c d", "a b x y", 0.5),
        ("", "", 1.0),
        ("a", "", 0.0),
        ({"a": 1, "b": 2}, {"a": 1, "b": 3}, 0.5),
        ({"a": None}, {}, 0.0),
        ("天空 是 蓝", "天空 是 红", pytest.approx(2 / 3)),
    ],
)
def test_likeness_is_a_share_of_words_or_fields(one, other, share):
    assert alike(one, other) == share


def test_agreement_is_over_the_pairs_of_each_row():
    assert agreement([["a", "a", "b"], ["c", "c"], ["alone"]]) == pytest.approx((1 / 3 + 1) / 2)
    assert agreement([["alone"], []]) is None


def test_long_answers_are_compared_in_time_and_nothing_is_lost():
    one = " ".join(f"w{n % 700}" for n in range(9000))
    pair = Pair(0, one, one.replace("w5 ", "X "))
    changes = list(pair.changes())
    assert "".join(each.text for each in changes if each.kind != "into") == one
    assert "".join(each.text for each in changes if each.kind != "out") == pair.other


def test_ways_have_labels_of_one_line():
    [way] = ways(None, None, ["Be short.\nVery. " * 20])
    assert "\n" not in way.label
    assert len(way.label) <= 40
    assert ways(None, [None, 0], None)[0] == Way(
        "default", {"temperature": None}, {"temperature": None}
    )
    assert ways(None, None, None) == []


def test_several_runs_stand_together():
    one = Progress(total=5, done=2, cost=1.0, seconds=3.0, ended="done")
    other = Progress(total=5, done=1, cost=None, seconds=9.0, ended="stopped")
    both = together([one, other], 20)
    assert (both.total, both.done, both.cost, both.seconds) == (10, 3, None, 9.0)
    assert both.ended == "stopped"
    assert together([one, Progress()], 8).ended == ""


def test_parts_of_answers_that_are_no_grid_are_themselves(says):
    answers = claude_nb.map("{{text}}", ROWS)
    assert answers.parts == [answers]
    assert type(answers) is Answers
