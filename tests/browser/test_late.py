"""Widgets in a page that took longer to begin with them than anywidget waits: two seconds."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

# As on a page with so much in it that two seconds go by: they are over before anything was heard.
BUSY = """() => {
  const whole = AbortSignal.timeout.bind(AbortSignal);
  const over = { addEventListener: (_, done) => queueMicrotask(done) };
  AbortSignal.timeout = (time) => (time === 2000 ? over : whole(time));
  window.restore = () => (AbortSignal.timeout = whole);
}"""
STREAM = """
import os, time
from claude_nb.notebook.answer.pieces import Piece
from claude_nb.notebook.live.live import LiveView
view = LiveView("claude-test"); view.open()
view.put(Piece("text", "It is *here*."))
while not os.path.exists("seen"):
    time.sleep(0.01)
view.finish({"text/plain": "The end."})
"""


@pytest.fixture
def busy(lab):
    """Open a notebook in a page that has no time."""

    def opened(*cells):
        lab.open(list(cells), name="late.ipynb")
        lab.page.evaluate(BUSY)
        return lab

    yield opened
    lab.page.evaluate("restore()")


def test_an_answer_is_shown_while_it_streams(busy, go):
    lab = busy(STREAM, STREAM.replace("seen", "again"))
    for cell, name in ((0, "seen"), (1, "again")):  # the second has the page's half already
        lab.run(cell, wait=False)
        expect(lab.output(cell).locator(".claude-nb-live em")).to_have_text("here")
        go(name)
        lab.wait(cell)


def test_a_panel_hears_its_kernel(busy):
    lab = busy("%load_ext claude_nb\nimport claude_nb\nclaude_nb.Panel()")
    lab.run(0)
    panel = lab.output(0).locator(".claude-nb-panel")
    panel.get_by_role("textbox", name="Prompt").fill("What is 17 * 23?")
    panel.get_by_role("button", name="Send").click()
    expect(panel).to_contain_text("391")
