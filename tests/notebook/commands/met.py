"""Every failure that a person meets first, with what brings it about: a cell, a server, a setting.

One table for two tests: that each message says what was found and what to do, and that the page on
troubleshooting quotes messages which are really ours.
"""

from __future__ import annotations

import contextlib
import io
import json
import re
import socketserver
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

__all__ = ["ROWS", "Row", "answering", "meet"]


def http(status: int, body: Any, **headers: str) -> bytes:
    """Return a whole reply; with a body of text, it is a web page."""
    kind = "text/html" if isinstance(body, str) else "application/json"
    text = body if isinstance(body, str) else json.dumps(body)
    fields = {"content-type": kind, "connection": "close"}
    fields |= {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"HTTP/1.1 {status} Something\r\n{head}\r\n{text}".encode()


def refusal(status: int, kind: str, message: str, **headers: str) -> bytes:
    """Return an error as the API writes it."""
    error = {"type": kind, "message": message}
    return http(status, {"type": "error", "error": error}, request_id="req_1", **headers)


@dataclass(frozen=True)
class Row:
    """One failure.

    Attributes
    ----------
    says : str
        How its message begins, or what stands in it.
    cell : str
        What is run.
    reply : bytes or None
        What the server answers to everything; None if nothing is to be sent.
    env : dict
        Variables of the environment; HERE is where the server is.
    """

    says: str
    cell: str = "%%claude --no-history\nhi"
    reply: bytes | None = None
    env: dict[str, str] = field(default_factory=dict)


FAR = {"ANTHROPIC_BASE_URL": "https://a.invalid"}
PAGE = "<!doctype html><html><head><title>Access denied</title></head></html>"


def cell(line: str, text: str = "hi") -> str:
    return f"%%claude --no-history {line}\n{text}"


ROWS = {
    # typing and pasting
    "an unknown name": Row("{{nme}}: there is no variable 'nme'.", cell("", "{{nme}}")),
    "an expression": Row("{{x + 1}}: nothing is worked out in a prompt", cell("", "{{x + 1}}")),
    "an address": Row("{{thing}}: this object would be sent as <", cell("", "{{thing}}")),
    "a module": Row("name something in the module", cell("", "{{json}}")),
    "an item of a dict": Row("a dict has no attribute 'a'", cell("", "{{d.a}}")),
    "half a character": Row("{{half}}: character 4 is half of a character", cell("", "{{half}}")),
    "not the first line": Row("%%claude must be the first line", "# why\n%%claude\nhi"),
    "curly quotes": Row('only looks like "', cell("-s \u201cshort\u201d")),
    "a long dash": Row("only looks like -", cell("\u2013m haiku")),
    "an unknown option": Row("There is no option --tempature. Did you mean", cell("--tempature 1")),
    "a stray word": Row("Unexpected 'why': the prompt goes below", cell("why")),
    "no prompt": Row("The prompt is empty", "%%claude --no-history\n \n"),
    "a blank system prompt": Row("{{blank}} is blank", cell('-s "{{blank}}"')),
    "a placeholder": Row("A placeholder of nbgrader", cell("", "YOUR ANSWER HERE")),
    # network and keys
    "no key": Row(
        "There is no API key",
        env={
            "ANTHROPIC_API_KEY": "",
            "ANTHROPIC_BASE_URL": "https://gateway.invalid",  # a server of this machine needs none
            "CLAUDE_NB_BACKEND": "api",
        },
    ),
    "a damaged key": Row(
        "ANTHROPIC_API_KEY cannot be used: character 3 is em dash (U+2014)",
        env={"ANTHROPIC_API_KEY": "sk\u2014ant-canary"},
    ),
    "a cloud without credentials": Row(
        "There are no credentials to ask with",
        "import claude_nb\n"
        "class Messages:\n"
        "    def create(self, **_): raise RuntimeError('Could not resolve AWS credentials')\n"
        "class AnthropicBedrock: messages = Messages()\n"
        "claude_nb.use(AnthropicBedrock())\n"
        "try: get_ipython().run_cell_magic('claude', '--no-history', 'hi')\n"
        "finally: claude_nb.use(None)",
    ),
    "an unknown server of this machine": Row("%claude use takes ollama,", "%claude use olama"),
    "a server elsewhere": Row(
        "is no plain address of this machine", "%claude use https://gateway.invalid"
    ),
    "a whole line as key": Row(
        "give only what stands behind the sign",
        env={"ANTHROPIC_API_KEY": "ANTHROPIC_API_KEY=sk-ant-canary"},
    ),
    "a wrong key": Row(
        "AuthenticationError 401", reply=refusal(401, "authentication_error", "invalid x-api-key")
    ),
    "a base URL that is none": Row(
        "ANTHROPIC_BASE_URL cannot be used", env={"ANTHROPIC_BASE_URL": "api.anthropic.com"}
    ),
    "plain http": Row(
        "would send your key and prompts unencrypted",
        env={"ANTHROPIC_BASE_URL": "http://gateway.example"},
    ),
    "nobody there": Row("Connection error at", env={"ANTHROPIC_BASE_URL": "http://127.0.0.1:1"}),
    "https where there is none": Row(
        "127.0.0.1 does not speak TLS at this port", env={"ANTHROPIC_BASE_URL": "https://HERE"}
    ),
    "another server": Row("NotFoundError 404", reply=http(404, {"detail": "Not Found"})),
    "a redirect": Row("RedirectError 301", reply=http(301, "", location="https://b.example/")),
    "a SOCKS proxy": Row(
        "HTTPS_PROXY is a SOCKS proxy", env=FAR | {"HTTPS_PROXY": "socks5h://127.0.0.1:1"}
    ),
    "a proxy at no address": Row(
        "HTTPS_PROXY names a proxy at no address",
        env=FAR | {"HTTPS_PROXY": "http://me:pass#word@h:1"},
    ),
    "a proxy that is down": Row(
        "The proxy 127.0.0.1:1 (from HTTPS_PROXY) cannot be reached",
        env=FAR | {"HTTPS_PROXY": "http://127.0.0.1:1"},
    ),
    "a proxy that wants a login": Row(
        "A proxy wants a login", reply=http(407, "Proxy Authentication Required")
    ),
    "a firewall's page": Row("This is no answer of the API", reply=http(403, PAGE)),
    "no certificates": Row(
        "SSL_CERT_FILE names /no/such.pem, and there is no such file",
        env=FAR | {"SSL_CERT_FILE": "/no/such.pem"},
    ),
    "too fast": Row("RateLimitError 429", reply=refusal(429, "rate_limit_error", "Too fast.")),
    "a long wait": Row(
        "The server asks to wait 1 h 0 min",
        reply=refusal(429, "rate_limit_error", "Too fast.", retry_after="3600"),
    ),
    "a busy service": Row(
        "OverloadedError 529", reply=refusal(529, "overloaded_error", "Overloaded")
    ),
    "a failing server": Row("a web page titled 'Access denied'", reply=http(520, PAGE)),
    "a sign-in page": Row(
        "is no stream of the Messages API, but a web page", reply=http(200, PAGE)
    ),
    "an answer that is no stream": Row(
        "an answer that came whole", reply=http(200, {"type": "message", "content": []})
    ),
    "no message": Row("it holds no content", cell("--no-stream"), http(200, {"hello": 1})),
    "too large": Row(
        "ContentTooLargeError 413", reply=refusal(413, "request_too_large", "Too large.")
    ),
    "not paid": Row("PaymentRequiredError 402", reply=refusal(402, "billing_error", "No credit.")),
    # models
    "a model that is gone": Row(
        "claude-3-opus-20240229 was retired. Use", cell("-m claude-3-opus-20240229")
    ),
    "a model nobody knows": Row(
        "NotFoundError 404",
        cell("-m claude-sonet-4-6"),
        refusal(404, "not_found_error", "model: claude-sonet-4-6"),
    ),
    # tools and schemas
    "no function": Row("-tools", cell("--tools x")),
    "a schema without names": Row("scores", cell("--schema Open")),
    # pictures, files, frames
    "no file": Row("-a: There is no file tabel.csv", cell("-a tabel.csv")),
    "half a picture": Row("is a JPEG that ends too early", cell("-a jpeg")),
    "a video": Row("Claude takes no sound or video", cell("-a video")),
    "another encoding": Row("It looks like cp1252", cell("-a western")),
    "an empty figure": Row("this figure is empty", cell("-a figure")),
    "an open file": Row("put what .read() returns", cell("-a file")),
    "a path of nobody": Row(
        "set ANTHROPIC_BASE_URL to what stands before /v1/messages",
        reply=refusal(404, "not_found_error", "Not Found"),
    ),
    "a file that is gone": Row(
        "Change what the message names",
        reply=refusal(404, "not_found_error", "File not found: file_1"),
    ),
    "a key that was not put in": Row(
        "it only stands for a key", env={"ANTHROPIC_API_KEY": "<your-key>"}
    ),
    "too many pictures": Row("101 images are in this request", cell("-m haiku-4.5 -a many")),
    "a bucket": Row("nothing is fetched from there", cell("-a s3://bucket/key")),
    "several files": Row("stands for several files", cell("-a *.csv")),
}


@contextlib.contextmanager
def answering(reply: bytes, heard: list[object] | None = None) -> Iterator[str]:
    """Serve this reply to whatever is asked, and note each connection; give the address."""

    class Handler(socketserver.StreamRequestHandler):
        def handle(self):
            if heard is not None:
                heard.append(self.client_address)
            head = b"\r\n\r\n" * (self.rfile.peek(1)[:1] == b"\x16")  # TLS: no request to read
            while not head.endswith(b"\r\n\r\n") and (line := self.rfile.readline()):
                head += line
            size = re.search(rb"(?i)content-length: *(\d+)", head)
            self.rfile.read(int(size[1]) if size else 0)
            self.wfile.write(reply)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()


def meet(shell: Any, row: Row, monkeypatch: Any) -> list[str]:
    """Run the cell of a row in its surroundings; return the lines that a person reads."""
    with monkeypatch.context() as patch, answering(row.reply or http(500, "unasked")) as url:
        settings = {"ANTHROPIC_API_KEY": "sk-ant-of-a-test", "ANTHROPIC_BASE_URL": url} | row.env
        for name, value in settings.items():
            patch.setenv(name, value.replace("HERE", url.partition("//")[2]))
        out = io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
            done = shell.run_cell(row.cell)
    error = done.error_in_exec or done.error_before_exec
    assert error is not None, out.getvalue()
    assert hasattr(error, "_render_traceback_"), repr(error)
    return error._render_traceback_()
