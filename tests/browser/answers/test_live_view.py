"""The live view in a real JupyterLab and Notebook 7: growing, thinking, Stop, repair, swap."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

HERE = '''
import os, time
from claude_nb.api.types import Message
from claude_nb.notebook.live.live import LiveView
from claude_nb.notebook.answer.pieces import Piece
from claude_nb.notebook.live.widget import kind
from claude_nb.notebook.answer.render import Footer, bundle
from claude_nb.notebook.text.markdown import to_html
to_html("warm")  # or a view would wait for the parser

def until(name):
    """Wait until the test makes the file `name`."""
    while not os.path.exists(name):
        time.sleep(0.01)

def message(text, thinking=""):
    content = [dict(type="thinking", thinking=thinking, signature="c2ln")] if thinking else []
    return Message.model_validate(dict(
        id="msg_1", type="message", role="assistant", model="claude-test", stop_reason="end_turn",
        content=[*content, dict(type="text", text=text)],
        usage=dict(input_tokens=1, output_tokens=1),
    ))

def workload(characters):
    part = ("## Part\\n\\nSome **words** about `things` and $x^2$, in a paragraph.\\n\\n"
            "```python\\ndef f(x):\\n    return x + 1  # one\\n```\\n\\n"
            "| a | b |\\n|---|--:|\\n| 1 | 2 |\\n\\n")
    return (part * (characters // len(part) + 1))[:characters]

def put(kind, text=""):
    view.put(Piece(kind, text))

def stream(view, text, rate, size=4):
    began = time.perf_counter()
    for number, at in enumerate(range(0, len(text), size), 1):
        put("text", text[at : at + size])
        time.sleep(max(0, began + number / rate - time.perf_counter()))
'''
THINKING = """
view = LiveView("claude-test"); view.open()
put("think", "First thoughts. "); until("think"); put("think", "More of them.")
put("end", "Thought for 2 s"); put("text", "The answer"); until("answer"); put("text", " is here.")
until("end")
view.finish(bundle(message("The answer is here.", "First thoughts. More of them."), Footer()))
"""
STOPPABLE = """
asked = []
view = LiveView("claude-test", on_stop=lambda: asked.append(1)); view.open()
put("text", "On and on ")
while not asked:
    put("text", "and on "); time.sleep(0.05)
view.finish({"text/plain": "heard", "text/html": "<p>heard</p>"}, "Answer stopped.")
"""
LEAN = """
stopped = []; lean = kind().__name__
view = LiveView("claude-test", on_stop=lambda: stopped.append(1)); view.open()
put("text", "Some *words*.")
began = time.monotonic()
while not stopped and time.monotonic() < began + (60 if "loaded" in globals() else 1):
    time.sleep(0.01)
loaded = True
view.finish({"text/plain": f"stopped: {bool(stopped)}, lean: {lean}"})
"""
SWAP = """
view = LiveView("claude-test"); view.open()
text = workload({characters})
stream(view, text, rate=2_500)
view.finish(bundle(message(text), Footer(seconds=1.0)))
"""
SELECTED = r"""
text = ["## One\n\nThe *first* words, $x^2$ among them.\n\nThe next are\nhere **in", " bold**,",
        " and so on.\n\n- a list\n- of two\n\n```python\nx = 1\n```\n\nThe last."]
