"""What 10,000 calls and 2,000 streams leave behind: memory and descriptors, in one process.

Usage: ``python benchmarks/client_leaks.py [calls] [streams]``.
"""

from __future__ import annotations

import gc
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import psutil

from claude_nb.api.client import Anthropic

HERE = Path(__file__).resolve().parent
PROMPT: dict[str, Any] = {
    "model": "m",
    "max_tokens": 5,
    "messages": [{"role": "user", "content": "x"}],
}


def work(client: Anthropic, calls: int, streams: int) -> None:
    """Make calls without streaming (a batch is asked for), and streams read to their end."""
    for _ in range(calls):
        client.messages.batches.retrieve("batch_1")
    for _ in range(streams):
        with client.messages.stream(**PROMPT) as stream:
            stream.until_done()
    gc.collect()


def main() -> None:
    """Print what is left behind."""
    calls = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    streams = int(sys.argv[2]) if len(sys.argv) > 2 else 2_000
    server = subprocess.Popen(
        [sys.executable, str(HERE / "client_server.py")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert server.stdout is not None
    url = f"http://127.0.0.1:{int(server.stdout.readline())}"
    process = psutil.Process(os.getpid())
    try:
        with Anthropic(api_key="k", base_url=url) as client:
            work(client, 500, 100)
            memory, descriptors = process.memory_info().rss, process.num_fds()
            work(client, calls, streams)
            grown = (process.memory_info().rss - memory) / 2**20
            print(f"{calls:,} calls and {streams:,} streams: memory {grown:+.2f} MiB, ", end="")
            print(f"descriptors {process.num_fds() - descriptors:+d}")
    finally:
        server.communicate()


if __name__ == "__main__":
    main()
