"""The pages of ``%claude`` in a real browser: alive, within their width, readable when reopened."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

PAGES = ["help", "models", "set", "show", "usage", "chats", "version"]
WIDTHS = """n => [...document.querySelectorAll('.claude-nb-page')].map(
    page => [page.clientWidth, page.scrollWidth])"""


def test_the_page_answers_the_doctor(each_lab):
    each_lab.open(["%load_ext claude_nb", "%claude doctor"])
    before = list(each_lab.errors)  # the application's own
    each_lab.run(0)
    each_lab.run(1)
    output = each_lab.output(1)
    expect(output).to_contain_text("this page")
    expect(output).to_contain_text("with anywidget 0.")
    expect(output).to_contain_text("All is well.")
    assert len(each_lab.outputs(1)) == 1
    assert each_lab.errors == before


@pytest.mark.long
def test_pages_fit_a_narrow_window_and_are_read_again_without_a_kernel(lab):
    question = "%claude What is 17 * 23?"
    lab.resize(1280, 6000)
    lab.open(["%load_ext claude_nb", question, *(f"%claude {name}" for name in PAGES)])
    for n in range(len(PAGES) + 2):
        lab.run(n)
    lab.command("application:toggle-left-area")
    for shade in ("light", "dark"):
        lab.theme(shade)
        for width in (400, 1280):
            lab.resize(width, 6000)
            expect(lab.page.locator(".claude-nb-page")).to_have_count(len(PAGES))
            sizes = lab.page.evaluate(WIDTHS, None)
            assert all(inner <= outer for outer, inner in sizes), (width, sizes)
            lab.screenshot(f"commands-{shade}-{width}")
    lab.theme("light")
    lab.command("application:toggle-left-area")
    lab.save()
    lab.reopen(kernel=False)
    expect(lab.output(3)).to_contain_text("claude-sonnet-4-6")
    assert lab.foreign == []
