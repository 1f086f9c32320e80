"""The front-end extension: colours, three commands, and no way to break the page."""

from __future__ import annotations

import json
import re
from contextlib import contextmanager

import pytest
from jupyter_rig import LABEXTENSION
from playwright.sync_api import expect

import claude_nb

pytestmark = pytest.mark.browser

ENTRY = (LABEXTENSION / "static" / "remoteEntry.js").read_text(encoding="utf-8")
PROSE = """%%claude --think 2000 --stop "###"
# Sky

Why is *the sky* blue, and for whom in the world?"""
PYTHON = "for x in range(3):\n    pass"
SLOW = """%load_ext claude_nb
from claude_nb import emulator
emulator.shared(tokens_per_second=5)"""


def line(lab, cell: int, number: int = 0):
    """Return one line of a cell's editor."""
    return lab.cell(cell).locator(".cm-line").nth(number)


def looks_like_python(lab, cell: int) -> None:
    """Wait until the cell's first word is coloured as a keyword."""
    expect(line(lab, cell).locator("span").first).to_have_text("for")


def looks_like_prose(lab, cell: int) -> None:
    """Wait until the heading has a colour of its own, and no Python keyword has."""
    expect(line(lab, cell, 1).locator("span").first).to_contain_text("#")
    assert "for" not in line(lab, cell, 3).locator("span").all_inner_texts()


def test_prompts_are_coloured_as_prose_and_python_as_python(each_lab):
    lab = each_lab.open([PROSE, PYTHON, "%%claudette\nfor x in y: pass"])
    looks_like_prose(lab, 0)
    expect(line(lab, 0)).to_have_text('%%claude --think 2000 --stop "###"')
    assert line(lab, 0).locator("span").count() == 0  # in plain letters
    looks_like_python(lab, 1)
    expect(line(lab, 2, 1).locator("span").first).to_have_text("for")

    lab.set_source(0, PYTHON)
    lab.set_source(1, PROSE)
    looks_like_python(lab, 0)
    looks_like_prose(lab, 1)
    lab.command("notebook:insert-cell-below")
    lab.set_source(1, PROSE)
    looks_like_prose(lab, 1)

    lab.page.evaluate("() => jupyterapp.shell.currentWidget.sessionContext.restartKernel()")
    lab.run(0)  # a new kernel has told its language by then
    looks_like_prose(lab, 1)
    looks_like_prose(lab, 2)
    lab.screenshot(f"labextension-colours-{lab.kind}")
    lab.save()
    assert "ipythongfm" not in lab.path.read_text(encoding="utf-8")  # colours are not saved


def enabled(lab, command: str) -> bool:
    return lab.page.evaluate("id => jupyterapp.commands.isEnabled(id)", f"claude-nb:{command}")


def ran(lab, n: int) -> str:
    """Wait until cell `n` is there and has been run; return its source."""
    model = f"jupyterapp.shell.currentWidget.content.widgets[{n}]?.model"
    lab.page.wait_for_function(f"() => {model}?.executionCount && rig.idle()")
    return lab.page.evaluate(f"() => {model}.sharedModel.getSource()")


def test_a_saved_answer_has_its_look_from_the_page_not_from_itself(each_lab):
    lab = each_lab.open(["%load_ext claude_nb", "%%claude --no-history\n# Bonjour"])
    lab.run(0)
    lab.run(1)
    assert "<style" not in lab.outputs(1)[-1]["data"]["text/html"]
    lab.save()
    lab.reopen(kernel=False)
    answer = lab.output(1).locator(".claude-nb")
    expect(answer).to_have_css("--line", "#8886")
    lab.page.locator("link[href*='/claude-nb/static/answer.css']").evaluate("it => it.remove()")
    expect(answer).not_to_have_css("--line", "#8886")
    expect(answer.locator("footer")).to_have_css("font-size", "12.32px")  # 0.88 of the text's


def test_commands_ask_below_the_active_cell_and_load_the_magic_once(both_labs):
    lab = both_labs.open(["1 + 1", "1 / 0"])
    lab.run(0)
    assert not enabled(lab, "fix")
    lab.run(1)
    assert enabled(lab, "fix")
    lab.choose("Ask Claude about this error")
    assert ran(lab, 2) == "%load_ext claude_nb\n%claude fix"  # this kernel did not know %claude
    lab.choose("Open Claude panel")
    assert ran(lab, 3) == "%claude panel"

    lab.set_source(0, "%%claude --t")
    line(lab, 0).click()
    lab.page.keyboard.press("End")
    lab.page.keyboard.press("Tab")  # completes, although the cell is coloured as prose
    expect(lab.page.locator(".jp-Completer")).to_contain_text("--temperature")


def test_the_stop_command_stops_the_answer(lab):
    lab.open([SLOW, "%%claude\nWhy is the sky blue?"])
    lab.run(0)
    assert not enabled(lab, "stop")
    lab.run(1, wait=False)
    expect(lab.output(1).get_by_role("button", name="Stop")).to_be_visible()
    lab.choose("Stop Claude's answer")
    lab.wait(1)
    expect(lab.output(1).locator("footer")).to_contain_text("stopped")
    assert not enabled(lab, "stop")


LOOKALIKE = """from IPython.display import HTML
HTML('''<div class="claude-nb claude-nb-live jp-OutputArea-child"><button class="x"
data-commandlinker-command="notebook:insert-cell-below" data-commandlinker-args="{}">Stop</button>
<a href="#" class="claude-nb-live">Stop</a></div><div id="claude-nb-announcer" class="theirs"></div>
''')"""


