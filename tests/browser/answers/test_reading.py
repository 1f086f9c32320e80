"""What readers do with answers: copy code, follow footnotes; with the extension or a live view."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

TEXT = """One[^1].

```python
def f(x):
    return x  # \u202ehidden
```

- a

  ```sh
  ls
  ```

[^1]: The note.
"""
SETUP = f"""%load_ext claude_nb
from claude_nb import emulator
emulator.shared(tokens_per_second=0, answer=lambda request: {TEXT!r})"""
ASK = "answer = %claude --no-history What is there?"
AGAIN = "from claude_nb.notebook.run import run; run.display_value(answer)"
CODE = "def f(x):\n    return x  # U+202Ehidden"
LEADS = "a[href^='#claude-nb-']"
PLAIN_HTTP = "() => Object.defineProperty(navigator, 'clipboard', {value: undefined})"


def block(lab, n: int, which: int = 0):
    return lab.output(n).locator(".claude-nb pre").nth(which)


def copied(lab, cell: int) -> str:
    """Return what is pasted into an empty cell."""
    lab.set_source(cell, "")
    lab.cell(cell).locator(".cm-content").click()
    lab.page.keyboard.press("Control+V")
    read = "n => jupyterapp.shell.currentWidget.content.widgets[n].model.sharedModel.getSource()"
    lab.page.wait_for_function(f"n => ({read})(n) !== ''", arg=cell)
    return lab.page.evaluate(read, cell)


def test_code_is_copied_as_it_is_seen(each_lab):
    lab = each_lab.open([SETUP, ASK, AGAIN, ""])
    for cell in range(3):
        lab.run(cell)
    button = lab.output(2).get_by_role("button", name="Copy")
    expect(button).to_have_count(0)
    high = lab.output(2).bounding_box()["height"]
    block(lab, 2).hover()
    expect(button).to_be_visible()
    assert lab.output(2).bounding_box()["height"] == high  # nothing moved
    lab.screenshot(f"reading-copy-{lab.kind}", 2)
    button.click()
    expect(lab.output(2).get_by_role("button", name="Copied")).to_be_visible()
    assert copied(lab, 3) == CODE
    lab.page.evaluate(PLAIN_HTTP)
    block(lab, 2, 1).hover()
    button.click()
    assert copied(lab, 3) == "ls"
    lab.cell(0).hover()
    expect(button).to_have_count(0)
    assert "button" not in str(lab.save())
    assert [error for error in lab.errors if "schema" not in error] == []  # of Notebook 7 itself


def test_the_button_is_behind_its_block_for_the_keyboard(lab):
    lab.open([SETUP, ASK, AGAIN, ""])
    for cell in range(3):
        lab.run(cell)
    block(lab, 2).focus()
    lab.page.keyboard.press("Tab")
    expect(lab.output(2).get_by_role("button", name="Copy")).to_be_focused()
    lab.page.keyboard.press("Enter")
    expect(lab.output(2).get_by_role("button", name="Copied")).to_be_focused()
    assert copied(lab, 3) == CODE


def test_a_saved_answer_has_the_button_from_the_extension_and_none_without(each_lab):
    lab = each_lab.open([SETUP, ASK, AGAIN])
    for cell in range(3):
        lab.run(cell)
    lab.save()
    lab.reopen(kernel=False)
    block(lab, 2).hover()
    expect(lab.output(2).get_by_role("button", name="Copy")).to_be_visible()
    goes_to_its_note(lab, 2)
    lab.page.route("**/claude-nb/static/remoteEntry.js*", lambda route: route.fulfill(body=""))
    lab.reopen(kernel=False)
    block(lab, 2).hover()
    expect(lab.page.get_by_role("button", name="Copy", exact=True)).to_have_count(0)


def test_without_the_extension_a_live_view_brings_the_button(lab):
    lab.page.route("**/claude-nb/static/remoteEntry.js*", lambda route: route.fulfill(body=""))
    lab.open([SETUP, "%%claude --no-history\nWhat is there?"])
    lab.run(0)
    lab.run(1)
    block(lab, 1).hover()
    expect(lab.output(1).get_by_role("button", name="Copy")).to_be_visible()


def goes_to_its_note(lab, n: int) -> None:
    """Hold that the footnote of cell `n` leads to its own note and back, and the page stays."""
    before = lab.page.url
    lab.output(n).locator(f"sup {LEADS}").click()
    note = lab.output(n).locator("aside")
    expect(note).to_be_focused()
    note.locator(LEADS).click()
    expect(lab.output(n).locator("sup").first).to_be_focused()
    assert lab.page.url == before


@pytest.mark.long
def test_each_of_two_equal_answers_leads_to_its_own_note(each_lab):
    lab = each_lab.open([SETUP, ASK, AGAIN, AGAIN])
    for cell in range(4):
        lab.run(cell)
    ids = lab.page.eval_on_selector_all(".claude-nb [id]", "nodes => nodes.map((node) => node.id)")
    assert len(set(ids)) == len(ids) == 6
    for cell in (3, 2, 1):
        goes_to_its_note(lab, cell)
    assert [error for error in lab.errors if "schema" not in error] == []  # of Notebook 7 itself
