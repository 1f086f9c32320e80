"""Stand-ins of model servers: what each lists, takes and refuses, by its public description."""

from __future__ import annotations

import json
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

TEXT = "Hello from here."


def _row(name, owner, **more):
    return {"id": name, "object": "model", "created": 1767225600, "owned_by": owner, **more}


OLLAMA = {
    "models": [_row(n, "library") for n in ("nomic-embed-text:latest", "qwen3:8b", "gemma4:31b")],
    "counts": False,
    "missing": (404, "text/plain", b"404 page not found"),
}
LLAMA_CPP = {
    "models": [_row("model.gguf", "llamacpp", meta={"n_ctx_train": 32768})],
    "counts": True,
    "missing": (404, "application/json", b'{"error":{"code":404,"message":"File Not Found"}}'),
}
LM_STUDIO = {
    "models": [_row("ibm/granite-4-micro", "organization_owner")],
    "counts": False,
    "missing": (200, "application/json", b'{"error":"Unexpected endpoint or method. (POST)"}'),
}
VLLM = {
    "models": [_row("Qwen/Qwen3-8B", "vllm", root="Qwen/Qwen3-8B", max_model_len=40960)],
    "counts": True,
    "missing": (404, "application/json", b'{"detail":"Not Found"}'),
}


def _events(model):
    message = {"id": "msg_1", "type": "message", "role": "assistant", "model": model}
    message |= {"content": [], "stop_reason": None, "usage": {"input_tokens": 7}}
    yield "message_start", {"message": message}
    yield "content_block_start", {"index": 0, "content_block": {"type": "text", "text": ""}}
    for word in TEXT.split(" "):
        piece = word if word == "here." else f"{word} "
        yield "content_block_delta", {"index": 0, "delta": {"type": "text_delta", "text": piece}}
    yield "content_block_stop", {"index": 0}
    stopped = {"stop_reason": "end_turn", "stop_sequence": None}
    yield "message_delta", {"delta": stopped, "usage": {"output_tokens": 4}}
    yield "message_stop", {}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        kind = self._kept()
        if self.path.startswith("/v1/models") and not kind.get("locked"):
            self._json(200, {"object": "list", "data": kind["models"]})
        else:
            self._json(401 if kind.get("locked") else 404, {"error": "no"})

    def do_POST(self):
        kind = self._kept()
        size = int(self.headers.get("content-length", 0))
        body = json.loads(self.rfile.read(size) or b"{}")
        if self.path == "/v1/messages" and not kind.get("old"):
            self._message(body, kind)
        elif self.path == "/v1/messages/count_tokens" and kind["counts"]:
            self._json(200, {"input_tokens": 7})
        else:
            status, media_type, said = kind["missing"]
            self._reply(status, media_type, said)

    def _message(self, body, kind):
        model = body.get("model")
        if model is None:
            self._json(400, _refusal("invalid_request_error", "model is required"))
        elif model not in {row["id"] for row in kind["models"]}:
            self._json(404, _refusal("not_found_error", f"model '{model}' not found"))
        elif "thinking" in body and kind.get("thoughtless"):
            words = f'"{model}" does not support thinking'
            self._json(400, _refusal("invalid_request_error", words))
        else:
            self._stream(model)

    def _stream(self, model):
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("connection", "close")
        self.end_headers()
        for name, fields in _events(model):
            data = json.dumps({"type": name, **fields})
            self.wfile.write(f"event: {name}\ndata: {data}\n\n".encode())

    def _kept(self):
        self.server.seen.append((self.command, self.path, dict(self.headers)))
        if self.server.kind.get("silent"):
            time.sleep(3)
        return self.server.kind

    def _json(self, status, body):
        self._reply(status, "application/json", json.dumps(body).encode())

    def _reply(self, status, media_type, body):
        self.send_response(status)
        self.send_header("content-type", media_type)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def _refusal(kind, message):
    return {"type": "error", "error": {"type": kind, "message": message}}


@contextmanager
def standing_in(kind, **changes):
    """Serve as one of them; gives the server, whose `seen` has what was asked."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    server.kind, server.seen = {**kind, **changes}, []
    server.port = server.server_address[1]
    server.url = f"http://127.0.0.1:{server.port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