view = LiveView("claude-test"); view.open()
put("think", "Thoughts of some length."); put("end", "Thought for 2 s")
put("text", text[0]); until("more"); put("text", text[1]); put("text", text[2]); until("end")
footer = Footer(seconds=1.0, thinking_seconds=[61.0])
view.finish(bundle(message("".join(text), "Thoughts of some length."), footer))
"""
SELECT = """([n, from, to]) => {
  const cell = document.querySelectorAll(".jp-Notebook .jp-Cell")[n];
  const area = cell.querySelector(".jp-OutputArea");
  const walker = document.createTreeWalker(area, NodeFilter.SHOW_TEXT);
  const found = {};
  for (let node; (node = walker.nextNode()); ) {
    for (const word of [from, to]) if (node.data.includes(word)) found[word] = node;
  }
  const start = found[from].data.indexOf(from), end = found[to].data.indexOf(to) + to.length;
  getSelection().setBaseAndExtent(found[to], end, found[from], start);
}"""
FRAMES = """n => {
  const cell = document.querySelectorAll(".jp-Notebook .jp-Cell")[n];
  const seen = (window.frames_seen = []);
  const shifts = (window.shifts = []);
  const note = (list) => list.getEntries().forEach((e) => shifts.push([e.startTime, e.value]));
  new PerformanceObserver(note).observe({ type: "layout-shift" });
  const look = () => {
    const area = cell.querySelector(".jp-OutputArea");
    seen.push([performance.now(), !!cell.querySelector(".claude-nb-live"), area.offsetHeight]);
    requestAnimationFrame(look);
  };
  look();
}"""


def opened(lab, *cells):
    lab.open([HERE, *cells], name="live.ipynb")
    lab.run(0)
    return lab


def shows_a_live_view(lab, n):
    """Expect a styled, growing answer in cell `n` that came without code, and stop it."""
    live = lab.output(n).locator(".claude-nb-live")
    expect(live.locator("em")).to_have_text("words")
    expect(live.locator("footer")).to_have_css("display", "flex")
    live.get_by_role("button", name="Stop").click()
    lab.wait(n)
    assert lab.text(n).strip() == "stopped: True, lean: LeanWidget"


def test_thinking_is_open_while_it_streams_and_closes_itself(lab, go):
    opened(lab, THINKING)
    lab.run(1, wait=False)
    thinking = lab.output(1).locator("details")
    expect(thinking).to_have_attribute("open", "")
    expect(thinking.locator("summary")).to_have_text("Thinking…")
    go("think")
    expect(lab.output(1)).to_contain_text("The answer")
    expect(thinking).not_to_have_attribute("open", "")
    expect(thinking.locator("summary")).to_have_text("Thought for 2 s")
    go("answer")
    go("end")
    lab.wait(1)
    expect(lab.output(1).locator("footer")).to_contain_text("claude-test")
    expect(thinking).not_to_have_attribute("open", "")
    assert lab.errors == []


def test_thinking_stays_as_the_person_left_it_also_over_the_end(both_labs, go):
    lab = opened(both_labs, THINKING)
    lab.run(1, wait=False)
    thinking = lab.output(1).locator("details")
    expect(thinking).to_have_attribute("open", "")
    thinking.locator("summary").click()
    expect(thinking).not_to_have_attribute("open", "")
    thinking.locator("summary").click()
    go("think")
    expect(lab.output(1)).to_contain_text("The answer")
    expect(thinking).to_have_attribute("open", "")
    go("answer")
    go("end")
    lab.wait(1)
    expect(lab.output(1).locator(".claude-nb-live")).to_have_count(0)
    expect(thinking).to_have_attribute("open", "")
    saved = lab.outputs(1)[0]["data"]["text/html"]
    assert "<details open" not in saved


def test_the_answer_grows_and_is_announced_once(both_labs):
    lab = opened(both_labs, SWAP.replace("rate=2_500", "rate=250").format(characters=4_000))
    lab.watch(1)
    lab.run(1, wait=False)
    status = lab.page.locator("[role=status].claude-nb-announcer")
    expect(status).to_have_text("Claude is answering.")
    lab.wait(1)
    expect(status).to_have_text("Answer complete.")
    sizes = [size for _, size in lab.states()]
    assert len(sizes) >= 10
    assert [output["output_type"] for output in lab.outputs(1)] == ["display_data"]


def test_stop_is_heard_while_the_cell_runs(both_labs):
    lab = opened(both_labs, STOPPABLE)
    lab.run(1, wait=False)
    answer = lab.output(1).locator(".claude-nb-live")
    expect(answer).to_contain_text("On and on")
    answer.get_by_role("button", name="Stop").click(delay=300)  # ms: text moves it meanwhile
    lab.wait(1)
    expect(lab.output(1)).to_have_text("heard")
    assert [output["output_type"] for output in lab.outputs(1)] == ["display_data"]


def test_escape_stops_too(lab):
    opened(lab, STOPPABLE)
    lab.run(1, wait=False)
    lab.output(1).get_by_role("button", name="Stop").focus()
    lab.page.keyboard.press("Escape")
    lab.wait(1)
    expect(lab.output(1)).to_have_text("heard")


def test_where_stop_is_not_heard_the_kernel_is_interrupted(lab):
    deaf = "view._command = lambda data: None"
    cell = STOPPABLE.replace("view.open()", f"{deaf}; view.open()", 1)
    opened(lab, f"try:\n    exec({cell!r})\nexcept KeyboardInterrupt:\n    print('cut')")
    lab.run(1, wait=False)
    lab.output(1).get_by_role("button", name="Stop").click()
    lab.wait(1)
    expect(lab.output(1)).to_contain_text("cut")


def test_what_was_lost_on_the_way_is_asked_for_and_shown(lab, go):
    lose = """
