"""The panel in a real JupyterLab and Notebook 7, by mouse and by keyboard alone."""

from __future__ import annotations

import json
import re

import panel_page
import pytest
from panel_page import SHOW, Shown, findings, value
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

# a server of the notebook's own, which remembers each request
SERVER = """%load_ext claude_nb
import json, os, time
from claude_nb import emulator
from claude_nb.notebook.panel import Panel
seen = []
def answer(asked):
    seen.append(dict(asked))
    while os.path.exists("wait"):
        time.sleep(0.01)
    return "word " * 20_000 if "lighthouse" in str(asked["messages"][-1]) else None
server = emulator.serve(tokens_per_second=100, answer=answer)
os.environ["ANTHROPIC_BASE_URL"], os.environ["ANTHROPIC_API_KEY"] = server.url, "canary"
name = "Ada"
"""
LONG = "Write a long story about a lighthouse."


def opened(lab, *more, show=SHOW):
    return panel_page.opened(lab, SERVER, *more, show=show)


def wait_for(lab, n, expected, of=lambda found: found):
    """Run cell `n` until it prints `expected`, or what `of` gives is that; return it."""
    for _ in range(50):
        if of(found := value(lab, n)) == expected:
            return found
    pytest.fail(f"It stays {found}.")


def test_an_answer_streams_stops_is_saved_and_is_read_without_a_kernel(both_labs):
    lab = both_labs
    panel = opened(lab, "print(json.dumps([e.candidates[0].state for e in panel.conversation]))")
    lab.screenshot(f"panel-idle-{lab.kind}")
    panel.send("What is 17 * 23?")
    panel.ended()
    expect(panel.answer).to_contain_text("391")
    panel.send(LONG)
    panel.streaming()
    expect(panel.button("Stop")).to_be_visible()
    panel.box.press("Escape")
    panel.ended()
    expect(panel.answer.last).to_contain_text("stopped")
    lab.screenshot(f"panel-stopped-{lab.kind}")
    assert value(lab, 2) == ["done", "stopped"]

    saved = lab.save()
    static, view = saved.cells[1].outputs
    assert "391" in static.data["text/html"]
    assert "> What is 17 * 23?" in static.data["text/plain"]
    assert "canary" not in json.dumps([cell.outputs for cell in saved.cells])
    assert "widgets" not in saved.metadata
    assert view.data["text/plain"] == ""
    assert lab.errors == []

    lab.reopen(kernel=False)
    expect(lab.output(1)).to_contain_text("391")
    expect(lab.output(1)).to_contain_text(LONG)
    assert "Error displaying widget" not in lab.text(1)
    lab.screenshot(f"panel-reopened-{lab.kind}")


def test_a_new_kernel_offers_to_go_on_with_the_saved_chat(lab):
    panel = opened(lab, "print(json.dumps([m['content'] for m in seen[-1]['messages']][::2]))")
    panel.send("What is 17 * 23?")
    panel.ended()
    lab.save()
    lab.reopen(kernel=True)
    expect(lab.output(1)).to_contain_text("391")
    assert not lab.output(1).get_by_text("Error displaying widget").is_visible()
    lab.run(0)
    lab.run(1)
    panel = Shown(lab, 1)
    panel.button("Go on with the earlier chat (1 turn)").click()
    expect(panel.answer).to_contain_text("391")
    panel.send("And 2 + 2?")
    panel.ended()
    assert value(lab, 2) == ["What is 17 * 23?", "And 2 + 2?"]


STATE = (
    "print(json.dumps([panel.model, panel.temperature, panel.think, panel.max_tokens, panel.stop]))"
)


