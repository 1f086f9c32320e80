"""What a thousand turns leave behind in one kernel: memory, threads, sockets, comms.

    python benchmarks/turns.py [TURNS]

Each turn is a cell of its own in one chat, as a person runs them, so the last request carries all
turns before it; the server is in this process, so that only the kernel's memory counts. No page
listens: the kernel cannot know that, and works as for one.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT / "tests")]

from kernel_rig import Kernel  # noqa: E402 (needs the path above)

from claude_nb.emulator import serve  # noqa: E402

STATE = """\
import gc, json, os, threading
import comm
gc.collect()
status = open("/proc/self/status").read()
print(json.dumps({
    "memory": int(status.split("VmRSS:")[1].split()[0]) / 1024,
    "threads": threading.active_count(),
    "files": len(os.listdir("/proc/self/fd")),
    "comms": len(comm.get_comm_manager().comms),
}))
"""


def state(kernel: Kernel) -> dict[str, float]:
    """Return the kernel's memory in MiB, and how many threads, open files and comms it has."""
    return json.loads(kernel.run(STATE).text)


def turn(kernel: Kernel, number: int) -> None:
    """Ask in a cell of its own."""
    code = f"%%claude --max-tokens 100\nSay one sentence about the number {number}."
    run = kernel.begin(code, cell_id=f"cell-{number}")
    kernel.finish(run, 60)
    if run.status != "ok":
        sys.exit(f"turn {number}: {run.error}")


def main() -> None:
    """Print the kernel's state after 50 turns and after all, and what the difference is."""
    turns = int(sys.argv[1]) if sys.argv[1:] else 1_000
    with tempfile.TemporaryDirectory() as home, serve() as server:
        env = {"ANTHROPIC_BASE_URL": server.url, "ANTHROPIC_API_KEY": "bench"}
        with Kernel(Path(home), env) as kernel:
            kernel.run("%load_ext claude_nb")
            for number in range(50):
                turn(kernel, number)
            before = state(kernel)
            for number in range(50, turns):
                turn(kernel, number)
            after = state(kernel)
    print(f"{'':<10}{'after 50':>10}{f'after {turns:,}':>14}{'more':>8}")
    for name in before:
        more = after[name] - before[name]
        print(f"{name:<10}{before[name]:>10.0f}{after[name]:>14.0f}{more:>8.0f}")


if __name__ == "__main__":
    main()
