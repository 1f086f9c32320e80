"""``%claude batches``: what there is, how far it is, and an end to it."""

from __future__ import annotations

import pytest
from commands_rig import start_shell, stop_shell

from claude_nb import Anthropic, emulator
from claude_nb.ask.errors import InputError
from claude_nb.notebook.answer.failure import RunError

PARAMS = {
    "model": "claude-haiku-4-5",
    "max_tokens": 50,
    "messages": [{"role": "user", "content": "Hi"}],
}


@pytest.fixture
def server(monkeypatch):
    with emulator.serve(tokens_per_second=0, batch_seconds=600) as running:
        monkeypatch.setenv("ANTHROPIC_BASE_URL", running.url)
        monkeypatch.setenv("ANTHROPIC_API_KEY", "canary-7c1")
        yield running


@pytest.fixture
def claude(tmp_path, monkeypatch, server):
    monkeypatch.setenv("CLAUDE_NB_DISPLAY", "final")
    running = start_shell(tmp_path)
    yield running
    stop_shell(running)


def sent(server, number):
    requests = [{"custom_id": f"row-{n}", "params": PARAMS} for n in range(number)]
    with Anthropic(base_url=server.url, api_key="canary-7c1") as client:
        return client.messages.batches.create(requests=requests).id


def test_without_any_it_says_so(claude):
    assert "no batches of this key" in claude.text("batches")


def test_they_are_listed_newest_first_with_how_far_they_are(claude, server):
    first, second = sent(server, 3), sent(server, 1_200)
    listed = claude.text("batches")
    assert listed.index(second) < listed.index(first)
    assert "1,200" in listed
    assert "in progress" in listed


def test_one_is_told_cancelled_and_then_told_otherwise(claude, server):
    name = sent(server, 3)
    told = claude.text(f"batches {name}")
    assert f"{name} is in progress: 3 processing." in told
    assert "to be done by" in told
    assert "is being cancelled" in claude.text(f"batches cancel={name}")
    assert "in progress" not in claude.text(f"batches {name}")


def test_one_that_has_ended_is_not_cancelled(claude, server):
    server.options.batch_seconds = 0.0
    name = sent(server, 2)
    assert f"{name} has ended: 2 succeeded." in claude.text(f"batches {name}")
    assert "ended already" in claude.text(f"batches cancel={name}")


@pytest.mark.parametrize("line", ["batches nobody", "batches cancel=nobody"])
def test_one_that_is_not_there_is_an_answer_of_the_server(claude, line):
    with pytest.raises(RunError, match="nobody"):
        claude.text(line)


@pytest.mark.parametrize("name", ["cancel=", "..", "cancel=a/../b"])
def test_what_is_no_id_is_refused(claude, name):
    with pytest.raises((InputError, RunError)):
        claude.text(f"batches {name}")


def test_a_question_that_begins_so_is_a_question(claude):
    assert "canary" not in claude.text("batches of bread: how long do they take?")
