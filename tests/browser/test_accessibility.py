"""Answers for everyone: axe finds nothing serious, the keyboard suffices, changes are said once."""

from __future__ import annotations

import json
import re

import panel_page
import pytest
from axe_playwright_python.sync_playwright import Axe
from panel_page import value
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

TEXT = f"""# Everything
A [link](https://example.org/a), *stress*, **weight**, `code` and $x^2$.

## Lists
1. one
   - under it

> quoted

| Name | Nanometres |
|:-----|-----------:|
| blue | 450 |

```python
@wraps(f)
def f(x: int = 0x1F) -> str:  # a comment
    return f"{{x!r}}" if x is not None else 'none'
```

```json
{{"key": [1.5, true, null]}}
```

{"A long line. " * 30}

```text
{"wide " * 60}
```
"""
THOUGHT = "\n".join(f"Step {n}: consider it from another side." for n in range(120))
SETUP = f"""%load_ext claude_nb
from claude_nb import emulator
from claude_nb.emulator import Fault

def reply(request):
    thinking = {{"type": "thinking", "thinking": {THOUGHT!r}, "signature": "s"}}
    text = {{"type": "text", "text": {TEXT!r}}}
    return [thinking, text] if "thinking" in request else [text]

server = emulator.shared(tokens_per_second=0, answer=reply)"""
ARM_ERROR = "server.faults.add(Fault('status', status=401))"
ARM_STALL = "server.faults.add(Fault('stall', after=90))"
ASK = "%%claude\nWhat is there?"
THINK = "%%claude --think 2000\nWhat is there?"
AREAS = ".jp-Notebook .jp-Cell-outputArea"
HARD = {"serious", "critical"}
LIVE = ".claude-nb-live"


def findings(lab, where=AREAS) -> list[str]:
    """Return what axe finds wrong in the outputs, or contrast it cannot be sure of."""
    options = {"resultTypes": ["violations", "incomplete"]}
    found = Axe().run(lab.page, where, options).response
    unsure = [rule for rule in found["incomplete"] if rule["id"] == "color-contrast"]
    return [
        f"{rule['id']}: {node['html'][:200]}"
        for rule in found["violations"] + unsure
        if rule["impact"] in HARD
        for node in rule["nodes"]
    ]


def in_both_themes(lab, state: str) -> dict[str, list[str]]:
    """Return the findings in the light and in the dark theme; keep a picture of each."""
    found = {}
    for shade in ("light", "dark"):
        lab.theme(shade)
        found[f"{state}, {shade}"] = findings(lab)
        lab.screenshot(f"accessibility-{state}-{shade}")
    return {where: what for where, what in found.items() if what}


def stalled(lab, n: int) -> None:
    """Run cell `n`, whose answer comes in part and then waits."""
    lab.run(n, wait=False)
    expect(lab.output(n).get_by_role("button", name="Stop")).to_be_visible()
    expect(lab.output(n).locator(LIVE)).to_contain_text(re.compile("Step|Everything"))


def test_axe_finds_nothing_serious_in_any_state(lab):
    lab.open([SETUP, THINK, ARM_ERROR, ASK, ARM_STALL, THINK])
    for n in range(5):
        lab.run(n)
    lab.output(1).locator("summary").click()  # long thinking, to be scrolled
    assert in_both_themes(lab, "finished") == {}
    stalled(lab, 5)
    lab.output(5).scroll_into_view_if_needed()
    assert in_both_themes(lab, "streaming") == {}
    lab.output(5).get_by_role("button", name="Stop").click()
    lab.wait(5)
    assert in_both_themes(lab, "stopped") == {}


FOCUSED = """() => {
    const node = document.activeElement, style = getComputedStyle(node);
    const drawn = style.outlineStyle !== "none" && style.outlineWidth !== "0px";
    return {tag: node.tagName, seen: drawn && node.matches(":focus-visible")};
}"""


def focused(lab) -> dict:
    """Return what kind of element has the focus, and whether one sees that."""
    return lab.page.evaluate(FOCUSED)


def tab_to(lab, n: int, tag: str) -> None:
    """Press Tab, from cell `n` as a whole, until an element of the output has the focus."""
    lab.page.evaluate(
        """n => {
            const notebook = jupyterapp.shell.currentWidget.content;
            Object.assign(notebook, {activeCellIndex: n, mode: "command"});
            document.activeElement.blur();
            notebook.activate();  // gives it the focus later
        }""",
        n,
    )
    lab.page.wait_for_function("n => rig.focused(n)", arg=n)
    for _ in range(6):
        lab.page.keyboard.press("Tab")
        if focused(lab)["tag"] == tag:
            break
    assert focused(lab)["tag"] == tag
    assert focused(lab)["seen"]


