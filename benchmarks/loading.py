"""Measure what a notebook pays for `%load_ext claude_nb` and for its first answer.

    python benchmarks/loading.py                     # this tree
    python benchmarks/loading.py --against FOLDER    # beside another tree's, in turns, as a ratio

Each round is a fresh kernel. CPU time is the whole kernel's, threads included; what is warmed up in
the background after the cell has ended is shown apart, to the end of the last thread. Python's full
garbage collections are counted and left out of the cell's CPU time: whether one falls into it hangs
on how much the kernel did before. Look at the smallest: the rest is the machine's other work.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent / "tests")]

from kernel_rig import Kernel  # noqa: E402 (found through the path set above)

LOAD = """
import gc, sys, time
collections, began = [0, 0.0], []
def watch(phase, about):
    if about["generation"] == 2:
        began[:] = [time.thread_time()] if phase == "start" else began
        collections[0] += phase == "stop"
        collections[1] += time.thread_time() - began[0] if phase == "stop" else 0
gc.callbacks.append(watch)
modules, cpu, wall = len(sys.modules), time.process_time(), time.perf_counter()
get_ipython().run_line_magic("load_ext", "claude_nb")
took = time.process_time() - cpu - collections[1], time.perf_counter() - wall - collections[1]
gc.callbacks.remove(watch)
print(*took, len(sys.modules) - modules, collections[0])
"""
WARM = """
import threading
while own := [each for each in threading.enumerate() if each.name.startswith("claude_nb warm")]:
    own[0].join(30)
print(time.process_time() - cpu - collections[1])
"""
ASK = """
wall = time.perf_counter()
get_ipython().run_cell_magic("claude", "--max-tokens 60", "What is 2 + 2?")
print("took", time.perf_counter() - wall)
"""
NAMES = (
    "cell: CPU s",
    "cell: wall s",
    "cell: modules",
    "cell: full collections",
    "with warm-up: CPU s",
    "answer: wall s",
)


def one_round(tree: Path) -> list[float]:
    """Return the figures of `NAMES` in a fresh kernel that imports from `tree`."""
    with tempfile.TemporaryDirectory() as home:
        path = os.pathsep.join(filter(None, [str(tree), os.environ.get("PYTHONPATH")]))
        env = {
            "CLAUDE_NB_DISPLAY": "live",
            "CLAUDE_NB_EMULATOR_SPEED": "0",
            "PYTHONPATH": path,
        }
        with Kernel(Path(home), env) as kernel:
            loaded = [float(word) for word in kernel.run(LOAD).text.split()]
            warmed = float(kernel.run(WARM).text)
            answered = float(kernel.run(ASK).text.rpartition("took ")[2])
    return [*loaded, warmed, answered]


def show(rounds: dict[Path, list[list[float]]]) -> None:
    """Print smallest and median of each figure, and how they compare with another tree's."""
    print(f"{'':<24}" + "".join(f"{'smallest':>10} {'median':>8}" for _ in rounds))
    for number, name in enumerate(NAMES):
        columns = [[each[number] for each in told] for told in rounds.values()]
        figures = "".join(f"{min(v):>10.3f} {statistics.median(v):>8.3f}" for v in columns)
        ratio = min(columns[0]) / min(columns[-1]) if min(columns[-1]) else 0
        print(f"{name:<24}{figures}" + (f"   ratio {ratio:.2f}" if len(columns) > 1 else ""))


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--against", type=Path, metavar="FOLDER", help="another tree")
    parser.add_argument("--rounds", type=int, default=5, metavar="N")
    args = parser.parse_args()
    trees = [HERE.parent, *([args.against.resolve()] if args.against else [])]
    rounds: dict[Path, list[list[float]]] = {tree: [] for tree in trees}
    for _ in range(args.rounds):
        for tree in trees:
            rounds[tree].append(one_round(tree))
    show(rounds)


if __name__ == "__main__":
    main()
