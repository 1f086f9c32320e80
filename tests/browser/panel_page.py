"""The panel in one cell of a page, as a person finds its parts, and what axe finds in it."""

from __future__ import annotations

import json
import re

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

SHOW = "panel = Panel()\npanel"


CONTRAST = {"runOnly": ["color-contrast"]}
"""What another theme may change, of all that axe looks at."""
BAD = {"moderate", "serious", "critical"}


class Shown:
    """The panel in the output of cell `n`."""

    def __init__(self, lab, n):
        self.lab, self.n = lab, n
        self.root = lab.output(n).locator(".claude-nb-panel")
        self.box = self.root.get_by_role("textbox", name="Prompt", exact=True)
        self.answer = self.root.locator(".answer .claude-nb")
        expect(self.box).to_be_visible()

    def button(self, name):
        """Find a button by its name."""
        return self.root.get_by_role("button", name=name, exact=True)

    def send(self, text):
        """Type and press Enter."""
        self.box.fill(text)
        self.enter()

    def enter(self):
        """Press Enter and wait until the prompt was taken."""
        self.box.press("Enter")
        expect(self.box).to_have_value("")

    def ended(self):
        """Wait until nothing runs."""
        expect(self.button("Send")).to_be_visible()
        expect(self.root.locator(".claude-nb-live")).to_have_count(0)

    def streaming(self):
        """Wait until an answer streams."""
        expect(self.root.locator(".claude-nb-live").first).to_contain_text(re.compile(r"\w{3}"))

    def choose(self, model, nth=0):
        """Choose a model by search."""
        field = self.root.get_by_role("combobox", name="Model").nth(nth)
        field.click()
        field.fill(model)
        field.press("Enter")


def findings(lab, shade="light") -> list[str]:
    """Return what axe finds wrong in the panels of the page; in the dark, contrast alone."""
    options = {"resultTypes": ["violations"], **(CONTRAST if shade == "dark" else {})}
    found = Axe().run(lab.page, ".claude-nb-panel", options).response
    return [
        f"{shade}: {rule['id']}: {node['html'][:200]}"
        for rule in found["violations"]
        if rule["impact"] in BAD
        for node in rule["nodes"]
    ]


def opened(lab, server, *more, show=SHOW):
    """Open a notebook that sets up a server, shows a panel and has more cells."""
    lab.open([server, show, *more])
    lab.errors.clear()  # Notebook 7 throws one of its own while it starts
    lab.run(0)
    lab.run(1)
    return Shown(lab, 1)


def value(lab, n):
    """Run cell `n` and return what it prints, as JSON."""
    lab.run(n)
    return json.loads(lab.output(n).locator("pre").last.inner_text())
