"""The gallery in real pages: streaming and saved, light and dark, narrow and wide, on any page.

Pictures are in artifacts/gallery-*.png: look at them after a change that shows. All that there are
are made by `make gallery`.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from jupyter_rig import ARTIFACTS
from playwright.sync_api import TimeoutError as LateError
from playwright.sync_api import expect

from claude_nb.notebook.page import assets

PROJECT = Path(__file__).parents[2] / "project"
sys.path.insert(0, str(PROJECT))
import gallery  # noqa: E402 - it is there now

pytestmark = pytest.mark.browser

HEIGHT = 2_000  # of a picture, in pixels
HERE = f"""
import json, sys
sys.path.insert(0, {str(PROJECT)!r})
import gallery
from claude_nb.notebook.answer.pieces import Piece
from claude_nb.notebook.live.live import LiveView
from IPython.display import publish_display_data

VIEWS, TEXTS = [], list(gallery.samples().values())

def live(*numbers):  # JupyterLab shows no more than fifty outputs of a cell
    for text in TEXTS[slice(*numbers)]:
        view = LiveView("gallery")
        view.open()
        view.put(Piece("text", text))
        view.put(Piece("end"))
        VIEWS.append(view)

def saved(*numbers):
    for number, text in enumerate(TEXTS[slice(*numbers)]):
        publish_display_data(gallery.answer(text, f"{{numbers}} {{number}}"))
