"""``%claude -m haiku Why is the sky blue?``: a question on one line, options before it."""

from __future__ import annotations

import re
from typing import Any

from claude_nb.ask.arguments import parse_line
from claude_nb.ask.errors import InputError
from claude_nb.ask.options import BY_FLAG, Setting
from claude_nb.notebook.run.cell import ask
from claude_nb.notebook.session import Session

__all__ = ["run", "split", "unquoted"]

_WORD = re.compile(r"""\s*((?:[^\s"'\\]|\\.|"(?:[^"\\]|\\.)*"|'[^']*')+)(?=\s|$)""", re.DOTALL)
_NUMBER = re.compile(r"-[\d.]")


def run(session: Session, line: str) -> Any:
    """Ask the question on `line` and return the answer."""
    options, question = split(line)
    question = unquoted(question)
    given = session.defaults().changed(parse_line(options))
    if not question:
        raise InputError(
            "There is no question behind the options: %claude -m haiku Why is the sky blue?"
        )
    return ask(session, given, question, session.question_key(question))


def split(line: str) -> tuple[str, str]:
    """Return (options, question): words that begin with a dash, with their values, come first.

    The question stays as typed: quotes and backslashes in it mean nothing, but for quotes around
    all of it, in which it is safe from formatters.
    """
    end = 0
    while (found := _WORD.match(line, end)) and _is_option(found[1]):
        if found[1] == "--":
            return line[:end].strip(), line[found.end() :].strip()
        end = found.end()
        setting = BY_FLAG.get(found[1])
        if setting is None or setting.kind == "flag" or not line[end:].strip():
            continue
        value = _WORD.match(line, end)
        if value is None:  # a quote is open: the options' reader says so
            return line, ""
        if setting.alone is None or _fits(setting, value[1]):
            end = value.end()
    return line[:end].strip(), line[end:].strip()


def unquoted(question: str) -> str:
    """Return a question that stands in quotes as a whole without them."""
    quoted = re.fullmatch(r"""'([^']+)'|"([^"]+)\"""", question)
    return (quoted[1] or quoted[2]) if quoted else question


def _is_option(word: str) -> bool:
    return word.startswith("-") and word != "-" and not _NUMBER.match(word)


def _fits(setting: Setting, word: str) -> bool:
    """Return whether `word` is a value; in "--think Why ..." it is the question."""
    try:
        setting.parse(word)
    except InputError:
        return False
    return True
