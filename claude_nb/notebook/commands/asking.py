"""``%claude -m haiku Why is the sky blue?``: a question on one line, options before it."""

from __future__ import annotations

import re
from typing import Any
from weakref import WeakKeyDictionary

from claude_nb.notebook.cell import cell_key
from claude_nb.notebook.commands.host import Host
from claude_nb.notebook.errors import InputError
from claude_nb.notebook.options import parse_line
from claude_nb.notebook.settings import SETTINGS, Setting

__all__ = ["run", "split"]

_WORD = re.compile(r"""\s*((?:[^\s"'\\]|\\.|"(?:[^"\\]|\\.)*"|'[^']*')+)(?=\s|$)""", re.DOTALL)
_NUMBER = re.compile(r"-[\d.]")
_BY_FLAG = {flag: setting for setting in SETTINGS for flag in setting.flags}

_asked: WeakKeyDictionary[Any, tuple[object, int]] = WeakKeyDictionary()  # by shell


def run(magics: Host, line: str) -> Any:
    """Ask the question on `line` and return the answer."""
    options, question = split(line)
    values = {**magics.defaults(), **parse_line(options)}
    if not question:
        raise InputError(
            "There is no question behind the options: %claude -m haiku Why is the sky blue?"
        )
    return magics.ask(values, question, cell=_cell(magics.shell, question))


def split(line: str) -> tuple[str, str]:
    """Return (options, question): words that begin with a dash, with their values, come first.

    The question stays as typed: quotes and backslashes in it mean nothing.
    """
    end = 0
    while (found := _WORD.match(line, end)) and _is_option(found[1]):
        if found[1] == "--":
            return line[:end].strip(), line[found.end() :].strip()
        end = found.end()
        setting = _BY_FLAG.get(found[1])
        if setting is None or setting.kind == "flag" or not line[end:].strip():
            continue
        value = _WORD.match(line, end)
        if value is None:  # a quote is open: the options' reader says so
            return line, ""
        if setting.kind != "think" or _thinks(setting, value[1]):
            end = value.end()
    return line[:end].strip(), line[end:].strip()


def _is_option(word: str) -> bool:
    return word.startswith("-") and word != "-" and not _NUMBER.match(word)


def _thinks(setting: Setting, word: str) -> bool:
    """Return whether `word` is a budget; in "--think Why ..." it is the question."""
    try:
        setting.parse(word)
    except InputError:
        return False
    return True


def _cell(shell: Any, question: str) -> str:
    """Return what names the turn: of several questions in one cell, each is a turn of its own."""
    run, before = _asked.get(shell, (None, 0))
    before = before + 1 if run == _execution(shell) else 0
    _asked[shell] = (_execution(shell), before)
    key = cell_key(shell, question)
    return f"{key}/{before + 1}" if before else key


def _execution(shell: Any) -> object:
    """Return what tells this execution of a cell from all others."""
    parent = shell.get_parent() if hasattr(shell, "get_parent") else {}
    return (parent.get("header") or {}).get("msg_id") or shell.execution_count