def toggles(lab, details) -> None:
    """Open or close the disclosure that has the focus by Enter, and back by the space bar."""
    was = details.evaluate("node => node.open")
    for key in ("Enter", "Space"):
        lab.page.keyboard.press(key)
        was = not was
        expect(details).to_have_js_property("open", was)


def test_the_keyboard_is_enough(each_lab):
    lab = each_lab.open([SETUP, ARM_STALL, THINK, ARM_STALL, ASK, THINK])
    for n in (0, 1):
        lab.run(n)
    stalled(lab, 2)
    tab_to(lab, 2, "SUMMARY")
    toggles(lab, lab.output(2).locator("details"))
    lab.page.keyboard.press("Tab")
    while focused(lab)["tag"] != "BUTTON":  # past the thinking, which scrolls
        lab.page.keyboard.press("Tab")
    assert focused(lab)["seen"]
    lab.page.keyboard.press("Enter")
    lab.wait(2)
    expect(lab.output(2).locator("footer")).to_contain_text("stopped")

    lab.run(3)
    stalled(lab, 4)
    lab.output(4).locator("p").first.click()
    lab.page.keyboard.press("Escape")
    lab.wait(4)
    expect(lab.output(4).locator("footer")).to_contain_text("stopped")

    lab.run(5)
    tab_to(lab, 5, "SUMMARY")
    toggles(lab, lab.output(5).locator("details"))


LISTEN = """() => {
    window.said = [];
    const look = () => {
        const text = document.querySelector("#claude-nb-announcer")?.textContent;
        if (text && text !== said.at(-1)) said.push(text);
    };
    const all = {childList: true, subtree: true, characterData: true};
    new MutationObserver(look).observe(document.body, all);
}"""
ROLES = "[aria-live], [role=status], [role=alert], [role=log]"


def test_each_change_of_state_is_said_once_and_no_token_is(lab):
    lab.leave()  # what was said last is in the page
    lab.open([SETUP, THINK, ARM_ERROR, ASK, ARM_STALL, ASK])
    lab.run(0)
    lab.page.evaluate(LISTEN)
    for n in range(1, 5):
        lab.run(n)
    stalled(lab, 5)
    announcer = lab.page.locator("#claude-nb-announcer")
    expect(announcer).to_have_attribute("role", "status")
    assert lab.page.locator(f"{AREAS} :is({ROLES})").count() == 0
    lab.output(5).get_by_role("button", name="Stop").click()
    lab.wait(5)
    expect(announcer).to_have_text("Answer stopped.")
    asked = "Claude is answering."
    endings = ["Answer complete.", "Error.", "Answer stopped."]
    assert lab.page.evaluate("() => said") == [text for end in endings for text in (asked, end)]


def test_nothing_moves_for_those_who_asked_for_that(lab):
    lab.open([SETUP, ARM_STALL, ASK])
    lab.run(0)
    lab.run(1)
    stalled(lab, 2)
    moving = f"() => document.querySelector('{LIVE}').getAnimations({{subtree: true}}).length"
    assert lab.page.evaluate(moving) == 1  # the dot of the status line
    lab.page.emulate_media(reduced_motion="reduce")
    lab.page.wait_for_function(moving.replace("length", "length === 0"))
    lab.interrupt()
    lab.wait(2)


TOOLS = """%load_ext claude_nb
import json
%config ClaudeMagics.mcp_servers = {"docs": "https://mcp.example.com/mcp", "library": "https://b.example/x"}
def weather(city: str) -> str:
    "Tell the weather."
    return "sunny"
"""
PANEL = "from claude_nb import Panel\npanel = Panel(tools=[weather])\npanel"
STATE = "print(json.dumps([panel.search, panel.fetch, panel.run_code, panel.mcp, panel.memory]))"


def test_tools_are_set_by_keyboard_alone_and_looked_at(lab):
    panel = panel_page.opened(lab, TOOLS, STATE, show=PANEL)
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
        assert findings(lab, ".claude-nb-panel .tools-part") == []
        for width in (1000, 500):
            lab.resize(width)
            part.scroll_into_view_if_needed()
            lab.screenshot(f"panel-tools-{shade}-{width}")
            sticks_out = part.evaluate("node => node.scrollWidth - node.clientWidth")
            assert sticks_out <= 0
    assert lab.errors == []
    assert json.dumps(lab.save().metadata).count("mcp.example") == 0