def test_every_control_is_set_by_keyboard_alone(each_lab):
    lab = each_lab
    panel = opened(lab, STATE, "panel.temperature = 0.9")
    keys = lab.page.keyboard
    panel.button("Settings").press("Enter")
    slider = panel.root.get_by_label("Temperature", exact=True)
    slider.focus()
    keys.press("Home")
    for _ in range(4):
        keys.press("ArrowRight")
    stops = panel.root.get_by_role("textbox", name="Stop sequences")
    stops.focus()
    keys.type(r"\n\nEND")
    keys.press("Enter")
    keys.type("###")
    keys.press("Enter")
    tokens = panel.root.get_by_label("Max tokens", exact=True)
    tokens.focus()
    keys.type("3000")
    keys.press("Tab")
    wait_for(lab, 2, ["claude-sonnet-4-6", 0.2, None, 3000, ["\n\nEND", "###"]])

    lab.run(3)  # set in code, seen on the page
    expect(slider).to_have_value("0.9")

    panel.root.get_by_role("radio", name="default", exact=True).focus()
    for _ in range(3):
        keys.press("ArrowRight")
    budget = panel.root.get_by_label("Thinking budget in tokens")
    expect(budget).to_be_visible()
    budget.focus()
    keys.press("End")
    wait_for(lab, 2, ["claude-sonnet-4-6", 0.9, 2816, 3000, ["\n\nEND", "###"]])
    expect(slider).to_be_disabled()
    expect(slider).to_have_accessible_description(re.compile("must stay at 1 while thinking"))

    model = panel.root.get_by_role("combobox", name="Model")
    model.focus()
    keys.type("opus 5.5")
    keys.press("Enter")
    expect(slider).to_have_accessible_description(re.compile("claude-opus-5-5 takes no temp"))
    expect(panel.root.get_by_role("radio", name=re.compile("^off, not"))).to_be_disabled()
    assert "claude-opus-5-5 takes no temperature" in slider.locator("xpath=..").get_attribute(
        "title"
    )
    assert lab.errors == []


def test_thinking_is_opened_and_a_turn_is_run_again(each_lab):
    lab = each_lab
    panel = opened(lab, "print(json.dumps(seen))", show="panel = Panel(think=2000)\npanel")
    panel.send("What is 17 * 23?")
    panel.ended()
    thought = panel.answer.locator("details")
    expect(thought.locator("pre")).to_be_hidden()
    thought.locator("summary").press("Enter")
    expect(thought.locator("pre")).to_contain_text("17")
    panel.button("Rerun").press("Enter")
    first, again = wait_for(lab, 2, 2, of=len)
    panel.ended()
    expect(panel.answer).to_have_count(1)
    assert first["thinking"]["budget_tokens"] == 2000
    assert again == first


def drag(slider, share):
    """Take a slider's handle to this share of its length."""
    expect(slider).to_be_visible()
    place = slider.bounding_box()
    middle, mouse = place["y"] + place["height"] / 2, slider.page.mouse
    mouse.move(place["x"] + 2, middle)
    mouse.down()
    mouse.move(place["x"] + share * place["width"], middle, steps=5)
    mouse.up()


@pytest.mark.long
def test_every_control_is_set_by_mouse(each_lab):
    lab = each_lab
    panel = opened(lab, STATE.replace("panel.stop]", "panel.stop, panel.cache]"))
    panel.button("Settings").click()
    drag(panel.root.get_by_label("Temperature", exact=True), 0.5)
    stops = panel.root.get_by_role("textbox", name="Stop sequences")
    for text in ("one", "two"):
        stops.fill(text)
        stops.press("Enter")  # a text is typed, whatever points at its box
    panel.root.get_by_role("button", name="Remove one").click()
    panel.root.get_by_text("Cache the prompt", exact=True).click()
    state = value(lab, 2)
    assert 0.4 <= state[1] <= 0.6
    wait_for(lab, 2, ["claude-sonnet-4-6", state[1], None, None, ["two"], True])

    panel.root.get_by_role("button", name="Temperature: back to the default").click()
    panel.root.get_by_role("radio", name="budget", exact=True).click()
    budget = panel.root.get_by_label("Thinking budget in tokens")
    drag(budget, 1)
    panel.root.get_by_role("combobox", name="Model").click()
    panel.root.get_by_role("option", name=re.compile("^Claude Haiku 4.5")).click()
    expect(budget).to_have_attribute("max", "59904")  # that model writes less
    wait_for(lab, 2, ["claude-haiku-4-5-20251001", None, 59_904, None, ["two"], True])
    assert lab.errors == []


OLD_NEWS = """
import time
from claude_nb.notebook.panel import commands
taken = commands._COMMANDS["set"]

def late(panel, screen, content):
    screen.widget.controls = {**screen.widget.controls, "sent": time.time()}  # of before
    time.sleep(0.4)
    taken(panel, screen, content)

commands._COMMANDS["set"] = late
"""


