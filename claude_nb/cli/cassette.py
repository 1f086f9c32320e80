"""``claude-nb cassette``: show what is recorded in a file, check it, put it in order."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from claude_nb.cassette import CassetteError
from claude_nb.cassette.nearest import question, shown
from claude_nb.cassette.taped import Taped
from claude_nb.cassette.tidy import Found, inspect, tidy
from claude_nb.characters import plain

__all__ = ["run"]


def run(work: str, path: Path) -> int:
    """Do one work: ``show``, ``check`` or ``tidy``.

    Returns
    -------
    int
        0 if all is well, 1 if `check` found something, 2 if the file cannot be used.
    """
    try:
        return {"show": _show, "check": _check, "tidy": _tidy}[work](path)
    except CassetteError as problem:
        sys.stderr.write(f"claude-nb cassette {work}: {problem}\n")
        return 2


def _show(path: Path) -> int:
    found = inspect(path)
    _say(f"{path}: {_count(len(found.recorded), 'recording')}")
    for taped in found.recorded:
        _say(f"{taped.line:>5}  {_told(taped)}")
    return 0


def _told(taped: Taped) -> str:
    body = taped.request.get("body") or {}
    kind = taped.request.get("path", "").rpartition("/")[2].replace("_", " ")
    kind = {"messages": "stream" if taped.streamed else "message"}.get(kind, kind)
    facts = [taped.key[:8], f"no. {taped.n}" if taped.n else "", taped.cell[:8]]
    facts += [kind if taped.status < 300 else f"error {taped.status}", str(body.get("model", ""))]  # noqa: PLR2004
    return "  ".join([*filter(None, facts), shown(question(taped.request))])


def _check(path: Path) -> int:
    found = inspect(path)
    problems = [*_damaged(found), *_keys(found)]
    for problem in problems:
        _say(f"FIX  {problem}")
    if found.replaced:
        lines = _count(len(found.replaced), "line")
        _say(f"     {lines} replaced by a later one; tidy takes them out")
    if not problems:
        _say(f"ok   {_count(len(found.recorded), 'recording')}, no key, nothing damaged")
    return 1 if problems else 0


def _damaged(found: Found) -> Iterator[str]:
    for number, why in found.damaged.items():
        yield f"{found.unit} {number} is no recorded answer and is skipped: {why}"


def _keys(found: Found) -> Iterator[str]:
    for number in found.keyed:
        yield (
            f"{found.unit} {number} holds what looks like a key: take it back where it was given, "
            f"and take the {found.unit} out of the history of the file too"
        )


def _tidy(path: Path) -> int:
    found = tidy(path)
    for problem in [*_damaged(found), *_keys(found)]:
        _say(f"out  {problem}")
    if found.replaced:
        _say(f"out  {_count(len(found.replaced), 'line')} replaced by a later one")
    _say(f"ok   {_count(len(found.recorded) - len(found.keyed), 'recording')}, sorted")
    return 0


def _count(number: int, name: str) -> str:
    return f"{number} {name}{'' if number == 1 else 's'}"


def _say(line: str) -> None:
    sys.stdout.write(f"{plain(line)}\n")
