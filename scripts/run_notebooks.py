"""Run notebooks again and save them with their new outputs: `make rerun`.

Each is executed in a fresh kernel against the emulator, with one final output a cell, so that
`make notebooks` (nbval) can compare them later. Nothing that changes from run to run is kept, so a
second run changes no byte.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

import nbformat
from nbclient import NotebookClient

from claude_nb.demo import own_directories
from claude_nb.headless import connect_in

CELL_DEADLINE = 300  # seconds


def rerun(path: Path, home: Path) -> None:
    """Execute one notebook and save it in place."""
    book = nbformat.read(path, as_version=4)
    env = {k: v for k, v in own_directories(home).items() if not k.startswith("ANTHROPIC_")}
    env |= {"CLAUDE_NB_BACKEND": "emulator", "CLAUDE_NB_DISPLAY": "final"}
    env["CLAUDE_NB_EMULATOR_SPEED"] = "0"
    client = NotebookClient(
        book,
        timeout=CELL_DEADLINE,
        record_timing=False,
        coalesce_streams=True,
        resources={"metadata": {"path": path.parent}},
    )
    connect_in(home, client.create_kernel_manager())
    client.execute(env=env)
    for cell in book.cells:
        cell.metadata.pop("execution", None)
    book.metadata["language_info"] = {"name": "python"}
    nbformat.write(book, path)
    print(f"{path}: {sum(cell.cell_type == 'code' for cell in book.cells)} cells")


def main() -> None:
    """Run every notebook named on the command line."""
    os.environ.pop("JPY_SESSION_NAME", None)
    for name in sys.argv[1:]:
        with tempfile.TemporaryDirectory() as home:
            rerun(Path(name), Path(home))


if __name__ == "__main__":
    main()
