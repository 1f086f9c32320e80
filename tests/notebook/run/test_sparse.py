"""Replies that tell little, as gateways make them: shown as far as they go, with no error."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from claude_nb.ask.options import Options
from claude_nb.notebook.live import views
from claude_nb.notebook.live.views import FinalView
from claude_nb.notebook.run import cell

TEXT = {"type": "text", "text": "hi"}
REPLIES = {
    "no content": ({"content": None}, ""),
    "empty content": ({"content": []}, ""),
    "a block of nothing": ({"content": [{}, TEXT]}, "hi"),
    "a text of nothing": ({"content": [{"type": "text"}, TEXT]}, "hi"),
    "only text": ({"content": [TEXT], "stop_reason": "end_turn"}, "hi"),
    "nulls": ({"content": [TEXT], "model": None, "id": None, "role": None, "usage": None}, "hi"),
    "usage in part": ({"content": [TEXT], "usage": {"output_tokens": 3}}, "hi"),
}


class Shown(FinalView):
    """Keeps what it is given."""

    def finish(self, bundle, *_):
        """Keep what is shown in the end."""
        self.bundle = bundle


@pytest.fixture
def server():
    """Give a server that says `body` to whatever it is asked."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            self.rfile.read(int(self.headers["content-length"]))
            body = json.dumps(httpd.body).encode()
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as httpd:
        thread = threading.Thread(target=httpd.serve_forever, args=(0.01,))
        thread.start()
        yield httpd
        httpd.shutdown()
        thread.join()


@pytest.mark.parametrize(("body", "text"), REPLIES.values(), ids=REPLIES)
def test_a_reply_that_tells_little_is_shown(alone, server, monkeypatch, body, text):
    server.body = body
    monkeypatch.setenv("ANTHROPIC_BASE_URL", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setenv("ANTHROPIC_API_KEY", "canary")
    view = Shown()
    monkeypatch.setattr(views, "choose", lambda *_, **__: view)
    message = cell.ask(alone, Options(no_stream=True, chat="p"), "Hello?", "a")
    assert message.content[-1:] == [] or message.content[-1].text == text
    assert text in view.bundle["text/plain"]
    assert "None" not in view.bundle["text/plain"]
    assert alone.ledger[-1].model == "claude-sonnet-4-6"
    assert ("p" in alone.chats) == bool(text)
