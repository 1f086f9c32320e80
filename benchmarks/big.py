"""Measure what opening a notebook of many answers costs, beside the same answers as plain Markdown.

    python benchmarks/big.py                 50, 200 and 500 answers
    python benchmarks/big.py 50 200          so many

A real JupyterLab, server and headless Chromium. The notebooks are files with outputs and are only
opened, on a server without kernels. A page is quiet when it had neither a long task nor a change of
its document for two seconds. Compare by ratio, in one run.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbformat import v4

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent / "tests"), str(HERE.parent / "tests" / "browser")]

from jupyter_rig import LABEXTENSION, Lab, launch  # noqa: E402 (found through the path set above)
from jupyter_server import JupyterServer  # noqa: E402
from playwright.sync_api import Browser, sync_playwright  # noqa: E402

from claude_nb.api.types import Message  # noqa: E402
from claude_nb.notebook.answer.render import Footer, bundle  # noqa: E402

NUMBERS = (50, 200, 500)
METRICS = ("RecalcStyleDuration", "LayoutDuration", "TaskDuration")
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
def reader() -> Iterator[tuple[JupyterServer, Browser]]:
    """Start a server that has the front-end extension and no kernels, and a browser."""
    with tempfile.TemporaryDirectory() as home, sync_playwright() as playwright:
        shutil.copytree(LABEXTENSION, Path(home) / "data" / "labextensions" / "claude-nb")
        browser = launch(playwright)
        server = JupyterServer(Path(home), kernels=False)
        yield server, browser
        server.close()
        browser.close()


def opened(server: JupyterServer, browser: Browser, number: int, way: str) -> Opened:
    """Open a notebook of so many answers in a new page, and measure until it is quiet."""
    assert server.root is not None
    path = server.root / "big.ipynb"
    write(path, number, way)
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    lab = Lab(page, server, lambda: server)
    page.add_init_script(f"({QUIET})()")
    metrics = page.context.new_cdp_session(page)
    metrics.send("Performance.enable")
    lab.open_file("big.ipynb", kernel=False)
    done = page.wait_for_function("n => quiet(n)", arg=number, timeout=600_000, polling=200)
    quiet = done.json_value() / 1000
    found = {
        item["name"]: item["value"] for item in metrics.send("Performance.getMetrics")["metrics"]
    }
    page.close()
    return Opened(path.stat().st_size, quiet, *(found[name] for name in METRICS))


def main() -> None:
    """Open notebooks of so many answers as the command line says."""
    numbers = [int(word) for word in sys.argv[1:]] or NUMBERS
    with reader() as (server, browser):
        opened(server, browser, 1, "here")  # the application itself is fetched and compiled
        for number in numbers:
            figures = {way: opened(server, browser, number, way) for way in WAYS}
            first = figures["plain Markdown"]
            print(f"\n{number} answers: {' | '.join(WAYS)} | ratio (wanted: at most 1.2)")
            for name in ("size", "quiet", "style", "layout", "tasks"):
                values = [getattr(each, name) for each in figures.values()]
                told = " | ".join(f"{value:,.1f}" for value in values)
                print(f"{name:<10} {told:<40} {values[-1] / getattr(first, name):.2f}", flush=True)


if __name__ == "__main__":
    main()
