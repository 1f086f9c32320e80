"""The part of the panel's settings that says what Claude may use, by keyboard alone."""

from __future__ import annotations

import json

import panel_page
import pytest
from axe_playwright_python.sync_playwright import Axe
from panel_page import value
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

SERVER = """%load_ext claude_nb
import json
%config ClaudeMagics.mcp_servers = {"docs": "https://mcp.example.com/mcp", "library": "https://b.example/x"}
def weather(city: str) -> str:
    "Tell the weather."
    return "sunny"
"""
SHOW = "from claude_nb import Panel\npanel = Panel(tools=[weather])\npanel"
STATE = "print(json.dumps([panel.search, panel.fetch, panel.run_code, panel.mcp, panel.memory]))"


def findings(lab):
    found = Axe().run(lab.page, ".claude-nb-panel", {"resultTypes": ["violations"]}).response
    return [
        f"{rule['id']}: {node['html'][:200]}"
        for rule in found["violations"]
        if rule["impact"] in {"serious", "critical"}
        for node in rule["nodes"]
    ]


def test_tools_are_set_by_keyboard_alone_and_looked_at(lab):
    panel = panel_page.opened(lab, SERVER, STATE, show=SHOW)
    keys = lab.page.keyboard
    panel.button("Settings").press("Enter")
    part = panel.root.locator(".tools-part")
    summary = part.locator("summary")
    expect(summary).to_have_text("Tools · weather")
    summary.press("Enter")

    search = part.get_by_label("Web searches", exact=True)
    most = part.get_by_label("Web searches, at most")
    expect(most).to_be_hidden()
    search.press("Space")
    expect(most).to_have_value("5")
    most.fill("3")
    keys.press("Tab")
    part.get_by_label("Read web pages", exact=True).press("Space")
    part.get_by_label("docs", exact=True).press("Space")
    servers = part.get_by_label("MCP servers", exact=True)
    expect(servers).to_have_value("docs")
    expect(summary).to_have_text("Tools · Web searches, Read web pages, MCP servers, weather")
    memory = part.get_by_label("Memory folder", exact=True)
    memory.fill("/no/such/place")
    keys.press("Tab")
    expect(panel.root.locator(".problem")).to_contain_text("does not exist")
    memory.fill("notes")
    keys.press("Tab")
    servers.fill("cats")
    keys.press("Tab")
    expect(panel.root.locator(".problem")).to_contain_text("there are docs, library")
    assert value(lab, 2) == [3, True, False, "docs", "notes"]

    lab.command("application:toggle-left-area")
    for shade in ("light", "dark"):
        lab.theme(shade)
        assert findings(lab) == []
        for width in (1000, 500):
            lab.resize(width)
            part.scroll_into_view_if_needed()
            lab.screenshot(f"panel-tools-{shade}-{width}")
            sticks_out = part.evaluate("node => node.scrollWidth - node.clientWidth")
            assert sticks_out <= 0
    assert lab.errors == []
    assert json.dumps(lab.save().metadata).count("mcp.example") == 0
