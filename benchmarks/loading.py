"""Measure what a notebook pays for `%load_ext claude_nb` and for its first answer.

    python benchmarks/loading.py

Each round is a fresh kernel. CPU time is the whole kernel's, threads included; what is warmed up in
the background after the cell has ended is shown apart. Look at the smallest: the rest is the
machine's other work.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent / "tests")]

from kernel_rig import Kernel  # noqa: E402 (found through the path set above)

ROUNDS = 5
LOAD = """
import sys, time
modules, cpu, wall = len(sys.modules), time.process_time(), time.perf_counter()
get_ipython().run_line_magic("load_ext", "claude_nb")
print(time.process_time() - cpu, time.perf_counter() - wall, len(sys.modules) - modules)
"""
WARM = """
import threading
for thread in threading.enumerate():
    if thread.name.startswith("claude_nb"):
        thread.join(30)
print(time.process_time() - cpu)
"""
ASK = """
wall = time.perf_counter()
get_ipython().run_cell_magic("claude", "--max-tokens 60", "What is 2 + 2?")
print("took", time.perf_counter() - wall)
"""


def one_round() -> tuple[float, float, float, float, float]:
    """Return CPU and wall time of the cell, modules, CPU with the warm-up, wall of an answer."""
    with tempfile.TemporaryDirectory() as home:
        env = {"CLAUDE_NB_DISPLAY": "live", "CLAUDE_NB_EMULATOR_SPEED": "0"}
        with Kernel(Path(home), env) as kernel:
            cpu, wall, modules = map(float, kernel.run(LOAD).text.split())
            warmed = float(kernel.run(WARM).text)
            answered = float(kernel.run(ASK).text.rpartition("took ")[2])
    return cpu, wall, modules, warmed, answered


def main() -> None:
    """Print the figures."""
    rounds = [one_round() for _ in range(ROUNDS)]
    names = (
        "cell: CPU s",
        "cell: wall s",
        "cell: modules",
        "with warm-up: CPU s",
        "answer: wall s",
    )
    wanted = ("at most 0.4", "", "", "", "")
    print(f"{ROUNDS} fresh kernels{'smallest':>17} {'median':>10}")
    for name, values, limit in zip(names, zip(*rounds, strict=True), wanted, strict=True):
        print(f"{name:<22} {min(values):>10.2f} {statistics.median(values):>10.2f}   {limit}")


if __name__ == "__main__":
    main()
