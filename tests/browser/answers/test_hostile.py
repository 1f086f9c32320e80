"""Hostile answers in a real page: live at any cut, saved, untrusted, converted; nothing happens.

Each payload is streamed as text, as thinking and as a tool's name and input, and cut at random
points; then it is saved in every place of an answer and of an error card. After a look at the page
everything is hovered, focused and clicked. A server of the test's own notes any request.
"""

from __future__ import annotations

import json
import math
import random
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import nbformat
import pytest
from nbconvert import HTMLExporter
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

SAMPLES = Path(__file__).parents[2] / "samples" / "hostile.jsonl"
PROBE = (Path(__file__).parent / "hostile.js").read_text(encoding="utf-8")
CUTS = 5
HERE = """
import json
from claude_nb.api.types import Message
from claude_nb.notebook.live.live import LiveView
from claude_nb.notebook.answer.pieces import Piece
from claude_nb.notebook.answer.render import Card, Footer, bundle, error_bundle
from IPython.display import publish_display_data

ROWS = json.load(open("payloads.json"))
VIEWS = []

def message(content, model):
    usage = dict(input_tokens=1, output_tokens=1)
    return Message.model_validate(dict(
        id="msg_1", type="message", role="assistant", model=model, content=content, usage=usage,
        stop_reason="stop_sequence", stop_sequence=model,
    ))

def live(cut):
    view = LiveView(ROWS[cut]["payload"])
    view.open()
    for row in ROWS:
        part = row["cuts"][cut]
        for section in ("think", "text"):
            view.put(Piece(section, part))
            view.put(Piece("end", part))
        view.put(Piece("begin", part))
        view.put(Piece("tool", part))
        view.put(Piece("end"))
        view.put(Piece("begin", part, call="t"))
        for kind in ("tool", "end", "title", "result"):
            view.put(Piece(kind, part, call="t"))
        view.put(Piece("status", part))
    view.put(Piece("text", "THE END"))
    VIEWS.append(view)

def blocks(text):
    yield dict(type="thinking", thinking=text, signature="c2ln")
    cited = dict(type="web_search_result_location", title=text, url=text, cited_text=text,
                 encrypted_index="")
    local = dict(cited, url=f"https://a.invalid/{text}")
    yield dict(type="text", text=text, citations=[cited, local])
    found = dict(type="web_search_result", title=text, url=text)
    yield dict(type="web_search_tool_result", tool_use_id="t", content=[found])
    yield dict(type="tool_use", id="t", name=text, input={text: [text]})
    yield {"type": "new", text: text}

def served(number, text):  # a few suffice: each costs a second of hovering and clicking
    yield dict(type="server_tool_use", id=f"c{number}", name="bash_code_execution",
               input=dict(command=text))
    ran = dict(stdout=text, stderr=text, return_code=0, content=[dict(file_id=text)])
    yield dict(type="bash_code_execution_tool_result", tool_use_id=f"c{number}", content=ran)
    yield dict(type="mcp_tool_use", id=f"m{number}", name=text, server_name=text,
               input={text: text})
    yield dict(type="mcp_tool_result", tool_use_id=f"m{number}", is_error=False,
               content=[dict(type="text", text=text)])

def saved():
    texts = [row["payload"].encode("utf-8", "replace").decode() for row in ROWS]
    for start in range(0, len(texts), 12):  # JupyterLab shows no more than fifty outputs of a cell
        few = texts[start : start + 12]
        content = [block for text in few for block in blocks(text)]
        content += served(start, few[-1])
        footer = Footer(problem=few[0], notes=few[1:])
        publish_display_data(bundle(message(content, few[-1]), footer, place=str(start)))
        why, advice, *notes = [*few, "", ""]
        publish_display_data(error_bundle(Card(title=few[0], why=why, advice=advice, notes=notes)))
"""


