"""Every tutorial notebook in a real JupyterLab: restart, run all, live, with no error anywhere."""

from __future__ import annotations

import shutil
from pathlib import Path

import nbformat
import pytest
from jupyter_rig import Lab, new_page
from jupyter_server import JupyterServer

# part of `make compat`, not of `make test`: twelve kernels in a page take minutes
pytestmark = [pytest.mark.browser, pytest.mark.compat]

# JupyterLab says so when the live view of an answer is closed while it is being drawn.
CLOSED = "Comm not found for comm id"
ALL_DONE = """() => {
  const models = jupyterapp.shell.currentWidget.content.widgets.map((cell) => cell.model);
  const filled = (model) => model.type === "code" && model.sharedModel.getSource().trim();
  const done = (model) => model.executionCount && model.executionState !== "running";
  return models.filter(filled).every(done);
}"""
PATHS = sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))


@pytest.fixture(scope="module")
def quick_server(tmp_path_factory, extensions):
    """Start a JupyterLab whose emulator writes five times as fast as usual, so still live."""
    env = {"JUPYTER_PATH": str(extensions), "CLAUDE_NB_EMULATOR_SPEED": "300"}
    with JupyterServer(tmp_path_factory.mktemp("run-all"), env=env) as server:
        yield server


@pytest.fixture
def lab(window, quick_server):
    page = new_page(window)
    yield Lab(page, quick_server, None)
    page.close()
    quick_server.shut_kernels_down()


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_all_cells_run_and_nothing_complains(lab, path):
    shutil.copy(path, lab.server.root / path.name)
    lab.open_file(path.name)
    lab.command("notebook:clear-all-cell-outputs")
    lab.page.evaluate("() => void rig.execute('notebook:restart-run-all', {})")
    lab.page.locator(".jp-Dialog button.jp-mod-accept").click()
    lab.page.wait_for_function(ALL_DONE, timeout=120_000)  # the command ends at the first error
    book = lab.save()
    stored = nbformat.read(path, as_version=4)
    for cell, before in zip(book.cells, stored.cells, strict=True):
        if cell.cell_type == "code":
            assert cell.execution_count is not None, cell.source
            assert kinds(cell) == kinds(before), [cell.source, cell.outputs]
    assert [error for error in lab.errors if CLOSED not in error] == []
    assert lab.foreign == []
    for theme in ("dark", "light"):
        lab.theme(theme)
        lab.screenshot(f"notebook-{path.stem}-{theme}")


def kinds(cell):
    """Return what kinds of outputs a cell has: a stream may come in several pieces."""
    return {output.output_type for output in cell.outputs}
