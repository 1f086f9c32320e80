"""Run a notebook of a Jupyter server through the browser, as a visitor of Binder would.

    python scripts/binder_browser.py ADDRESS SCREENSHOT

ADDRESS is JupyterLab's, with the notebook and the token; the server must expose its application.
"""

from __future__ import annotations

import sys
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests" / "browser")]

from jupyter_rig import launch  # noqa: E402 (found through the path set above)

DEADLINE = 120_000  # milliseconds
IDLE = """() => {
  const notebook = window.jupyterapp?.shell.currentWidget;
  return notebook?.sessionContext?.session?.kernel?.status === "idle";
}"""
ALL_DONE = """() => {
  const models = jupyterapp.shell.currentWidget.content.widgets.map((cell) => cell.model);
  const done = (model) => model.executionCount && model.executionState !== "running";
  return models.filter((model) => model.type === "code").every(done);
}"""


def run_all(page: Page) -> None:
    """Clear what is stored, restart the kernel and run all; wait until every cell has run."""
    page.wait_for_function(IDLE, timeout=DEADLINE)
    page.evaluate("() => jupyterapp.commands.execute('notebook:clear-all-cell-outputs')")
    expect(page.locator(".jp-OutputArea-output")).to_have_count(0)
    page.evaluate("() => void jupyterapp.commands.execute('notebook:restart-run-all')")
    page.locator(".jp-Dialog button.jp-mod-accept").click()
    page.wait_for_function(ALL_DONE, timeout=DEADLINE)


def main() -> None:
    """Run the notebook; fail if a cell failed or no emulator answered."""
    address, screenshot = sys.argv[1:]
    expect.set_options(timeout=DEADLINE)
    with sync_playwright() as playwright:
        browser = launch(playwright)
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(address)
        run_all(page)
        answers = page.locator(".jp-OutputArea .claude-nb", has_text="emulated")
        expect(answers.first).to_be_visible()
        expect(page.locator(".jp-RenderedText[data-mime-type*=stderr]")).to_have_count(0)
        page.screenshot(path=screenshot)
        print(f"Ran it in the browser: {answers.count()} answers of the emulator, {screenshot}")
        browser.close()


if __name__ == "__main__":
    main()
