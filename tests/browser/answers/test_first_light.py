"""First light: `%%claude` streams into a real JupyterLab, is saved, is read with no kernel."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

ASK = """%%claude --think 2000
Why is the sky blue? Answer with a list of three points, then a table of wavelengths."""


def shown(lab):
    """Return the answer and the thinking block of the cell that asked."""
    output = lab.output(1)
    return output, output.locator("details").first


def test_an_answer_streams_is_saved_and_is_read_again_without_a_kernel(lab):
    lab.open(["%load_ext claude_nb", ASK])
    lab.run(0)
    assert lab.text(0).strip() == ""
    lab.watch(1)
    lab.run(1, wait=False)
    output, thinking = shown(lab)
    expect(thinking).to_have_attribute("open", "")
    lab.screenshot("first-light-thinking")
    lab.wait(1)
    assert len(lab.states()) > 4  # twelve a second; fewer where the page has no time
    expect(output.locator("footer")).to_contain_text("emulated")
    lab.screenshot("first-light-finished")
    answer = lab.text(1)

    expect(thinking).not_to_have_attribute("open", "")
    thinking.locator("summary").click()
    expect(thinking).to_have_attribute("open", "")
    thoughts = thinking.locator("pre").inner_text()
    assert thoughts.strip()
    thinking.locator("summary").click()
    expect(thinking).not_to_have_attribute("open", "")

    saved = lab.save()
    [only] = saved.cells[1].outputs
    assert set(only.data) == {"text/html", "text/plain"}
    assert "widgets" not in saved.metadata

    lab.reopen(kernel=False)
    output, thinking = shown(lab)
    expect(output.locator("footer")).to_contain_text("emulated")  # outputs are drawn a while after
    assert lab.text(1).split() == answer.split()
    expect(thinking).not_to_have_attribute("open", "")
    thinking.locator("summary").click()
    assert thinking.locator("pre").inner_text() == thoughts
    lab.screenshot("first-light-reopened")
    assert lab.foreign == []
