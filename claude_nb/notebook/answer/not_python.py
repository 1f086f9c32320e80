"""Which lines of a cell IPython does not run as Python: its own transformers say so.

They look at tokens, so that strings and comments raise no alarm and ``d["a-b"] = !cmd`` does. What
they find is taken out, and the rest is read anew: after a shell command the tokens may be off. Code
that is too long or too tangled for that is judged line by line, and rather too often than too
rarely. The work is bounded, whatever the code is.
"""

from __future__ import annotations

import re
import tokenize
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import Any

from claude_nb.characters import one_line

__all__ = ["MANY", "not_python"]

MANY = 1_000
"""Findings that are counted; of more there is no need."""

Found = tuple[int, str]  # line, counted from 1, and what it does

_SHORT = "calls a function by IPython's short form"
_DOES = {
    "!": "runs a shell command",
    "%": "is a magic",
    "?": "shows help",
    ",": _SHORT,
    ";": _SHORT,
    "/": _SHORT,
}
_CELL_MAGIC = "get_ipython().run_cell_magic("
# what magics take in a cell's place of Python
_OTHER_LANGUAGES = frozenset(
    {
        *("!", "HTML", "R", "SVG", "bash", "claude", "cmd", "cython", "file", "html"),
        *("javascript", "js", "latex", "markdown", "perl", "ruby", "script", "sh", "sql", "svg"),
        *("sx", "system", "writefile"),
    }
)
_WHOLE = "hands the cell to a magic"
_OTHER = "is rewritten by IPython before it runs"
_HANDLERS = {"magic": "is a magic", "auto": _SHORT, "macro": "runs a macro"}
_BLANKS = re.compile(r"[ \t\f]{101,}")
_FEW = " " * 100  # in the place of more blanks: a tokenizer goes through each run again and again
_LOOSE = re.compile(r"=[ \t]{0,100}([!%])|(\?)[ \t]{0,100}$")
_INDENT = re.compile(r"[ \t]*")
_QUOTED = 80  # characters of a line
_LONGEST = 2_000  # characters of a line that is read as tokens
_WORK = 120_000  # characters that are read as tokens, all in all; it takes a second or two
_ROUNDS = range(2, 13)  # how many times the code may be read


def not_python(code: str, shell: Any = None) -> list[Found]:
    """Return what IPython would not run as Python, in the order of the lines.

    Parameters
    ----------
    code : str
        A cell's text; its lines end in a line feed.
    shell : InteractiveShell, optional
        Whose transformers and magics count. Default: those that every shell has.

    Returns
    -------
    list of (int, str)
        The line, from 1, and what it does, with its beginning; of very many about a thousand.
    """
    whole = code if code.endswith("\n") else f"{code}\n"
    lines = [_BLANKS.sub(_FEW, line) for line in whole.splitlines(keepends=True)]
    cleaned, skipped = _cleaned(lines, shell)
    if not cleaned[0].startswith(_CELL_MAGIC):
        found = _Reading(cleaned, shell).found() or _automagic(cleaned, shell)
        return sorted((place + skipped + 1, what) for place, what in found)
    first = lines[skipped]
    body = ["\n", *lines[skipped + 1 :]] if _runs_python(first) else []
    inside = [(place + skipped + 1, what) for place, what in _Reading(body, shell).found()]
    return [(skipped + 1, _says(_WHOLE, first)), *sorted(inside)]


def _runs_python(first: str) -> bool:
    """Whether a magic may run its cell as code, as ``%%time`` does: it is judged, too."""
    return first.strip().removeprefix("%%").partition(" ")[0] not in _OTHER_LANGUAGES


def _says(what: str, statement: str) -> str:
    return f"{what}: {one_line(statement, _QUOTED)}"


def _manager(shell: Any) -> Any:
    from IPython.core.inputtransformer2 import (  # noqa: PLC0415 (only in a shell)
        TransformerManager,
    )

    return getattr(shell, "input_transformer_manager", None) or TransformerManager()


def _cleaned(lines: list[str], shell: Any) -> tuple[list[str], int]:
    """Return the lines without prompts and indentation, and how many were dropped on top."""
    manager = _manager(shell)
    skipped = 0
    for change in (*manager.cleanup_transforms, *manager.line_transforms):
        with suppress(Exception):  # some may be of other extensions
            changed = list(change(lines))
            whole = changed and changed[0].startswith(_CELL_MAGIC)
            skipped += 0 if whole else max(0, len(lines) - len(changed))
            lines = changed
    return lines or ["\n"], skipped


