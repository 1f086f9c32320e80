"""Searches, sources and what code drew, as a reader sees them in a real JupyterLab."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

SLOW = """%load_ext claude_nb
from claude_nb import emulator
emulator.shared(tokens_per_second=25)"""
SEARCH = "%%claude --search 2\nSearch for what photosynthesis is"
PLOT = "%%claude --run-code\nRun code: plot 3, 1, 4, 1, 5"
# All that stands in the page, whenever it changes: a search may be over before anybody looks.
NOTE = """() => {
  globalThis.noted = [];
  const note = () => noted.push(document.querySelector(".jp-Notebook").textContent);
  globalThis.noting = new MutationObserver(note);
  noting.observe(document.body, { childList: true, subtree: true, characterData: true });
}"""
NOTED = """() => {
  noting.disconnect();
  return noted.some((text) => text.includes("Searching"));
}"""


def test_sources_are_numbered_listed_and_stay(lab):
    lab.open([SLOW, SEARCH])
    lab.run(0)
    lab.page.evaluate(NOTE)
    lab.run(1, wait=False)
    output = lab.output(1)
    expect(output).to_contain_text("Search")
    lab.screenshot("sources-live")
    lab.wait(1)
    assert lab.page.evaluate(NOTED)
    expect(output.locator("sup").first).to_have_text("[1]")
    address = "https://science.example.org/photosynthesis"
    expect(output.locator("ol a").first).to_have_attribute("href", address)
    expect(output.locator("ol li").first).to_contain_text("(science.example.org)")
    lab.screenshot("sources-saved")
    lab.save()
    lab.reopen(kernel=False)
    expect(lab.output(1).locator("sup").first).to_have_text("[1]")
    title = lab.output(1).locator("sup").first.get_attribute("title")
    assert "stores the energy of light" in (title or "")
    assert lab.foreign == []


def test_what_code_drew_is_shown_and_stays(lab):
    lab.open(["%load_ext claude_nb", PLOT])
    lab.run(0)
    lab.run(1)
    picture = lab.output(1).locator("img")
    expect(picture).to_have_attribute("alt", "chart.png")
    lab.output(1).locator("summary").first.click()
    lab.screenshot("code-plot")
    lab.save()
    lab.reopen(kernel=False)
    expect(lab.output(1).locator("img")).to_have_js_property("naturalWidth", 320)
    assert lab.foreign == []
