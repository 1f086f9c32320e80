r"""Code from an answer -> the next cell: made safe to read, inserted, never run.

Python accepts characters that no editor shows: a person must see what they are about to run. So
each one is written as an escape (which means the same inside a string, and is a syntax error
anywhere else), and listed on top.

References
----------
Unicode Standard Annex 31 (identifiers); PEP 672.
"""

from __future__ import annotations

import io
import re
import tokenize
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Literal

from claude_nb.characters import escape_invisible, hidden_in, show_invisible
from claude_nb.notebook.answer.amounts import count
from claude_nb.notebook.answer.not_python import MANY, not_python
from claude_nb.notebook.session import Session

__all__ = ["Prepared", "insert", "prepare"]

_WORD = re.compile(r"[^\W\d]\w*")
_FORMATTED = re.compile(r"[a-z]*[ft]", re.IGNORECASE)
_MOST = 5  # of a kind in a header or a list of warnings
_SHOWN = 80  # characters of a name quoted in a warning


@dataclass(frozen=True, slots=True)
class Prepared:
    """Code as it goes into a cell.

    Attributes
    ----------
    text : str
        The code, hidden characters escaped and listed in a comment on top.
    warnings : tuple of str
        What a person should look at before they run it; plain text, one line each.
    """

    text: str
    warnings: tuple[str, ...] = ()


def prepare(code: str, shell: Any = None) -> Prepared:
    r"""Return code ready for a cell: ``\n`` ends its lines, and nothing in it is invisible.

    Parameters
    ----------
    code : str
        As the model wrote it.
    shell : InteractiveShell, optional
        Where it would run: its magics and its transformers count.
    """
    code = code.replace("\r\n", "\n").replace("\r", "\n")
    hidden = _hidden(code)
    shown = show_invisible(code)
    header = _header(hidden)
    above = header.count("\n")
    warnings = [
        *_count(len(hidden)),
        *_first(f"Line {line}: {what}" for line, what in not_python(header + shown, shell)),
        *_first(f"Line {line + above}: {what}" for line, what in _names(shown)),
    ]
    return Prepared(header + shown, tuple(warnings))


def _hidden(code: str) -> list[tuple[int, str]]:
    """Return (line, character) of each hidden character; lines count from 1."""
    wanted = hidden_in(code)
    if not wanted:
        return []
    lines = enumerate(code.split("\n"), 1)
    return [(line, char) for line, text in lines for char in text if char in wanted]


def _header(hidden: Sequence[tuple[int, str]]) -> str:
    if not hidden:
        return ""
    more = len(hidden) - _MOST
    above = 1 + min(len(hidden), _MOST) + (more > 0)
    rows = [
        f"#   line {line + above}: {escape_invisible(char)} {unicodedata.name(char, 'unnamed')}"
        for line, char in hidden[:_MOST]
    ]
    rest = [f"#   and {more} more"] if more > 0 else []
    return "\n".join(["# Hidden characters in this code are shown as escapes:", *rows, *rest, ""])


def _count(hidden: int) -> list[str]:
    several = "hidden characters are shown as escapes."
    return [count(hidden, "hidden character is shown as an escape.", several)] if hidden else []


def _first(warnings: Iterable[str]) -> list[str]:
    found = list(islice(_once(warnings), MANY + 1))
    more = len(found) - _MOST
    number = f"{more}" if len(found) <= MANY else f"at least {more}"
    return [*found[:_MOST], *([f"And {number} more like these."] if more > 0 else [])]


def _once(warnings: Iterable[str]) -> Iterator[str]:
    said = set[str]()
    for warning in warnings:
        if warning not in said:
            said.add(warning)
            yield warning


def _names(code: str) -> Iterator[tuple[int, str]]:
    """Yield (line, warning) of names that may not be what they look like."""
    for line, name in [] if code.isascii() else _words(code):
        if name.isascii():
            continue
        read = unicodedata.normalize("NFKC", name)
        if read != name:
            yield line, f"Python reads the name {name:.{_SHOWN}} as {read:.{_SHOWN}}."
        else:
            odd = next(char for char in name if not char.isascii())
            letter = f"U+{ord(odd):04X} {unicodedata.name(odd, 'unnamed')}"
            yield line, f"the name {name:.{_SHOWN}} is not plain ASCII: it holds {letter}."


def _words(code: str) -> Iterator[tuple[int, str]]:
    """Yield (line, name) of the names in code, of all its text if it cannot be read as Python."""
    try:
        for token in tokenize.generate_tokens(io.StringIO(code).readline):
            if _may_name(token):
                yield from _words_in(token.string, token.start[0])
    except (tokenize.TokenError, SyntaxError):
        yield from _words_in(code, 1)


def _may_name(token: tokenize.TokenInfo) -> bool:
    if token.string.isascii():
        return False
    # before Python 3.12 a formatted string is one token, with the names inside it
    is_formatted = token.type == tokenize.STRING and _FORMATTED.match(token.string) is not None
    return token.type in {tokenize.NAME, tokenize.ERRORTOKEN} or is_formatted


def _words_in(text: str, line: int) -> Iterator[tuple[int, str]]:
    done = 0
    for word in _WORD.finditer(text):
        line += text.count("\n", done, word.start())
        done = word.start()
        yield line, word[0]


def insert(
    session: Session, text: str, key: str, *, again: bool = False
) -> Literal["inserted", "changed", "kept"]:
    """Ask the front end to put `text` into a cell below the running one; it is not run.

    Parameters
    ----------
    session : Session
        Of the running shell.
    text : str
        From `prepare`.
    key : str
        What identifies the answer's cell. A notebook cannot be asked what became of a cell, so
        the same text for the same key is put in once.
    again : bool
        Put it in even so.

    Returns
    -------
    str
        ``"inserted"``; ``"changed"`` if an earlier, different text of this cell stands below it;
        ``"kept"`` if the same text was put in before, and nothing was done.
    """
    earlier = session.proposals.get(key)
    in_notebook = hasattr(session.shell, "kernel")  # a terminal's input is gone once entered
    if in_notebook and earlier == text and not again:
        return "kept"
    session.shell.set_next_input(text)
    session.proposals[key] = text
    return "changed" if in_notebook and earlier not in {None, text} else "inserted"