def test_what_only_looks_like_an_answer_is_never_clicked(each_lab):
    lab = each_lab.open([SLOW, LOOKALIKE, "%%claude\nWhy is the sky blue?", PYTHON])
    lab.run(0)
    lab.run(1)
    expect(lab.output(1).locator(".claude-nb-live button")).to_be_visible()
    lab.page.evaluate(
        "() => document.querySelectorAll('.claude-nb-live').forEach("
        "(node) => node.addEventListener('click', () => (globalThis.clicked = true)))"
    )
    assert not enabled(lab, "stop")  # there is nothing that it could stop
    lab.run(2, wait=False)
    expect(lab.output(2).get_by_role("button", name="Stop")).to_be_visible()
    lab.page.evaluate("() => jupyterapp.commands.execute('claude-nb:stop')")
    lab.wait(2)
    expect(lab.output(2)).to_contain_text(re.compile("[Ss]topped"))
    assert not enabled(lab, "stop")
    assert not lab.page.evaluate("() => globalThis.clicked ?? false")
    assert lab.page.evaluate("() => jupyterapp.shell.currentWidget.content.widgets.length") == 4
    expect(lab.output(1).locator(".theirs")).to_be_empty()  # nor is it told what screens say


def broken(*names: str) -> str:
    """Return the extension with a mistake at the beginning of these functions."""
    text = ENTRY
    for name in names:
        start = rf"(function {name}\([^)]*\) {{)"
        text, found = re.subn(start, rf'\1 throw new Error("broken {name}");', text)
        assert found == 1, name
    return text


def broken_late(*names: str) -> str:
    """Return the extension with a mistake at the end of these functions, after their work."""
    text = ENTRY
    for name in names:
        body = rf"(?ms)^( *)([^\n]*function {name}\([^\n]*{{)$(.*?)^\1}}"
        mistake = rf'\1\2 try {{\3}} finally {{ throw new Error("broken {name}"); }} }}'
        text, found = re.subn(body, mistake, text)
        assert found == 1, name
    return text


def with_modules(modules: str) -> str:
    """Return the extension as if the application shared only `modules`."""
    return (
        ENTRY
        + f"""
        const own = window._JUPYTERLAB["claude-nb"].init;
        window._JUPYTERLAB["claude-nb"].init = () => own({modules});"""
    )


ODD = """{"@jupyterlab/notebook": {"9": {get: () => { throw new Error("gone") }}}}"""
NAMES = re.findall(r"function (\w+)\(", ENTRY)
INNER = {"hasError", "runningViews", "ask", "knowsClaude", "isLoaded", "showsLive", "put", "trust"}
INNER |= {"concerns", "markOf", "waiting"}
LOST = {"told", "begun", "fetchLost", "say", "receive"}  # which only an answer calls
SEEN = {"cellsAsked", "tellCells", "answeringComm", "cellsNear"}  # which a question calls
SEEN |= {"toldCell", "toldOutput", "toldData"}
CALLED = [name for name in NAMES if name not in INNER | LOST | SEEN]
LATE = [name for name in CALLED if name not in {"service", "init"}]
SABOTAGES = {
    "cut off in the middle": (ENTRY[: len(ENTRY) // 2], []),
    "no shared modules": (with_modules("undefined"), []),
    "other shared modules": (with_modules(ODD), ["gone"]),
    "cannot start": (broken("activate"), ["broken activate"]),
    "fails wherever it is called": (broken_late(*LATE), [f"broken {name}" for name in LATE]),
}


@contextmanager
def served(lab, text: str):
    """Let the page get `text` in place of the extension, and hold that it asked for it."""
    asked = []

    def answer(route):
        asked.append(route.request.url)
        route.fulfill(body=text, content_type="text/javascript")

    lab.leave().page.route("**/claude-nb/static/remoteEntry.js*", answer)
    yield
    assert asked
    lab.page.unroute_all()


RARE = ("no shared modules", "other shared modules")


@pytest.mark.parametrize(
    "sabotage",
    [pytest.param(name, marks=[pytest.mark.long] * (name in RARE)) for name in SABOTAGES],
)
def test_a_mistake_in_it_never_costs_the_page(lab, sabotage):
    text, mistakes = SABOTAGES[sabotage]
    warnings = []
    lab.page.on("console", lambda message: warnings.append(message.text))
    with served(lab, text):
        lab.open(["6 * 7", PYTHON])
    lab.run(0)
    assert lab.text(0).strip().endswith("42")
    lab.set_source(1, "%%claude\nfor you")
    lab.set_source(1, PYTHON)
    looks_like_python(lab, 1)
    for command in ("fix", "panel", "stop"):
        lab.page.evaluate(
            "id => jupyterapp.commands.hasCommand(id) && jupyterapp.commands.execute(id)",
            f"claude-nb:{command}",
        )
    lab.choose("Clear Outputs of All Cells")
    expect(lab.output(0)).to_be_empty()
    said = "\n".join(warnings)
    assert [mistake for mistake in mistakes if mistake not in said] == []


def test_it_calls_itself_what_the_package_is():
    package = json.loads((LABEXTENSION / "package.json").read_text(encoding="utf-8"))
    assert package["version"] == claude_nb.__version__
    assert f'const NAME = "{package["name"]}"' in ENTRY


def test_a_mistake_in_it_never_costs_an_answer(lab):
    names = ("told", "say", "receive", "cellsAsked", "tellCells")
    warnings = []
    lab.page.on("console", lambda message: warnings.append(message.text))
    with served(lab, broken_late(*names)):
        lab.open(["%load_ext claude_nb", "%%claude --context\nWhat is 4 * 4?"])
    lab.run(0)
    lab.run(1)
    expect(lab.output(1).locator("footer")).to_contain_text("emulated")
    for name in names:
        lab.until(lambda name=name: any(f"broken {name}" in text for text in warnings))
