"""A server whose answers count the questions, and clients that record and play them."""

from __future__ import annotations

import pytest
from cassette_rig import KEY

from claude_nb import Anthropic, emulator
from claude_nb.cassette import Cassette


@pytest.fixture
def server():
    """Serve answers that count the questions: an answer that was not asked for is told apart."""
    asked = []

    def answer(request):
        asked.append(request)
        told = KEY if "key?" in str(request["messages"]) else "all"
        return f"Answer {len(asked)} \u2028 to {told}, “quoted”."

    with emulator.serve(tokens_per_second=0, answer=answer, batch_seconds=0) as running:
        running.asked = asked
        yield running


@pytest.fixture
def path(tmp_path):
    return tmp_path / "answers.jsonl"


@pytest.fixture
def connect(server, path):
    """Return what makes a client of the server, on the cassette: each is a new run."""

    def make(mode="auto", **settings):
        client = Anthropic(api_key=KEY, base_url=server.url)
        return Cassette(path, mode, **settings).through(client)

    return make


@pytest.fixture
def client(connect):
    """Give a client that records and plays."""
    return connect()
