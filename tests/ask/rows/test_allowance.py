"""A run's budget: what a row could cost is set aside, and what may have been answered is spent."""

from __future__ import annotations

import pytest

from claude_nb.api.errors import APIConnectionError, RateLimitError
from claude_nb.api.errors.connections import from_failure
from claude_nb.api.network import TransportError
from claude_nb.api.wire import Headers, Request, Response
from claude_nb.models import BUILT_IN
from claude_nb.rows import allowance as module
from claude_nb.rows.allowance import Allowance

PARAMS = {"model": "claude-sonnet-4-6", "max_tokens": 3_000, "messages": []}  # up to $0.0452
REQUEST = Request("POST", "http://127.0.0.1/v1/messages", Headers(), b"")


@pytest.fixture
def allowance():
    """Return a budget for one row at a time."""
    return Allowance(0.05, BUILT_IN)


def unreached():
    cause = TransportError("ConnectError", "nobody is there")
    return from_failure("ConnectError", cause, REQUEST)


def refused():
    return RateLimitError("later", response=Response(429, Headers(), b"", REQUEST), body=None)


def test_one_row_at_a_time_fits(allowance):
    assert allowance.allows(("one", 0), PARAMS)
    assert allowance.allows(("one", 0), PARAMS)  # it is set aside already
    assert not allowance.allows(("two", 0), PARAMS)
    allowance.answered(("one", 0), {"input_tokens": 10, "output_tokens": 10})
    assert allowance.allows(("two", 0), PARAMS)


@pytest.mark.parametrize("error", [unreached(), refused()], ids=["unreached", "refused"])
def test_what_nobody_answered_is_not_spent(allowance, error):
    assert allowance.allows(("one", 0), PARAMS)
    allowance.failed(("one", 0), error)
    assert allowance.allows(("two", 0), PARAMS)


@pytest.mark.parametrize("error", [APIConnectionError(request=REQUEST), KeyboardInterrupt()])
def test_what_may_have_been_answered_is_spent(allowance, error):
    assert allowance.allows(("one", 0), PARAMS)
    allowance.failed(("one", 0), error)
    assert not allowance.allows(("two", 0), PARAMS)


def test_without_a_budget_all_fit():
    allowance = Allowance(None, BUILT_IN)
    assert all(allowance.allows((str(row), 0), PARAMS) for row in range(1_000))


def test_a_row_that_waits_is_priced_once(monkeypatch, allowance):
    priced = []
    real = module.quote
    monkeypatch.setattr(module, "quote", lambda *given: priced.append(1) or real(*given))
    row = {"model": "claude-sonnet-4-6", "max_tokens": 1_000_000, "messages": []}
    assert not any(allowance.allows(("a", 0, 0), row) for _ in range(3))
    assert len(priced) == 1
