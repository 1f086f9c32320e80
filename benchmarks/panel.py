"""Measure how soon a panel is there, and how typing in it feels while an answer streams.

    python benchmarks/panel.py

A real JupyterLab in headless Chromium. First paint: from the end of the cell to the first frame
that shows the panel. A key: from the browser's time stamp of the press to the end of everything
that it sets off, waiting for the main thread included.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent / "tests"), str(HERE.parent / "tests" / "browser")]

from jupyter_rig import Lab, launch, new_page  # noqa: E402 (found through the path set above)
from jupyter_server import JupyterServer  # noqa: E402
from playwright.sync_api import expect, sync_playwright  # noqa: E402

RUNS = 10
RATE = 500  # deltas a second
TYPED = "What is the answer to this, and why is it that one? " * 3
LOAD = f"""%load_ext claude_nb
import os
from claude_nb import Panel, emulator
server = emulator.serve(tokens_per_second={RATE}, answer=lambda _: "word " * 60_000)
os.environ["ANTHROPIC_BASE_URL"], os.environ["ANTHROPIC_API_KEY"] = server.url, "bench"
"""
SHOW = "panel = Panel(max_tokens=64_000)\npanel"
PAINT = """async (n) => {
  const cell = document.querySelectorAll(".jp-Notebook .jp-Cell")[n];
  let shown;
  cell.querySelectorAll(".claude-nb-panel").forEach((old) => (old.dataset.old = "true"));
  const look = () => {
    const box = cell.querySelector(".claude-nb-panel:not([data-old]) textarea.box");
    if (box?.offsetHeight) shown = performance.now();
    else requestAnimationFrame(look);
  };
  const notebook = jupyterapp.shell.currentWidget.content;
  notebook.deselectAll();
  notebook.activeCellIndex = n;
  look();
  await jupyterapp.commands.execute("notebook:run-cell");
  const ended = performance.now();
  while (!shown) await new Promise(requestAnimationFrame);
  return shown - ended;
}"""
KEYS = """() => {
  const took = (window.keys_took = []);
  let pressed;
  addEventListener("keydown", (event) => (pressed = event.timeStamp), true);
  addEventListener("input", () => took.push(performance.now() - pressed));
}"""


@contextmanager
def page() -> Iterator[Lab]:
    """Start a server and a browser."""
    with (
        tempfile.TemporaryDirectory() as home,
        JupyterServer(Path(home)) as server,
        sync_playwright() as playwright,
    ):
        browser = launch(playwright)
        yield Lab(new_page(browser), server, lambda: server)
        browser.close()


def row(name: str, value: str, wanted: str = "") -> None:
    """Print one line of the table."""
    print(f"{name:<46} {value:<34} {wanted}", flush=True)


def paint(lab: Lab) -> None:
    """Run the cell of a panel ten times."""
    times = [max(0.0, lab.page.evaluate(PAINT, 1)) for _ in range(RUNS)]
    row(
        "panel on screen after its cell, median of 10",
        f"{statistics.median(times):.0f} ms",
        "≤ 300",
    )
    row("  each", " ".join(f"{each:.0f}" for each in times))


def typing(lab: Lab) -> None:
    """Type into a panel while an answer streams in it."""
    root = lab.output(1).locator(".claude-nb-panel")
    box = root.get_by_role("textbox", name="Prompt", exact=True)
    box.fill("Go on and on")
    box.press("Enter")
    expect(root.locator(".claude-nb-live")).to_contain_text("word word")
    lab.page.evaluate(KEYS)
    box.press_sequentially(TYPED, delay=40)
    times = sorted(lab.page.evaluate("keys_took"))
    streamed = len(root.locator(".claude-nb-live").inner_text().split())
    assert root.locator(".claude-nb-live").count(), "the answer ended before the typing"
    row(f"a key at {RATE} deltas a second, median", f"{statistics.median(times):.1f} ms", "< 16")
    row("  95 %, longest", f"{times[int(0.95 * len(times))]:.1f} ms, {times[-1]:.1f} ms")
    row("  keys typed, words streamed meanwhile", f"{len(times)}, {streamed:,}")


def main() -> None:
    """Measure both."""
    with page() as lab:
        lab.open([LOAD, SHOW])
        lab.run(0)
        paint(lab)
        typing(lab)


if __name__ == "__main__":
    main()
