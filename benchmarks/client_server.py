"""A server for the client's benchmarks: fixed replies, sent as fast as loopback takes them.

Run as a program it prints its port and serves until its standard input closes.
"""

from __future__ import annotations

import json
import socket
import sys
import threading
from functools import cache

PIECE = 65_536  # bytes of one HTTP chunk


def _event(event: dict[str, object]) -> bytes:
    return f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode()


@cache
def stream(deltas: int) -> bytes:
    """Return a stream of this many text deltas."""
    message = {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "m",
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": {"input_tokens": 1, "output_tokens": 1},
    }
    block = {"type": "text", "text": ""}
    usage = {"output_tokens": deltas}
    ending = {"stop_reason": "end_turn", "stop_sequence": None}
    return b"".join(
        [
            _event({"type": "message_start", "message": message}),
            _event({"type": "content_block_start", "index": 0, "content_block": block}),
            *(
                _event(
                    {
                        "type": "content_block_delta",
                        "index": 0,
                        "delta": {"type": "text_delta", "text": f"w{n % 97} "},
                    }
                )
                for n in range(deltas)
            ),
            _event({"type": "content_block_stop", "index": 0}),
            _event({"type": "message_delta", "delta": ending, "usage": usage}),
            _event({"type": "message_stop"}),
        ]
    )


@cache
def rows(count: int) -> bytes:
    """Return the results of a batch, some 1.8 kB a row."""
    words = "lorem ipsum dolor sit amet " * 55
    return b"".join(
        json.dumps(
            {
                "custom_id": f"row-{n}",
                "result": {
                    "type": "succeeded",
                    "message": {
                        "id": f"msg_{n}",
                        "type": "message",
                        "role": "assistant",
                        "model": "m",
                        "content": [{"type": "text", "text": words}],
                        "stop_reason": "end_turn",
                        "stop_sequence": None,
                        "usage": {"input_tokens": 10, "output_tokens": 20},
                    },
                },
            }
        ).encode()
        + b"\n"
        for n in range(count)
    )


def _reply(target: str, host: str) -> tuple[str, bytes]:
    if target.endswith("/results"):
        return "application/x-jsonl", rows(int(target.split("/")[-2].partition("_")[2]))
    if "/batches/" in target:
        name = target.rpartition("/")[2]
        url = f"http://{host}{target}/results"
        times = {"created_at": "2026-01-01T00:00:00Z", "expires_at": "2026-01-02T00:00:00Z"}
        batch = {"id": name, "type": "message_batch", "processing_status": "ended", **times}
        return "application/json", json.dumps({**batch, "results_url": url}).encode()
    return "text/event-stream", b""


def _serve(connection: socket.socket) -> None:
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    reader = connection.makefile("rb")
    while line := reader.readline():
        target, headers = line.decode().split()[1], {}
        while header := reader.readline().strip():
            name, _, value = header.decode().partition(":")
            headers[name.lower()] = value.strip()
        asked = reader.read(int(headers.get("content-length", 0)))
        kind, body = _reply(target, headers["host"])
        if not body:
            body = stream(json.loads(asked)["max_tokens"])
        _send(connection, kind, body)


def _send(connection: socket.socket, kind: str, body: bytes) -> None:
    head = f"HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\ntransfer-encoding: chunked\r\n\r\n"
    connection.sendall(head.encode())
    for start in range(0, len(body), PIECE):
        part = body[start : start + PIECE]
        connection.sendall(b"%x\r\n%b\r\n" % (len(part), part))
    connection.sendall(b"0\r\n\r\n")


def main() -> None:
    """Serve until standard input closes."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)

    def accept() -> None:
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=_serve, args=(connection,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    print(listener.getsockname()[1], flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
