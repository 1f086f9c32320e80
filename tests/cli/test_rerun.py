"""``claude-nb rerun``, on notebooks that run in kernels of their own."""

from __future__ import annotations

import json

import nbformat
import pytest
from nbformat import v4

from claude_nb import emulator
from claude_nb.cli.command import main
from claude_nb.cli.rerun import Wish, _check, _execute

pytestmark = pytest.mark.kernel


@pytest.fixture
def server(monkeypatch, tmp_path):
    """Serve answers that count the questions; kernels ask there, and keep no ledger elsewhere."""
    asked = []

    def answer(request):
        asked.append(request)
        text = request["messages"][-1]["content"]
        return f"Answer {len(asked)} to {text if isinstance(text, str) else text[-1]['text']}"

    with emulator.serve(tokens_per_second=0, answer=answer) as running:
        running.asked = asked
        monkeypatch.setenv("ANTHROPIC_BASE_URL", running.url)
        monkeypatch.setenv("ANTHROPIC_API_KEY", "canary-91")
        yield running


@pytest.fixture
def lesson(tmp_path):
    path = tmp_path / "lesson.ipynb"
    cells = ["%load_ext claude_nb", "%%claude --no-history\nOne?", "%%claude --no-history\nTwo?"]
    nbformat.write(v4.new_notebook(cells=[v4.new_code_cell(text) for text in cells]), path)
    return path


def answers(path):
    book = nbformat.read(path, as_version=4)
    return [out["data"]["text/plain"].split("\n")[0] for c in book.cells for out in c.outputs]


def test_fresh_asks_and_saves_and_diff_says_what_changed(server, lesson, capsys, tmp_path):
    assert main(["rerun", str(lesson), "--fresh"]) == 0
    assert answers(lesson) == ["Answer 1 to One?", "Answer 2 to Two?"]
    saved = lesson.read_bytes()
    assert main(["rerun", str(lesson), "--diff", "--html", str(tmp_path / "report.html")]) == 1
    assert lesson.read_bytes() == saved
    said = capsys.readouterr().out
    assert "lesson.ipynb: 2 of 2 answers changed." in said
    assert "- 1  + 3" in said
    assert "<table>" in (tmp_path / "report.html").read_text(encoding="utf-8")
    assert b"canary" not in saved + (tmp_path / "report.html").read_bytes()


def test_diff_of_what_stays_is_0(lesson, monkeypatch):
    with emulator.serve(tokens_per_second=0, answer=lambda _: "Always.") as server:
        monkeypatch.setenv("ANTHROPIC_BASE_URL", server.url)
        assert main(["rerun", str(lesson), "--fresh"]) == 0
        assert main(["rerun", str(lesson), "--diff"]) == 0


def test_replay_needs_its_recording_and_fresh_makes_none(server, lesson, tmp_path):
    book = nbformat.read(lesson, as_version=4)
    book.cells.insert(1, v4.new_code_cell("%claude auto lesson.answers.jsonl"))
    nbformat.write(book, lesson)
    assert main(["rerun", str(lesson)]) == 2  # nothing is recorded
    assert server.asked == []
    assert main(["rerun", str(lesson), "--fresh"]) == 0
    assert not (tmp_path / "lesson.answers.jsonl").exists()


def test_a_recording_is_replayed_byte_for_byte(server, lesson, tmp_path):
    book = nbformat.read(lesson, as_version=4)
    book.cells.insert(1, v4.new_code_cell("%claude record lesson.answers.jsonl"))
    recorded = tmp_path / "recorded.ipynb"
    nbformat.write(book, recorded)
    assert _execute(book, Wish(notebook=recorded, mode="replay")) == ""
    assert (tmp_path / "lesson.answers.jsonl").exists()
    assert main(["rerun", str(lesson)]) == 0
    first = lesson.read_bytes()
    assert main(["rerun", str(lesson)]) == 0
    assert lesson.read_bytes() == first
    assert json.loads(first)["cells"][1]["outputs"]


def test_what_cannot_run_is_said(lesson, capsys, tmp_path):
    assert main(["rerun", str(tmp_path / "none.ipynb")]) == 2
    assert main(["rerun", str(lesson), "--budget", "much", "--fresh"]) == 2
    assert main(["rerun", str(lesson)]) == 2
    said = capsys.readouterr().err
    assert "No such file" in said
    assert "'much' is no amount" in said
    assert "there is no lesson.answers.jsonl beside it" in said


def test_what_could_not_be_written_is_said_before_anything_is_asked(lesson, capsys, tmp_path):
    for option in ("--output", "--html"):
        gone = str(tmp_path / "gone" / "x")
        assert main(["rerun", str(lesson), "--diff", option, gone]) == 2
    assert capsys.readouterr().err.count("there is no folder") == 2


@pytest.mark.parametrize("content", ["[1, 2]", "hello", "", '{"nbformat": 4, "cells": 5}'])
def test_a_file_that_is_no_notebook_is_named(lesson, content, capsys):
    lesson.write_text(content)
    assert main(["rerun", str(lesson), "--fresh"]) == 2
    said = capsys.readouterr().err
    assert str(lesson) in said
    assert "Traceback" not in said


def test_a_kernel_that_is_not_here_is_named(lesson, capsys):
    book = nbformat.read(lesson, as_version=4)
    book.metadata["kernelspec"] = {"name": "ruby", "display_name": "Ruby"}
    nbformat.write(book, lesson)
    assert main(["rerun", str(lesson), "--fresh"]) == 2
    assert "there is no kernel 'ruby' here" in capsys.readouterr().err


def test_what_replays_its_own_outputs_needs_no_recording(lesson):
    book = v4.new_notebook(cells=[v4.new_code_cell("%claude replay notebook")])
    _check(Wish(notebook=lesson), book)


def test_a_cell_that_fails_leaves_the_notebook_as_it_was(server, lesson, capsys):
    book = nbformat.read(lesson, as_version=4)
    book.cells.append(v4.new_code_cell("1 / 0"))
    nbformat.write(book, lesson)
    before = lesson.read_bytes()
    assert main(["rerun", str(lesson), "--fresh"]) == 2
    assert "cell 4 failed" in (said := capsys.readouterr().err)
    assert "ZeroDivisionError" in said
    assert lesson.read_bytes() == before
