"""Run All where nobody watches, in nbclient and papermill: what was done is said, and it ends."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from kernel_rig import add_kernelspec, isolated_environment
from nbformat import v4
from test_guard_kernel import CELLS, CHARGED

ROOT = Path(__file__).parents[4]
sys.path.append(str(ROOT / "scripts"))
import compat_apps  # noqa: E402 (found through the path set above)

SECONDS = 120
SENT = CHARGED.replace('"cancel"', '"go"')
NBCLIENT = """
import sys, nbformat
from nbclient import NotebookClient
book = nbformat.read(sys.argv[1], as_version=4)
try:
    NotebookClient(book, timeout=60).execute()
finally:
    nbformat.write(book, sys.argv[2])
"""
RUNNERS = [
    pytest.param("nbclient", marks=pytest.mark.kernel),
    pytest.param("papermill", marks=pytest.mark.compat),
]


def command(runner: str) -> list[str]:
    """Return what runs a notebook and writes another, to which their names are added."""
    if runner == "nbclient":
        return [sys.executable, "-c", NBCLIENT]
    compat_apps.make(runner)
    return [str(compat_apps.python_of(runner)), "-m", "papermill", "--no-progress-bar"]


def executed(folder: Path, runner: str, *cells: str) -> tuple[int, nbformat.NotebookNode, str]:
    """Return the status, the notebook as it was written, and what was said."""
    book = v4.new_notebook(cells=[v4.new_code_cell(cell) for cell in cells])
    book.metadata["kernelspec"] = {"name": "python3", "display_name": "3", "language": "python"}
    nbformat.write(book, folder / "in.ipynb")
    add_kernelspec(folder)
    env = isolated_environment(folder, JUPYTER_PATH=str(folder / "data"))
    env["PYTHONPATH"] = str(ROOT)
    done = subprocess.run(  # noqa: S603 (ours)
        [*command(runner), "in.ipynb", "out.ipynb"],
        cwd=folder,
        env=env,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    return done.returncode, nbformat.read(folder / "out.ipynb", as_version=4), done.stderr


def texts(book: nbformat.NotebookNode) -> str:
    """Return all that its cells show, as plain text."""
    outputs = [output for cell in book.cells for output in cell.get("outputs", ())]
    shown = [
        output.get("text") or output.get("data", {}).get("text/plain", "") for output in outputs
    ]
    return "\n".join([*shown, *(str(each.get("evalue", "")) for each in outputs)])


@pytest.mark.parametrize("runner", RUNNERS)
def test_it_is_sent_and_said_and_a_budget_ends_it(tmp_path, runner):
    last = "%%claude --no-history\nNot sent."
    cells = [SENT, *CELLS, "%claude budget $0.001", last, "never = 1"]
    status, book, said = executed(tmp_path, runner, *cells)
    assert status == 1, said
    told = texts(book)
    assert told.count("and nobody could be asked (no page runs these cells): it is sent.") == 1
    assert "ClaudeMagics.unasked = 'cancel' stops here instead." in told
    assert told.count("Yes.") == len(CELLS)
    assert "The budget does not allow it\nThis could cost up to $0.3" in told
    assert "The budget does not allow it: the cell failed, its output says what to do." in said
    assert book.cells[-1].get("execution_count") is None


@pytest.mark.parametrize("runner", RUNNERS)
def test_where_that_is_set_it_stops_before_the_first_prompt_that_passes_the_dollar(
    tmp_path, runner
):
    status, book, said = executed(tmp_path, runner, CHARGED, *CELLS)
    assert status == 1, said
    assert texts(book).count("Yes.") == 3
    told = texts(book)
    assert "Nothing was sent\n4 prompts, about " in told
    assert "nobody could be asked (no page runs these cells)" in told
    assert "ClaudeMagics.unasked is 'cancel', so nothing more is sent." in told
    assert "Nothing was sent: the cell failed, its output says what to do." in said
