"""Where the guard stands: before the network, behind recordings, and in no free server's way."""

from __future__ import annotations

import asyncio

import pytest

from claude_nb import Cassette
from claude_nb.api import addresses
from claude_nb.models.spending.consent import UnconfirmedError
from claude_nb.notebook import backend
from claude_nb.notebook.answer.failure import describe

ASK = {
    "model": "claude-sonnet-4-6",
    "max_tokens": 100,
    "messages": [{"role": "user", "content": "Hi"}],
}


class Refuses:
    """Agrees to nothing, and counts what it was asked."""

    def __init__(self):
        self.asked = 0

    def check(self, _):
        self.asked += 1
        raise UnconfirmedError("No.")


@pytest.fixture
def session(alone, server, monkeypatch, tmp_path):
    monkeypatch.setenv("ANTHROPIC_BASE_URL", server.url)
    monkeypatch.setenv("ANTHROPIC_API_KEY", "canary")
    monkeypatch.setenv("CLAUDE_NB_LEDGER", str(tmp_path / "usage.sqlite3"))
    alone.guard = Refuses()
    return alone


@pytest.fixture
def paid(monkeypatch):
    """Take the server for one of another machine."""
    monkeypatch.setattr(addresses, "stays_here", lambda _: False)


def test_what_is_refused_is_not_sent(session, server, paid):
    client = backend.connect(session).client
    with pytest.raises(UnconfirmedError):
        client.messages.create(**ASK)
    with pytest.raises(UnconfirmedError), client.messages.stream(**ASK):
        pass

    async def later():
        made = backend.connect(session, asynchronous=True).client
        try:
            await made.messages.create(**ASK)
        finally:
            await made.close()

    with pytest.raises(UnconfirmedError):
        asyncio.run(later())
    assert session.guard.asked == 3
    assert server.asked == []


def test_servers_of_this_machine_never_meet_it(session, server):
    backend.connect(session).client.messages.create(**ASK)
    assert session.guard.asked == 0
    assert len(server.asked) == 1


def test_a_replayed_answer_never_meets_it(session, server, paid, tmp_path):
    refuses, session.guard = session.guard, None
    cassette = Cassette(tmp_path / "a.jsonl", "auto")
    cassette.through(backend.connect(session).client).messages.create(**ASK)
    session.guard = refuses
    played = Cassette(tmp_path / "a.jsonl", "replay")
    played.through(backend.connect(session).client).messages.create(**ASK)
    assert refuses.asked == 0
    assert len(server.asked) == 1


def test_the_card_says_what_to_do():
    told = describe(UnconfirmedError("14 prompts: you cancelled that."), "claude-sonnet-4-6")
    assert told.what == "Nothing was sent"
    assert told.why == "14 prompts: you cancelled that."
    assert "one by one: a single cell asks nothing" in told.advice
