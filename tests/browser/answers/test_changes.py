"""A change to a cell in a real page: shown, accepted and undone, or put below; never run."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

HOSTILE = """<img src=x onerror="window.hurt = 1"></code></pre><script>window.hurt = 2</script>"""
LOAD = """%load_ext claude_nb
from claude_nb import emulator
from claude_nb.notebook import backend
backend.EMULATED_HEADER = "x-nobody-sends-this"  # it stands for a model
code = []
emulator.shared(tokens_per_second=0, answer=lambda _: f"Why.\\n\\n```python\\n{code[-1]}\\n```")"""
BROKEN = f"""import math

prices = [19.5, 4.25, 12.0, 7.75, 31.1]
vat = 0.19
label = '''{HOSTILE}'''  # $x^2$ and \\(y\\)

def total(prices, vat):
    net = smu(prices)
    return round(net * (1 + vat), 2)

for price in prices:
    print(f"{{price:8.2f}}")

print(total(prices, vat))"""
MENDED = BROKEN.replace("smu(prices)", "sum(prices)").replace(
    "for price in prices:\n    print", "for place, price in enumerate(prices, 1):\n    print"
)
SHORT = "squares = []\nfor n in range(9):\n    squares.append(n * n)"
FASTER = "squares = [n * n for n in range(9)]"
CELLS = [f"{LOAD}\ncode.append({MENDED!r})", BROKEN, "%claude fix"]


def source(lab, n: int) -> str:
    return lab.page.evaluate(
        "n => jupyterapp.shell.currentWidget.content.widgets[n].model.sharedModel.getSource()", n
    )


def count(lab) -> int:
    return lab.page.evaluate("() => jupyterapp.shell.currentWidget.content.widgets.length")


def number(lab, n: int) -> int | None:
    return lab.page.evaluate(
        "n => jupyterapp.shell.currentWidget.content.widgets[n].model.executionCount", n
    )


def button(lab, n: int, name: str):
    return lab.output(n).get_by_role("button", name=name, exact=True)


def test_a_change_is_accepted_in_place_undone_asked_about_and_put_below(each_lab):
    lab = each_lab.open([*CELLS, SHORT, "%claude edit 'make it shorter'"])
    for n in (0, 1, 2):
        lab.run(n)
    expect(lab.output(2)).to_contain_text("Change to cell 2 · In [2] · 2 lines out, 2 lines in")
    for name in ("Accept", "Next cell"):
        expect(button(lab, 2, name)).to_be_visible()
    for shade in ("light", "dark"):
        lab.theme(shade)
        lab.screenshot(f"change-{lab.kind}-{shade}", 2)
    assert count(lab) == 5  # nothing was put below
    assert lab.page.evaluate("() => window.hurt") is None
    assert lab.output(2).locator("mjx-container").count() == 0

    button(lab, 2, "Accept").click()
    expect(lab.output(2).get_by_role("status")).to_contain_text("Accepted")
    assert (source(lab, 1), number(lab, 1)) == (MENDED, 2)  # and it was not run
    lab.page.keyboard.press("Shift+Enter")  # it is the active cell now
    lab.page.wait_for_function(
        "() => jupyterapp.shell.currentWidget.content.widgets[1].model.executionCount === 4"
    )
    lab.cell(1).locator(".cm-content").click()
    lab.page.keyboard.press("Control+z")
    assert source(lab, 1) == BROKEN

    lab.run(1)
    lab.run(2)
    lab.set_source(1, "mine = 1")
    button(lab, 2, "Accept").click()
    expect(lab.output(2).get_by_role("status")).to_contain_text("Not replaced")
    assert source(lab, 1) == "mine = 1"
    button(lab, 2, "Replace").click()
    assert source(lab, 1) == MENDED

    lab.set_source(0, f"code.append({FASTER!r})")
    lab.run(0)
    lab.run(4)
    button(lab, 4, "Next cell").click()
    assert (count(lab), source(lab, 5), number(lab, 5)) == (6, FASTER, None)
    assert source(lab, 3) == SHORT
    assert lab.page.evaluate("() => window.hurt") is None
