"""What streaming costs: this client, the official SDK, and the bare HTTP library, in one run.

CPU seconds of the reading process (best of some repetitions, consumers taking turns), over
loopback; ratios are what counts, as machines differ. Needs the environments that
``scripts/compat_venvs.py`` makes. Usage: ``python benchmarks/client_stream.py [repetitions]``.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
COMPAT = Path(os.environ.get("CLAUDE_NB_COMPAT") or HERE.parent / ".venv-compat")
SDK = str(COMPAT / "2.14.0" / "bin" / "python")
OURS = sys.executable
DELTAS = 20_000


class Bench:
    """Runs consumers against one server and keeps the best time of each."""

    def __init__(self, url: str, repetitions: int) -> None:
        self.url = url
        self.repetitions = repetitions

    def run(self, python: str, library: str, name: str, size: int, memory: str = "cpu") -> Any:
        """Return what one consumer measured."""
        script = str(HERE / "client_consumer.py")
        settings = [library, name, self.url, str(size), "2", memory]
        done = subprocess.run(
            [python, script, *settings], check=True, capture_output=True, text=True
        )
        return json.loads(done.stdout)

    def best(self, wanted: dict[str, tuple[str, str, str, int]]) -> dict[str, float]:
        """Return the best CPU seconds of each; they take turns, so that noise hits all alike."""
        found: dict[str, float] = {}
        for _ in range(self.repetitions):
            for label, (python, library, name, size) in wanted.items():
                seconds = min(self.run(python, library, name, size)["seconds"])
                found[label] = min(found.get(label, seconds), seconds)
        return found


def _cpu(bench: Bench) -> None:
    wanted: dict[str, tuple[str, str, str, int]] = {"bare httpx": (OURS, "httpx", "bare", DELTAS)}
    for name in ("text_stream", "final_message", "raw_events", "events"):
        wanted[f"ours {name}"] = (OURS, "claude_nb", name, DELTAS)
        wanted[f"sdk {name}"] = (SDK, "anthropic", name, DELTAS)
    found = bench.best(wanted)
    bare = found["bare httpx"]
    print(f"{DELTAS:,} text deltas: CPU microseconds a delta")
    print(f"  bare httpx iter_lines + json.loads {bare / DELTAS * 1e6:8.1f}")
    for name in ("text_stream", "final_message", "raw_events", "events"):
        ours, sdk = found[f"ours {name}"], found[f"sdk {name}"]
        print(
            f"  {name:14} ours {ours / DELTAS * 1e6:7.1f}   sdk {sdk / DELTAS * 1e6:7.1f}"
            f"   ours/sdk 1/{sdk / ours:.1f}   ours/bare {ours / bare:.2f}"
        )


def _growth(bench: Bench) -> None:
    print("100,000 deltas against 10,000")
    for name in ("text_stream", "final_message", "events"):
        found = bench.best(
            {str(size): (OURS, "claude_nb", name, size) for size in (10_000, 100_000)}
        )
        measured = bench.run(OURS, "claude_nb", name, 100_000, "memory")
        above = (measured["peak"] - measured["length"]) / 2**20
        times = found["100000"] / found["10000"]
        print(f"  {name:14} time x{times:.1f}   peak memory above the text {above:.1f} MiB")


def _batches(bench: Bench) -> None:
    found = bench.best(
        {
            "ours": (OURS, "claude_nb", "batch_rows", 10_000),
            "sdk": (SDK, "anthropic", "batch_rows", 10_000),
        }
    )
    ours, sdk = found["ours"], found["sdk"]
    measured = bench.run(OURS, "claude_nb", "batch_rows", 10_000, "memory")
    print(
        f"10,000 batch rows: CPU ours {ours:.2f} s   sdk {sdk:.2f} s   ours/sdk 1/{sdk / ours:.1f}"
        f"   peak memory {measured['peak'] / 2**20:.1f} MiB"
    )


def main() -> None:
    """Print all figures."""
    repetitions = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    server = subprocess.Popen(
        [OURS, str(HERE / "client_server.py")], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert server.stdout is not None
    bench = Bench(f"http://127.0.0.1:{int(server.stdout.readline())}", repetitions)
    try:
        _cpu(bench)
        _growth(bench)
        _batches(bench)
    finally:
        server.communicate()


if __name__ == "__main__":
    main()
