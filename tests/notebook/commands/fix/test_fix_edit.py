"""`fix`, `edit`, `explain`: which cell is meant, what is sent of it, what may be accepted."""

from __future__ import annotations

import json

import pytest
from commands_rig import start_shell, stop_shell

from claude_nb.ask.context.cells import Cell, Notebook
from claude_nb.ask.errors import InputError
from claude_nb.notebook import backend
from claude_nb.notebook.run import keeping
from claude_nb.notebook.run.context import gather
from claude_nb.notebook.session import Change

KEY = "sk-ant-api03-" + "a1B2c3D4" * 8


class Desk:
    """Answers with `reply`, as a model would, and keeps what was asked."""

    def __init__(self) -> None:
        self.reply = "Faster.\n\n```python\ntotal = sum([1])\n```\n"
        self.asked: list[dict] = []

    def __call__(self, request: dict) -> str:
        """Answer one request."""
        self.asked.append(request)
        return self.reply

    @property
    def prompt(self) -> str:
        """The last question's text."""
        return self.asked[-1]["messages"][-1]["content"]


@pytest.fixture
def desk():
    return Desk()


@pytest.fixture
def claude(tmp_path, serve, desk, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(backend, "EMULATED_HEADER", "x-nobody-sends-this")
    serve(desk)
    running = start_shell(tmp_path)
    yield running
    stop_shell(running)


@pytest.fixture
def on_page(monkeypatch):
    """Return a function that lets a page tell these cells, the last of which asks."""

    def told(*cells: Cell, at: int | None = None) -> None:
        notebook = Notebook(cells=cells, at=len(cells) if at is None else at)
        monkeypatch.setattr(gather, "on_page", lambda *_, **__: notebook)
        one = {cell.place: cell for cell in cells}
        monkeypatch.setattr(gather, "one", lambda *given: tuple(filter(None, [one.get(given[2])])))

    return told


def run(claude, *sources: str) -> None:
    for source in sources:
        claude.shell.run_cell(source, store_history=True)


def change(claude, line: str) -> tuple[str, str, str | None]:
    """Run a line; return its last page as HTML and as text, and what is put into the next cell."""
    claude.shell.rl_next_input = None
    data = claude.outputs(line)[-1]
    return data["text/html"], data["text/plain"], claude.shell.rl_next_input


def marked(claude) -> list[dict]:
    """Return what a page is told that asks for all changes."""
    marks = list(claude.session.changes._kept)
    wish = type("Asked", (), {"have": [], "cells": [], "marks": [], "live": [], "changes": marks})
    return json.loads(json.dumps(keeping._told_page(claude.session, wish).get("changes", [])))


# edit


def test_the_cell_that_ran_last_is_edited_and_what_would_change_is_shown(claude, desk):
    run(claude, "x = 1", f"total = 0  # {KEY}\nfor n in [1]: total += n", "%claude version")
    html, text, below = change(claude, 'edit "make it faster"')
    assert "total = 0  # [key]" in desk.prompt
    assert "make it faster" in desk.prompt
    assert '"' not in desk.prompt.split("What to change:")[1]
    assert text.startswith(
        "Change to In [2] · 2 lines out, 1 line in · nothing was run\n\n1 - total"
    )
    assert "1 + total = sum([1])" in text
    assert below == "total = sum([1])"
    assert KEY not in html + text
    assert marked(claude) == []


def test_another_cell_is_edited_by_its_number(claude, desk):
    run(claude, "first = 1", "second = 2")
    change(claude, "edit In[1] say more")
    assert "first = 1" in desk.prompt
    assert desk.prompt.endswith("say more")


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("edit", "Say what to change"),
        ('edit ""', "Say what to change"),
        ("edit cell:3", "Say what to change"),
        ('edit "faster"', "no cell of code above this one"),
        ('edit In[7] "faster"', r"In\[7\] is no cell that ran last"),
        ('edit cell:3 "faster"', "no page told the notebook's cells"),
        ("explain", "No cell of code has run yet"),
        ("explain error", "no Python error to explain"),
        ("explain In[7]", r"In\[7\] is no cell that ran last"),
    ],
)
def test_what_is_not_there_is_said_and_nothing_is_sent(claude, desk, line, says):
    with pytest.raises(InputError, match=says):
        claude.outputs(line)
    assert desk.asked == []


def test_a_cell_marked_to_be_skipped_is_not_sent(claude, desk):
    run(claude, "# claude: skip\nwages = [1]\n1/0")
    for line in ('edit "faster"', "fix", "explain", "explain error", 'edit In[1] "faster"'):
        with pytest.raises(InputError, match="marked claude: skip, so it stays here"):
            claude.outputs(line)
    assert desk.asked == []


def test_a_cell_that_is_too_long_is_not_sent_in_part(claude, desk):
    run(claude, "x = 1\n" * 6_000)
    with pytest.raises(InputError, match=r"36,000 characters|at most 30,000 can be edited"):
        claude.outputs('edit "faster"')
    assert desk.asked == []


def test_nothing_that_differs_is_said(claude, desk):
    run(claude, "total = sum([1])")
    assert change(claude, 'edit "faster"')[1:] == (
        "It proposes no change to this cell: nothing differs.",
        None,
    )
    desk.reply = "Nothing to do."
    assert "nothing differs" in change(claude, 'edit "faster"')[1]


def test_the_emulator_says_that_it_changes_no_code(claude, monkeypatch):
    monkeypatch.undo()
    monkeypatch.setenv("CLAUDE_NB_BACKEND", "emulator")
    run(claude, "x = 1")
    assert "The emulator changes no code" in change(claude, 'edit "faster"')[1]


