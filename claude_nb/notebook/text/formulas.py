r"""Which formulas a reader's MathJax may typeset: those made of everyday commands, within bounds.

MathJax has commands that style, link, load, number and define for the whole page, and lengths by
which a formula leaves its place. So nothing is let through but what is listed here: commands,
environments, colours; lengths, sizes and nesting stay small. What is not listed is no error: that
formula is shown as it was written. Knows no Markdown and no HTML.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from claude_nb.notebook.text.formula_words import COLOURS, COMMANDS, ENVIRONMENTS, SIZES

__all__ = ["LONGEST", "typeset"]

LONGEST = 5_000
"""Characters; a formula beyond that is an attack or a mistake."""

_DEEPEST = 20  # braces, delimiters and environments in each other
_ENVIRONMENTS = 30
_CELLS = 1_000
_MOST_SPACE = 40.0  # em to the right, all lengths of a formula together
_MOST_BACK = 2.0  # em to the left or upwards
_LARGEST = 3.0  # times the size of the text, all size commands together
_BRIEF = 40  # characters of a number that \tag gives

_LABEL = re.compile(r"\\label\s{0,9}\{[^{}]{0,200}\}")  # the page's numbering is not the answer's
_TAG = re.compile(
    rf"\\tag(\*?)\s{{0,9}}\{{((?:[^{{}}$\\]|\\text\{{[^{{}}$\\]*\}}){{1,{_BRIEF}}})\}}"
)
_NUMBERING = re.compile(  # environments that count up the page's numbers
    r"(\\(?:begin|end)\s{0,9})\{(equation|align|alignat|flalign|gather|multline|eqnarray)\}"
)
_COMMENT = re.compile(r"(\\[\s\S])|%[^\n]*\n?")
_TOKEN = re.compile(r"\\([A-Za-z]+|[\s\S]|$)|[{}&$%]")
_SYMBOLS = frozenset(",:;>!{}|_#%&$\\/ \n'\"`^~=.-")

_LENGTH = r"\s*([-+]?(?:\d{1,3}(?:\.\d{0,4})?|\.\d{1,4}))\s*(em|ex|mu|pt|px|pc|cm|mm|in)"
_BRACED = re.compile(rf"\*?\s*\{{{_LENGTH}\s*\}}")
_BARE = re.compile(_LENGTH)
_ROW = re.compile(r"\s*\*?\s*\[([^\]]{0,40})")
_ANY_LENGTH = re.compile(r"\d\s*[A-Za-z]{2}")
_ROW_LENGTH = re.compile(rf"{_LENGTH}\s*")
_NAME = re.compile(r"\s*\{([A-Za-z]+\*?)\}")
_ARRAY = re.compile(r"\s*(?:\[[tbc]\]\s*)?\{(?:[lcr|:. ]|@\{\}){1,60}\}")
_PAIRS = re.compile(r"\s*(?:\[[tbc]\]\s*)?\{\d{1,2}\}")
_COLUMNS = {"array": _ARRAY, "subarray": _ARRAY, "alignat": _PAIRS, "alignedat": _PAIRS}
_COLOUR = re.compile(r"\s*\{([A-Za-z]+)\}")
_EM = {
    "em": 1, "ex": 0.45, "mu": 1 / 18, "pt": 0.1, "px": 1 / 16, "pc": 1.2, "cm": 2.85, "mm": 0.285,
    "in": 7.23,
}  # fmt: skip
_BACK = {"!": 1 / 6, "negthinspace": 1 / 6, "negmedspace": 2 / 9, "negthickspace": 5 / 18}
_ON = {"quad": 1.0, "qquad": 2.0, "enspace": 0.5}


class _NotEveryday(Exception):  # noqa: N818 - no error, an answer
    """The formula is not to be typeset."""


def typeset(content: str) -> str | None:
    r"""Return a formula as MathJax may have it, or None if it is to be shown as written.

    Parameters
    ----------
    content : str
        TeX, without the delimiters around it.

    Returns
    -------
    str or None
        The same, but without labels, with no part in the page's numbering, and with the numbers
        of ``\tag`` as text beside it: those have ids, and ids are the page's.
    """
    if len(content) > LONGEST:
        return None
    formula = _NUMBERING.sub(r"\1{\2*}", _TAG.sub(_numbered, _LABEL.sub("", content))).strip()
    try:
        for text in {formula, _COMMENT.sub(r"\1", formula)}:  # some of MathJax skips comments
            _Check(text).run()
    except _NotEveryday:
        return None
    return formula


def _numbered(tag: re.Match[str]) -> str:
    return rf"\qquad\text{{{tag[2]}}}" if tag[1] else rf"\qquad\text{{({tag[2]})}}"


@dataclass(slots=True)
class _Check:
    """One reading of a formula; what is counted is what must stay small."""

    text: str
    depth: int = 0
    environments: int = 0
    cells: int = 0
    space: float = 0.0
    back: float = 0.0
    size: float = 1.0

    def run(self) -> None:
        """Read it all.

        Raises
        ------
        _NotEveryday
            Something in it is not listed, or there is too much of it.
        """
        for token in _TOKEN.finditer(self.text):
            if token[0].startswith("\\"):
                self._command(token[1], token.end())
            elif token[0] in "{}":
                self._nest(deeper=token[0] == "{")
            elif token[0] == "$" and not self.depth:
                raise _NotEveryday
            self.cells += token[0] in {"&", "\\\\"}
        if self._is_large():
            raise _NotEveryday

    def _is_large(self) -> bool:
        return (
            self.environments > _ENVIRONMENTS
            or self.cells > _CELLS
            or self.space > _MOST_SPACE
            or self.back > _MOST_BACK
            or self.size > _LARGEST
        )

    def _nest(self, *, deeper: bool) -> None:
        self.depth = max(0, self.depth + (1 if deeper else -1))
        if self.depth > _DEEPEST:
            raise _NotEveryday

    def _command(self, name: str, end: int) -> None:
        if name not in (COMMANDS if name.isalpha() else _SYMBOLS):
            raise _NotEveryday
        self.back += _BACK.get(name, 0)
        self.space += _ON.get(name, 0)
        self.size *= SIZES.get(name, 1)
        if name in _ARGUMENTS:
            _ARGUMENTS[name](self, name, end)

    # Commands of which more than the name counts.

    def row(self, _name: str, end: int) -> None:
        """Read the end of a row, which may give a length."""
        given = _ROW.match(self.text, end)
        if given is not None and _ANY_LENGTH.search(given[1]):  # else the next row has a bracket
            self._length(_ROW_LENGTH.fullmatch(given[1]))

    def braced(self, _name: str, end: int) -> None:
        """Read a length in braces."""
        self._length(_BRACED.match(self.text, end))

    def bare(self, _name: str, end: int) -> None:
        """Read a length without braces."""
        self._length(_BARE.match(self.text, end))

    def _length(self, length: re.Match[str] | None) -> None:
        if length is None:
            raise _NotEveryday
        em = float(length[1]) * _EM[length[2]]
        self.space += max(em, 0.0)
        self.back += max(-em, 0.0)

    def begin(self, _name: str, end: int) -> None:
        """Read the begin of an environment, and the columns of one that is told them."""
        name = self._environment(end)
        self.environments += 1
        self._nest(deeper=True)
        needed = _COLUMNS.get(name[1].rstrip("*"))
        if needed is not None and needed.match(self.text, name.end()) is None:
            raise _NotEveryday

    def end(self, _name: str, end: int) -> None:
        """Read the end of an environment."""
        self._environment(end)
        self._nest(deeper=False)

    def _environment(self, end: int) -> re.Match[str]:
        name = _NAME.match(self.text, end)
        if name is None or name[1] not in ENVIRONMENTS:
            raise _NotEveryday
        return name

    def delimiter(self, name: str, _end: int) -> None:
        """Read a delimiter that grows with what is between it and the other one."""
        self._nest(deeper=name == "left")

    def colour(self, name: str, end: int) -> None:
        """Read the name of a colour; two for a box with a frame."""
        for _ in range(1 + (name == "fcolorbox")):
            colour = _COLOUR.match(self.text, end)
            if colour is None or colour[1].lower() not in COLOURS:
                raise _NotEveryday
            end = colour.end()


_ARGUMENTS: dict[str, Callable[[_Check, str, int], None]] = {
    **dict.fromkeys(("\\", "newline", "cr"), _Check.row),
    **dict.fromkeys(("hspace", "mspace"), _Check.braced),
    **dict.fromkeys(("kern", "mkern", "hskip", "mskip"), _Check.bare),
    **dict.fromkeys(("left", "right"), _Check.delimiter),
    **dict.fromkeys(("color", "textcolor", "colorbox", "fcolorbox"), _Check.colour),
    "begin": _Check.begin,
    "end": _Check.end,
}
