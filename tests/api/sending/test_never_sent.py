"""What surely never reached a server, or was refused there, is one fact of each error's class."""

from __future__ import annotations

import pickle
import socket

import pytest
from asked import PROMPT
from scripted_server import CLOSE, error_body, reply

import claude_nb
from claude_nb import Anthropic, errors
from claude_nb.api.calls import EMULATED_HEADER
from claude_nb.cassette.file import CassetteError
from claude_nb.models.locks.locks import LockedBudgetError, LockedError
from claude_nb.models.spending.budget import BudgetError
from claude_nb.models.spending.consent import UnconfirmedError

UNSENT = [
    BudgetError,
    CassetteError,
    LockedBudgetError,
    LockedError,
    UnconfirmedError,
    errors.CertificateError,
    errors.ConnectionLimitError,
    errors.CredentialsError,
    errors.DamagedCredentialsError,
    errors.InsecureBaseURLError,
    errors.MissingCredentialsError,
    errors.ProxyError,
    errors.UnsendableTextError,
]
REFUSED = {400, 401, 402, 403, 404, 412, 413, 422, 429, 431, 529}
UNKNOWN = {408, 409, 499, 500, 501, 503, 504}
SLOW = 429, error_body("rate_limit_error", "slow")


@pytest.fixture
def calls():
    return []


@pytest.fixture
def ask(server, calls):
    def _ask(*replies, retries=0, url=None):
        server.script(*replies)
        client = Anthropic(
            api_key="x", base_url=url or server.url, max_retries=retries, on_call=calls.append
        )
        with pytest.raises(errors.AnthropicError) as caught:
            client.messages.create(**PROMPT)
        return caught.value

    return _ask


@pytest.mark.parametrize("kind", UNSENT, ids=lambda kind: kind.__name__)
def test_what_is_never_sent_says_so_in_its_class(kind):
    assert not kind.sent


def test_nothing_else_claims_it():
    def below(kind):
        return {kind}.union(*(below(each) for each in kind.__subclasses__()))

    claiming = {kind for kind in below(errors.AnthropicError) if not kind.sent}
    ours = {kind for kind in claiming if kind.__module__.startswith("claude_nb.")}
    assert ours >= set(UNSENT)
    assert all(issubclass(kind, tuple(UNSENT)) for kind in ours)


@pytest.mark.parametrize("status", sorted(REFUSED | UNKNOWN))
def test_a_refusal_is_not_billed_and_of_other_failures_nobody_knows(ask, status):
    error = ask(reply(status, error_body("api_error")))
    assert error.sent
    assert error.billed is (status in UNKNOWN)


def test_a_server_that_is_not_there_got_nothing(ask, calls):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    error = ask([], retries=1, url=f"http://127.0.0.1:{port}")
    assert not error.sent
    assert [call.sent for call in calls] == [False]


def test_what_one_attempt_may_have_cost_the_last_does_not_deny(ask, calls):
    error = ask([CLOSE], reply(*SLOW), retries=1)
    assert isinstance(error, errors.RateLimitError)
    assert error.sent
    assert error.billed
    assert [call.sent for call in calls] == [True]
    assert pickle.loads(pickle.dumps(error)).billed  # noqa: S301 - our own


def test_an_answer_that_a_budget_stopped_was_sent():
    assert BudgetError("no").stopped().sent
    assert LockedBudgetError("no", "Only Ada can.").stopped().sent


def test_a_lock_refuses_before_anything_is_sent(locked, server, calls):
    locked('models = ["haiku"]\n')
    client = claude_nb.Anthropic(api_key="x", base_url=server.url, on_call=calls.append)
    with pytest.raises(LockedError):
        client.messages.create(**{**PROMPT, "model": "claude-opus-4-6"})
    assert [(call.outcome, call.sent) for call in calls] == [("LockedError", False)]
    assert server.requests == []


def test_a_server_that_only_said_to_be_an_emulator_has_been_asked(locked, server, calls):
    locked('servers = ["emulator"]\n')
    said = {EMULATED_HEADER.replace("-", "_"): "true"}
    foreign = {"type": "message", "role": "assistant", "content": []}
    server.script(reply(200, {"data": []}, **said), reply(200, foreign))
    client = claude_nb.Anthropic(api_key="x", base_url=server.url, on_call=calls.append)
    with pytest.raises(LockedError) as caught:
        client.messages.create(**PROMPT)
    assert caught.value.sent
    assert [call.sent for call in calls] == [True]
