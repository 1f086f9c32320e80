"""``%%claude --each table --models a,b``: the ways to ask, as a cell names them."""

from __future__ import annotations

import pandas as pd
import pytest

from claude_nb.ask.arguments import parse_line
from claude_nb.ask.errors import InputError
from claude_nb.notebook.completion.complete import candidates
from claude_nb.notebook.run.rows import cell
from claude_nb.rows.grid import Grid


@pytest.fixture
def ask(alone, serve, monkeypatch, tmp_path):
    """Give a function that asks as a cell does; it knows what was asked, and what was shown."""
    monkeypatch.setenv("CLAUDE_NB_DISPLAY", "final")
    alone.folder = tmp_path
    alone.shell.user_ns["table"] = pd.DataFrame({"text": ["red", "green"]})
    alone.shell.user_ns["tones"] = {"plain": "Use plain words.", "none": ""}

    def say(line, text="Say {{text}}"):
        return cell.ask(alone, parse_line(line), text)

    say.asked, say.shown = [], []
    publish = "claude_nb.notebook.live.publishing.publish"
    monkeypatch.setattr(publish, lambda bundle, *_, **__: say.shown.append(bundle))

    def answer(request):
        say.asked.append(request)
        return "said"

    serve(answer)
    return say


@pytest.mark.slow
def test_a_cell_asks_each_row_in_each_way(ask, alone):
    line = "--each table --models claude-haiku-4-5,claude-sonnet-4-6 --samples 2"
    grid = ask(f"{line} --temperatures 0,default --systems tones --out got")
    assert isinstance(grid, Grid)
    assert len(grid) == len(ask.asked) == 2 * 2 * 2 * 2 * 2
    assert grid[0].way == "claude-haiku-4-5 · 0 · plain"
    assert alone.shell.user_ns["got"] is grid
    assert sum("temperature" in request for request in ask.asked) == 16
    assert "8 ways to ask" in ask.shown[-1]["text/plain"]


def test_a_dry_run_shows_the_first_way_and_refuses_the_others_too(ask):
    ask("--each table --models haiku,opus --dry-run")
    assert "the first of 2 ways: haiku" in ask.shown[-1]["text/plain"]
    with pytest.raises(InputError, match=r"opus · 0.5: .*takes no temperature"):
        ask("--each table --models claude-haiku-4-5,opus --temperatures 0.5 --dry-run")
    assert not ask.asked


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("--models haiku,opus", "--models goes with --each"),
        ("--systems tones", "--systems goes with --each"),
        ("--each table --models haiku -m opus", "--model and --models say the same"),
        ("--each table --temperatures 0 -t 1", "--temperature and --temperatures say the same"),
        ("--each table --systems tones -s x", "--system and --systems say the same"),
        ("--each table --models haiku,haiku", "twice"),
        ("--each table --models ,", "values with commas between"),
        ("--each table --temperatures 0,hot", "takes a number, not 'hot'"),
        ("--each table --temperatures 0,2", "0 to 1"),
        ("--each table --systems tone", "Did you mean tones"),
        ("--each table --systems text", "text"),
        ("--each table --models claude-haiku-4-5,opus --temperatures 0.5", "opus · 0.5: "),
    ],
)
def test_what_does_not_fit_together_is_said_before_anything_is_sent(ask, line, says):
    with pytest.raises(InputError, match=says):
        ask(line)
    assert not ask.asked


def test_tab_completes_models_behind_commas_and_lists_of_system_prompts():
    names = {"tones": {}, "texts": [], "number": 3}
    _, found = candidates("%%claude --each t --models haiku,son", names)
    assert "haiku,sonnet" in found
    assert candidates("%%claude --each t --systems t", names) == ("t", ["texts", "tones"])