def test_what_was_typed_outlives_older_news_from_the_kernel(lab):
    panel = opened(lab, STATE, OLD_NEWS)
    lab.run(3)
    panel.button("Settings").click()
    stops = panel.root.get_by_role("textbox", name="Stop sequences")
    tags = panel.root.locator(".tag code")
    for number, text in enumerate(["one", "two", "three"], 1):
        stops.fill(text)
        stops.press("Enter")
        lab.page.wait_for_timeout(200)  # the kernel's old state arrives
        assert tags.count() == number
    wait_for(lab, 2, ["claude-sonnet-4-6", None, None, None, ["one", "two", "three"]])


@pytest.mark.long
def test_copied_code_run_in_a_new_cell_makes_the_same_request(each_lab):
    lab = each_lab
    show = "panel = Panel(max_tokens=900, temperature=0.3, stop=['\\n\\nEND', 'a b'])\npanel"
    panel = opened(lab, "panel.clear()\nprint(json.dumps(seen))", show=show)
    panel.box.fill("Something else")
    panel.button("Code").click()
    code = panel.root.get_by_role("tabpanel")
    expect(code).to_contain_text("Something else")
    panel.box.fill("Say {{name}} \\ 'twice' \"now\"\nplease.")
    for _ in range(2):  # asks for the code while what was typed is still to be told
        panel.button("Code").click()
    expect(panel.root.locator(".fields input")).to_have_value("Ada")
    expect(code).to_contain_text("please.")  # it follows what is typed
    for tab in ("%%claude", "Python", "Anthropic SDK"):
        panel.root.get_by_role("tab", name=tab).click()
        expect(code).to_contain_text("max")
        panel.button("Insert below").click()  # so the last one stands first
    as_ours = "import sys, claude_nb\nsys.modules['anthropic'] = claude_nb\n"
    lab.set_source(2, as_ours + source(lab, 2))
    for n in (2, 3, 4):
        lab.run(n)
    value(lab, 5)
    panel.enter()
    panel.ended()
    first, *others = value(lab, 5)
    assert first["messages"] == [{"role": "user", "content": "Say Ada \\ 'twice' \"now\"\nplease."}]
    assert first["stop_sequences"] == ["\n\nEND", "a b"]
    assert first["temperature"] == 0.3
    assert others == [first] * 3


def source(lab, n):
    return lab.page.evaluate(
        "n => jupyterapp.shell.currentWidget.content.widgets[n].model.sharedModel.getSource()", n
    )


def test_columns_are_compared_and_one_is_gone_on_with(each_lab):
    lab = each_lab
    panel = opened(lab, "print(json.dumps([[m['model'], len(m['messages'])] for m in seen]))")
    panel.button("Compare").click()
    panel.choose("haiku 4.5", nth=1)
    wait = lab.server.root / "wait"
    wait.touch()
    panel.send("Name three colours.")
    expect(panel.root.locator(".claude-nb-live")).to_have_count(2)
    lab.screenshot("panel-comparing")
    wait.unlink()
    panel.ended()
    expect(panel.root.locator(".takes.several footer").last).to_contain_text("beside the first")
    heads = panel.root.locator(".takes.several header strong")
    expect(heads).to_have_text(["Claude Sonnet 4.6", "Claude Haiku 4.5"])
    lab.screenshot("panel-compared")
    panel.button("Go on with this").last.click()
    panel.send("And one more?")
    panel.ended()
    asked = value(lab, 2)
    two = ["claude-haiku-4-5-20251001", "claude-sonnet-4-6"]
    assert sorted(model for model, _ in asked[:2]) == two
    assert asked[2] == ["claude-sonnet-4-6", 3]


def test_it_answers_while_another_cell_runs(lab):
    panel = opened(lab, "while not os.path.exists('enough'):\n    time.sleep(0.05)")
    lab.run(2, wait=False)
    expect(lab.cell(2)).to_contain_text("[*]")
    panel.send("What is 17 * 23?")
    expect(panel.answer).to_contain_text("391")
    (lab.server.root / "enough").touch()
    lab.wait(2)
    (lab.server.root / "enough").unlink()


