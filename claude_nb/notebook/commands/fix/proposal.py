"""A cell and the code that is to stand in its place -> the change, as it would be made; pure.

A model saw the cell without keys, and lines that it left alone are kept as the person has them:
with their keys, and with characters that nobody sees. Of new lines every character is seen.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from claude_nb.api.hiding.hidden import hidden
from claude_nb.api.secret import HIDDEN
from claude_nb.characters import show_invisible
from claude_nb.notebook.answer import next_cell
from claude_nb.notebook.commands.fix import diff

__all__ = ["MOST_LINES", "Proposal", "proposed"]

MOST_LINES = 2_000
"""Of a cell; beyond, nothing is compared."""

_MOST = 100_000  # characters of a cell that is compared
_BESIDE = 8  # characters before a key, and one behind it, by which its place is known
_KEY = re.compile(re.escape(HIDDEN))
_LOST = f"{HIDDEN} stands where a secret was kept from Claude: write yours there before you run it."


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What a cell would become.

    Attributes
    ----------
    before, after : str
        The cell as it is, and as it would be.
    rows : tuple of Row
        What changes, as it may be shown: without keys. Empty if nothing does.
    warnings : tuple of str
        What a person should look at before they run it.
    is_whole : bool
        Whether `after` can stand in the place of `before`: each line is known, and all is shown.
    """

    before: str
    after: str
    rows: tuple[diff.Row, ...] = ()
    warnings: tuple[str, ...] = ()
    is_whole: bool = True


def proposed(before: str, code: str, shell: Any = None) -> Proposal:
    """Return what a cell would become.

    Parameters
    ----------
    before : str
        The cell, as the person has it.
    code : str
        The whole new cell, as a model wrote it who saw the old one without keys.
    shell : InteractiveShell, optional
        Where it would run.
    """
    code = _ends(code)
    if len(before) > _MOST:
        return _apart([], before, code, shell)
    own = _ends(before)
    old, shown, new = own.split("\n"), hidden(own).split("\n"), code.split("\n")
    if len(old) != len(shown) or max(len(old), len(new)) > MOST_LINES:
        return _apart(shown, before, code, shell)
    made = [line for lines in _made(old, shown, new) for line in lines]
    if made == old:
        return Proposal(before=before, after=before)
    after = "\n".join(made)
    seen = hidden(after).split("\n")
    if len(seen) != len(made):  # a secret over several lines that is new
        seen = [hidden(line) for line in made]
    warnings = tuple(_warnings(before, after, code, shell))
    rows = tuple(diff.rows(shown, seen))
    return Proposal(before=before, after=after, rows=rows, warnings=warnings)


def _apart(shown: Sequence[str], before: str, code: str, shell: Any) -> Proposal:
    """Return code that cannot stand in the place of the cell, compared with what is shown of it."""
    prepared = next_cell.prepare(code, shell)
    new = hidden(prepared.text).split("\n")
    many = max(len(shown), len(new)) > MOST_LINES
    rows = [diff.Row("+", n, line) for n, line in enumerate(new, 1)]
    return Proposal(
        before=before,
        after=prepared.text,
        rows=tuple(rows if many or not shown else diff.rows(shown, new)),
        warnings=(*prepared.warnings, *_lost(prepared.text, before)),
        is_whole=False,
    )


def _ends(text: str) -> str:
    """Return a text with one kind of line ends, and no empty lines around it."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip("\n")


def _made(old: Sequence[str], shown: Sequence[str], new: Sequence[str]) -> Iterator[Sequence[str]]:
    """Yield the lines of the new cell, those that stay as they are in the old one."""
    for tag, i1, i2, j1, j2 in diff.opcodes(shown, new):
        if tag == "equal":
            yield old[i1:i2]
        elif i2 - i1 == j2 - j1:
            lines = zip(old[i1:i2], shown[i1:i2], new[j1:j2], strict=True)
            yield [_filled(*each) for each in lines]
        else:
            yield [show_invisible(line) for line in new[j1:j2]]


def _filled(old: str, shown: str, new: str) -> str:
    """Return a new line with its keys where they stood in the old one: behind the same words."""
    secrets = _secrets(old, shown)
    places = [_around(shown, key) for key in _KEY.finditer(shown)]
    known = dict(zip(places, secrets, strict=False)) if len(set(places)) == len(secrets) else {}
    parts, end = list[str](), 0
    for key in _KEY.finditer(new):
        secret = known.get(_around(new, key), HIDDEN)
        parts += [show_invisible(new[end : key.start()]), secret]
        end = key.end()
    return "".join([*parts, show_invisible(new[end:])])


def _around(line: str, key: re.Match[str]) -> tuple[str, str]:
    return line[max(0, key.start() - _BESIDE) : key.start()], line[key.end() : key.end() + 1]


def _secrets(old: str, shown: str) -> list[str]:
    """Return what stands in a line where keys were taken out."""
    if old == shown:
        return []
    pattern = "(.+?)".join(map(re.escape, shown.split(HIDDEN)))
    found = re.fullmatch(pattern, old)
    return list(found.groups()) if found is not None else []


def _lost(after: str, before: str) -> list[str]:
    return [_LOST] if HIDDEN in after and HIDDEN not in before else []


def _warnings(before: str, after: str, code: str, shell: Any) -> Iterator[str]:
    """Yield what is to be looked at in what is new; what the cell had already is the person's."""
    known = {_unplaced(each) for each in next_cell.prepare(before, shell).warnings}
    for warning in next_cell.prepare(code, shell).warnings:
        if _unplaced(warning) not in known:
            yield warning
    yield from _lost(after, before)


def _unplaced(warning: str) -> str:
    """Return a warning without the number of its line."""
    return re.sub(r"^Line \d+: ", "", warning)
