"""Measure what many answers and long ones cost, beside the same as plain Markdown, in one run.

    python benchmarks/big.py                   all of the below
    python benchmarks/big.py open 50 200       open saved notebooks of so many answers
    python benchmarks/big.py cells 300         run so many cells in one page
    python benchmarks/big.py long 300000       stream so many characters of prose, code and a table

A real JupyterLab, server and headless Chromium. Notebooks that are only opened are files with
outputs, on a server without kernels. A page is quiet when it had neither a long task nor a change
of its document for two seconds; that is on the clock, as are cells and frames. Style, layout,
scripts and tasks are processor time of the page's main thread, whatever else the machine does.
"""

from __future__ import annotations

import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbformat import v4

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent / "tests"), str(HERE.parent / "tests" / "browser")]

from jupyter_rig import LABEXTENSION, Lab, launch, new_page  # noqa: E402 (found through the path set above)
from jupyter_server import JupyterServer  # noqa: E402
from playwright.sync_api import Browser, sync_playwright  # noqa: E402

from claude_nb.api.types import Message  # noqa: E402
from claude_nb.notebook.answer.render import Footer, bundle  # noqa: E402

NUMBERS = (50, 200, 500)
METRICS = ("RecalcStyleDuration", "LayoutDuration", "ScriptDuration", "TaskDuration")
PART = """\
## Part {0} of answer {1}

A paragraph with *emphasis*, `code` and a [link](https://example.org/{0}/{1}), long enough to wrap
in the page of a notebook, as most paragraphs of an answer are; and with $x_{0}^2 + {1}$ in it.

- the first of three items
- the second, with **strong** words
- and the third

```python
def part_{0}(values):
    total = sum(value * {1} for value in values)  # of all
    return f"{{total:.2f}} of {{len(values)}}"
```

| name | value | unit |
|---|--:|---|
| length {0} | {1} | m |
| mass | 12.5 | kg |

"""
QUIET = """() => {
  let busy = performance.now();
  const touch = () => (busy = performance.now());
  new PerformanceObserver(touch).observe({ type: "longtask", buffered: true });
  const everything = { childList: true, subtree: true, characterData: true, attributes: true };
  new MutationObserver(touch).observe(document, everything);
  window.quiet = (number) => {
    const all = document.querySelectorAll(".jp-OutputArea-output > *").length >= number;
    return all && performance.now() - busy > 2000 ? busy : 0;
  };
}"""


@dataclass
class Opened:
    """What opening a notebook took."""

    size: int  # bytes of the file
    quiet: float  # seconds until the page was
    style: float
    layout: float
    scripts: float
    tasks: float


def text(number: int) -> str:
    """Return the Markdown of an answer, of some 3,000 characters."""
    return "".join(PART.format(part, number) for part in range(5))


def plain(number: int) -> tuple[dict[str, str], dict[str, Any]]:
    """Return an answer as `display(Markdown(text))` saves it."""
    told = "<IPython.core.display.Markdown object>"
    return {"text/markdown": text(number), "text/plain": told}, {}


def ours(number: int) -> tuple[dict[str, str], dict[str, Any]]:
    """Return an answer as a cell keeps it."""
    message = Message.model_validate(
        {
            "id": f"msg_{number}",
            "type": "message",
            "role": "assistant",
            "model": "claude-sonnet-4-6",
            "stop_reason": "end_turn",
            "content": [{"type": "text", "text": text(number)}],
            "usage": {"input_tokens": 12, "output_tokens": 800},
        }
    )
    return bundle(message, Footer(seconds=4.2)), {}


WAYS: dict[str, Callable[[int], tuple[dict[str, str], dict[str, Any]]]] = {
    "plain Markdown": plain,
    "here": ours,
}


def write(path: Path, number: int, way: str) -> None:
    """Write a notebook of so many answers."""
    cells = []
    for each in range(number):
        data, metadata = WAYS[way](each)
        output = v4.new_output("display_data", data, metadata=metadata)
        cells.append(v4.new_code_cell(f"%%claude\nQuestion {each}", outputs=[output]))
    nbformat.write(v4.new_notebook(cells=cells), path)


@contextmanager
def jupyter(*, kernels: bool) -> Iterator[tuple[JupyterServer, Browser]]:
    """Start a server that has the front-end extension, with kernels or without, and a browser."""
    with tempfile.TemporaryDirectory() as home, sync_playwright() as playwright:
        shutil.copytree(LABEXTENSION, Path(home) / "data" / "labextensions" / "claude-nb")
        browser = launch(playwright)
        env = {"JUPYTER_PATH": str(Path(home) / "data"), "CLAUDE_NB_BACKEND": "emulator"}
        server = JupyterServer(Path(home), kernels=kernels, env=env)
        yield server, browser
        server.close()
        browser.close()


class Window:
    """A page of its own, and how much work its main thread had.

    Parameters
    ----------
    server : JupyterServer
        Where notebooks are.
    browser : Browser
        Where the page is.
    """

    def __init__(self, server: JupyterServer, browser: Browser) -> None:
        self.page = new_page(browser)
        self.page.set_viewport_size({"width": 1280, "height": 900})
        self.lab = Lab(self.page, server, lambda: server)
        self._metrics = self.page.context.new_cdp_session(self.page)
        self._metrics.send("Performance.enable", {"timeDomain": "threadTicks"})

    def work(self) -> list[float]:
        """Return the seconds of `METRICS`."""
        told = self._metrics.send("Performance.getMetrics")["metrics"]
        found = {item["name"]: item["value"] for item in told}
        return [found[name] for name in METRICS]


