"""``-a last-plot`` and its like: what is sent, and what is said where there is none."""

from __future__ import annotations

import base64
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "commands"))
from commands_rig import start_shell, stop_shell

from claude_nb.ask.attachments import attach
from claude_nb.ask.context.cells import Cell
from claude_nb.ask.errors import InputError
from claude_nb.notebook.ledger.outputs import Picture
from claude_nb.notebook.run.context import gather
from claude_nb.notebook.run.context.attachable import attachable

KEY = "sk-ant-api03-" + "a1B2c3D4" * 8
PIXEL = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJg"
    "gg=="
)


@pytest.fixture
def claude(tmp_path):
    claude = start_shell(tmp_path)
    yield claude
    stop_shell(claude)


def run(claude, *sources):
    for source in sources:
        claude.shell.run_cell(source, store_history=True)


def attached(claude, item, cell=""):
    return attach.blocks([item], claude.session.variables, attachable(claude.session, cell))


def text(block):
    return block["source"]["data"]


def test_the_input_of_a_cell_is_what_was_typed_without_a_key(claude):
    run(claude, "a = 1", f"%time key = '{KEY}'")
    [block] = attached(claude, "In[2]")
    assert (block["title"], text(block)) == ("In[2]", "%time key = '[key]'")


def test_the_output_of_a_cell_is_its_value_or_what_it_showed(claude):
    run(claude, "{'total': 3}", "print('only printed')", "c = 3")
    [value], [printed] = attached(claude, "Out[1]"), attached(claude, "Out [2]")
    assert text(value) == "{'total': 3}"
    assert (printed["title"], text(printed)) == ("Out[2]", "only printed")


def test_what_a_cell_calls_a_secret_is_not_in_what_another_printed(claude):
    run(claude, "token = 'tk-5d41402abc4b2a76b9719d911017c592'", "print('sent', token)")
    [block] = attached(claude, "Out[2]")
    assert text(block) == "sent [key]"


def test_the_last_error_is_its_cell_and_its_traceback(claude):
    run(claude, "ok = 1", "int('x y')", f"raise ValueError('{KEY}')", "fine = 2")
    [block] = attached(claude, "last-error")
    assert "raise ValueError('[key]')" in text(block)
    assert "ValueError: [key]" in text(block)
    assert KEY[13:30] not in text(block)


def test_the_last_plot_is_the_newest_picture_and_its_cell_is_named(claude):
    claude.session.outputs.picture = Picture(kind="image/png", encoded=PIXEL, number=7)
    [block] = attached(claude, "last-plot")
    assert base64.b64decode(block["source"]["data"]) == base64.b64decode(PIXEL)
    assert block.note == "last-plot is the picture of In [7]"


def test_a_cell_is_named_by_its_place_on_the_page(claude, monkeypatch):
    picture = {"output_type": "display_data", "data": {"image/png": PIXEL}}
    cells = {
        1: Cell(id="a", kind="markdown", source="# Title", place=1),
        2: Cell(id="b", source="plot()", outputs=(picture,), number=4, place=2),
        3: Cell(id="q", source="%%claude", place=3),
        4: Cell(id="s", source="# claude: skip\nx", place=4),
    }
    monkeypatch.setattr(gather, "one", lambda *at: tuple(filter(None, [cells.get(at[-1])])))
    [title] = attached(claude, "cell:1", "q")
    assert "# Title" in text(title)
    code, image = attached(claude, "cell: 2", "q")
    assert "plot()" in text(code)
    assert image["type"] == "image"
    for place, words in {3: "the cell that asks", 4: "claude: skip", 9: "no cell there"}.items():
        with pytest.raises(InputError, match=words):
            attached(claude, f"cell:{place}", "q")


@pytest.mark.parametrize(
    ("item", "words"),
    [
        ("last-plot", "no cell has shown a picture since claude_nb was loaded here"),
        ("last-error", "no cell of this kernel has failed"),
        ("In[99]", r"no cell with that number was run in this kernel; the last that did: 1, 2"),
        ("Out[99]", r"no cell with that number showed something .*; the last that did: 1\."),
        ("Out[2]", "no cell with that number showed something"),
        ("cell:1", "no page told the notebook's cells"),
        ("cell:0", "counted from 1"),
        ("last-plott", "last-plott"),
    ],
)
def test_where_there_is_none_a_sentence_says_so(claude, item, words):
    run(claude, "40 + 2", "quiet = 1")
    with pytest.raises(InputError, match=words):
        attached(claude, item)


def test_without_a_shell_the_names_are_those_of_files_and_variables():
    shown = attachable(SimpleNamespace(shell=None), "")
    with pytest.raises(InputError, match="last-plot"):
        attach.blocks(["last-plot"], {}, shown)
