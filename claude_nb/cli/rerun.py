"""``claude-nb rerun``: execute a notebook again, replayed or fresh, and say what changed.

Owns the run: which environment its kernel gets, and what is written. What two runs differ in is the
part of `differences`.
"""

from __future__ import annotations

import copy
import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

import nbformat
from jupyter_client.kernelspec import NoSuchKernel
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

from claude_nb.characters import plain
from claude_nb.cli.differences import answers_of, compared, page_of
from claude_nb.cli.headless import connect_in
from claude_nb.models.spending import limits
from claude_nb.private import open_private

__all__ = ["Wish", "run"]

Mode = Literal["replay", "fresh", "diff"]
_FAILS = (CellExecutionError, CellTimeoutError, DeadKernelError, NoSuchKernel)
_ESCAPES = re.compile(r"\x1b\[[0-9;]*m")
_REPLAYS = re.compile(r"^\s*%claude\s+(?:replay|auto)\s+(\S.*?)\s*$", re.MULTILINE)
_MOST = 2_000  # characters of an error


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What to do.

    Attributes
    ----------
    notebook : Path
        The notebook.
    mode : str
        ``"replay"``: nothing is asked. ``"fresh"``: everything is asked. ``"diff"``: the same, and
        the notebook stays as it is.
    budget : str
        The most that may be spent: ``"$1"``; empty for no limit of its own.
    output : Path or None
        Where the executed notebook goes; by default in its own place, but with ``"diff"`` nowhere.
    html : Path or None
        Where the report of ``"diff"`` goes, besides the text.
    """

    notebook: Path
    mode: Mode = "replay"
    budget: str = ""
    output: Path | None = None
    html: Path | None = None


def run(wish: Wish) -> int:
    """Execute the notebook.

    Returns
    -------
    int
        0 if it ran, and with ``"diff"`` if no answer changed; 1 if one did; 2 if it could not run.
    """
    try:
        saved = nbformat.read(wish.notebook, as_version=4)
        _check(wish, saved)
    except (OSError, ValueError, nbformat.ValidationError) as problem:
        return _refused(f"{wish.notebook}: {getattr(problem, 'strerror', None) or problem}")
    except (AttributeError, KeyError, TypeError):  # as nbformat finds what is of no notebook
        return _refused(f"{wish.notebook} is no notebook.")
    fresh = copy.deepcopy(saved)
    failure = _execute(fresh, wish)
    if failure:
        return _refused(failure)
    target = wish.output or (None if wish.mode == "diff" else wish.notebook)
    if target is not None:
        _write(fresh, target)
    if wish.mode == "diff":
        return _told(saved, fresh, wish)
    answers = len(answers_of(fresh))
    _say(f"{target}: {answers} answers, {'replayed' if wish.mode == 'replay' else 'asked'}.")
    return 0


def _check(wish: Wish, notebook: Any) -> None:
    if wish.budget:
        _check_budget(wish.budget)
    for target in filter(None, (wish.output, wish.html)):  # not when all is asked and paid
        if not target.absolute().parent.is_dir():
            raise ValueError(f"there is no folder {target.parent} for {target.name}")
    if wish.mode != "replay":
        return
    names = [name for cell in notebook.cells for name in _REPLAYS.findall(str(cell.source))]
    if names == ["notebook"]:  # its own outputs
        return
    for name in names or [f"{wish.notebook.stem}.answers.jsonl"]:
        path = wish.notebook.parent / Path(name.strip("\"'")).expanduser()
        if not path.exists():
            raise ValueError(
                f"there is no {path.name} beside it to replay: record it with %claude record, or "
                "ask with --fresh"
            )


def _check_budget(words: str) -> None:
    try:
        limits(words)
    except ValueError as problem:
        raise ValueError(f"--budget: {problem}; write '$1', or '200,000 tokens'") from None


def _execute(notebook: Any, wish: Wish) -> str:
    """Execute a notebook in a kernel of its own; return why it did not end, or nothing."""
    folder = wish.notebook.absolute().parent
    client = NotebookClient(notebook, timeout=None, resources={"metadata": {"path": str(folder)}})
    cell: Any = None

    def begins(**told: Any) -> None:
        nonlocal cell
        cell = told["cell_index"] + 1

    client.on_cell_start = begins
    with TemporaryDirectory(prefix="nb") as runtime:
        try:
            connect_in(Path(runtime), client.create_kernel_manager())
            client.execute(env=_environment(wish))
        except _FAILS as problem:
            if isinstance(problem, NoSuchKernel):
                return f"there is no kernel {problem.name!r} here: `jupyter kernelspec list`."
            said = _ESCAPES.sub("", getattr(problem, "traceback", "") or str(problem)).strip()
            return f"cell {cell} failed, and nothing was written:\n{said[-_MOST:]}"
    return ""


def _environment(wish: Wish) -> dict[str, str]:
    """Return the kernel's environment: outputs are the same in every run that is replayed."""
    named = {"CLAUDE_NB_NOTEBOOK": str(wish.notebook.absolute()), "CLAUDE_NB_DISPLAY": "final"}
    if wish.budget:
        named["CLAUDE_NB_BUDGET"] = wish.budget
    if wish.mode == "replay":  # what the notebook wants to record now, costs nothing either
        named |= {"CLAUDE_NB_CASSETTE_MODE": "replay", "CLAUDE_NB_BACKEND": "emulator"}
        named["CI"] = "true"  # %claude auto asks nothing then
    else:
        named |= {"CLAUDE_NB_CASSETTE_MODE": "off"}
    return os.environ | named


def _write(notebook: Any, path: Path) -> None:
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)  # the times of this run
    nbformat.write(notebook, path)


def _told(saved: Any, fresh: Any, wish: Wish) -> int:
    """Report the differences; return whether there are any."""
    found = compared(saved, fresh)
    bundle = page_of(wish.notebook.name, found)
    _say(bundle["text/plain"])
    if wish.html is not None:
        head = f'<!doctype html><meta charset="utf-8"><title>{len(found)} answers</title>'
        with open_private(wish.html, "wb") as file:
            file.write(f"{head}\n{bundle['text/html']}\n".encode())
    return int(any(each.has_changed for each in found))


def _refused(why: str) -> int:
    sys.stderr.write(f"claude-nb rerun: {plain(why)}\n")
    return 2


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


def said_of(options: Mapping[str, Any]) -> Wish:
    """Return what a command line asks for."""
    mode: Mode = "diff" if options["diff"] else "fresh" if options["fresh"] else "replay"
    kept = {name: options[name] for name in ("notebook", "output", "html")}
    return Wish(mode=mode, budget=options["budget"] or "", **kept)
