r"""What the end of a text that still grows shows as: what it will be, as far as that can be told.

Markdown shows its signs until they are closed: ``**bo``, ``[name](https://…``, ``\(x``, a table's
first line. A reader would see them come and vanish. So what is open at the end is closed, where it
will most likely be, or held back until it can be told. What never closes appears with the next
block, and all of it when the text has ended. Nothing is held for long.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from markdown_it.rules_block.table import escapedSplit
from markdown_it.token import Token
from mdit_py_plugins.amsmath import ENVIRONMENTS

from claude_nb.notebook.text import dollars
from claude_nb.notebook.text.emphasis import flanks
from claude_nb.notebook.text.tags import PAIRED

__all__ = [
    "FORMULA",
    "PARAGRAPH",
    "as_table",
    "closing_sign",
    "complete",
    "completed",
    "in_formula",
    "without_signs",
]

FORMULA = "*formula\u2026*"
"""Markdown that stands for a formula until it is there."""

PARAGRAPH = 3
"""Tokens of a paragraph."""

_LINE = 200  # characters of a line of signs that is held back
_LABEL = 160  # characters of what may become the name of a link
_ADDRESS = 2_000
_BRIEF = 300  # characters of what may become a formula in a paragraph
_FORMULA = 5_000
_ENDED = re.compile(r"\n[ \t]*\n\Z")
_SIGNS = re.compile(r"[ \t>]*(?:[-+*][ \t]+)?(?:[-+*_=~`#:|$\\<\[!. \t]*|\d{1,9}[.)]?)[ \t]*")
_BEGIN = re.compile(r"\s{0,3}(\$\$|\\\[|\\begin\{((?:" + "|".join(ENVIRONMENTS) + r")\*?)\})")
_DEFINITION = re.compile(r"\[[^\]\n]+\]:[^\n]*")
_NOTABLE = re.compile(r"\\[(\[]|\\.?|`+|\$\$?|!?\[|<|&|[*_~]+", re.DOTALL)
_TAG = re.compile(rf"<(/?)({'|'.join(PAIRED)})>", re.IGNORECASE)
_SOME_TAG = re.compile(r"<(?:/?[a-zA-Z]{0,5}\s?/?|https?:[^\s>]*)")
_ENTITY = re.compile(r"&#?\w{0,12}")


def without_signs(text: str) -> str:
    """Return `text` without an unfinished last line that has nothing but signs of Markdown."""
    start = text.rfind("\n") + 1
    line = text[start:]
    return text[:start] if len(line) <= _LINE and _SIGNS.fullmatch(line) else text


def closing_sign(text: str) -> str | None:
    """Return what closes the formula on lines of its own that `text` opens; None if it opens none.

    Only an environment, which ends by name, may have blank lines.
    """
    found = _BEGIN.match(text)
    return {"$$": "$$", r"\[": r"\]"}.get(found[1], f"\\end{{{found[2]}}}") if found else None


def in_formula(text: str) -> bool:
    """Tell whether `text` is the begin of a formula on lines of its own."""
    closing = closing_sign(text)
    if closing is None or len(text) > _FORMULA:
        return False
    if "\n\n" in text.strip() and not closing.startswith("\\end"):
        return False
    return closing not in text.lstrip()[len("$$") :]


def as_table(tokens: Sequence[Token]) -> str:
    """Return the table that the last block is the first line of, as Markdown; empty if of none."""
    if len(tokens) < PARAGRAPH or tokens[-PARAGRAPH].type != "paragraph_open" or tokens[-1].level:
        return ""
    line = tokens[1 - PARAGRAPH].content
    if not line.startswith("|") or "\n" in line or len(line) > _ADDRESS:
        return ""
    cells = escapedSplit(line if line.endswith("|") and len(line) > 1 else f"{line} |")[1:-1]
    return f"|{'|'.join(cells)}|\n{'|---' * len(cells)}|" if cells else ""


def complete(tokens: Sequence[Token], text: str) -> None:
    """Complete the last words among the tokens of `text`, unless they cannot go on."""
    if _ENDED.search(text):
        return
    for index in range(len(tokens) - 1, 0, -1):
        token = tokens[index]
        if token.nesting < 0 or token.tag in {"td", "th"} or not (token.content or token.tag):
            continue  # a row has all its cells, those to come are empty
        if token.type == "inline" and (tokens[index - 1].tag == "p" or not text.endswith("\n")):
            token.content = completed(token.content)
        return


def completed(content: str) -> str:
    """Return the text of a paragraph that still grows, as it will most likely read."""
    if _DEFINITION.fullmatch(content) and not content.startswith("[^"):
        return ""
    return _Reading(content).run()


@dataclass(slots=True)
class _Reading:
    """One reading of a text, sign by sign; what is open at its end is closed or cut off."""

    text: str
    at: int = 0
    end: str | None = None  # the text up to where it is cut
    opened: list[str] = field(default_factory=list[str])  # what closes each thing that is open
    missing: set[str] = field(default_factory=set[str])  # signs that do not come any more

    def run(self) -> str:
        """Return the text completed."""
        while self.end is None and (found := _NOTABLE.search(self.text, self.at)):
            self.at = found.end()
            _READ[found[0][0]](self, found)
        text = self.text if self.end is None else self.end
        closing = "".join(reversed(self.opened))
        return text.rstrip() + closing if closing else text

    def cut(self, found: re.Match[str], instead: str = "") -> None:
        """End the text before a sign."""
        self.end = self.text[: found.start()] + instead

    def _until(self, closing: str, most: int, found: re.Match[str]) -> None:
        """Go behind what closes, or hold back what is not closed."""
        end = self._find(closing, self.at)
        if end >= 0:
            self.at = end + len(closing)
        elif len(self.text) - self.at <= most:
            self.cut(found)

    def _find(self, sign: str, start: int, kind: str = "") -> int:
        """Return where a sign comes next, looking in vain only once; `start` of a kind grows."""
        end = -1 if kind + sign in self.missing else self.text.find(sign, start)
        if end < 0:
            self.missing.add(kind + sign)
        return end

    def slash(self, found: re.Match[str]) -> None:
        r"""Read ``\(``, ``\[``, or a character that is escaped."""
        closing = {r"\(": r"\)", r"\[": r"\]"}.get(found[0])
        if closing is not None:
            self._until(closing, _BRIEF, found)
        elif len(found[0]) == 1:
            self.cut(found)

    def code(self, found: re.Match[str]) -> None:
        """Read code, to its end or to the end of the text."""
        closing = re.compile(rf"(?<!`){found[0]}(?!`)").search(self.text, self.at)
        if closing is not None:
            self.at = closing.end()
        elif self.text[self.at :].strip(" `"):
            self.end = self.text.rstrip("`") + found[0]
        else:
            self.cut(found)

    def dollar(self, found: re.Match[str]) -> None:
        """Read a formula, or money."""
        rest = self.text[self.at :]
        if not rest:
            self.cut(found)
        elif dollars.may_open(self.text, found.start(), found[0]) and not rest[0].isdigit():
            self._formula(found, rest)

    def _formula(self, found: re.Match[str], rest: str) -> None:
        closing = rest.find(found[0])
        if closing > 0:
            self.at += (
                closing + len(found[0]) if dollars.reads_like_a_formula(rest[:closing]) else 0
            )
        elif len(rest) <= _BRIEF and dollars.reads_like_a_formula(rest):
            self.cut(found)

    def bracket(self, found: re.Match[str]) -> None:
        """Read what may become a link, a picture or a footnote."""
        closing = self._find("]", self.at)
        if closing < 0 or closing + 1 == len(self.text):
            if len(self.text) - self.at <= _LABEL:
                self.cut(found)
            return
        after = {"(": ")", "[": "]"}.get(self.text[closing + 1])
        if after is None:
            return
        end = self._find(after, closing + 2, "behind ")
        if end >= 0:
            self.at = end + 1
        elif len(self.text) - closing <= _ADDRESS:
            label = "" if found[0] == "![" else self.text[self.at : closing]
            self.cut(found, label)

    def tag(self, found: re.Match[str]) -> None:
        """Read a tag, or the begin of one."""
        whole = _TAG.match(self.text, found.start())
        if whole is None:
            if _SOME_TAG.fullmatch(self.text, found.start()):
                self.cut(found)
            return
        self.at, closing = whole.end(), f"</{whole[2].lower()}>"
        if self.at == len(self.text) and not whole[1]:
            self.cut(found)
        elif not whole[1]:
            self.opened.append(closing)
        elif closing in self.opened:
            del self.opened[self.opened.index(closing) :]

    def entity(self, found: re.Match[str]) -> None:
        """Read the begin of a character's name."""
        if _ENTITY.fullmatch(self.text, found.start()):
            self.cut(found)

    def emphasis(self, found: re.Match[str]) -> None:
        """Read stars and their like: what they close, else what they open."""
        run, sign = found[0], found[0][0]
        if len(set(run)) > 1:
            self.at = found.start() + len(run) - len(run.lstrip(sign))
            run = self.text[found.start() : self.at]
        before = self.text[found.start() - 1] if found.start() else " "
        after = self.text[self.at : self.at + 1]
        if not after:
            self._at_the_end(found, before, run)
            return
        opens, closes = flanks(before, after, splits=sign != "_")
        left = self._close(run) if closes else run
        if opens and left and not (sign == "~" and len(left) < 2):  # noqa: PLR2004
            self.opened.append(left)

    def _at_the_end(self, found: re.Match[str], before: str, run: str) -> None:
        """Take signs at the end for what they close; others may open something yet."""
        left = run if before.isspace() else self._close(run)
        if left:
            self.cut(found, run[len(left) :])

    def _close(self, run: str) -> str:
        """Close what the signs of a run close; return those that are left."""
        for index in range(len(self.opened) - 1, -1, -1):
            open_ = self.opened[index]
            if open_[0] == run[0] and run:
                common = min(len(open_), len(run))
                self.opened[index:] = [open_[common:]] if open_[common:] else []
                run = run[common:]
                if not run:
                    break
        return run


_READ: dict[str, Callable[[_Reading, re.Match[str]], None]] = {
    "\\": _Reading.slash,
    "`": _Reading.code,
    "$": _Reading.dollar,
    "!": _Reading.bracket,
    "[": _Reading.bracket,
    "<": _Reading.tag,
    "&": _Reading.entity,
    **dict.fromkeys("*_~", _Reading.emphasis),
}
