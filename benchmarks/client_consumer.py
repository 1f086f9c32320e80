"""One consumer of the client's benchmarks, run in the environment of the client it measures.

Prints, as JSON, the CPU seconds of each repetition, and the peak of Python's memory above the
text itself when asked for.
"""

from __future__ import annotations

import gc
import importlib
import json
import sys
import time
import tracemalloc
from typing import Any


def _client(library: str, url: str) -> Any:
    return importlib.import_module(library).Anthropic(api_key="k", base_url=url, timeout=60)


def _params(deltas: int) -> dict[str, Any]:
    return {
        "model": "m",
        "max_tokens": deltas,
        "messages": [{"role": "user", "content": "x"}],
    }


def text_stream(client: Any, size: int) -> int:
    """Read the text, and keep it joined."""
    with client.messages.stream(**_params(size)) as stream:
        return len("".join(stream.text_stream))


def final_message(client: Any, size: int) -> int:
    """Read the message."""
    with client.messages.stream(**_params(size)) as stream:
        return len(stream.get_final_message().content[0].text)


def events(client: Any, size: int) -> int:
    """Iterate over every event, raw and derived."""
    with client.messages.stream(**_params(size)) as stream:
        return sum(len(event.text) for event in stream if event.type == "text")


def raw_events(client: Any, size: int) -> int:
    """Iterate over the raw events."""
    stream = client.messages.create(**_params(size), stream=True)
    return sum(len(e.delta.text) for e in stream if e.type == "content_block_delta")


def batch_rows(client: Any, size: int) -> int:
    """Read the results of a batch."""
    results = client.messages.batches.results(f"batch_{size}")
    return sum(len(row.result.message.content[0].text) for row in results)


def bare(client: Any, size: int) -> int:
    """Do what the HTTP library alone offers: lines, and the standard library's JSON."""
    body = {**_params(size), "stream": True}
    pieces = []
    with client.stream("POST", "/v1/messages", json=body) as reply:
        for line in reply.iter_lines():
            if line.startswith("data: "):
                event = json.loads(line[6:])
                if event["type"] == "content_block_delta":
                    pieces.append(event["delta"]["text"])
    return len("".join(pieces))


def main() -> None:
    """Measure one consumer: library, its name, server, size, repetitions, ``memory`` or not."""
    library, name, url, size, repetitions, memory = sys.argv[1:]
    module = importlib.import_module(library)
    client = module.Client(base_url=url) if name == "bare" else _client(library, url)
    consume = globals()[name]
    consume(client, 100 if name != "batch_rows" else 10)
    if memory == "memory":
        tracemalloc.start()
        length = consume(client, int(size))
        print(json.dumps({"peak": tracemalloc.get_traced_memory()[1], "length": length}))
        return
    seconds = []
    for _ in range(int(repetitions)):
        gc.collect()
        started = time.process_time()
        consume(client, int(size))
        seconds.append(time.process_time() - started)
    print(json.dumps({"seconds": seconds}))


if __name__ == "__main__":
    main()
