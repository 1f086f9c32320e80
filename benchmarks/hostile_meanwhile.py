"""Measure how long a small request waits while the same process works on hostile input.

``python benchmarks/hostile_meanwhile.py [words …]`` runs the shapes of `hostile_size.py` whose
names hold one of the words, each of 1,000 kB, in a process of its own: one thread works on it,
another asks the emulator of this process for the list of models again and again. It names those
during which a request took longer than 0.3 s: something held the interpreter, or the loop, for so
long.
Printed are the longest such request, and the longest time for which nothing else could run. Both
are CPU seconds of the process, so that other processes do not count; on a machine that does nothing
else they are seconds. Linux and macOS.
"""

from __future__ import annotations

import http.client
import os
import sys
import threading
import time
from collections.abc import Callable
from typing import Self

from hostile_shapes import SHAPES, Shape

from claude_nb.emulator import serve

_SIZE = 1_000_000  # bytes
_MOST = 0.3  # seconds
_HEADERS = {"x-api-key": "benchmark", "anthropic-version": "2023-06-01"}


class Watch:
    """Does something again and again in a thread, and keeps how long it took at most."""

    def __init__(self, what: Callable[[], object]) -> None:
        self.longest = 0.0
        self._what = what
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        while not self._over.is_set():
            began = time.process_time()
            self._what()
            self.longest = max(self.longest, time.process_time() - began)

    def __enter__(self) -> Self:
        """Begin."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """End, after the one that is under way."""
        self._over.set()
        self._thread.join()


def _measured(shape: Shape) -> tuple[float, float, float]:
    """Return the seconds of the work, of the longest request and of the longest hold."""
    with serve(port=0) as server:

        def ask() -> None:
            line = http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=60)
            line.request("GET", "/v1/models", headers=_HEADERS)
            line.getresponse().read()
            line.close()
            time.sleep(0.01)

        ask()
        shape.work(shape.make(100))  # what is made on first use is not the input's
        made = shape.make(_SIZE)
        with Watch(ask) as requests, Watch(lambda: time.sleep(0.001)) as holds:
            began = time.process_time()
            shape.work(made)
            took = time.process_time() - began
    return took, requests.longest, holds.longest


def measure(shape: Shape) -> tuple[float, float, float]:
    """Return what a child measured."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        os.write(writing, " ".join(map(str, _measured(shape))).encode())
        os._exit(0)
    os.close(writing)
    told = os.read(reading, 1_000).decode()
    os.close(reading)
    os.waitpid(child, 0)
    took, request, hold = map(float, told.split())
    return took, request, hold


def main(words: list[str]) -> int:
    """Measure and print; return 1 if a request had to wait."""
    slow: list[str] = []
    print(f"{'':48}{'work':>11}{'request':>12}{'hold':>12}")
    for shape in SHAPES:
        if words and not any(word in shape.name for word in words):
            continue
        took, request, hold = measure(shape)
        slow += [shape.name] * (request > _MOST)
        figures = f"{took:9.3f} s {request * 1000:8.0f} ms {hold * 1000:8.0f} ms"
        print(f"{shape.name:48}{figures}{'  <- too long' * (request > _MOST)}", flush=True)
    print(f"\nduring which a request took longer than {_MOST} s: {len(slow)}", *slow, sep="\n  ")
    return bool(slow)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
