r"""A magic's line -> its words: quoted as in a shell, but with backslashes as they are typed.

A shell would eat the backslashes of ``C:\new\data.csv`` and of ``--stop \n``; here one means
something only before a quote or a blank. A ``#`` that begins a word begins a comment. Quotes and
dashes that a word processor made are named: they look like the real ones and are none.
"""

from __future__ import annotations

import re
import shlex
import unicodedata
from collections.abc import Container

from claude_nb.ask.errors import InputError

__all__ = ["split", "typographic"]

_PARTS = re.compile(r"""\{\{[^{}"'\n]*\}\}|'[^']*'|"(?:\\.|[^"\\])*"|\\[\s"']|\\|(?<!\S)\#""")
_BLANKS = "".join(filter(str.isspace, map(chr, range(0x3001))))  # a no-break space is one as well
# fmt: off
_MEANT = {
    **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb\uff02", '"'),
    **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\u2039\u203a\uff07", "'"),
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d", "-"),
}
# fmt: on


def split(line: str, takes_value: Container[str] = ()) -> list[str]:
    """Return the words of a line.

    Parameters
    ----------
    line : str
        What stands behind the magic's name.
    takes_value : container of str
        The words behind which ``#`` is a value, not a comment.

    Raises
    ------
    InputError
        A quote is not closed, or is none.
    """
    bare = _PARTS.sub(lambda part: "x" if part[0][0] in "'\"" else part[0], line)
    for word in bare.split():
        if _MEANT.get(word[0], "-") != "-":
            raise InputError(f"The options have {word!r}:{typographic(word)}")
    for part in _PARTS.finditer(line):
        if part[0] == "#":
            before = _words(line[: part.start()])
            if not before or before[-1] not in takes_value:
                return before
    return _words(line)


def _words(line: str) -> list[str]:
    reader = shlex.shlex(_PARTS.sub(_protected, line), posix=True, punctuation_chars=False)
    reader.commenters, reader.whitespace, reader.whitespace_split = "", _BLANKS, True
    try:
        return list(reader)
    except ValueError as problem:
        raise InputError(f"The options cannot be read ({problem}): close every quote.") from None


def _protected(part: re.Match[str]) -> str:
    """Double the backslashes that are meant as such, as shlex halves them."""
    text = part[0]
    if text[0] == "{":
        return re.sub(r"([\s\\])", r"\\\1", text)  # a name in braces is one word
    if text[0] == '"':
        return re.sub(r'\\(?!")', r"\\\\", text)
    return r"\\" if text == "\\" else text


def typographic(text: str) -> str:
    """Say which character of a word only looks like a quote or a dash, and what to type."""
    char = next((char for char in text if char in _MEANT), "")
    if not char:
        return ""
    name = f"U+{ord(char):04X}, {unicodedata.name(char).lower()}"
    return f" {char} ({name}) only looks like {_MEANT[char]}: type {_MEANT[char]}."
