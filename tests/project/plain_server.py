"""A small server of the Messages API that shares no code with the package: messages, nothing else.

Answers every question with the same text, streamed or whole; everything else is 404, as with
servers that speak only part of the API. Standard library only.
"""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

TEXT = "Good day.\nThis server knows only this answer."


def message(model, content, usage, stop):
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": content,
        "stop_reason": stop,
        "stop_sequence": None,
        "usage": usage,
    }


def events(model):
    """Yield the events of a streamed answer."""
    usage = {"input_tokens": 9, "output_tokens": 1}
    empty = {"type": "text", "text": ""}
    yield {"type": "message_start", "message": message(model, [], usage, None)}
    yield {"type": "content_block_start", "index": 0, "content_block": empty}
    for line in TEXT.splitlines(keepends=True):
        delta = {"type": "text_delta", "text": line}
        yield {"type": "content_block_delta", "index": 0, "delta": delta}
    yield {"type": "content_block_stop", "index": 0}
    end = {"stop_reason": "end_turn", "stop_sequence": None}
    yield {"type": "message_delta", "delta": end, "usage": {"output_tokens": 12}}
    yield {"type": "message_stop"}


class Handler(BaseHTTPRequestHandler):
    """Answers one connection."""

    def do_GET(self):
        """Have nothing."""
        self._missing()

    def do_POST(self):
        """Answer a question, and nothing else."""
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        if self.path.partition("?")[0] != "/v1/messages":
            self._missing()
            return
        self.server.asked.append(body)
        if body.get("stream"):
            stream = "".join(
                f"event: {event['type']}\ndata: {json.dumps(event)}\n\n"
                for event in events(body["model"])
            )
            self._send(200, "text/event-stream", stream)
            return
        content = [{"type": "text", "text": TEXT}]
        usage = {"input_tokens": 9, "output_tokens": 12}
        self._json(200, message(body["model"], content, usage, "end_turn"))

    def _missing(self):
        error = {"type": "not_found_error", "message": "There is no such thing here."}
        self._json(404, {"type": "error", "error": error})

    def _json(self, status, value):
        self._send(status, "application/json", json.dumps(value))

    def _send(self, status, kind, text):
        data = text.encode()
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *args):
        """Say nothing in the terminal."""


class PlainServer:
    """The server, running in a thread while its `with` block lasts."""

    def __enter__(self):
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.asked = self._server.asked = []
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *error):
        self._server.shutdown()
        self._server.server_close()