"""
# What sticks out of its answer, what covers what; each with the words that tell where.
LOOK = """() => {
  const found = [];
  const told = (node) => `${node.tagName} ${node.textContent.trim().slice(0, 40)}`;
  for (const answer of document.querySelectorAll(".claude-nb")) {
    const box = answer.getBoundingClientRect();
    for (const node of answer.querySelectorAll("*")) {
      if (node.parentElement.closest("pre, table, mjx-container")) continue; // it scrolls
      const own = node.getBoundingClientRect();
      if (!own.width) continue; // not shown, as the way to the latest
      if (own.right > box.right + 1 || own.left < box.left - 1) found.push(`out ${told(node)}`);
    }
    for (const node of answer.querySelectorAll("h1, h2")) found.push(`high ${told(node)}`);
  }
  return found;
}"""
SCROLLS = """() => [...document.querySelectorAll(".claude-nb :is(pre, table)")]
  .filter((node) => node.scrollWidth > node.clientWidth + 1)
  .map((node) => [node.tagName, getComputedStyle(node).overflowX, node.textContent.slice(0, 6)])"""


def pictures(lab, name: str) -> None:
    """Keep pictures of the notebook, some twenty answers each."""
    lab.resize(1000, 20_000)
    ARTIFACTS.mkdir(exist_ok=True)
    last = lab.page.locator(".claude-nb").last.bounding_box()
    for number, top in enumerate(range(0, int(last["y"] + last["height"]), HEIGHT)):
        path = ARTIFACTS / f"gallery-{name}-{number}.png"
        lab.page.screenshot(path=path, clip={"x": 250, "y": top, "width": 750, "height": HEIGHT})


# Of each answer, without its last line: what stands there, and how high it is.
SEEN = """() => [...document.querySelectorAll(".claude-nb")].map((answer) => {
  const footer = answer.querySelector(":scope > footer");
  const text = answer.textContent.slice(0, -footer.textContent.length);
  const [end, box] = [footer, answer].map((node) => node.getBoundingClientRect());
  const [high, wide] = [end.top - box.top, box.width].map(Math.round);
  return [text.replace(/^.*?<\\/style>|\\s+/g, ""), high, wide];
})"""

# Whether all of it stands there, and went on standing since this was asked before.
STANDS = f"""() => {{
  const now = ({SEEN})();
  const before = window.stood;
  window.stood = JSON.stringify(now);
  return now.every(([text]) => text) && window.stood === before;
}}"""

# What is blank: its number, and what its last line says.
BLANK = f"""() => {{
  const lines = [...document.querySelectorAll(".claude-nb > footer")].map((each) => each.innerText);
  return ({SEEN})().flatMap(([text], n) => text ? [] : [`${{n}}: ${{lines[n]}}`]);
}}"""


def show(lab, how: str) -> list:
    """Show the whole gallery in two cells; return what stands there."""
    lab.resize(1000, 20_000)  # all of it, not what is in sight
    lab.open([HERE, f"{how}(40)", f"{how}(40, 99)"], name=f"gallery-{how}.ipynb")
    for cell in range(3):
        lab.run(cell)
    expect(lab.page.locator(".claude-nb")).to_have_count(len(gallery.samples()))
    expect(lab.output(2)).to_contain_text("the cost of")
    lab.page.wait_for_function("() => document.querySelectorAll('mjx-container').length > 12")
    try:
        lab.page.wait_for_function(STANDS, polling=500)
    except LateError:
        pytest.fail(f"{lab.page.evaluate(BLANK)} show nothing, or change; errors: {lab.errors}")
    return lab.page.evaluate(SEEN)


def test_streaming_looks_as_it_will_be_saved(lab):
    live = show(lab, "live")
    assert lab.page.evaluate(LOOK) == []
    pictures(lab, "live-light")
    saved = show(lab, "saved")
    for width in (700, 1000, 1900):
        lab.resize(width, 20_000)
        assert lab.page.evaluate(LOOK) == []
    lab.resize(700, 20_000)
    scrolling = lab.page.evaluate(SCROLLS)
    assert {(tag, how) for tag, how, _ in scrolling} == {("PRE", "auto"), ("TABLE", "auto")}
    lab.theme("dark")
    pictures(lab, "saved-dark")
    for name, was, stays in zip(gallery.samples(), live, saved, strict=True):
        (streamed, high, wide), (kept, as_high, as_wide) = was, stays
        assert (name, streamed) == (
            name,
            kept.replace("\u21a9\ufe0e", ""),
        )  # the way back to a text
        assert abs(high - as_high) <= 1 or wide != as_wide, name  # rounded
    assert lab.errors == []
    assert lab.foreign == []


PAGES = {
    "bare, light": "body {background: #fff; color: #000}",
    "bare, dark": "body {background: #111; color: #eee}",
    "bare, grey text": "body {background: #1e1e1e; color: #ccc}",
    "VS Code, light": ":root {--vscode-editor-background: #fff; --vscode-foreground: #3b3b3b}"
    "body {background: var(--vscode-editor-background); color: var(--vscode-foreground)}"
    "a {color: #006ab1}",
    "VS Code, dark": ":root {--vscode-editor-background: #1f1f1f; --vscode-foreground: #ccc}"
    "body {background: var(--vscode-editor-background); color: var(--vscode-foreground)}"
    "a {color: #4daafc}",
}
COLOURED = (
    "python",
    "a diff",
    "javascript and html",
    "json",
    "links",
    "footnotes",
    "what deceives",
)
# A canvas turns any colour into numbers; what lies below is put under it, layer by layer.
LOW = """() => {
  const pen = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const paint = (layers) => {
    for (const layer of layers) (pen.fillStyle = layer), pen.fillRect(0, 0, 1, 1);
    return [...pen.getImageData(0, 0, 1, 1).data].slice(0, 3).map((part) => part / 255);
  };
  const light = (colour) => colour
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
    .reduce((sum, part, n) => sum + part * [0.2126, 0.7152, 0.0722][n], 0);
  const found = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let text = walk.nextNode(); text; text = walk.nextNode()) {
    if (!text.data.trim() || text.parentElement.closest("style")) continue;
    const below = [];
    for (let node = text.parentElement; node; node = node.parentElement)
      below.unshift(getComputedStyle(node).backgroundColor);
    const [one, other] = [[], [getComputedStyle(text.parentElement).color]]
      .map((over) => light(paint(["#fff", ...below, ...over]))).sort((a, b) => a - b);
    const ratio = (other + 0.05) / (one + 0.05);
    const told = `${text.parentElement.tagName} ${text.data.trim()}`;
    if (ratio < 4.5) found.push(`${ratio.toFixed(2)} ${told}`);
  }
  return found;
}"""


@pytest.mark.parametrize("name", PAGES)
def test_text_can_be_read_on_every_page_that_has_our_style(browser, name):
    samples = gallery.samples()
    answers = [gallery.answer(samples[each], each)["text/html"] for each in COLOURED]
    page = browser.new_page()
    style = PAGES[name] + assets.style("answer.css")
    page.set_content(f"<style>{style}</style>{''.join(answers)}")
    assert page.evaluate(LOW) == []
    page.close()
