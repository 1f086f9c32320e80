"""``%claude replay notebook``: what outputs keep, played in a new kernel with no server."""

from __future__ import annotations

import json

import pytest
from commands_rig import start_shell, stop_shell
from IPython.core.displaypub import CapturingDisplayPublisher

from claude_nb import emulator
from claude_nb.ask.errors import InputError
from claude_nb.notebook.answer.failure import RunError
from claude_nb.notebook.run import result

SERVED = [
    "%%claude --max-tokens 500\nWhat is 17 * 23?",
    "%%claude\nAnd twice that?",
    "%%claude --no-history --think 1024\nName a colour.",
    "%%claude --no-history --no-stream\nName a town.",
    "%%claude --no-history --tools double\nUse double on 21.",
]
DOUBLE = "def double(number: int) -> int:\n    'Double a number.'\n    return 2 * number"


class Kernel:
    """A shell whose cells' outputs go into a notebook's file."""

    def __init__(self, home):
        self.path = home / "lesson.ipynb"
        self.claude = start_shell(home)
        self.claude.shell.run_cell(DOUBLE)

    def cell(self, source):
        """Run a cell; return its outputs as the file keeps them."""
        shell = self.claude.shell
        publisher = shell.display_pub = CapturingDisplayPublisher(shell=shell)
        result = shell.run_cell(source, store_history=True)
        result.raise_error()
        shown = [{name: each[name] for name in ("data", "metadata")} for each in publisher.outputs]
        return json.loads(json.dumps(shown))

    def run(self, cells):
        """Run cells and save them."""
        self.save([(source, self.cell(source)) for source in cells])

    def save(self, cells):
        made = [{"cell_type": "code", "source": s, "outputs": o, "metadata": {}} for s, o in cells]
        self.path.write_text(json.dumps({"cells": made, "metadata": {}, "nbformat": 4}))

    def outputs(self):
        return [each["outputs"] for each in json.loads(self.path.read_text())["cells"]]


