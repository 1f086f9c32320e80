"""The streams of the official SDK's own tests in a cell: a person can read each, live and saved.

They are not part of this project: `CLAUDE_NB_STREAMS` names the folder of their files.
"""

from __future__ import annotations

import os
import re
import threading
from html import unescape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from claude_nb.ask.options import Options
from claude_nb.notebook.answer.failure import RunError
from claude_nb.notebook.live import views
from claude_nb.notebook.live.operations import Operations
from claude_nb.notebook.live.views import FinalView
from claude_nb.notebook.run import cell

pytestmark = [
    pytest.mark.streams,
    pytest.mark.skipif("CLAUDE_NB_STREAMS" not in os.environ, reason="CLAUDE_NB_STREAMS is unset"),
]

FOLDER = Path(os.environ.get("CLAUDE_NB_STREAMS", "."))
NAMES = sorted(path.stem for path in FOLDER.glob("*.txt"))
SAYS = {
    "compaction": ["[Earlier turns were summarised by the server]"],
    "fallback": ["[claude-opus-4-7 refused; claude-sonnet-4-5 answered]"],
    "incomplete_partial_json": ['○ make_file(filename="taxes.txt"', "cut off at max_tokens"],
    "message_delta_fields": ["59 in (7 cached) · 8 out"],
    "missing_usage": ["19 in (5 cached) · 1 out"],
    "refusal": ["refused: cyber"],
    "server_tool_result": [
        *("✓ Searched → 1 result", "1. Example Result (example.com)", "✓ Ran code → hello"),
        *('○ ask_internal_tool(query="test") · no result', "waits for a tool"),
    ],
    "server_tool_use": ["○ Searching: weather in Paris · no result"],
    "tool_use": ['○ get_weather(location="Paris") · no result', "waits for a tool"],
    "tool_use_invalid_json": ["cannot be read on", "What came is kept above"],
}
RAW = re.compile(r"encrypted|enc_|opaque|private_field|\"type\"|NoneType|partial_json|Traceback")


class _Live(FinalView):
    """A view that keeps the operations it would send."""

    def __init__(self):
        super().__init__()
        self.operations = Operations()
        self.final = {}

    def put(self, piece):
        """Keep a piece."""
        self.operations.extend([piece])

    def finish(self, bundle, announcement="", metadata=None):
        """Keep what is saved."""
        del announcement, metadata
        self.final = dict(bundle)


class _Replies(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("content-length", str(len(self.server.body)))
        self.end_headers()
        self.wfile.write(self.server.body)

    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture(scope="module")
def stage():
    with ThreadingHTTPServer(("127.0.0.1", 0), _Replies) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def ask(stage, alone, monkeypatch):
    monkeypatch.setenv("ANTHROPIC_BASE_URL", f"http://127.0.0.1:{stage.server_port}")
    monkeypatch.setenv("ANTHROPIC_API_KEY", "canary")
    made = []
    monkeypatch.setattr(views, "choose", lambda *_, **__: made.append(_Live()) or made[-1])

    def ask(name):
        stage.body = (FOLDER / f"{name}.txt").read_bytes()
        try:
            message = cell.ask(alone, Options(no_history=True), "Hello", "a")
        except RunError:
            message = None
        return message, made[-1]

    return ask


def seen(html):
    """Return the words of HTML."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", html)).split())


def letters(text):
    return re.sub(r"[^A-Za-z]", "", seen(text))


@pytest.mark.parametrize("name", NAMES)
def test_a_stream_is_readable_live_and_saved(ask, name):
    message, view = ask(name)
    live = " ".join(str(part) for op in view.operations.log for part in op[1:])
    words, html = view.final["text/plain"], seen(view.final["text/html"])
    blocks = message.content if message else ()
    for text in (block.text for block in blocks if block.type == "text"):
        assert text in words
        assert seen(text) in html
        assert letters(text) in letters(live)
    for said in SAYS.get(name, ()):
        assert said in words, words
        assert said.lstrip("[").rstrip("]").partition("(")[0].strip("○✓ ") in html
    assert not RAW.search(words + html + live), words
    assert view.operations.log


def test_what_is_expected_is_of_streams_that_there_are():
    assert {*SAYS} <= {*NAMES}
    assert len(NAMES) == 19
