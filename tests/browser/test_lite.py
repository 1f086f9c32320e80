"""The JupyterLite site: every notebook in it runs in the page, with no kernel and no server.

Needs the site that `make lite` builds. The site is served as plain files on loopback; what it would
fetch from the web (nh3, pictures, data frames) is refused at once, as on a plane.
"""

from __future__ import annotations

import functools
import http.server
import json
import threading
from pathlib import Path

import pytest

pytestmark = pytest.mark.lite
SITE = Path(__file__).parents[2] / "build" / "lite"
DEADLINE = 120_000  # ms; Python itself takes some 8 s to start in the page
CELLS = """() => {
  const cells = [...(jupyterapp.shell.currentWidget?.content.model?.cells ?? [])];
  return cells.map((cell) => cell.toJSON()).filter((cell) => cell.cell_type === "code");
}"""
IDLE = "() => jupyterapp.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'"
# One after the other: "Run All" ends there at an error, also at one that the cell's tag expects.
RUN_ALL = """() => {
  const book = jupyterapp.shell.currentWidget.content;
  const run = async () => {
    for (let at = 0; at < book.widgets.length; at++) {
      book.activeCellIndex = at;
      await jupyterapp.commands.execute("notebook:run-cell").catch(() => {});
    }
  };
  run().finally(() => (window.ended = true));
}"""
# What these need comes from Pyodide's own packages on the web, or is not for a page.
NEEDS_THE_WEB = {"10_images_and_documents": "PIL", "14_tables": "pandas"}
NOTEBOOKS = sorted(path.stem for path in (SITE / "files").glob("*.ipynb"))


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def site():
    """Serve the site; give its address."""
    handler = functools.partial(_Quiet, directory=str(SITE))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def page(browser, site):
    """Open a page of its own, without the web, in which tests can reach the application."""

    def expose(route):
        config = json.loads((SITE / "jupyter-lite.json").read_text(encoding="utf-8"))
        config["jupyter-config-data"]["exposeAppInBrowser"] = True
        route.fulfill(json=config)

    context = browser.new_context(viewport={"width": 1200, "height": 1000})
    context.route(lambda url: not url.startswith(site), lambda route: route.abort())
    context.route(f"{site}/jupyter-lite.json*", expose)
    opened = context.new_page()
    opened.errors = []
    opened.on("pageerror", lambda error: opened.errors.append(str(error)))
    yield opened
    context.close()


def run_all(page, site: str, name: str) -> list[dict]:
    """Run a notebook in the page and return its code cells."""
    page.goto(f"{site}/lab/index.html?path={name}.ipynb")
    page.wait_for_function("() => window.jupyterapp", timeout=DEADLINE)
    page.wait_for_function(IDLE, timeout=DEADLINE)
    page.evaluate(RUN_ALL)
    page.wait_for_function("() => window.ended", timeout=DEADLINE)
    return page.evaluate(CELLS)


def errors(cells: list[dict]) -> list[str]:
    """Return what the cells' errors say."""
    outputs = [output for cell in cells for output in cell["outputs"]]
    return [f"{o['ename']}: {o['evalue']}" for o in outputs if o["output_type"] == "error"]


def is_to_fail(cell: dict) -> bool:
    """Return whether a cell shows an error on purpose."""
    return "raises-exception" in cell["metadata"].get("tags", [])


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_notebook_runs_in_the_page(page, site, name):
    cells = run_all(page, site, name)
    found = errors([cell for cell in cells if not is_to_fail(cell)])
    if name in NEEDS_THE_WEB:
        assert found
        assert NEEDS_THE_WEB[name] in found[0]
        return
    assert found == []
    skipped = ["".join(cell["source"]) for cell in cells if not cell["execution_count"]]
    assert [source for source in skipped if source.strip()] == []
    assert all(errors([cell]) for cell in cells if is_to_fail(cell))
    assert page.errors == []