def opened(server: JupyterServer, browser: Browser, number: int, way: str) -> Opened:
    """Open a notebook of so many answers in a new page, and measure until it is quiet."""
    assert server.root is not None
    path = server.root / "big.ipynb"
    write(path, number, way)
    window = Window(server, browser)
    window.page.add_init_script(f"({QUIET})()")
    window.lab.open_file("big.ipynb", kernel=False)
    done = window.page.wait_for_function("n => quiet(n)", arg=number, timeout=600_000, polling=200)
    found = Opened(path.stat().st_size, done.json_value() / 1000, *window.work())
    window.page.close()
    return found


def open_all(*numbers: int) -> None:
    """Open notebooks of so many answers."""
    with jupyter(kernels=False) as (server, browser):
        opened(server, browser, 1, "here")  # the application itself is fetched and compiled
        for number in numbers or NUMBERS:
            figures = {way: opened(server, browser, number, way) for way in WAYS}
            first = figures["plain Markdown"]
            print(f"\n{number} answers: {' | '.join(WAYS)} | ratio")
            for name in ("size", "quiet", "style", "layout", "scripts", "tasks"):
                values = [getattr(each, name) for each in figures.values()]
                told = " | ".join(f"{value:,.2f}" for value in values)
                print(f"{name:<10} {told:<40} {values[-1] / getattr(first, name):.2f}", flush=True)


# Cells in a live page.

SETUP = f"""\
%load_ext claude_nb
from IPython.display import Markdown, display
from claude_nb import emulator
TEXT = {text(1)!r}
_ = emulator.shared(tokens_per_second=0, answer=lambda request: TEXT)"""
CELLS = {
    "plain Markdown": "display(Markdown(TEXT))",
    "here": "%%claude --no-history\nWhat is there?",
}


def run_cells(number: int = 300) -> None:
    """Run cells one after the other in one page; compare the last with the first."""
    with jupyter(kernels=True) as (server, browser):
        for way, source in CELLS.items():
            window = Window(server, browser)
            window.lab.open([SETUP, *[source] * number], name="cells.ipynb")
            window.lab.run(0)
            window.lab.run(1)  # what is imported with the first answer
            figures = [one_cell(window, each) for each in range(2, number + 1)]
            tell_ends(way, figures)
            window.page.close()
            server.shut_kernels_down()


def one_cell(window: Window, number: int) -> tuple[float, float]:
    """Run a cell; return its seconds, and those of the page's work."""
    before, began = window.work()[-1], time.monotonic()
    window.lab.run(number)
    took = time.monotonic() - began
    window.page.evaluate("() => new Promise(requestAnimationFrame)")
    return took, window.work()[-1] - before


def tell_ends(way: str, figures: list[tuple[float, float]]) -> None:
    """Print the medians of the first and last ten cells, and their ratio."""
    for name, values in zip(("cell", "page work"), zip(*figures, strict=True), strict=True):
        first, last = statistics.median(values[:10]), statistics.median(values[-10:])
        told = f"{1000 * first:,.0f} -> {1000 * last:,.0f} ms, ratio {last / first:.2f}"
        print(f"{len(figures) + 1} cells, {way:<15} {name:<10} {told}", flush=True)


# One long answer.

KINDS = {
    "prose": "A paragraph of *words* that goes on for a while, with `code` in it, and ends.\n\n",
    "code": "value = compute(value, 12) + other.part[3]  # as before\n",
    "table": "| a name of some length | 12.5 | kg | and a **remark** on it |\n",
}
BEFORE = {"code": "```python\n", "table": "| name | value | unit | remark |\n|---|--:|---|---|\n"}
STREAM = """\
import time
from claude_nb.notebook.answer.pieces import Piece
from claude_nb.notebook.live.live import LiveView
from claude_nb.notebook.text.markdown import to_html
to_html("warm")
def stream(text, size=20, rate=1_000):
    view = LiveView("long")
    view.open()
    began, cpu = time.perf_counter(), time.process_time()
    for number, at in enumerate(range(0, len(text), size), 1):
        view.put(Piece("text", text[at : at + size]))
        time.sleep(max(0, began + number / rate - time.perf_counter()))
    view.put(Piece("end"))
    cpu, took = time.process_time() - cpu, time.perf_counter() - began
    view.finish({"text/plain": f"{cpu:.2f} {took:.1f}"})
"""
FRAMES = """() => {
  let before = 0;
  window.longest = 0;
  const look = (now) => {
    if (before) window.longest = Math.max(window.longest, now - before);
    before = now;
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}"""


def stream_long(size: int = 300_000) -> None:
    """Stream long answers of one kind each at 1,000 pieces a second."""
    with jupyter(kernels=True) as (server, browser):
        window = Window(server, browser)
        cells = [
            f"stream({BEFORE.get(kind, '')!r} + ({line!r} * {size // len(line)}))"
            for kind, line in KINDS.items()
        ]
        window.lab.open([STREAM, *cells], name="long.ipynb")
        window.lab.run(0)
        for number, kind in enumerate(KINDS, 1):
            window.page.evaluate(FRAMES)
            before = window.work()[-1]
            window.lab.run(number, wait=False)
            window.lab.wait(number, 600)
            cpu, took = window.lab.outputs(number)[0]["data"]["text/plain"].split()
            frame = window.page.evaluate("() => longest")
            work = window.work()[-1] - before
            print(
                f"{size:,} characters of {kind:<6} {took} s; kernel {cpu} s of CPU; page work "
                f"{work:.1f} s; longest frame {frame:.0f} ms",
                flush=True,
            )


CASES: dict[str, Callable[..., None]] = {"open": open_all, "cells": run_cells, "long": stream_long}


def main() -> None:
    """Measure what the command line names."""
    name, *numbers = sys.argv[1:] or ["all"]
    for case in CASES.values() if name == "all" else [CASES[name]]:
        case(*map(int, numbers))


if __name__ == "__main__":
    main()
