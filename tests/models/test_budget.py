"""A budget is never passed, however many draw on it at once."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claude_nb.models.spending import Amount, Budget, BudgetError, limits


def test_what_is_set_aside_beyond_what_was_spent_is_free_again():
    budget = Budget(dollars=1.0)
    held = budget.reserve(Amount(0.6, 100))
    assert (budget.held, budget.spent) == (Amount(0.6, 100), Amount())
    held.settle(Amount(0.25, 40))
    assert (budget.held, budget.spent.dollars) == (Amount(), 0.25)
    assert budget.left.dollars == pytest.approx(0.75)


def test_settling_twice_counts_once():
    budget = Budget(dollars=1.0)
    held = budget.reserve(Amount(0.5))
    held.settle(Amount(0.5))
    held.settle(Amount(0.5))
    assert budget.spent == Amount(0.5)


def test_what_does_not_fit_is_refused_and_takes_nothing():
    budget = Budget(dollars=0.10)
    budget.reserve(Amount(0.06))
    with pytest.raises(
        BudgetError,
        match=r"up to \$0\.0600, and \$0\.0400 of the budget of \$0\.10 is left, besides",
    ):
        budget.reserve(Amount(0.06))
    assert budget.left.dollars == pytest.approx(0.04)


def test_where_all_does_not_fit_what_is_left_may_be_of_use():
    budget = Budget(dollars=0.10)
    assert budget.reserve(Amount(0.50), least=Amount(0.02)).amount.dollars == 0.10
    with pytest.raises(BudgetError):
        budget.reserve(Amount(0.50), least=Amount(0.02))


def test_tokens_have_a_limit_of_their_own():
    budget = Budget(tokens=100)
    budget.reserve(Amount(99.0, 80))
    with pytest.raises(BudgetError, match="30 tokens, and 20 of the budget of 100 are left"):
        budget.reserve(Amount(0.0, 30))


def test_a_part_takes_from_the_whole_and_is_bound_by_both():
    whole = Budget(dollars=1.0)
    part = Budget(dollars=0.5, within=whole)
    part.reserve(Amount(0.4)).settle(Amount(0.3))
    assert (whole.spent, part.spent) == (Amount(0.3), Amount(0.3))
    with pytest.raises(BudgetError):
        part.reserve(Amount(0.3))
    assert whole.left.dollars == pytest.approx(0.7)  # nothing of that stays taken
    whole.reserve(Amount(0.65))
    with pytest.raises(BudgetError):
        part.reserve(Amount(0.1))


@given(st.lists(st.tuples(st.floats(0, 0.05), st.floats(0, 1)), min_size=1, max_size=60))
def test_whatever_is_asked_and_settled_the_limit_holds(asked):
    budget = Budget(dollars=0.1)
    held = []
    for most, share in asked:
        try:
            held.append((budget.reserve(Amount(most)), most * share))
        except BudgetError:
            continue
        if len(held) % 3 == 0:
            reservation, spent = held.pop()
            reservation.settle(Amount(spent))
        assert (budget.spent + budget.held).dollars <= 0.1 + 1e-9


def test_forty_threads_at_once_pass_it_by_nothing():
    budget, together = Budget(dollars=0.10), threading.Barrier(40)

    def ask(_):
        together.wait(30)
        try:
            held = budget.reserve(Amount(0.007, 1))
        except BudgetError:
            return 0
        held.settle(Amount(0.006, 1))
        return 1

    with ThreadPoolExecutor(40) as pool:
        asked = sum(pool.map(ask, range(40)))
    assert budget.spent.dollars == pytest.approx(0.006 * asked)
    assert budget.spent.dollars <= 0.10
    assert asked >= 14  # what certainly fits


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("$2", (2.0, None)),
        ("2$", (2.0, None)),
        ("USD 2.50", (2.5, None)),
        ("$1,250.75", (1250.75, None)),
        ("1e6 tokens", (None, 1_000_000)),
        ("200k tokens $.5", (0.5, 200_000)),
    ],
)
def test_amounts_are_read_as_people_write_them(words, found):
    assert limits(words) == found


@pytest.mark.parametrize(
    "words", ["$1,5", "$1,50", "2", "", "-$1", "$inf", "two dollars", "$2/day", "$2 $3", "$1,2345"]
)
def test_what_can_be_read_in_two_ways_is_no_amount(words):
    with pytest.raises(ValueError, match="amount"):
        limits(words)
