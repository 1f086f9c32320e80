"""Measure how time and memory grow with hostile input: some ninety shapes at 10, 100 and 1,000 kB.

``python benchmarks/hostile_size.py [words …]`` runs the shapes whose names hold one of the words,
each size in a process of its own, and names those that break the rule: at most a second of CPU for
each 100 kB, and at most 20 times the input's size in memory, at every size. A line and a table's
cell may take a kB, however short they are. Linux and macOS.
"""

from __future__ import annotations

import os
import resource
import signal
import sys
import time
from typing import NamedTuple

from hostile_shapes import SHAPES, Shape

SIZES = (10, 100, 1000)  # kB
_PATIENCE = 20  # seconds of CPU
_MOST_SECONDS = 0.01  # for each kB
_LEAST_SECONDS = 0.2  # below it nothing is slow
_MOST_MEMORY = 20  # times the size
_LEAST_MEMORY = 16_000  # kB; a picture takes as much, of whatever size it is
_NOISE = 2_000  # kB
_A_PIECE = 1  # kB of a line, and of a cell: what a parser notes of it
_UNIT = 1 if sys.platform == "darwin" else 1024  # bytes of what getrusage calls one


class Figure(NamedTuple):
    """What one size took: seconds of CPU and kB of memory; None if it did not end in time."""

    seconds: float | None
    memory: int
    pieces: int = 0
    problem: str = ""

    def breaks(self, size: int) -> bool:
        """Tell whether this is more than the rule allows for `size` kB."""
        if self.seconds is None or self.problem:
            return True
        is_slow = self.seconds > max(_LEAST_SECONDS, size * _MOST_SECONDS)
        most = max(_LEAST_MEMORY, size * _MOST_MEMORY + _NOISE) + self.pieces * _A_PIECE
        return is_slow or self.memory > most

    def __str__(self) -> str:
        """Return the figure as it stands in the table."""
        if self.seconds is None:
            return f"> {_PATIENCE} s".rjust(18)
        return f"{self.seconds:8.3f} s {self.memory / 1000:5.1f} MB"


def measure(shape: Shape, size: int) -> Figure:
    """Do the work in a child and return what it took."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _work(shape, size, writing)
    os.close(writing)
    told = os.read(reading, 10_000).decode()
    os.close(reading)
    _, status = os.waitpid(child, 0)
    if not told:
        return Figure(None, 0, 0, "" if os.WTERMSIG(status) == signal.SIGXCPU else "died")
    seconds, memory, pieces, problem = told.split(" ", 3)
    return Figure(float(seconds), int(memory), int(pieces), problem)


def _work(shape: Shape, size: int, writing: int) -> None:
    problem = ""
    made = shape.make(size * 1000)
    spent = int(time.process_time())
    resource.setrlimit(resource.RLIMIT_CPU, (spent + _PATIENCE, spent + _PATIENCE + 5))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.process_time()
    try:
        shape.work(made)
    except BaseException as error:  # noqa: BLE001 - told, whatever it is
        problem = repr(error)[:200]
    seconds = time.process_time() - began
    memory = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * _UNIT // 1000
    pieces = sum(map(str(made).count, "\n|"))
    os.write(writing, f"{seconds} {memory} {pieces} {problem}".encode())
    os._exit(0)


def main(words: list[str]) -> int:
    """Measure and print; return 1 if a shape breaks the rule."""
    for shape in SHAPES:  # what is made on first use is not the input's
        shape.work(shape.make(100))
    broken: list[str] = []
    print(f"{'':48}" + "".join(f"{size:>12,} kB     " for size in SIZES))
    for shape in SHAPES:
        if words and not any(word in shape.name for word in words):
            continue
        figures = {size: measure(shape, size) for size in SIZES}
        bad = [size for size, figure in figures.items() if figure.breaks(size)]
        broken += [shape.name] * bool(bad)
        mark = "  <- too much" if bad else ""
        problems = {figure.problem for figure in figures.values()} - {""}
        print(f"{shape.name:48}" + " ".join(map(str, figures.values())) + mark, *problems)
    print(f"\nbeyond a second or twenty times the size for each 100 kB: {len(broken)}")
    print("".join(f"  {name}\n" for name in broken), end="")
    return bool(broken)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