# With a page.


def test_with_a_page_the_cell_above_is_meant_as_it_is_written(claude, desk, on_page):
    run(claude, "ran = 1")
    on_page(
        Cell(id="a", source="total = 0  # changed, not run", place=1),
        Cell(id="m", kind="markdown", source="# Title", place=2),
        Cell(id="q", source="%claude version", place=3),
        Cell(id="z", source="below = 1", place=5),
        at=3,
    )
    html, text, below = change(claude, 'edit "faster"')
    assert "changed, not run" in desk.prompt
    assert text.startswith("Change to cell 1 · code, not run")
    assert below is None  # it is accepted in the page, or put below there
    [told] = marked(claude)
    assert f'data-claude-nb-change="{told["mark"]}"' in html
    assert told == {
        "cell": "a",
        "before": "total = 0  # changed, not run",
        "after": "total = sum([1])",
        "placed": False,
        "mark": told["mark"],
    }
    change(claude, "edit cell:5 faster")
    assert "below = 1" in desk.prompt
    with pytest.raises(InputError, match="cell:2 is no cell of code"):
        claude.outputs("edit cell:2 faster")


def test_the_cell_that_failed_is_found_on_the_page_and_mended_there(claude, desk, on_page):
    run(claude, "total = smu([1])")
    claude.session.failure.cell = "a"
    on_page(Cell(id="a", source="total = smu([1])", place=4, number=1))
    _, text, below = change(claude, "fix")
    assert (
        text.split("\n")[0] == "Change to cell 4 · In [1] · 1 line out, 1 line in · nothing was run"
    )
    assert below is None
    assert [told["after"] for told in marked(claude)] == ["total = sum([1])"]


def test_a_cell_that_failed_before_the_extension_was_there_is_found_by_its_text(claude, on_page):
    run(claude, "total = smu([1])")
    claude.session.failure.source = "total = smu([1])\n"  # as Python keeps it
    on_page(Cell(id="a", source="other", place=1), Cell(id="b", source="total = smu([1])", place=2))
    assert change(claude, "fix")[2] is None
    [told] = marked(claude)
    assert (told["cell"], told["before"]) == ("b", "total = smu([1])")


def test_a_cell_that_was_changed_since_is_said_to_be(claude, on_page):
    run(claude, "total = smu([1])")
    claude.session.failure.cell = "a"
    on_page(Cell(id="a", source="total = 3", place=1))
    _, text, below = change(claude, "fix")
    assert "has changed since it ran: this is compared with what ran" in text
    assert below is None  # the page asks before it replaces it
    [told] = marked(claude)
    assert told["before"] == "total = smu([1])"


def test_a_cell_that_the_page_has_no_more_is_the_next_one(claude, on_page):
    run(claude, "total = smu([1])")
    claude.session.failure.cell = "gone"
    on_page(Cell(id="a", source="other", place=1))
    assert change(claude, "fix")[2] == "total = sum([1])"


def test_without_a_page_that_is_heard_it_is_the_next_cell_and_may_be_accepted_later(claude):
    run(claude, "total = smu([1])")
    claude.session.failure.cell = "a"  # as from ipykernel 6
    html, _, below = change(claude, "fix")
    assert below == "total = sum([1])"
    [told] = marked(claude)
    assert told["placed"]
    assert told["mark"] in html


def test_a_cell_of_which_the_model_saw_a_part_is_not_replaced(claude, desk, on_page):
    source = f"x = '''{'y' * 9_000}'''\ntotal = smu([1])"
    run(claude, source)
    claude.session.failure.cell = "a"
    on_page(Cell(id="a", source=source, place=1))
    html, text, below = change(claude, "fix")
    assert "cannot stand in the place of the cell" in text
    assert below == "total = sum([1])"
    assert "data-claude-nb-change" not in html


def test_a_change_is_told_to_who_knows_its_mark_and_old_ones_make_room(claude, on_page):
    run(claude, "total = smu([1])")
    claude.session.failure.cell = "a"
    on_page(Cell(id="a", source="total = smu([1])", place=1))
    change(claude, "fix")
    [first] = marked(claude)
    assert claude.session.changes.marked(["0" * 32]) == []
    for _ in range(50):
        claude.session.changes.add(Change(cell="a", before="", after="x", placed=False))
    assert len(marked(claude)) == 50
    assert claude.session.changes.marked([first["mark"]]) == []


# explain


def test_the_cell_that_ran_last_is_explained_with_what_it_shows(claude, desk):
    run(claude, "x = 1", f"key = '{KEY}'\nx + 1")
    claude.outputs("explain")
    assert "x + 1" in desk.prompt
    assert KEY not in desk.prompt
    assert desk.prompt.endswith("Explain it.")
    claude.outputs('explain In[1] "why one?"')
    assert "x = 1" in desk.prompt
    assert desk.prompt.endswith("why one?")


def test_its_error_is_explained_if_it_failed(claude, desk):
    run(claude, "1 / 0")
    claude.outputs("explain")
    assert "ZeroDivisionError: division by zero" in desk.prompt
    run(claude, "x = 1")
    claude.outputs("explain")
    assert "ZeroDivisionError" not in desk.prompt
    claude.outputs("explain error")
    assert "ZeroDivisionError: division by zero" in desk.prompt
    assert getattr(claude.shell, "rl_next_input", None) is None


def test_other_words_are_a_question_as_before(claude, desk):
    run(claude, "x = 1")
    claude.outputs("explain recursion to a child")
    assert desk.prompt == "explain recursion to a child"
    claude.outputs("-- edit this poem")
    assert desk.prompt == "edit this poem"
