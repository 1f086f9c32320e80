"""An answer in Notebook 7: it streams, stops, is saved and is read again, as in JupyterLab."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

SETUP = """%load_ext claude_nb
from claude_nb import emulator
server = emulator.shared(tokens_per_second=100)"""
ASK = "%%claude --think 2000\nWhy is the sky blue? Answer with a list and a table."
STALL = "server.faults.add(emulator.Fault('stall', after=20))"

OURS = ("blob:", "claude-nb")  # where our scripts are: the view comes as a blob


def test_an_answer_streams_stops_is_saved_and_is_read_again_without_a_kernel(notebook7):
    thrown = []  # Notebook throws some of its own on every page
    notebook7.page.on("pageerror", lambda error: thrown.append(error.stack or ""))
    page = notebook7.open([SETUP, ASK, STALL, ASK])
    page.run(0)
    page.watch(1)
    page.run(1)
    assert len(page.states()) > 5  # it was seen growing
    answer, thinking = page.output(1), page.output(1).locator("details")
    expect(answer.locator("footer")).to_contain_text("emulated")
    expect(thinking).to_have_js_property("open", False)  # noqa: FBT003 - playwright's own signature
    whole = page.text(1)

    page.run(2)
    page.run(3, wait=False)
    page.output(3).get_by_role("button", name="Stop").click()
    page.wait(3)
    expect(page.output(3).locator("footer")).to_contain_text("stopped")
    assert [output["output_type"] for output in page.outputs(3)] == ["display_data"]
    page.screenshot("notebook7-stopped")

    saved = page.save()
    assert [set(saved.cells[n].outputs[0].data) for n in (1, 3)] == [
        {"text/html", "text/plain"}
    ] * 2
    assert "widgets" not in saved.metadata
    assert [where for where in thrown if any(ours in where for ours in OURS)] == []

    page.reopen(kernel=False)
    expect(page.output(1).locator("footer")).to_be_visible()
    assert page.text(1).split() == whole.split()
    thinking.locator("summary").click()
    expect(thinking.locator("pre")).to_be_visible()
    expect(page.output(3).locator("footer")).to_contain_text("stopped")
    page.screenshot("notebook7-reopened")
    assert page.foreign == []
