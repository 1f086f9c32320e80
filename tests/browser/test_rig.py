"""The rig itself: a notebook runs, streams, is saved and is read again without a kernel."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.long]

SLOW = """
import time
for i in range(20):
    print(f"step {i}", flush=True)
    time.sleep(0.05)
"""
STATIC = (
    "from IPython.display import HTML\nHTML('<details><summary>why</summary>because</details>')"
)


def test_output_is_seen_growing_saved_and_read_without_a_kernel(each_lab):
    lab = each_lab.open([SLOW, STATIC])
    lab.watch(0)
    lab.run(0, wait=False)
    expect(lab.output(0)).to_contain_text("step 1")
    lab.wait(0)
    assert "step 19" in lab.text(0)
    assert len(lab.states()) >= 3
    assert lab.ws_bytes > 20 * len("step 10")
    lab.run(1)
    saved = lab.save()
    assert saved.cells[1].outputs[0].data["text/html"].startswith("<details>")
    lab.reopen(kernel=False)
    expect(lab.output(1)).to_contain_text("why")
    lab.output(1).locator("summary").click()
    expect(lab.output(1)).to_contain_text("because")
    assert lab.foreign == []


def test_interrupt_stops_a_running_cell(lab):
    lab.open(["import time\nprint('begun', flush=True)\ntime.sleep(600)"])
    lab.run(0, wait=False)
    expect(lab.output(0)).to_contain_text("begun")
    lab.interrupt()
    lab.wait(0)
    assert lab.outputs(0)[-1]["ename"] == "KeyboardInterrupt"


def test_themes_change_and_the_kernel_survives_a_reload(each_lab):
    lab = each_lab.open(["x = 41", "x + 1"])
    lab.run(0)
    lab.theme("dark")
    lab.theme("light")
    lab.save()
    lab.reload()
    lab.run(1)
    assert lab.text(1).strip().endswith("42")


CLOSE_THE_PALETTE_ONCE = """() => {
    const palette = document.querySelector("#modal-command-palette");
    window.wasClosed = false;
    new MutationObserver((_, observer) => {
        if (!palette.checkVisibility()) return;
        observer.disconnect();
        jupyterapp.commands.execute("notebook:insert-cell-below");
        window.wasClosed = !palette.checkVisibility();
    }).observe(palette, {attributes: true});
}"""


def test_a_command_is_chosen_although_another_one_closes_the_palette(each_lab):
    lab = each_lab.open(["6 * 7"])
    lab.run(0)
    lab.page.evaluate(CLOSE_THE_PALETTE_ONCE)
    lab.choose("Clear Outputs of All Cells")
    expect(lab.output(0)).to_be_empty()
    assert lab.page.evaluate("() => wasClosed")


def test_errors_of_the_page_are_collected(lab):
    lab.open(["from IPython.display import Javascript\nJavascript('console.error(\"seen\")')"])
    lab.run(0)
    lab.page.wait_for_function("() => true")
    assert any("seen" in error for error in lab.errors)
