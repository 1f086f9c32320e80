"""Every state of a saved answer, light and dark, narrow and wide: nothing sticks out or covers.

`make gallery` looks at all states, those that need a kernel included, and takes their pictures.
"""

from __future__ import annotations

import sys
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import expect

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "project"))
import states  # noqa: E402 - it is there now

pytestmark = [pytest.mark.browser, pytest.mark.long]

FAULTS = (HERE / "faults.js").read_text(encoding="utf-8")


def test_every_state_of_a_saved_answer_can_be_read_in_both_themes_and_widths(lab):
    lab.name = "states.ipynb"
    nbformat.write(states.notebook(), lab.path)
    lab.open_file("states.ipynb", kernel=False)
    lab.command("application:toggle-left-area")
    found = {}
    for shade in ("light", "dark"):
        lab.theme(shade)
        for width in (500, 1280):
            lab.resize(width, 20_000)  # all of it, not what is in sight
            expect(lab.page.locator(".claude-nb")).to_have_count(len(states.saved()))
            found[shade, width] = lab.page.evaluate(FAULTS, ".jp-OutputArea-output")
    lab.theme("light")
    lab.command("application:toggle-left-area")
    assert {how: faults for how, faults in found.items() if faults} == {}


BAD = {
    "sticks out": '<p style="width: 2000px">wide</p>',
    "covers": "<p>one word</p><p style='margin-top: -2.4em'>another</p>",
    "contrast": '<p style="color: #ccc">pale</p>',
}


@pytest.mark.parametrize("fault", BAD)
def test_a_fault_would_be_noticed(browser, fault):
    page = browser.new_page(viewport={"width": 500, "height": 400})
    page.set_content(f"<div class=root>{BAD[fault]}<p>as it should be</p></div>")
    found = page.evaluate(FAULTS, ".root")
    assert [fault in each for each in found] == [True]
    page.close()
