"""What the official SDK makes of each stream, as JSON: ``python sdk_streams.py FOLDER``.

Runs in an environment that has the SDK and not this project.
"""

# ruff: noqa: T201 - a program: it reports by printing

import json
import pathlib
import sys
import threading
import warnings
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from anthropic import Anthropic

FOLDER = pathlib.Path(sys.argv[1])


class Replies(BaseHTTPRequestHandler):
    """Answers with the stream that the path names."""

    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"]))
        body = (FOLDER / f"{self.path.split('/')[1]}.txt").read_bytes()
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Say nothing."""


def final(url, name):
    client = Anthropic(api_key="k", base_url=f"{url}/{name}", max_retries=0)
    asked = {"model": "m", "max_tokens": 1, "messages": [{"role": "user", "content": "x"}]}
    try:
        with client.beta.messages.stream(**asked) as stream:  # which knows the newest blocks
            return stream.get_final_message().to_dict(mode="json")
    except (AttributeError, ValueError) as error:
        return type(error).__name__


warnings.simplefilter("ignore")
server = ThreadingHTTPServer(("127.0.0.1", 0), Replies)
threading.Thread(target=server.serve_forever, daemon=True).start()
names = sorted(path.stem for path in FOLDER.glob("*.txt"))
print(json.dumps({name: final(f"http://127.0.0.1:{server.server_port}", name) for name in names}))