view = LiveView("claude-test"); view.open()
send, sent = view._send, []
def lossy(content):
    sent.append(content)
    if len(sent) % 3 != 1:
        send(content)
view._send = lossy
stream(view, "".join(f"word{n} " for n in range(400)), rate=500)
view._send = send
until("end")
view.finish({"text/plain": "done"})
"""
    opened(lab, lose)
    lab.run(1, wait=False)
    expect(lab.output(1)).to_contain_text("word399")
    words = lab.output(1).locator("p").inner_text().split()
    assert words == [f"word{n}" for n in range(400)]
    go("end")
    lab.wait(1)


def test_the_code_of_the_view_comes_to_a_page_once(both_labs):
    lab = opened(both_labs, LEAN, LEAN)
    lab.run(1)
    before = lab.ws_kinds["comm_open"]
    lab.run(2, wait=False)
    shows_a_live_view(lab, 2)
    assert lab.ws_kinds["comm_open"] - before < 6_000  # the code alone is 12 kB


def test_a_page_without_the_code_asks_for_it_while_the_cell_runs(both_labs):
    lab = opened(both_labs, LEAN, LEAN)
    lab.run(1)
    lab.save()
    lab.reload()
    lab.errors.clear()  # Notebook 7 complains of a reload on a page without our package as well
    lab.run(2, wait=False)
    shows_a_live_view(lab, 2)
    assert lab.errors == []


@pytest.mark.parametrize("deltas", [500, 5_000])
def test_the_swap_moves_nothing_and_shows_no_gap(lab, go, deltas):
    held = SWAP.replace("view.finish", 'until("end"); view.finish')
    opened(lab, held.format(characters=4 * deltas))
    lab.page.evaluate(FRAMES, 1)
    lab.run(1, wait=False)
    expect(lab.output(1).locator(".claude-nb-live")).to_have_count(1)
    lab.page.mouse.move(700, 500)
    go("end")
    expect(lab.output(1).locator("footer")).to_contain_text("1.0 s")
    lab.wait(1)
    frames = lab.page.evaluate("frames_seen")
    end = max(index for index, (_, live, _) in enumerate(frames) if live)
    at, _, before = frames[end]
    assert min(height for _, _, height in frames[end:]) > 0.95 * before
    moved = sum(value for when, value in lab.page.evaluate("shifts") if when >= at - 50)
    assert moved <= 0.05


@pytest.mark.parametrize(("first", "last"), [("irst", "The next are"), ("of some", "words")])
def test_what_is_selected_stays_so_as_the_answer_grows_and_is_replaced(both_labs, go, first, last):
    lab = opened(both_labs, SELECTED)
    selection = "getSelection().toString()"
    lab.run(1, wait=False)
    expect(lab.output(1)).to_contain_text("The next are")
    expect(lab.output(1).locator("mjx-math")).to_have_count(1)
    lab.output(1).locator("summary").click()
    lab.page.evaluate(SELECT, [1, first, last])
    before = lab.page.evaluate(selection)
    assert before.startswith(first)
    go("more")
    expect(lab.output(1)).to_contain_text("The last.")
    assert lab.page.evaluate(selection) == before
    go("end")
    lab.wait(1)
    expect(lab.output(1).locator("footer")).to_contain_text("1.0 s")
    lab.page.wait_for_function(f"text => {selection} === text", arg=before)
    lab.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    lab.page.keyboard.press("Control+C")
    copied = lab.page.evaluate("navigator.clipboard.readText()")
    assert copied.split() == before.split()
    lab.page.keyboard.press("Shift+ArrowLeft")  # the end at which the person was still moves
    assert len(lab.page.evaluate(selection)) == len(before) + 1


LONG = """
view = LiveView("claude-test"); view.open()
table = "| a | b |\\n|---|--:|\\n" + "".join(f"| **row** {n} | {n} |\\n" for n in range(300))
code = "```python\\n" + "".join(f"line_{n} = {n}\\n" for n in range(700))
stream(view, table, rate=2_000, size=40); until("table")
stream(view, "\\n" + code, rate=200, size=40); until("code")
put("text", "```\\n"); view.finish(bundle(message(f"{table}\\n{code}```\\n"), Footer(seconds=1.0)))
"""


def test_long_tables_and_code_grow_piece_by_piece_and_are_whole(lab, go):
    opened(lab, LONG)
    lab.run(1, wait=False)
    answer = lab.output(1).locator(".claude-nb")
    expect(answer.locator("tbody tr")).to_have_count(300)
    rows = [f"row {n}\t{n}" for n in range(300)]
    assert answer.locator("tbody tr").all_inner_texts() == rows
    lab.command("notebook:create-output-view")  # which is told all of it at once
    second = lab.page.locator(".jp-LinkedOutputView tbody tr")
    expect(second).to_have_count(300)
    assert second.all_inner_texts() == rows
    go("table")
    lines = [f"line_{n} = {n}" for n in range(700)]
    expect(answer.locator("pre")).to_contain_text(lines[-1])
    assert answer.locator("pre code").inner_text().split("\n")[:700] == lines
    assert answer.locator("pre code > div").count() >= 2
    go("code")
    lab.wait(1)
    expect(answer.locator("tbody tr")).to_have_count(300)
    assert answer.locator("pre code").text_content().rstrip().split("\n") == lines


def test_a_second_view_of_an_output_shows_the_same(lab, go):
    opened(lab, THINKING)
    lab.run(1, wait=False)
    expect(lab.output(1)).to_contain_text("First thoughts.")
    lab.command("notebook:create-output-view")
    second = lab.page.locator(".jp-LinkedOutputView")
    expect(second.locator(".claude-nb-live")).to_contain_text("First thoughts.")
    for name in ("think", "answer", "end"):
        go(name)
    expect(second.locator("footer")).to_contain_text("claude-test")


def test_nothing_moves_for_those_who_asked_for_that(lab):
    opened(lab, STOPPABLE)
    lab.page.emulate_media(reduced_motion="reduce")
    lab.run(1, wait=False)
    dot = lab.output(1).locator(".claude-nb-dot")
    expect(dot).to_have_css("animation-name", "none")
    lab.output(1).get_by_role("button", name="Stop").click()
    lab.wait(1)


BACKGROUND = "%%claude --bg --no-history --max-tokens 800\nWrite 300 words about lighthouses."


def test_an_answer_in_the_background_streams_while_other_cells_run(both_labs):
    lab = both_labs.open(["%load_ext claude_nb", BACKGROUND, "6 * 7"])
    lab.run(0)
    lab.run(1)  # which ends at once
    output = lab.output(1)
    expect(output.locator(".claude-nb-live")).to_have_count(1)
    lab.run(2)
    assert lab.text(2).strip().endswith("42")
    before = len(output.inner_text())
    lab.page.wait_for_function(
        "([n, size]) => document.querySelectorAll('.jp-Notebook .jp-Cell')[n]"
        ".querySelector('.jp-OutputArea').innerText.length > size + 50",
        arg=[1, before],
    )
    output.get_by_role("button", name="Stop").click(force=True)  # it moves with the text
    expect(output.locator("footer")).to_contain_text("stopped")
    assert lab.text(2).strip().endswith("42")
    [saved] = lab.save().cells[1].outputs
    assert set(saved.data) == {"text/html", "text/plain"}