def test_two_views_a_rerun_cell_and_a_restarted_kernel(lab):
    panel = opened(lab, "panel")
    lab.run(2)
    other = Shown(lab, 2)
    panel.send("What is 17 * 23?")
    for each in (panel, other):
        each.ended()
        expect(each.answer).to_contain_text("391")
    lab.run(1)
    again = Shown(lab, 1)
    again.button("Go on with the earlier chat (1 turn)").click()
    expect(again.answer).to_contain_text("391")
    lab.page.evaluate("() => jupyterapp.shell.currentWidget.sessionContext.restartKernel()")
    expect(lab.output(1)).to_contain_text("The kernel was restarted")
    assert lab.errors == []


def test_edit_branch_undo_and_paste(each_lab):
    lab = each_lab
    panel = opened(lab, "print(json.dumps([m['content'] for m in seen[-1]['messages']][::2]))")
    for text in ("What is 1 + 1?", "What is 2 + 2?"):
        panel.send(text)
        panel.ended()
    panel.button("Edit").first.click()
    expect(panel.box).to_have_value("What is 1 + 1?")
    panel.send("What is 3 + 3?")
    panel.ended()
    assert value(lab, 2) == ["What is 3 + 3?"]
    panel.button("Earlier version").click()
    expect(panel.root.locator(".prompt")).to_have_text(["What is 1 + 1?", "What is 2 + 2?"])
    panel.button("Branch").first.click()
    panel.send("What is 4 + 4?")
    panel.ended()
    assert value(lab, 2) == ["What is 1 + 1?", "What is 4 + 4?"]
    menu = panel.root.locator("summary", has_text="Chat")
    menu.click()
    panel.button("Undo").click()
    expect(panel.box).to_have_value("What is 4 + 4?")
    panel.box.fill("")
    pasted = "%%claude -m haiku-4.5 --temperature 0.4 --stop END\nHello there"
    lab.page.evaluate("text => navigator.clipboard.writeText(text)", pasted)
    panel.box.press("Control+V")
    expect(panel.box).to_have_value("Hello there")
    expect(panel.root.get_by_role("combobox", name="Model")).to_have_value("Claude Haiku 4.5")
    menu.click()
    with lab.page.expect_download() as download:
        panel.button("Save as Markdown").click()
    assert "> What is 1 + 1?" in download.value.path().read_text()


def test_what_is_pasted_is_counted_when_it_is_edited(each_lab):
    lab = each_lab
    panel = opened(lab, "print(json.dumps(panel.session.variables['name']))")
    numbers = panel.root.locator(".foot .numbers")
    cell = "%%claude -a name\nWho is {{name}}?"
    for pasted, box in ((cell, "Who is {{name}}?"), ("Say {{name}}.", "Say {{name}}.")):
        panel.box.fill("")
        lab.page.evaluate("text => navigator.clipboard.writeText(text)", pasted)
        panel.box.press("Control+V")
        expect(panel.box).to_have_value(box)
        expect(numbers).to_contain_text("nothing of it is sent")
        panel.box.press("End")
        panel.box.press("!")
        expect(numbers).to_contain_text("tokens in")
    panel.enter()
    panel.ended()
    lab.set_source(2, "print(json.dumps(seen[-1]['messages'][-1]['content']))")
    assert value(lab, 2)[-1]["text"] == "Say Ada.!"


def test_a_received_prompt_is_edited_without_its_variables(lab):
    panel = opened(lab, "print(json.dumps(seen[-1]['messages'][-1]['content']))")
    turn = {
        "prompt": "Say {{name}}.",
        "messages": [{"role": "user", "content": "x"}, {"role": "assistant", "content": "Yes."}],
    }
    chat = json.dumps({"kind": "claude_nb chat", "turns": [turn]}).encode()
    file = {"name": "chat.json", "mimeType": "application/json", "buffer": chat}
    panel.root.locator("input[type=file]").first.set_input_files([file])
    expect(panel.root.locator(".prompt")).to_have_text("Say {{name}}.")
    panel.button("Edit").click()
    numbers = panel.root.locator(".foot .numbers")
    expect(numbers).to_contain_text("type the name anew")
    field = panel.root.locator(".fields input")
    expect(field).to_have_value("")
    panel.box.press("Enter")
    expect(panel.root.locator(".note")).to_contain_text("type the name anew")
    field.fill("Grace")
    expect(numbers).to_contain_text("tokens in")
    panel.enter()
    panel.ended()
    assert value(lab, 2) == "Say Grace."


