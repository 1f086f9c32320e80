"""The panel's transcript in a real JupyterLab: columns, versions, long chats, and its keys."""

from __future__ import annotations

import re

import panel_page
import pytest
from panel_page import SHOW, Shown, findings, value
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

SERVER = r"""%load_ext claude_nb
import json, os
from claude_nb import emulator
from claude_nb.notebook.panel import Panel
seen = []
row = "| " + " | ".join(f"value {n}" for n in range(8)) + " |\n"
table = row + "|" + "---|" * 8 + "\n" + row * 4
formula = "$$ a = " + " + ".join(f"x_{{{n}}}^2" for n in range(24)) + " $$"
code = "x = [" + ", ".join(str(n) for n in range(80)) + "]"
assert len(formula) >= 200 and len(code) >= 300
WIDE = f"Here.\n\n{table}\n\n{formula}\n\n```python\n{code}\n```\n\n" + "And so it goes. " * 60
def answer(asked):
    seen.append(asked)
    said = str(asked["messages"][-1])
    return WIDE if "wide" in said else "word " * 9000 if "lighthouse" in said else None
server = emulator.serve(tokens_per_second=0, answer=answer)
os.environ["ANTHROPIC_BASE_URL"], os.environ["ANTHROPIC_API_KEY"] = server.url, "canary"
"""
FOUR = (
    "panel = Panel(count=False, columns=[{}, {'model': 'opus-5.5'}, {'model': 'haiku-4.5'}, {}])\n"
    "panel"
)
LONG = """panel = Panel(count=False)
turns = [{"prompt": f"Question {n}", "messages": [
    {"role": "user", "content": "x"}, {"role": "assistant", "content": f"Answer {n}.\\n\\n" * 20}]}
    for n in range(60)]
panel.resume({"kind": "claude_nb chat", "turns": turns})
panel"""
PROMPTS = "print(json.dumps([m['content'] for m in seen[-1]['messages']][::2]))"
# what is seen of the answer in each column must stay within it
OUTSIDE = """(root) => [...root.querySelectorAll(".several > section")].flatMap((section) => {
  const column = section.getBoundingClientRect();
  const parts = section.querySelectorAll("header, table, pre, mjx-container, footer, p");
  return [...parts].filter((node) => {
    const box = node.getBoundingClientRect();
    let [left, right] = [box.left, box.right];
    for (let at = node; at !== section; at = at.parentElement) {
      if (getComputedStyle(at).overflowX === "visible") continue;
      const clip = at.getBoundingClientRect();
      [left, right] = [Math.max(left, clip.left), Math.min(right, clip.right)];
    }
    return left < column.left - 1 || right > column.right + 1;
  }).map((node) => node.outerHTML.slice(0, 80));
})"""
BOXES = """(nodes) => nodes.map((node) => {
  const { left, right, top, bottom } = node.getBoundingClientRect();
  return { left, right, top, bottom };
})"""


def opened(lab, *more, show=SHOW):
    return panel_page.opened(lab, SERVER, *more, show=show)


def overlap(one, other):
    across = min(one["right"], other["right"]) - max(one["left"], other["left"])
    down = min(one["bottom"], other["bottom"]) - max(one["top"], other["top"])
    return across > 1 and down > 1


