"""Without a page: a terminal gets text as it comes, a run without a front end one plain output."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from kernel_rig import isolated_environment
from nbclient import NotebookClient
from nbformat import v4

pytestmark = pytest.mark.kernel

PANEL = "import claude_nb; claude_nb.Panel()"
ASK = "%%claude --think 2000\nWhy is the sky blue? Answer with a list."


def setup(speed: int = 0) -> str:
    """Return a cell that loads the magic and an emulator of `speed` tokens a second."""
    return (
        "%load_ext claude_nb\nfrom claude_nb import emulator\n"
        f"_server = emulator.shared(tokens_per_second={speed})"
    )


def mimes(run) -> list[set[str]]:
    """Return the MIME types of each output."""
    return [set(output.data) for output in run.outputs if "data" in output]


@pytest.fixture
def ipython(tmp_path):
    """Give a function that starts a terminal IPython on a script of cells."""
    running = []

    def start(*cells: str, **env: str) -> subprocess.Popen[bytes]:
        script = tmp_path / "script.ipynb"
        nbformat.write(v4.new_notebook(cells=[v4.new_code_cell(text) for text in cells]), script)
        command = [sys.executable, "-m", "IPython", "--no-banner", "--colors=NoColor", str(script)]
        process = subprocess.Popen(  # noqa: S603 - our own interpreter
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=isolated_environment(tmp_path, **env),
            cwd=tmp_path,
        )
        running.append(process)
        return process

    yield start
    for process in running:
        process.kill()
        process.communicate()


def pieces(process: subprocess.Popen[bytes]) -> list[str]:
    """Return what it wrote, in the pieces in which it came."""
    assert process.stdout is not None
    found = iter(lambda: os.read(process.stdout.fileno(), 65536), b"")
    return [piece.decode() for piece in found]


def test_a_terminal_gets_the_answer_as_it_comes(ipython):
    process = ipython(setup(speed=150), ASK, "print('value:', type(_claude).__name__)")
    written = pieces(process)
    assert len(written) > 5
    text = "".join(written)
    assert "▸ Thought " in text
    assert "emulated" in text
    assert "\x1b" not in text  # no colours where nobody sees them
    assert "<" not in text.split("▸ Thought ")[1].split("emulated")[0]


def test_a_terminal_says_an_error_in_a_few_lines(ipython):
    fault = "_server.faults.add(emulator.Fault('status', status=401))"
    text = "".join(pieces(ipython(setup() + "\n" + fault, ASK)))
    lines = text.strip().splitlines()
    assert "AuthenticationError 401" in text
    assert len(lines) <= 6


@pytest.mark.parametrize("inherited", ["", "JPY_SESSION_NAME", "VSCODE_PID", "COLAB_RELEASE_TAG"])
def test_a_run_without_a_front_end_keeps_one_static_output(tmp_path, monkeypatch, inherited):
    if inherited:  # it was started from a notebook, or a terminal of one
        monkeypatch.setenv(inherited, "some value")
    for name, value in isolated_environment(tmp_path).items():
        monkeypatch.setenv(name, value)
    book = v4.new_notebook(cells=[v4.new_code_cell(text) for text in (setup(), ASK, PANEL)])
    book.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
    NotebookClient(book, timeout=60, kernel_name="python3").execute()
    for cell in book.cells[1:]:
        [only] = cell.outputs
        assert set(only.data) == {"text/html", "text/plain"}
    assert "widgets" not in book.metadata
    assert book.cells[0].outputs == []
    nbformat.validate(book)


@pytest.mark.parametrize(
    ("mode", "updates", "shown"),
    [
        ("final", 0, [{"text/html", "text/plain"}]),
        ("live", 1, [{"text/html", "text/plain"}]),
        ("text", 0, []),
    ],
)
def test_the_display_can_be_chosen(start_kernel, mode, updates, shown):
    kernel = start_kernel(CLAUDE_NB_DISPLAY=mode)
    assert kernel.run(setup()).status == "ok"
    run = kernel.run(ASK)
    assert run.status == "ok", run.text
    kinds = [message["msg_type"] for message in run.messages]
    assert kinds.count("update_display_data") == updates
    assert mimes(run) == shown
    assert ("stream" in kinds) == (mode == "text")
    assert "emulated" in run.text


def test_an_unknown_display_is_refused_by_name(start_kernel):
    kernel = start_kernel(CLAUDE_NB_DISPLAY="fancy")
    kernel.run(setup())
    run = kernel.run(ASK)
    assert run.status == "error"
    assert "CLAUDE_NB_DISPLAY is 'fancy', but must be one of auto, live, final, text" in run.text


VALUES = (
    "%%claude\nWhat is 2 + 3?",
    "a = _\nb = %claude What is 2 + 4?",
    "c = %claude --bg What is 2 + 5?",
    "%%claude --bg\nWhat is 2 + 6?",
    "d = _\nprint('worth:', *(type(each).__name__ for each in (a, b, c, d)))",
    "print('said:', c.result().content[0].text[:13], (await d).content[0].text[:13])",
)
WORTH = "worth: Message Message Handle Handle"
SAID = "said: **2 + 5 = 7** **2 + 6 = 8**"


TYPED = """
from IPython.terminal.interactiveshell import TerminalInteractiveShell
shell = TerminalInteractiveShell.instance()
for cell in {cells!r}:
    shell.run_cell(cell, store_history=True)
"""


def test_a_cell_is_worth_the_same_in_a_terminal(tmp_path):
    command = [sys.executable, "-c", TYPED.format(cells=(setup(), *VALUES))]
    env = isolated_environment(tmp_path)
    done = subprocess.run(  # noqa: S603 - our own interpreter
        command, env=env, cwd=tmp_path, capture_output=True, text=True, check=True
    )
    text = done.stdout
    assert WORTH in text
    assert SAID in text
    assert "Out[" not in text  # nothing is written of what was just shown


@pytest.mark.parametrize("display", ["final", "live"])
def test_a_cell_is_worth_the_same_in_a_kernel_with_and_without_a_page(start_kernel, display):
    kernel = start_kernel(CLAUDE_NB_DISPLAY=display)
    runs = [kernel.run(cell) for cell in (setup(), *VALUES)]
    assert [run.status for run in runs] == ["ok"] * len(runs), runs[-1].text
    assert WORTH in runs[-2].text
    assert SAID in runs[-1].text


def test_the_table_of_values_says_what_the_tests_above_hold():
    page = (Path(__file__).parents[2] / "docs" / "frontends.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| (`[^|]+`) \| `(\w+)`", page, re.MULTILINE))
    assert rows == {
        "`%%claude`: `Out[n]`, `_`": "Message",
        "`answer = %claude …`": "Message",
        "`%%claude --bg`, `answer = %claude --bg …`": "Handle",
    }


def test_voila_shows_widgets_and_a_run_that_it_starts_does_not(start_kernel):
    kernel = start_kernel()
    named = "from ipykernel import get_connection_file as f; import os, re"
    mine = "os.environ['VOILA_KERNEL_ID'] = re.sub('.*kernel-|.json', '', f())"
    shown = "from claude_nb.notebook.environment import Environment as E; print(E.read().display)"
    assert kernel.run(f"{named}\n{mine}\n{shown}").text.strip() == "live"
    assert (
        kernel.run(f"os.environ['VOILA_KERNEL_ID'] = 'of another'\n{shown}").text.strip() == "final"
    )
