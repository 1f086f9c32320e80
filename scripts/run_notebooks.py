"""Run the notebooks again: `make notebooks` saves their new outputs, `--check` compares them.

Each is executed in a fresh kernel against the emulator, with one final output a cell. Nothing that
changes from run to run is kept, so a second run changes no byte, and a saved output that was
changed in any way, whatever its kind, is found. As many run side by side as there are processors.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import zip_longest
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

from claude_nb.cli.demo import own_directories
from claude_nb.cli.headless import connect_in

CELL_DEADLINE = 300  # seconds
SHOWN = 200  # characters of an output in a report


def executed(path: Path, home: Path) -> nbformat.NotebookNode:
    """Return the notebook as it is after a run of all its cells."""
    book = nbformat.read(path, as_version=4)
    env = {k: v for k, v in own_directories(home).items() if not k.startswith("ANTHROPIC_")}
    env |= {"CLAUDE_NB_BACKEND": "emulator", "CLAUDE_NB_DISPLAY": "final"}
    env |= {"CLAUDE_NB_EMULATOR_SPEED": "0", "CLAUDE_NB_LEDGER": str(home / "usage.sqlite3")}
    client = NotebookClient(
        book,
        timeout=CELL_DEADLINE,
        record_timing=False,
        coalesce_streams=True,
        resources={"metadata": {"path": path.parent}},
    )
    connect_in(home, client.create_kernel_manager())
    asyncio.run(client.async_execute(env=env))  # a loop that nbclient makes is never closed
    for cell in book.cells:
        cell.metadata.pop("execution", None)
    book.metadata["language_info"] = {"name": "python"}
    return book


def differences(stored: Any, fresh: Any) -> Iterator[str]:
    """Yield, for each output that differs in any way, which one and how."""
    for before, after in zip_longest(stored.cells, fresh.cells, fillvalue={}):
        pairs = zip_longest(before.get("outputs", []), after.get("outputs", []))
        for number, (old, new) in enumerate(pairs, 1):
            if old != new:
                yield f"{before.get('id')}, output {number}: {_shown(old, new)}"


def _shown(old: Any, new: Any) -> str:
    was, now = (json.dumps(each, sort_keys=True, ensure_ascii=False) for each in (old, new))
    same = next((n for n, (a, b) in enumerate(zip(was, now, strict=False)) if a != b), 0)
    at = max(0, same - SHOWN // 4)
    return f"stored …{was[at : at + SHOWN]}… but now …{now[at : at + SHOWN]}…"


def main() -> int:
    """Run every notebook named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare, and save nothing")
    parser.add_argument("notebooks", nargs="+", type=Path)
    options = parser.parse_args()
    os.environ.pop("JPY_SESSION_NAME", None)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        runs = pool.map(partial(_run, check=options.check), options.notebooks)
    found = [line for run in runs for line in run]
    if options.check:
        print("\n".join(found) or f"{len(options.notebooks)} notebooks: all outputs as stored.")
    return bool(found)


def _run(path: Path, *, check: bool) -> list[str]:
    with tempfile.TemporaryDirectory() as home:
        fresh = executed(path, Path(home))
    if check:
        stored = nbformat.read(path, as_version=4)
        return [f"{path}: {line}" for line in differences(stored, fresh)]
    nbformat.write(fresh, path)
    print(f"{path}: {sum(cell.cell_type == 'code' for cell in fresh.cells)} cells")
    return []


if __name__ == "__main__":
    sys.exit(main())
