"""Run a notebook of a Jupyter server through the browser, as a visitor of Binder would.

    python scripts/binder_browser.py ADDRESS SCREENSHOT

ADDRESS is JupyterLab's, with the notebook and the token. Uses the menus and what is on the page.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests" / "browser")]

from jupyter_rig import launch  # noqa: E402 (found through the path set above)

DEADLINE = 120_000  # milliseconds


def run_all(page: Page) -> None:
    """Clear what is stored, restart the kernel and run all; wait for the last cell's number."""
    expect(page.locator(".jp-Notebook .jp-CodeCell").first).to_be_visible()
    expect(page.locator("[data-status=idle]").first).to_be_attached()
    last = page.locator(".jp-Notebook .jp-CodeCell .jp-InputPrompt").last
    page.get_by_role("menuitem", name="Edit", exact=True).click()
    page.get_by_role("menuitem", name="Clear Outputs of All Cells").click()
    expect(last).to_have_text(re.compile(r"\[ \]:"))
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name=re.compile("^Restart Kernel and Run All Cells")).click()
    page.locator(".jp-Dialog button.jp-mod-accept").click()
    expect(last).to_have_text(re.compile(r"\[\d+\]:"))


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