@pytest.fixture
def start(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("CI", "CLAUDE_NB_CASSETTE", "CLAUDE_NB_CASSETTE_MODE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("CLAUDE_NB_DISPLAY", "final")
    monkeypatch.setenv("CLAUDE_NB_LEDGER", str(tmp_path / "usage.sqlite3"))
    monkeypatch.setenv("CLAUDE_NB_NOTEBOOK", "lesson.ipynb")
    running = []

    def started():
        while running:
            stop_shell(running.pop().claude)
        running.append(Kernel(tmp_path))
        return running[-1]

    yield started
    for each in running:
        stop_shell(each.claude)


@pytest.fixture
def kept(start, monkeypatch):
    """Run the cells, of a server that is gone afterwards; return their notebook's kernel."""
    with emulator.serve(tokens_per_second=0) as server:
        monkeypatch.setenv("ANTHROPIC_BASE_URL", server.url)
        monkeypatch.setenv("ANTHROPIC_API_KEY", "canary-7c1")
        kernel = start()
        kernel.claude.shell.run_line_magic("config", "ClaudeMagics.keep = True")
        kernel.run(SERVED)
    monkeypatch.setenv("ANTHROPIC_BASE_URL", "http://127.0.0.1:9")
    monkeypatch.delenv("ANTHROPIC_API_KEY")
    return kernel


def replaying(start):
    kernel = start()
    told = kernel.claude.text("replay notebook")
    assert told == "Replaying: nothing is asked, and every answer comes from lesson.ipynb."
    return kernel


def test_a_new_kernel_with_no_server_and_no_key_plays_what_the_outputs_keep(kept, start):
    before = kept.outputs()
    exchanges = [cell[0]["metadata"]["claude_nb"]["kept"] for cell in before]
    assert [len(each) for each in exchanges] == [1, 1, 1, 1, 2]  # a tool's call is a round
    assert "canary" not in kept.path.read_text()
    kernel = replaying(start)
    kernel.run(SERVED)
    assert kernel.outputs() == before  # byte for byte, and so it plays again
    assert all(entry.replayed and entry.cost is None for entry in kernel.claude.session.ledger)
    kernel.cell(SERVED[3])
    kernel.cell(SERVED[2])  # in another order
    assert "replayed" not in json.dumps(before)


def test_off_keeps_nothing_that_nobody_said_is_to_be_kept(kept, start, server, monkeypatch):
    kernel = replaying(start)
    kernel.cell(SERVED[3])
    kernel.claude.text("off")
    monkeypatch.setenv("ANTHROPIC_BASE_URL", server.url)
    monkeypatch.setenv("ANTHROPIC_API_KEY", "canary-7c1")
    (shown,) = kernel.cell(SERVED[3])
    assert "kept" not in shown["metadata"]["claude_nb"]
    assert len(server.asked) == 1


def test_a_replayed_answer_is_labelled_and_how_much_is_kept_is_told(
    kept, start, monkeypatch, capsys
):
    assert "kB kept" in kept.outputs()[0][0]["data"]["text/plain"]
    kernel = replaying(start)
    monkeypatch.setenv("CLAUDE_NB_DISPLAY", "text")
    kernel.cell(SERVED[3])
    assert "replayed" in capsys.readouterr().out
    (entry,) = kernel.claude.session.ledger
    assert entry.replayed
    assert entry.cost is None


def test_a_changed_question_is_a_miss_that_says_what_changed_and_where(kept, start):
    kernel = replaying(start)
    changed = "%%claude --no-history --no-stream\nName a river."
    with pytest.raises(RunError, match=r"cell 4, “Name a town.”\) differs: turn 1 changed: “Name"):
        kernel.cell(changed)
    with pytest.raises(
        RunError, match=r"lesson\.ipynb holds no answer.*max_tokens 500 → 400"
    ) as miss:
        kernel.cell(SERVED[0].replace("500", "400"))
    assert "the cell's output keeps its answer, and is replayed once the notebook is saved" in str(
        miss.value
    )
    assert "records" not in str(miss.value)


def test_long_texts_are_named_by_their_beginnings_and_still_told_apart(start, server, monkeypatch):
    monkeypatch.setenv("ANTHROPIC_BASE_URL", server.url)
    monkeypatch.setenv("ANTHROPIC_API_KEY", "canary-7c1")
    long = "%%claude --no-history --keep\n" + "word " * 20_000
    kernel = start()
    kernel.run([long])
    assert len(kernel.path.read_text()) < 110_000  # the source, and not once more
    kernel = replaying(start)
    kernel.cell(long)
    with pytest.raises(RunError, match="differs: turn 1 changed"):
        kernel.cell(long + "more")
    assert len(server.asked) == 1


def test_what_an_output_cannot_keep_is_said(start, server, monkeypatch):
    monkeypatch.setenv("ANTHROPIC_BASE_URL", server.url)
    monkeypatch.setenv("ANTHROPIC_API_KEY", "canary-7c1")
    kernel = start()
    with pytest.warns(UserWarning, match="with an API key in it is not kept"):
        (shown,) = kernel.cell("%%claude --keep\nIs canary-7c1 a key?")
    assert "not kept" in shown["data"]["text/plain"]
    assert "kept" not in shown["metadata"]["claude_nb"]
    monkeypatch.setattr(result, "_MOST_KEPT", 100)
    (shown,) = kernel.cell("%%claude --no-history --keep\nHi")
    assert "kB, and 0.1 kB is the most" in shown["data"]["text/plain"]
    assert "kept" not in shown["metadata"]["claude_nb"]
    (shown,) = kernel.cell("%%claude --no-history\nHi")
    assert "kept" not in shown["data"]["text/plain"]


def test_auto_asks_what_is_not_kept(start, server, monkeypatch):
    monkeypatch.setenv("ANTHROPIC_BASE_URL", server.url)
    monkeypatch.setenv("ANTHROPIC_API_KEY", "canary-7c1")
    kernel = start()
    kernel.run(["%%claude --no-history --keep\nOne?"])
    told = kernel.claude.text("auto notebook")
    assert told == "Auto: what lesson.ipynb keeps is replayed, anything else asked."
    kernel.cell("%%claude --no-history\nOne?")
    kernel.cell("%%claude --no-history\nTwo?")
    assert len(server.asked) == 2
    before = kernel.path.read_text()
    kernel.cell("%%claude --no-history\nThree?")
    assert kernel.path.read_text() == before


def test_what_cannot_be_replayed_says_why(start, monkeypatch):
    kernel = start()
    with pytest.raises(InputError, match=r"no notebook lesson\.ipynb: save it"):
        kernel.claude.text("replay notebook")
    kernel.save([("x = 1", [])])
    with pytest.raises(
        InputError, match=r"No output of lesson\.ipynb keeps its answer: say %config"
    ):
        kernel.claude.text("replay notebook")
    assert kernel.claude.session.cassette is None
    with pytest.raises(InputError, match=r"is a notebook, whose cells keep their answers"):
        kernel.claude.text("record lesson.ipynb")
    kernel.path.write_text("{}")
    with pytest.raises(InputError, match="is no notebook"):
        kernel.claude.text("replay lesson.ipynb")
    monkeypatch.delenv("CLAUDE_NB_NOTEBOOK")
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    with pytest.raises(InputError, match="not known where this notebook's file is"):
        kernel.claude.text("replay notebook")