def test_four_columns_do_not_overlap_keep_their_heads_and_use_the_page(lab):
    lab.resize(1900)
    panel = opened(lab, show=FOUR)
    panel.send("Something wide")
    panel.ended()
    several = panel.root.locator(".takes.several")
    expect(several.locator("mjx-container").first).to_be_visible()
    for width in (1900, 1000):
        lab.resize(width)
        panel.root.scroll_into_view_if_needed()
        assert panel.root.evaluate(OUTSIDE) == []
        columns = several.locator("> section").evaluate_all(BOXES)
        assert not any(overlap(a, b) for a in columns for b in columns if a is not b)
        lab.screenshot(f"panel-columns-{width}")
    lab.resize(1900)
    room = lab.output(1).bounding_box()["width"]
    assert panel.root.bounding_box()["width"] > 0.95 * room
    transcript = panel.root.locator(".transcript")
    transcript.evaluate("node => node.scrollBy(0, -120)")
    top = transcript.bounding_box()["y"]
    heads = several.locator("header")
    for box in heads.evaluate_all(BOXES):
        assert abs(box["top"] - top) < 3
    expect(heads.locator("strong")).to_have_text(
        ["Claude Sonnet 4.6", "Claude Opus 5.5", "Claude Haiku 4.5", "Claude Sonnet 4.6"]
    )
    feet = several.locator("footer")
    expect(feet.nth(2)).to_contain_text("same tokens")
    expect(feet.nth(1)).to_contain_text(re.compile(r"\+\d+ % tokens"))
    for n in range(4):
        expect(feet.nth(n)).not_to_contain_text("claude-")
    panel.button("Remove column 2").click()
    expect(panel.root.locator(".column")).to_have_count(3)
    assert lab.errors == []


def test_a_long_chat_is_drawn_in_part_and_older_turns_as_they_scroll_in(each_lab):
    lab = each_lab
    panel = opened(lab, "panel", show=LONG)
    prompts = panel.root.locator(".prompt")
    expect(prompts.last).to_have_text("Question 59")
    assert prompts.count() < 30
    transcript = panel.root.locator(".transcript")
    for _ in range(60):
        if prompts.first.inner_text() == "Question 0":
            break
        transcript.evaluate("node => node.scrollTo(0, 0)")
        lab.page.wait_for_timeout(50)
    expect(prompts.first).to_have_text("Question 0")
    expect(prompts).to_have_count(60)
    expect(panel.answer.first).to_contain_text("Answer 0.")
    panel.send("What is 17 * 23?")
    panel.ended()
    expect(panel.answer.last).to_contain_text("391")
    expect(panel.answer.last).to_be_in_viewport()
    lab.run(2)  # another view of it
    other = Shown(lab, 2)
    expect(other.answer.last).to_contain_text("391")
    assert other.root.locator(".prompt").count() < 30

    saved = lab.save()  # the file has all of it, whoever looks at what
    text = saved.cells[1].outputs[0].data["text/plain"]
    assert text.index("> Question 0") < text.index("> Question 59") < text.index("391")
    assert lab.errors == []


def test_a_reloaded_page_goes_on_and_writes_the_file(lab):
    panel = opened(lab.leave())
    panel.send("What is 17 * 23?")
    panel.ended()
    lab.save()
    lab.reload()
    again = Shown(lab, 1)
    expect(again.answer.last).to_contain_text("391")
    again.send("What is 2 + 2?")
    again.ended()
    expect(again.answer).to_have_count(2)
    text = lab.save().cells[1].outputs[0].data["text/plain"]
    assert text.index("391") < text.index("> What is 2 + 2?")


def test_a_piece_that_was_dropped_is_asked_for(lab):
    dropped = (
        "tell, pieces = panel._screen.widget.tell, []\n"
        "def tell_not(**content):\n"
        "    if 'pieces' in content and len(pieces) < 2:\n"
        "        pieces.append(content)\n"
        "    else:\n"
        "        tell(**content)\n"
        "panel._screen.widget.tell = tell_not"
    )
    panel = opened(lab, dropped)
    lab.run(2)
    panel.send("What is 17 * 23?")
    panel.ended()
    expect(panel.answer).to_contain_text("391")


