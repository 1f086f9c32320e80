"""How long it takes to record an answer and to find one, as the file grows to 5,000 of them.

    python benchmarks/recordings.py [COUNT]

Streams of 60 events, with no network: what is measured is the cassette. Prints a line for each
tenth of the recordings, and the ratio of the last to the first; above 1.5 the exit status is 1.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
import warnings
from pathlib import Path
from statistics import median

from claude_nb.api.wire import Headers, Request, Response
from claude_nb.cassette import Cassette
from claude_nb.cassette.store import Asking

MOST = 1.5  # times as long as at first
PARTS = 10
PIECES = 60


def asked(number: int) -> Request:
    """Return one of many requests."""
    messages = [{"role": "user", "content": f"Question {number}: why is the sky blue?"}]
    body = {"model": "claude-sonnet-4-6", "max_tokens": 500, "messages": messages, "stream": True}
    return Request("POST", "http://x/v1/messages", Headers(), json.dumps(body).encode())


def answer(number: int) -> list[tuple[float, bytes]]:
    """Return a stream as it would be heard."""
    events = [
        {"type": "message_start", "message": {"id": f"msg_{number}", "content": []}},
        *(
            {
                "type": "content_block_delta",
                "index": 0,
                "delta": {"type": "text_delta", "text": f" word{piece}"},
            }
            for piece in range(PIECES)
        ),
        {"type": "message_stop"},
    ]
    return [
        (at / 50, f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode())
        for at, event in enumerate(events)
    ]


def begun(cassette: Cassette, number: int) -> Asking:
    """Return a request on its way."""
    asking = cassette.ask(asked(number))
    assert asking is not None
    return asking


def record(cassette: Cassette, number: int) -> float:
    """Record one answer; return the seconds it took."""
    request, heard = asked(number), answer(number)
    reply = Response(200, Headers({"content-type": "text/event-stream"}), request)
    started = time.perf_counter()
    begun(cassette, number).keep(reply, heard)
    return time.perf_counter() - started


def find(cassette: Cassette, number: int) -> float:
    """Find one answer; return the seconds it took."""
    started = time.perf_counter()
    assert begun(cassette, number).played() is not None
    return time.perf_counter() - started


def main(count: int = 5_000) -> int:
    """Measure, print, and return 1 if it does not stay flat."""
    warnings.simplefilter("error")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "answers.jsonl"
        cassette = Cassette(path)
        times = [record(cassette, number) for number in range(count)]
        size = path.stat().st_size / 1e6
        started = time.perf_counter()
        played = Cassette(path, "replay")
        opened = time.perf_counter() - started
        found = [find(played, number) for number in range(count)]
    part = count // PARTS
    parts = [median(times[at : at + part]) * 1000 for at in range(0, part * PARTS, part)]
    for number, milliseconds in enumerate(parts, 1):
        print(f"{number * part:>7,} recordings: {milliseconds:.2f} ms each")
    ratio = parts[-1] / parts[0]
    print(f"last tenth to first: {ratio:.2f} (at most {MOST}); {size:.1f} MB")
    print(f"opened in {opened:.2f} s, found in {median(found) * 1000:.2f} ms each")
    return int(ratio > MOST)


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
