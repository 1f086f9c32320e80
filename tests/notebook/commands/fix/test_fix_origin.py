"""`%claude fix` goes by who answered this question, not by which server would be asked next."""

from __future__ import annotations

import json

import pytest
from commands_rig import start_shell, stop_shell

from claude_nb.api.calls import EMULATED_HEADER

ANSWERED = "Zero has no inverse.\n\n```python\n1 / 1\n```\n"


@pytest.fixture
def claude(tmp_path, serve, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CLAUDE_NB_DISPLAY", "text")
    serve(lambda _: ANSWERED)
    running = start_shell(tmp_path)
    running.shell.run_cell("1 / 0", store_history=True)
    yield running
    stop_shell(running)


def mend(claude):
    """Ask for a remedy, and return what was put into the next cell."""
    claude.shell.rl_next_input = None
    claude.outputs("fix")
    return claude.shell.rl_next_input


def as_a_model_would(tape):
    """Take out of a recording that the emulator answered."""
    lines = [json.loads(line) for line in tape.read_text(encoding="utf-8").splitlines()]
    for line in lines:
        line["headers"].pop(EMULATED_HEADER, None)
    tape.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")


def test_a_models_answer_that_is_replayed_without_a_key_is_proposed(claude, tmp_path, monkeypatch):
    claude.text("record tape.jsonl")
    mend(claude)
    as_a_model_would(tmp_path / "tape.jsonl")
    for name in ("ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL"):
        monkeypatch.delenv(name)
    claude.text("replay tape.jsonl")
    assert mend(claude) == "1 / 1"


def test_an_emulated_answer_that_is_replayed_is_mended_by_rule(claude):
    claude.text("record tape.jsonl")
    by_rule = mend(claude)
    assert by_rule != "1 / 1"
    claude.text("replay tape.jsonl")
    assert mend(claude) == by_rule
