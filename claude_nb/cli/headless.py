"""A notebook executed in a real kernel and printed as text, while it runs.

Owns the order and form of what is printed; must not know what the cells do. Needs nbclient, which
comes with the extra ``lab``.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TextIO

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

__all__ = ["connect_in", "execute"]

CELL_DEADLINE = 120  # seconds a cell may take


def execute(path: Path, env: Mapping[str, str], runtime: Path, out: TextIO | None = None) -> int:
    """Execute a notebook and print each cell, and what it says as it says it.

    Parameters
    ----------
    path : Path
        The notebook; it is not changed.
    env : Mapping[str, str]
        The kernel's whole environment.
    runtime : Path
        Directory for the kernel's connection file and sockets.
    out : TextIO, optional
        Standard output by default.

    Returns
    -------
    int
        0, or 1 if a cell failed.
    """
    stream: TextIO = out or sys.stdout
    book = nbformat.read(path, as_version=4)
    began = time.monotonic()
    client = _Printing(book, stream, str(path.parent))
    connect_in(runtime, client.create_kernel_manager())
    failed = 0
    try:
        client.execute(env=dict(env))
    except CellExecutionError:
        failed = 1  # the cell's error is printed already
    seconds = time.monotonic() - began
    cells = sum(cell.cell_type == "code" for cell in book.cells)
    end = "stopped at a cell that failed" if failed else f"ran {cells} cells in a kernel"
    stream.write(f"\n{'=' * 72}\n{path.name}: {end}, {seconds:.1f} s.\n")
    return failed


def connect_in(runtime: Path, kernel: Any) -> None:
    """Let the kernel be reached through files where the system can, not through open ports."""
    kernel.connection_file = str(runtime / "kernel.json")
    if os.name == "posix":
        kernel.transport = "ipc"
        kernel.ip = str(runtime / "kernel")


class _Printing(NotebookClient):
    """Prints cells when they begin and messages when they arrive."""

    def __init__(self, book: nbformat.NotebookNode, out: TextIO, folder: str) -> None:
        resources = {"metadata": {"path": folder}}
        super().__init__(book, timeout=CELL_DEADLINE, resources=resources)
        self._out = out
        self.on_cell_start = self._begin

    def process_message(self, msg: dict[str, Any], cell: Any, cell_index: int) -> Any:
        """Print what a message shows, then do with it what nbclient does."""
        self._out.write(_shown(msg["msg_type"], msg["content"]))
        self._out.flush()
        return super().process_message(msg, cell, cell_index)

    def _begin(self, cell: Any, **_: Any) -> None:
        if cell.cell_type == "code":
            self._out.write(f"\n{'-' * 72}\n{_quoted(cell.source)}\n\n")
        elif cell.cell_type == "markdown":
            self._out.write(f"\n{'=' * 72}\n{cell.source}\n")
        self._out.flush()


def _quoted(source: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in source.splitlines())


def _shown(kind: str, content: Mapping[str, Any]) -> str:
    """Return what a message adds to what is read."""
    if kind == "stream":
        return str(content["text"])
    if kind == "error":
        return "\n".join(content["traceback"]) + "\n"
    if kind in {"display_data", "execute_result", "update_display_data"}:
        return f"{content['data'].get('text/plain', '')}\n"
    return ""
