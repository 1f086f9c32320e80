"""No answer is lost: reload, close, clear, restart and save while it is coming, and look again."""

from __future__ import annotations

import pytest
from jupyter_rig import Lab, new_page
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

SETUP = '''%load_ext claude_nb
import os, time
from claude_nb import emulator

def until(name: str) -> str:
    "Wait until the test makes this file."
    while not os.path.exists(name):
        time.sleep(0.01)
    return "now"

def answer(request):
    """Answer in two halves; between them the test does what it likes."""
    if "tools" not in request or len(request["messages"]) > 1:
        return "And the *second* half."
    name = str(request["messages"][0]["content"]).split()[-1].strip("'}]")
    call = {"type": "tool_use", "id": "toolu_1", "name": "until", "input": {"name": name}}
    return [{"type": "text", "text": "The **first** half."}, call]

server = emulator.serve(tokens_per_second=0, answer=answer, api_key="canary")
%env ANTHROPIC_BASE_URL={server.url}
%env ANTHROPIC_API_KEY=canary'''
ASK = "%%claude --no-history --tools until {}\nIn two halves, {}"
WIDGET = "application/vnd.jupyter.widget-view+json"


def opened(lab, *cells):
    lab.open([SETUP, *cells], name="kept.ipynb")
    lab.run(0)
    return lab


def begin(lab, n):
    """Ask in cell `n`; the first half is there then."""
    lab.run(n, wait=False)
    is_coming(lab, n)


def is_coming(lab, n):
    expect(lab.output(n).locator(".claude-nb-live")).to_contain_text("first half")


def is_whole(lab, n):
    """Expect the whole answer in cell `n`, once, on the page and in the file."""
    expect(lab.output(n).locator("footer")).to_contain_text("in ·")
    text = lab.text(n)
    assert text.count("first half") == text.count("second half") == 1, text
    [saved] = lab.save().cells[n].outputs
    assert set(saved.data) == {"text/html", "text/plain"}
    assert "unfinished" not in str(saved.metadata)
    assert "<em>second</em>" in saved.data["text/html"]


def is_unfinished(output, why):
    """Expect of a saved output that it says so, with the text so far, and holds no widget."""
    assert WIDGET not in output.data
    html, text = output.data["text/html"], output.data["text/plain"]
    assert f"<strong>{why}</strong> · claude-sonnet-4-6 · asked 20" in html
    assert "<p>The <strong>first</strong> half.</p>" in html
    assert text.startswith("The first half.")
    assert why in text


def test_a_page_that_comes_back_finds_its_answers(each_lab, go):
    lab = opened(each_lab, ASK.format("", "go1"), ASK.format("", "go2"), ASK.format("", "go3"))
    begin(lab, 1)
    lab.run(2, wait=False)  # it begins when the page has been reloaded
    lab.reload()
    is_coming(lab, 1)
    go("go1")
    is_whole(lab, 1)
    is_coming(lab, 2)
    lab.save()
    lab.page.goto("about:blank")
    go("go2")
    lab.server.wait_for_idle()
    lab.open_file("kept.ipynb")
    is_whole(lab, 2)
    lab.run(3, wait=False)
    is_coming(lab, 3)
    lab.command("notebook:clear-cell-output")
    expect(lab.output(3).locator(".claude-nb-live")).to_have_count(0)
    go("go3")
    is_whole(lab, 3)
    is_whole(lab, 1)


def test_two_tabs_show_the_same_answer(lab, go, window):
    opened(lab, ASK.format("--bg", "go"))
    begin(lab, 1)
    other = Lab(new_page(window), lab.server, None)
    try:
        other.open_file("kept.ipynb")
        is_coming(other, 1)
        go("go")
        for each in (lab, other):
            expect(each.output(1).locator("footer")).to_contain_text("in ·")
            assert each.text(1).count("second half") == 1
    finally:
        other.page.close()


def test_what_is_saved_while_an_answer_comes_says_so(each_lab, go):
    lab = opened(each_lab, ASK.format("", "go"), ASK.format("", "restart"))
    begin(lab, 1)
    [saved] = lab.save().cells[1].outputs
    is_unfinished(saved, "not finished when saved")
    is_coming(lab, 1)  # which saving leaves alone
    lab.reload()
    is_coming(lab, 1)
    go("go")
    is_whole(lab, 1)
    begin(lab, 2)
    lab.page.evaluate("() => jupyterapp.shell.currentWidget.sessionContext.restartKernel()")
    expect(lab.output(2)).to_contain_text("not finished: its kernel was ended")
    expect(lab.output(2)).to_contain_text("first half")
    [saved] = lab.save().cells[2].outputs
    is_unfinished(saved, "not finished: its kernel was ended")
    lab.reopen(kernel=False)
    expect(lab.output(2)).to_contain_text("first half")
    assert "Loading" not in lab.text(2)
    lab.screenshot(f"unfinished-{lab.kind}", 2)


@pytest.fixture
def plain_lab(each_lab, window):
    """Open a page of its own, which gets no extension."""
    page = new_page(window)
    page.route("**/labextensions/claude-nb/**", lambda route: route.abort())
    yield Lab(page, each_lab.server, None)
    page.close()


def test_without_the_extension_the_place_says_where_the_answer_is(plain_lab, go):
    lab = opened(plain_lab, ASK.format("", "go"), "%claude last 2")
    begin(lab, 1)
    [saved] = lab.save().cells[1].outputs
    is_unfinished(saved, "not finished when saved")
    lab.reload()
    expect(lab.output(1)).to_contain_text("%claude last 2 shows it")
    go("go")
    lab.server.wait_for_idle()
    lab.run(2)
    assert lab.text(2).count("second half") == 1


TAKEN = """import ipywidgets
from IPython.display import display

def ask(*_, n=4):
    get_ipython().run_cell_magic("claude", "--no-history", f"{n} * 4?")

def ask_there(*_):
    with there:
        ask()

there, button = ipywidgets.Output(), ipywidgets.Button(description="Ask")
button.on_click(ask_there)
with there:
    ask()
display(button, there)
ipywidgets.interact(ask, n=(1, 3));"""


def test_in_widgets_an_answer_shows_where_other_output_shows(each_lab):
    lab = opened(each_lab, TAKEN, "print([len(there.outputs), set(there.outputs[0]['data'])])")
    lab.run(1)
    answers = lab.output(1).get_by_text("And the second half.")
    expect(answers).to_have_count(2)  # of the output widget, and of interact
    lab.output(1).get_by_role("button", name="Ask").click()
    expect(answers).to_have_count(3)
    for _ in range(50):  # the page tells the kernel what it has put there
        lab.run(2)
        if "[1, " not in lab.text(2):
            break
    for kind in ("[2, ", "text/html", "text/plain"):
        expect(lab.output(2)).to_contain_text(kind)
    assert "widget-view" not in lab.text(2)
