"""Measure how soon a panel is there, how typing in it feels, and what a long chat costs in it.

    python benchmarks/panel.py                 first paint and typing
    python benchmarks/panel.py 0 100 300       one more exchange in a chat of so many

A real JupyterLab in headless Chromium. First paint: from the end of the cell to the first frame
that shows the panel. A key: from the browser's time stamp of the press to the end of everything
that it sets off, waiting for the main thread included. An exchange: from Enter until the answer, of
3,200 characters, stands there and nothing is left to do; a frame: from one to the next.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent / "tests"), str(HERE.parent / "tests" / "browser")]

from big import QUIET, text  # noqa: E402 (found through the path set above)
from jupyter_rig import Lab, launch, new_page  # noqa: E402
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

EXCHANGES = 8
MANY = """%load_ext claude_nb
import os
from claude_nb import Panel, emulator
TEXT = {text!r}
server = emulator.serve(tokens_per_second=0, answer=lambda _: TEXT)
os.environ["ANTHROPIC_BASE_URL"], os.environ["ANTHROPIC_API_KEY"] = server.url, "bench"
turn = {{"prompt": "And then?", "messages": [
    {{"role": "user", "content": "And then?"}}, {{"role": "assistant", "content": TEXT}}]}}
"""
RESUMED = """panel = Panel(count=False)
panel.resume({{"kind": "claude_nb chat", "turns": [turn] * {number}}})
panel"""
FRAMES = """() => {
  let last = performance.now();
  window.longest = 0;
  const next = (now) => {
    window.longest = Math.max(window.longest, now - last);
    last = now;
    requestAnimationFrame(next);
  };
  requestAnimationFrame(next);
}"""
STILL = "() => quiet(0)"


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


def worked(metrics: Any) -> float:
    """Return for how many seconds the page has worked."""
    found = metrics.send("Performance.getMetrics")["metrics"]
    return next(item["value"] for item in found if item["name"] == "TaskDuration")


def exchanges(lab: Lab, number: int) -> None:
    """Ask in a chat of so many exchanges."""
    lab.open([MANY.format(text=text(1)), RESUMED.format(number=number)])
    metrics = lab.page.context.new_cdp_session(lab.page)
    metrics.send("Performance.enable", {"timeDomain": "threadTicks"})  # not what others take
    lab.run(0)
    lab.page.evaluate(QUIET)
    began = time.monotonic()
    lab.run(1)
    lab.page.wait_for_function(STILL, timeout=600_000)
    row(f"{number} exchanges: until the page is quiet", f"{time.monotonic() - began - 2:.1f} s")
    lab.page.evaluate(FRAMES)
    root = lab.output(1).locator(".claude-nb-panel")
    box = root.get_by_role("textbox", name="Prompt", exact=True)
    figures: list[tuple[float, float, float]] = []
    for _ in range(EXCHANGES):
        lab.ws_bytes, before = 0, worked(metrics)
        lab.page.evaluate("() => void (window.longest = 0)")
        box.fill("And then?")
        box.press("Enter")
        expect(box).to_have_value("")
        expect(root.get_by_role("button", name="Send", exact=True)).to_be_visible()
        expect(root.locator(".claude-nb-live")).to_have_count(0)
        lab.page.wait_for_function(STILL, timeout=600_000)
        took = worked(metrics) - before
        figures.append((lab.ws_bytes / 1000, 1000 * took, lab.page.evaluate("longest")))
    names = (
        ("WebSocket", "kB", "< 150"),
        ("page work", "ms", "< 600"),
        ("longest frame", "ms", "< 200"),
    )
    for (name, unit, wanted), values in zip(names, zip(*figures, strict=True), strict=True):
        middle, most = statistics.median(values), max(values)
        row(f"  an exchange: {name}, median and most", f"{middle:.0f}, {most:.0f} {unit}", wanted)


def main() -> None:
    """Measure what the command line says."""
    with page() as lab:
        for word in sys.argv[1:]:
            exchanges(lab, int(word))
        if sys.argv[1:]:
            return
        lab.open([LOAD, SHOW])
        lab.run(0)
        paint(lab)
        typing(lab)


if __name__ == "__main__":
    main()
