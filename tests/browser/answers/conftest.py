"""A page for the live view alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from claude_nb.notebook.live import widget


@pytest.fixture(scope="module")
def alone(browser):
    """Return a page with the live view's script and nothing else; see alone.js."""
    page = browser.new_page()
    page.goto("about:blank")
    script = Path(__file__).with_name("alone.js").read_text(encoding="utf-8")
    page.evaluate(script.partition("\n\n")[2], widget.CODE)
    yield page
    page.close()
