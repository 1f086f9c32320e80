"""A session of its own, and servers that its cells ask."""

from __future__ import annotations

import threading
from contextlib import ExitStack
from types import SimpleNamespace

import pytest

from claude_nb import emulator
from claude_nb.notebook import session
from claude_nb.notebook.run import background


@pytest.fixture(autouse=True)
def _nothing_is_published_later():
    """End what would be published in a while: it came into the outputs of other tests."""
    yield
    for each in threading.enumerate():
        if isinstance(each, threading.Timer):
            each.cancel()
            each.join()


@pytest.fixture
def alone(monkeypatch):
    """Give the session of a process without a real shell, which can also ask in the background."""
    alone = session.Session(shell=SimpleNamespace(user_ns={}, execution_count=1))
    monkeypatch.setattr(session, "_alone", lambda: alone)
    monkeypatch.setattr(background, "possible", lambda _: True)
    yield alone
    for kept in alone.backends.values():
        if hasattr(kept.client, "__enter__"):
            kept.client.close()


@pytest.fixture
def serve(monkeypatch):
    """Give a function that starts a server with these answers, which all questions go to."""
    with ExitStack() as running:

        def start(answer):
            server = running.enter_context(emulator.serve(tokens_per_second=0, answer=answer))
            monkeypatch.setenv("ANTHROPIC_BASE_URL", server.url)
            monkeypatch.setenv("ANTHROPIC_API_KEY", "canary")
            return server

        yield start


@pytest.fixture
def server():
    """Serve answers that count the questions, which `asked` holds."""
    asked = []

    def answer(request):
        asked.append(request)
        return f"Answer {len(asked)}."

    with emulator.serve(tokens_per_second=0, answer=answer) as running:
        running.asked = asked
        yield running
