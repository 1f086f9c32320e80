"""Run All in a real page: one question before the first prompt is sent, and how it ends."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

CHARGED = """
import os
from claude_nb import emulator
from claude_nb.api import addresses, calls, config
from claude_nb.notebook import backend
asked = []
server = emulator.serve(tokens_per_second=0, answer=lambda _: asked.append(1) or "Yes.")
running = server.__enter__()
addresses.stays_here = lambda _: False  # taken for a server that is paid
backend.EMULATED_HEADER = calls.EMULATED_HEADER = "x-nobody-sends-this"
config.DEFAULT_BASE_URL = os.environ["ANTHROPIC_BASE_URL"] = running.url
os.environ["ANTHROPIC_API_KEY"] = "canary-7c1"
%load_ext claude_nb
%config ClaudeMagics.max_tokens = 20_000
import time
time.sleep(0.5)  # a busy page takes a while to send all cells
"""
PROMPTS = [f"%%claude --no-history\nIs {number} a number?" for number in range(6)]
COUNT = "print('asked', len(asked))"
RUN_ALL = "() => { jupyterapp.commands.execute('notebook:run-all-cells'); }"
QUESTION = ".claude-nb-guard"


def counted(lab, number: int) -> None:
    """Wait until the last cell, run by itself, says how many prompts were answered.

    What is sent while the kernel takes back what waited behind a failed cell is taken back too.
    """
    expect(lab.page.locator(".jp-InputPrompt", has_text="[*]")).to_have_count(0)
    lab.run(len(PROMPTS) + 1)
    expect(lab.output(len(PROMPTS) + 1)).to_have_text(f"asked {number}")


def test_run_all_asks_once_and_go_cancel_interrupt_and_reload_end_the_question(lab):
    lab.open([CHARGED, *PROMPTS, COUNT])
    lab.run(0)

    lab.page.evaluate(RUN_ALL)
    box = lab.page.locator(QUESTION)
    expect(box).to_contain_text("6 prompts, about ")
    expect(box).to_contain_text("tokens in, at most $1.80.")
    expect(lab.output(1).locator(QUESTION)).to_have_count(1)
    lab.screenshot("run-all-question")
    lab.theme("dark")
    lab.screenshot("run-all-question-dark", 1)
    lab.theme("light")
    box.get_by_role("button", name="Cancel").click()
    expect(lab.output(1)).to_contain_text("Cancelled: 6 prompts")
    expect(lab.output(1)).to_contain_text("you cancelled that, so nothing was sent")
    counted(lab, 0)
    lab.screenshot("run-all-cancelled", 1)

    lab.page.evaluate(RUN_ALL)
    lab.page.locator(QUESTION).get_by_role("button", name="Go").click()
    for number in range(1, len(PROMPTS) + 1):
        expect(lab.output(number)).to_contain_text("Yes.")
    expect(lab.output(1)).to_contain_text("Go: 6 prompts")
    assert [len(lab.outputs(number)) for number in range(1, 4)] == [2, 1, 1]
    lab.run(1)  # a single cell
    assert len(lab.outputs(1)) == 1
    expect(lab.page.locator(QUESTION)).to_have_count(0)
    assert [error for error in lab.errors if "claude" in error.lower()] == []

    lab.page.evaluate(RUN_ALL)
    expect(lab.page.locator(QUESTION)).to_have_count(1)
    lab.interrupt()
    expect(lab.output(1)).to_contain_text("Not sent: 6 prompts")
    counted(lab, 0)

    lab.page.evaluate(RUN_ALL)
    expect(lab.page.locator(QUESTION)).to_have_count(1)
    lab.reload()
    lab.until(lambda: lab.page.evaluate("() => rig.idle()"))
    counted(lab, 0)  # the first cell began anew, and the page that could have said Go is gone