def test_versions_are_at_their_turn_and_editing_marks_it_until_escape(each_lab):
    lab = each_lab
    panel = opened(lab, PROMPTS)
    for text in ("What is 1 + 1?", "What is 2 + 2?", "What is 3 + 3?"):
        panel.send(text)
        panel.ended()
    panel.button("Edit").nth(0).press("Enter")
    expect(panel.box).to_have_value("What is 1 + 1?")
    marked = panel.root.locator(".exchange.editing")
    expect(marked).to_contain_text("What is 1 + 1?")
    expect(marked).to_be_in_viewport()
    panel.box.press("Escape")
    expect(marked).to_have_count(0)
    expect(panel.box).to_have_value("")
    panel.button("Edit").nth(1).click()
    panel.box.fill("What is 4 + 4?")
    panel.enter()
    panel.ended()
    turn = panel.root.get_by_role("article", name="Turn 2")
    expect(turn.get_by_role("group", name="Version 2 of 2")).to_contain_text("2/2")
    lab.screenshot(f"panel-versions-{lab.kind}")
    panel.root.locator(".transcript").focus()
    lab.page.keyboard.press("[")
    prompts = panel.root.locator(".prompt")
    expect(prompts).to_have_text(["What is 1 + 1?", "What is 2 + 2?", "What is 3 + 3?"])
    panel.button("Later version").click()
    expect(prompts).to_have_text(["What is 1 + 1?", "What is 4 + 4?"])
    assert value(lab, 2) == ["What is 1 + 1?", "What is 4 + 4?"]


def test_up_recalls_prompts_and_letters_act_where_nothing_is_typed(each_lab):
    lab = each_lab
    panel = opened(lab, PROMPTS)
    keys = lab.page.keyboard
    for text in ("What is 1 + 1?", "What is 2 + 2?"):
        panel.send(text)
        panel.ended()
    panel.box.press("ArrowUp")
    expect(panel.box).to_have_value("What is 2 + 2?")
    panel.box.press("ArrowUp")
    expect(panel.box).to_have_value("What is 1 + 1?")
    panel.box.fill("a?")  # letters are letters here
    expect(panel.box).to_have_value("a?")
    panel.box.fill("")
    panel.box.press("Escape")
    expect(panel.root.locator(".transcript")).to_be_focused()
    keys.press("?")
    keys_shown = panel.root.get_by_role("region", name="Keys")
    expect(keys_shown).to_contain_text("An earlier prompt")
    lab.screenshot(f"panel-keys-{lab.kind}")
    keys.press("?")
    expect(keys_shown).to_be_hidden()
    panel.root.locator(".transcript").focus()
    keys.press("e")
    expect(panel.box).to_have_value("What is 2 + 2?")
    panel.box.press("Escape")
    expect(panel.box).to_have_value("")
    panel.box.press("Escape")
    keys.press("r")
    panel.ended()
    expect(panel.root.get_by_role("group", name="Version 2 of 2")).to_be_visible()
    keys.press("Escape")
    keys.press("a")
    expect(panel.root.get_by_role("textbox", name="Attach a variable")).to_be_focused()
    assert lab.page.locator(".jp-Notebook .jp-Cell").count() == 3  # none of it was JupyterLab's


def test_every_button_tells_what_it_does_and_axe_finds_nothing(each_lab):
    lab = each_lab
    panel = opened(lab, "server.faults.add(emulator.Fault('status', status=400))", show=FOUR)
    panel.send("Something wide")
    panel.ended()
    panel.button("Go on with this").first.click()
    expect(panel.root.locator(".column")).to_have_count(0)
    lab.run(2)
    panel.send("What is 2 + 2?")
    panel.ended()
    expect(panel.button("Try again")).to_be_visible()
    lab.screenshot(f"panel-try-again-{lab.kind}")
    for name in ("Keys", "Settings", "Code"):
        panel.button(name).click()
    found = []
    for shade in ("light", "dark"):
        lab.theme(shade)
        found += findings(lab, shade)
        lab.screenshot(f"panel-all-{lab.kind}-{shade}")
    assert "\n".join(found) == ""
    silent = panel.root.locator("button:visible:not([title]):not([role=tab])")
    names = silent.evaluate_all("nodes => nodes.map((node) => node.textContent)")
    assert [name for name in names if name not in {"Copy", "Insert below", "Reset"}] == []
    lab.theme("light")
    panel.button("Try again").click()
    panel.ended()
    expect(panel.answer.last).to_contain_text(re.compile("4"))
