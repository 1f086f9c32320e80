"""What an answer does while it is not simply growing: tools, waiting, failing, out of view."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from test_live_view import HERE

pytestmark = pytest.mark.browser

TOOLS = """
from claude_nb.api.types import ToolUseBlock
from claude_nb.notebook.answer import render
from claude_nb.notebook.run.follow import Follower, Outcome

def call(number, name, **given):
    wire = dict(type="tool_use", id=number, name=name, input=given)
    return ToolUseBlock.from_wire(wire)

def back(call, content, **fields):
    return dict(type="tool_result", tool_use_id=call.id, content=content, **fields)

view = LiveView("claude-test"); view.open()
put("text", "Let me look."); put("end")
follower = Follower(view, Outcome(), clock=lambda: 0.0)
follower.begin_round(emulated=False, replayed=False)
calls = [call("a", "weather", city="Lisbon"), call("b", "weather", city="Atlantis"),
         call("c", "weather", city="Oslo")]
for each in calls:
    follower.calling(each)
until("returned")
follower.returned(calls[1], back(calls[1], "ValueError('no such city')", is_error=True))
follower.returned(calls[0], back(calls[0], '{"sky": "sunny"}'))
until("saved")
content = [each.to_dict() for each in (*calls, *follower.outcome.rounds[0].results)]
answer = message("Let me look.").model_copy(update={
    "content": [
        *message("Let me look.").content, *Message.from_wire({"content": content}).content]})
card = render.Card(title="The connection was lost", advice="Run the cell again.")
view.finish(bundle(answer, Footer(problem="cut off"), card=card))
"""
WAITS = """
view = LiveView("claude-test"); view.open(); until("refused")
view.put(Piece("status", "Overloaded, trying again in 90 s (2 of 3)", seconds=90)); until("came")
view.finish(bundle(message("It came."), Footer()))
"""
TALL = """
asked = []
view = LiveView("claude-test", on_stop=lambda: asked.append(1)); view.open()
number = 0
while not asked:
    put("text", f"Paragraph {number}.\\n\\n"); number += 1; time.sleep(0.05)
view.finish({"text/plain": "heard"}, "Answer stopped.")
"""
SAVED = """
from IPython.display import publish_display_data
publish_display_data(bundle(message("The answer.", "First thoughts."), Footer()))
"""
LINES = [
    '✓ weather(city="Lisbon") → {"sky": "sunny"}',
    "✗ weather(city=\"Atlantis\") → ValueError('no such city')",
]
COLOUR = "node => getComputedStyle(node).color"


def meanwhile(lab, name: str) -> None:
    """Let the cell that waits for this go on."""
    (lab.path.parent / name).touch()


def test_a_call_and_its_result_are_one_line_live_and_saved_and_a_failure_has_its_colour(lab):
    lab.open([HERE, TOOLS])
    lab.run(0)
    lab.run(1, wait=False)
    lines = lab.output(1).locator("summary")
    expect(lines).to_have_text(
        [f'● weather(city="{city}") …' for city in ("Lisbon", "Atlantis", "Oslo")]
    )
    meanwhile(lab, "returned")
    expect(lines).to_have_text([*LINES, '● weather(city="Oslo") …'])
    live = [line.evaluate(COLOUR) for line in lines.all()]
    lines.nth(1).click()
    expect(lab.output(1).locator("details").nth(1).locator("pre")).to_have_text(
        ['{"city": "Atlantis"}', "ValueError('no such city')"]
    )
    meanwhile(lab, "saved")
    lab.wait(1)
    expect(lines).to_have_text([*LINES, '○ weather(city="Oslo") · no result'])
    expect(lab.output(1).locator("details").nth(1)).to_have_attribute("open", "")
    assert [line.evaluate(COLOUR) for line in lines.all()] == live
    assert live[0] != live[1]
    expect(lab.output(1)).to_contain_text("The connection was lost")


def test_a_wait_says_first_that_it_waits_and_then_counts_down(lab):
    lab.open([HERE, WAITS])
    lab.run(0)
    lab.run(1, wait=False)
    expect(lab.output(1)).to_contain_text("s · waiting")
    meanwhile(lab, "refused")
    counting = lab.output(1).get_by_text("Overloaded, trying again in")
    seen = []
    lab.until(lambda: len(set(seen)) > 2 or bool(seen.append(counting.inner_text())))
    left = [int(text.partition(" again in ")[2].split()[0]) for text in seen]
    assert left == sorted(left, reverse=True)
    assert 0 < left[-1] < left[0] <= 90
    meanwhile(lab, "came")
    lab.wait(1)


# As JupyterLab does with cells that are out of view: out of the page, and back some frames later.
OUT_AND_BACK = """async (node) => {
  const { parentNode, nextSibling } = node;
  node.remove();
  document.dispatchEvent(new WheelEvent("wheel"));
  for (let n = 0; n < 3; n++) await new Promise(requestAnimationFrame);
  parentNode.insertBefore(node, nextSibling);
  node.querySelector("p").scrollIntoView();
}"""


def test_stop_stays_in_view_and_one_press_leads_to_the_newest_text_and_along_with_it(both_labs):
    lab = both_labs
    lab.open([HERE, TALL])
    lab.run(0)
    lab.resize(700, 620)
    lab.run(1, wait=False)
    first = lab.output(1).get_by_text("Paragraph 0.", exact=True)
    latest = lab.output(1).get_by_role("button", name="↓ latest")

    def stays_above() -> bool:  # JupyterLab scrolls too, a while after a cell has begun
        first.scroll_into_view_if_needed()
        lab.page.wait_for_timeout(500)
        return latest.is_visible()

    lab.until(stays_above)
    stop = lab.output(1).get_by_role("button", name="Stop")
    expect(stop).to_be_in_viewport(ratio=1)
    expect(lab.output(1).locator(".claude-nb-end")).not_to_be_in_viewport()
    latest.click()
    number = lab.output(1).locator("p").count()
    expect(lab.output(1).get_by_text(f"Paragraph {number + 40}.")).to_be_visible()
    expect(stop).to_be_in_viewport(ratio=1)
    expect(latest).to_be_hidden()
    lab.page.mouse.move(300, 300)

    def scrolls_up() -> bool:  # a wheel turns more than once
        lab.page.mouse.wheel(0, -1000)
        lab.page.wait_for_timeout(50)
        return latest.is_visible()

    lab.until(scrolls_up)
    lab.screenshot("tall-answer")
    latest.click()
    expect(latest).to_be_hidden()
    lab.output(1).evaluate(OUT_AND_BACK)
    expect(latest).to_be_visible()
    stop.click()
    lab.wait(1)
    assert "heard" in lab.text(1)


def test_a_key_on_what_is_folded_in_a_saved_answer_does_nothing_to_the_notebook(lab):
    lab.open(["%load_ext claude_nb", HERE, SAVED])
    lab.run(1)
    lab.run(2)
    cells = lab.page.locator(".jp-Notebook-cell").count()
    folded = lab.output(2).locator("summary")
    folded.click()
    folded.focus()
    for key in ("b", "a", "x"):
        lab.page.keyboard.press(key)
    expect(folded).to_be_focused()
    details = lab.output(2).locator("details")
    expect(details).to_have_attribute("open", "")
    lab.page.keyboard.press("Enter")
    expect(details).not_to_have_attribute("open", "")
    assert lab.page.locator(".jp-Notebook-cell").count() == cells
