"""What the rest of a table will take: its tokens counted on some rows, before anybody pays."""

from __future__ import annotations

import pytest

from claude_nb.ask.options import Options
from claude_nb.rows.ahead import spread
from claude_nb.rows.estimate import Spent, estimate
from claude_nb.rows.plan import Plan
from claude_nb.rows.tables import table

ROWS = [{"text": "a " * (2000 if number > 10 else 1)} for number in range(100)]


def plan(**options):
    return Plan("Say {{text}}", Options(model="claude-haiku-4-5", **options), {})


def test_rows_are_spread_over_what_is_left():
    given = [{"text": str(number)} for number in range(1000)]
    asked = [each["messages"][0]["content"] for each in spread(plan(), table(given), 5)]
    assert len(asked) == 20
    assert asked[0] == "Say 5"
    assert int(asked[-1].removeprefix("Say ")) > 900


@pytest.mark.parametrize("given", [iter(["a", "b"]), ["a"], []])
def test_where_no_row_is_left_or_can_be_read_again_none_is_counted(given):
    assert spread(plan(), table(given), 1) == []


def test_a_row_that_will_not_be_asked_is_not_counted():
    assert len(spread(plan(), table([{"text": "a"}, {"text": None}, {"text": "b"}]), 1)) == 1


def test_what_goes_in_is_counted_and_what_comes_out_is_as_it_was():
    spent = [Spent(10, 0.3, 0.2)] * 5  # a cent a token in
    found = estimate(spent, 100, 1.0, [1000, 1000])
    assert found.tokens == (100_000, 100_000)
    assert found.cost == pytest.approx((1020, 1020))
    assert "about 100,000 tokens in (counted on 2)" in str(found)
    guessed = estimate(spent, 100, 1.0)
    assert guessed.cost == pytest.approx((30, 30))
    assert "about 1,000 tokens in (as the first have, for the server counted none)" in str(guessed)


def test_an_unknown_price_is_none_and_tokens_are_told():
    found = estimate([Spent(10, None, None)], 10, 1.0, [8, 12])
    assert found.cost is None
    assert found.tokens[0] < 100 < found.tokens[1]
    assert "$" not in str(found)
    assert estimate([], 10, 1.0, [8]).tokens is None


@pytest.mark.slow
def test_a_pilot_has_the_rest_counted(asking):
    answers = asking("Say {{text}}", ROWS, most=5)
    assert len(answers) == 5
    assert "counted on 20" in answers.summary()
    assert answers.estimate().tokens[1] > 95 * 1000


@pytest.mark.slow
def test_a_server_that_counts_nothing_is_no_failure(asking, monkeypatch):
    async def none(*_, **__):
        raise AttributeError("there is no such endpoint")

    monkeypatch.setattr("claude_nb.api.resources.messages.AsyncMessages.count_tokens", none)
    answers = asking("Say {{text}}", ROWS, most=5)
    assert "the server counted none" in answers.summary()
    assert not answers.failed
