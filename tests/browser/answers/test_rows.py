"""Rows of a table in a real JupyterLab: the pilot, the line that moves, Stop, and a reload."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

TABLE = """
%load_ext claude_nb
import pandas as pd
tickets = pd.DataFrame({"id": range(100, 220), "sum": [f"{n} * 7 + {n % 9}" for n in range(120)]})
"""
ASK = "%%claude --each tickets --out worked\nWhat is {{sum}}?"
GRID = """
import claude_nb
from IPython.display import display
ways = claude_nb.map("What is {{sum}}?", tickets.head(4), models=["haiku", "sonnet"], samples=2)
display(ways, ways.differences())
"""
MANY = TABLE.replace("220", "2100").replace("(120)", "(2000)")
SLOW = "import os; os.environ['CLAUDE_NB_EMULATOR_SPEED'] = '12'"
QUICK = "import os; os.environ['CLAUDE_NB_EMULATOR_SPEED'] = '0'"


def test_a_page_sees_five_rows_first_and_a_click_asks_the_rest(lab):
    lab.open([TABLE, QUICK, ASK, "worked.to_frame().head(3)"])
    lab.run(0)
    lab.run(1)
    lab.run(2, wait=False)
    output = lab.output(2)
    question = output.get_by_role("group")
    expect(question).to_contain_text("115 rows left")
    expect(output.locator("tbody tr")).to_have_count(5)
    lab.screenshot("rows-pilot")
    question.get_by_role("button", name="Go").click()
    expect(output).to_contain_text("120 of 120 rows · 5 known")
    expect(output).to_contain_text("Go: Ask the rest: 115 rows left")
    expect(question).to_have_count(0)
    expect(output.locator("tbody tr")).to_have_count(15)
    lab.screenshot("rows-done")
    lab.run(3)
    expect(lab.output(3)).to_contain_text("stop_reason")
    assert lab.errors == []


@pytest.mark.long
def test_a_cancelled_pilot_is_kept_and_the_cell_run_again_asks_all(lab):
    lab.open([TABLE, QUICK, ASK, GRID])
    lab.run(0)
    lab.run(1)
    lab.run(2, wait=False)
    output = lab.output(2)
    output.get_by_role("button", name="Cancel").click()
    expect(output).to_contain_text("Cancelled: Ask the rest: 115 rows left")
    lab.run(2)
    expect(output).to_contain_text("120 of 120 rows · 5 known")
    expect(output.locator("tbody tr")).to_have_count(10)
    lab.theme("dark")
    lab.run(3)
    expect(lab.output(3).locator("meter")).to_have_count(6)
    lab.output(3).locator("meter").first.scroll_into_view_if_needed()
    lab.screenshot("rows-grid-dark")
    lab.theme("light")
    lab.screenshot("rows-grid")
    assert lab.errors == []


def test_the_line_moves_survives_a_reload_and_stop_keeps_what_is_done(lab):
    lab.open([MANY, SLOW, ASK.replace("--out", "--no-pilot --out"), "len(worked.failed), worked"])
    lab.run(0)
    lab.run(1)
    lab.run(2, wait=False)
    output = lab.output(2)
    expect(output).to_contain_text("of 2,000 rows")
    expect(output).to_contain_text("at once")
    expect(output).to_contain_text("Worked out")
    first = lab.output(2).locator("summary", has_text="First answers")
    first.click()
    expect(lab.output(2).locator("details pre")).to_contain_text("0  ")
    lab.screenshot("rows-running")
    lab.reload()
    expect(output).to_contain_text("of 2,000 rows")
    output.get_by_role("button", name="Stop").click()
    expect(output).to_contain_text("stopped: the same call goes on where it ended")
    lab.screenshot("rows-stopped")
    lab.run(3)
    expect(lab.output(3)).to_contain_text("stopped")
    assert [error for error in lab.errors if "Comm not found" not in error] == []  # of the old page