def test_files_and_variables_are_attached(lab):
    panel = opened(lab, "print(json.dumps(seen[-1]['messages'][0]['content']))")
    note = {"name": "note.txt", "mimeType": "text/plain", "buffer": b"The code is 4711."}
    panel.root.locator("input[type=file]").last.set_input_files([note])
    expect(panel.root.locator(".attached")).to_contain_text("note.txt")
    panel.root.locator("summary", has_text="+ Attach").click()
    variable = panel.root.get_by_role("textbox", name="Attach a variable")
    variable.fill("nothing_like_it")
    variable.press("Enter")
    expect(panel.root.locator(".note")).to_contain_text("nothing_like_it")
    variable.fill("name")
    variable.press("Enter")
    expect(panel.root.locator(".attached")).to_contain_text("name")
    panel.send("What is in the files?")
    panel.ended()
    document, other, text = value(lab, 2)
    assert document["source"]["data"] == "The code is 4711."
    assert other["source"]["data"] == "Ada"
    assert text["text"] == "What is in the files?"


def test_axe_finds_nothing_serious_and_it_fits_narrow_and_dark(lab):
    panel = opened(lab, "server.faults.add(emulator.Fault('status', status=401))")
    found = {}

    def look(state):
        for shade in ("light", "dark"):
            lab.theme(shade)
            found[f"{state}, {shade}"] = findings(lab, shade)
            lab.screenshot(f"panel-{state}-{shade}")

    panel.button("Settings").click()
    panel.choose("opus 5.5")
    expect(panel.root.locator(".control .why").first).to_be_visible()
    look("settings")
    panel.button("Settings").click()
    panel.send(LONG)
    panel.streaming()
    look("streaming")
    panel.button("Stop").click()
    panel.ended()
    panel.button("Code").click()
    lab.run(2)
    panel.send("What is 2 + 2?")
    panel.ended()
    expect(panel.root).to_contain_text("AuthenticationError")
    look("error")
    panel.button("Code").click()
    panel.button("Compare").click()
    look("columns")
    panel.button("Compare").click()
    lab.resize(680)
    lab.screenshot("panel-narrow")
    width = panel.root.evaluate("node => [node.scrollWidth, node.clientWidth]")
    assert width[0] <= width[1]
    lab.resize(1280)
    assert {state: what for state, what in found.items() if what} == {}


NEIGHBOURS = """from IPython.display import HTML, display
from ipywidgets import IntSlider
Panel(prompt="x").show()
display(IntSlider(description="theirs"))
display(HTML('<div class="jupyter-widgets">near</div>'))
"""
STILL = """from claude_nb.notebook.panel import saved
from IPython.display import publish_display_data as show
show(saved.bundle([], "", "A panel"))
display(IntSlider(description="next to a panel that nobody saw"))
show(saved.bundle([], "5f" * 16, "A panel"))
display(HTML('<div class="jupyter-widgets">also near</div>'))
"""
SEEN = "nodes => nodes.map((node) => node.checkVisibility() ? node.textContent : '')"


def test_what_is_left_of_a_panel_hides_no_output_but_its_own(each_lab):
    lab = each_lab
    lab.open([SERVER, NEIGHBOURS, STILL])
    for cell in range(3):
        lab.run(cell)
    expect(lab.output(2)).to_contain_text("next to a panel")
    lab.save()
    expect(lab.output(1)).to_contain_text("near")
    lab.reopen(kernel=True)
    gone = "Error displaying widget: model not found"
    expect(lab.output(2)).to_contain_text(gone)
    outputs = [lab.output(n).locator(".jp-OutputArea-child").evaluate_all(SEEN) for n in (1, 2)]
    assert outputs[0][1:] == ["", gone, "near"]
    first, slider, second, near = outputs[1]
    assert (slider, near) == (gone, "also near")
    assert all("A panel" in text for text in (first, second))
