"""Python in a web page has no threads, no sockets, perhaps no sanitiser: all runs anyway."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from kernel_rig import Kernel

from claude_nb.notebook.text import safe_html

SAMPLE = Path(__file__).parent.parent / "samples" / "hostile.jsonl"
PAYLOADS = [json.loads(line)["payload"] for line in SAMPLE.read_text().splitlines()]
# As Pyodide does it: no thread starts, no socket opens. The kernel's own are there already.
LIKE_A_PAGE = """
import os, socket, threading
os.environ["CLAUDE_NB_EMULATOR_SPEED"] = "400"
from claude_nb import threads
threads.AVAILABLE = False
def none(*_args, **_options):
    raise RuntimeError("not in a web page")
threading.Thread.start = socket.socket.connect = socket.socket.bind = none
"""


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    kernel = Kernel(tmp_path_factory.mktemp("kernel") / "home")
    assert kernel.run(LIKE_A_PAGE).status == "ok"
    assert kernel.run("%load_ext claude_nb").status == "ok"
    yield kernel
    kernel.close()


def sent_live(run) -> list[dict]:
    """Return the operations that came while the answer streamed."""
    contents = [m["content"]["data"] for m in run.messages if m["msg_type"] == "comm_msg"]
    return [data["content"] for data in contents if data.get("method") == "custom"]


@pytest.mark.kernel
def test_an_answer_streams_and_one_static_output_stays(page):
    run = page.run("%%claude --think 2000 --no-history\nWrite 60 words about lighthouses.")
    assert run.status == "ok", run.error
    assert len(sent_live(run)) > 3
    [output] = run.outputs
    assert "emulated" in output.data["text/plain"]
    assert "<details><summary " in output.data["text/html"]


@pytest.mark.kernel
def test_an_answer_in_the_background_is_waited_for(page):
    page.run("%%claude --bg --no-history\nWhat is 17 * 23?")
    page.run("handle = _")  # as everywhere, so that `await` works; here it has ended
    assert page.run("type(handle).__name__, handle.done").text == "('Handle', True)"
    assert page.run("type(await handle).__name__").text == "'Message'"


@pytest.mark.kernel
def test_both_clients_reach_the_emulator(page):
    ask = "(model='claude-haiku-4-5', max_tokens=9, messages=[dict(role='user', content='2+2')])"
    page.run("from claude_nb.notebook import backend, session; here = session.current()")
    said = page.run(f"backend.connect(here).client.messages.create{ask}.role")
    assert said.text == "'assistant'"
    page.run("client = backend.connect(here, asynchronous=True).client")
    said = page.run(f"(await client.messages.create{ask}).role")
    assert said.text == "'assistant'"


@pytest.mark.kernel
def test_what_needs_threads_says_so_in_a_line(page):
    run = page.run("from claude_nb import Panel\nPanel()")
    assert run.status == "error"
    assert "The panel needs threads" in run.error
    assert "the kernel runs in it" in page.run("%claude doctor").text


@pytest.mark.parametrize("payload", PAYLOADS)
def test_without_a_sanitiser_nothing_is_formatted(monkeypatch, payload):
    monkeypatch.setattr(safe_html, "nh3", None)
    made = safe_html.clean(f"<p>{payload}</p>")
    fences = {"<span>", "</span>"}  # ours, around what MathJax would begin a formula with
    assert set(re.findall(r"<[^>]*>", made)) <= {"<p>", "</p>", *fences}
    assert safe_html.clean(made) == made


def test_without_a_sanitiser_the_text_is_whole_and_in_lines(monkeypatch):
    monkeypatch.setattr(safe_html, "nh3", None)
    made = safe_html.clean("<h2>Title</h2><ul><li>a &lt;b&gt;</li><li><em>c</em></li></ul>")
    assert made == "<p>Title</p><p>a &lt;b&gt;</p><p>c</p>"