class Canary(ThreadingHTTPServer):
    """Notes the path of every request."""

    def __init__(self) -> None:
        self.hits: list[str] = []
        super().__init__(("127.0.0.1", 0), _Note)
        Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Note(BaseHTTPRequestHandler):
    server: Canary

    def do_GET(self) -> None:
        self.server.hits.append(self.path)
        self.send_response(200)
        self.send_header("content-type", "text/javascript")
        self.end_headers()
        self.wfile.write(b"(window.top || window).__struck = 1")

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def canary():
    server = Canary()
    yield server
    server.shutdown()
    server.server_close()


def rows(canary: Canary) -> list[dict]:
    chance = random.Random(20261122)  # noqa: S311  (the same cuts at every run)
    made = []
    for line in SAMPLES.read_text(encoding="utf-8").splitlines():
        payload = json.loads(line)["payload"].replace("@URL@", canary.url)
        ends = [chance.randint(1, len(payload)) for _ in range(CUTS - 1)]
        made.append({"payload": payload, "cuts": [payload[:end] for end in [*ends, len(payload)]]})
    return made


def open_hostile(lab, canary: Canary, cells: list[str]) -> None:
    path = lab.server.root / "payloads.json"
    path.write_text(json.dumps(rows(canary)), encoding="utf-8")
    lab.open([HERE, *cells], name="hostile.ipynb")
    lab.run(0)


def assert_nothing_happened(page, canary: Canary) -> None:
    """Look at the page, touch everything in its answers, and look again."""
    assert page.evaluate(f"{PROBE}; hostile()") == []
    page.wait_for_function("() => document.fonts.status === 'loaded'")
    assert canary.hits == []


# to look for an element of that text takes a page of so many elements a second, each time
ENDED = "n => document.querySelectorAll('.jp-Notebook .jp-Cell')[n].textContent.includes('THE END')"


def test_live(lab, canary):
    open_hostile(lab, canary, [f"live({cut})" for cut in range(CUTS)])
    for cell in range(1, CUTS + 1):
        lab.run(cell)
        lab.page.wait_for_function(ENDED, arg=cell, polling=100)
    assert_nothing_happened(lab.page, canary)
    assert lab.errors == []


def test_saved_trusted_untrusted_and_converted(lab, canary):
    open_hostile(lab, canary, ["saved()"])
    lab.run(1)
    lab.page.wait_for_function(
        "count => document.querySelectorAll('.claude-nb').length === count",
        arg=math.ceil(len(rows(canary)) / 12),
    )
    assert_nothing_happened(lab.page, canary)
    saved = lab.save()
    lab.reopen(kernel=False)
    expect(lab.output(1).get_by_text("✓ ").first).to_be_attached()
    assert_nothing_happened(lab.page, canary)
    html, _ = HTMLExporter().from_notebook_node(nbformat.from_dict(saved))
    path = lab.server.root / "converted.html"
    path.write_text(html, encoding="utf-8")
    lab.page.goto(path.as_uri())
    assert_nothing_happened(lab.page, canary)


LOUD = {
    "element": "<form></form>",
    "attribute": "<p data-commandlinker-command='x'>x</p>",
    "script": "<p onmouseover='window.__struck=1'>x</p>",
    "position": "<p style='position:fixed'>x</p>",
    "link": "<a href='javascript:1'>x</a>",
    "command": "<button data-commandlinker-command='notebook:deselect-all'"
    " data-commandlinker-args='{}'>x</button>",
}


def test_the_look_sees_what_it_looks_for(lab, canary):
    html = f"<div class='claude-nb'>{''.join(LOUD.values())}<img src='{canary.url}/seen'></div>"
    lab.open([f"from IPython.display import HTML; HTML({html!r})"], name="loud.ipynb")
    lab.run(0)
    lab.page.locator(".claude-nb").wait_for(state="attached")
    findings = lab.page.evaluate(f"{PROBE}; hostile()")
    assert {finding.split()[0] for finding in findings} >= set(LOUD)
    assert set(canary.hits) == {"/seen"}