class _Reading:
    """Finds, takes out what it found, and reads again.

    Parameters
    ----------
    lines : list of str
        Of the cell, with their ends.
    shell : InteractiveShell or None
        Whose transformers count.
    """

    def __init__(self, lines: list[str], shell: Any) -> None:
        self.lines = list(lines)
        self._transformers = _manager(shell).token_transformers
        self._found: dict[int, str] = {}  # by the line, counted from 0

    def found(self) -> list[Found]:
        """Return (line from 0, what it does)."""
        for _ in range(self._rounds()):
            if not self._read():
                return list(self._found.items())
        self._read_loosely()
        return list(self._found.items())

    def _rounds(self) -> int:
        """Return how many times the code can be read as tokens."""
        size = sum(map(len, self.lines))
        most = min(_WORK // max(size, 1), _ROUNDS[-1])
        tangled = any(len(line) > _LONGEST for line in self.lines)
        return 0 if tangled or most < _ROUNDS[0] else most

    def _read(self) -> bool:
        """Read the code once; return whether something was taken out of it."""
        from IPython.core.inputtransformer2 import (  # noqa: PLC0415 (only in a shell)
            make_tokens_by_line,
        )

        try:
            statements = make_tokens_by_line(self.lines)
        except (SyntaxError, ValueError):  # nor will IPython run any of it
            return False
        marks = [mark for tokens in statements for mark in self._marks(tokens)]
        for start, end, kind in marks:
            self._take(start, end, kind)
        return bool(marks) or (_is_broken_off(statements) and self._skip())

    def _skip(self) -> bool:
        """Take out the line that ended the reading; return whether there is one.

        Since Python 3.12 a number such as ``0b12`` hides all that follows. Nothing of it runs, but
        once a person has mended the line, the rest does.
        """
        try:
            for _ in tokenize.generate_tokens(iter(self.lines).__next__):
                pass
        except tokenize.TokenError as error:
            place = error.args[1][0] - 1
            is_mended = self.lines[place].strip() == "pass"
            self.lines[place] = f"{_indent(self.lines[place])}pass\n"
            return not is_mended
        return False

    def _marks(self, tokens: Sequence[Any]) -> Iterator[tuple[int, int, str]]:
        """Yield first line, last line and kind of a statement that is no Python."""
        candidates = [each.find([tokens]) for each in self._transformers]
        hits = sorted((hit for hit in candidates if hit is not None), key=lambda hit: hit.sortby())
        if hits:
            from IPython.core.inputtransformer2 import (  # noqa: PLC0415 (only in a shell)
                find_end_of_continued_line,
            )

            hit = hits[0]
            first = next((t.start[0] - 1 for t in tokens if t.string.strip()), hit.start_line)
            end = find_end_of_continued_line(self.lines, hit.start_line)
            end = max(end, getattr(hit, "q_line", 0))
            yield min(first, hit.start_line), min(end, len(self.lines) - 1), self._kind(hit)

    def _kind(self, hit: Any) -> str:
        if hasattr(hit, "q_line"):
            return _DOES["?"]
        mark = self.lines[hit.start_line][hit.start_col : hit.start_col + 1]
        return _DOES.get(mark, _OTHER)

    def _take(self, start: int, end: int, kind: str) -> None:
        pieces = [line.rstrip().removesuffix("\\") for line in self.lines[start : end + 1]]
        self._found.setdefault(start, _says(kind, "".join(pieces)))
        self.lines[start] = f"{_indent(self.lines[start])}pass\n"
        self.lines[start + 1 : end + 1] = ["\n"] * (end - start)

    def _read_loosely(self) -> None:
        """Mark each line that may be no Python, be it in a string or not."""
        for number, line in enumerate(self.lines):
            if len(self._found) > MANY:
                return
            start = line.lstrip()[:1]
            mark = start if start and start in _DOES else ""
            if not mark and (hit := _LOOSE.search(line.rstrip())):
                mark = hit[1] or hit[2]
            if mark:
                self._found.setdefault(number, _says(_DOES[mark], line))


def _is_broken_off(statements: Sequence[Sequence[Any]]) -> bool:
    """Whether IPython put its mark at the end, that what follows could not be read."""
    last = statements[-1][-1] if statements and statements[-1] else None
    return last is not None and last.type == tokenize.ERRORTOKEN and not last.string


def _indent(line: str) -> str:
    found = _INDENT.match(line)
    return found[0] if found else ""


def _automagic(lines: Sequence[str], shell: Any) -> list[Found]:
    """Return whether a cell of one line is a magic without its mark, such as ``pip install x``."""
    filled = [(number, line) for number, line in enumerate(lines) if line.strip()]
    if len(filled) != 1 or len(filled[0][1]) > _LONGEST:
        return []
    find: Callable[[Any], Any] | None = getattr(
        getattr(shell, "prefilter_manager", None), "find_handler", None
    )
    if find is None:
        return []
    from IPython.core.splitinput import LineInfo  # noqa: PLC0415 (only in a shell)

    number, line = filled[0]
    what = _HANDLERS.get(find(LineInfo(line.rstrip())).handler_name)
    return [(number, _says(what, line))] if what else []
