"""Columns of secrets: of frames as they print, of Markdown, of files with commas; pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from claude_nb.api.hiding.names import surely
from claude_nb.api.hiding.values import is_opaque, stands_for_one

__all__ = ["in_tables"]

Span = tuple[int, int]

_HINT = re.compile(r"(?i)key|token|secret|pass|pwd|cred")
_NAME = re.compile(r"[^\W\d][\w.-]*")
_LONGEST = 2_000  # characters of a line
_ROWS = 1_000  # of a table
_LINE_END = re.compile(r"\\{1,4}n|\n")
_QUOTED = re.compile(
    r"[^\n]{0,200}[:=(\[] ?\\{0,7}[\"'](?=[\s|\w])|[^\"'\n]{0,200}[\"'](?=[\s|\w])"
)
_LABEL = re.compile(
    r"^(?:(?:In|Out) ?\[\d{1,6}\]: ?|[\w.]{1,80}: ?)(?=[\s|\w])"
)  # before a table: the kind of an error
_ROW = re.compile(r"(?P<name>[^\W\d][\w.-]{1,60})[ \t]{2,80}(?P<value>\S{1,400})$")
_PRINTED = re.compile(r"(?m)(?:^|n)(?:Name: .{0,100}, )?dtype: (?:object|str|string)")


def in_tables(text: str) -> Iterator[Span]:
    """Yield the cells below a name that says it is a secret, and beside one in a series."""
    if not _HINT.search(text):
        return
    lines = list(_lines(text))
    printed = _PRINTED.search(text) is not None
    done = 0
    for place, (start, line) in enumerate(lines):
        if not _HINT.search(line):
            continue
        row = _ROW.fullmatch(line.rstrip())
        if row and surely(row["name"]) and (printed or is_opaque(row["value"])):
            yield start + row.start("value"), start + row.end("value")
        if place >= done:
            rows, spans = _column(lines, place)
            yield from spans
            done = place + rows


def _lines(text: str) -> Iterator[tuple[int, str]]:
    start = 0
    for end in _LINE_END.finditer(text):
        line = text[start : min(end.start(), start + _LONGEST)]
        quoted = _QUOTED.match(line) if end[0] != "\n" else None  # a text in a literal begins
        start += quoted.end() if quoted else 0
        yield start, line[quoted.end() :] if quoted else line
        start = end.end()
    yield start, text[start : start + _LONGEST]


def _column(lines: list[tuple[int, str]], place: int) -> tuple[int, list[Span]]:
    """Return how many lines belong to the table below this line, and the cells to hide."""
    head = _LABEL.sub("", lines[place][1], count=1)
    for mark in ("|", "\t", r"\\t", r"\t", ",", ";"):
        if mark in head:
            return _delimited(lines, head, place, mark)
    return _aligned(lines, head.rstrip(), place)


def _delimited(
    lines: list[tuple[int, str]], head: str, place: int, mark: str
) -> tuple[int, list[Span]]:
    names = [cell.strip().strip("\"'") for cell in head.split(mark)]
    wanted = [n for n, name in enumerate(names) if _NAME.fullmatch(name) and surely(name)]
    known = [name for name in names if name]
    spans: list[Span] = []
    if len(known) < 2 or not wanted or not all(map(_NAME.fullmatch, known)):  # noqa: PLR2004
        return 1, spans
    rows = 1
    for start, line in lines[place + 1 : place + _ROWS]:
        cells = line.split(mark)
        if len(cells) != len(names):
            break
        rows += 1
        spans += [_cell(start, cells, n) for n in wanted if _is_cell(cells[n])]
    return rows, spans


def _cell(start: int, cells: list[str], place: int) -> Span:
    begin = start + sum(len(cell) + 1 for cell in cells[:place])
    cell = cells[place]
    left = len(cell) - len(cell.lstrip(" \"'"))
    return begin + left, begin + len(cell.rstrip(" \r\"'"))


def _is_cell(cell: str) -> bool:
    text = cell.strip(" \r\"'")
    return bool(text.strip("-:=")) and not stands_for_one(text) and text not in {"NaN", "None"}


def _aligned(lines: list[tuple[int, str]], head: str, place: int) -> tuple[int, list[Span]]:
    """Return the cells whose ends are below the end of a name, as pandas prints columns."""
    ends = [f.end() for f in _NAME.finditer(head) if surely(f[0])]
    spans: list[Span] = []
    if not ends or not head[0].isspace():
        return 1, spans
    rows = 1
    for start, line in lines[place + 1 : place + _ROWS]:
        if not line.strip() or line[0].isspace():
            break
        rows += 1
        for end in ends:
            begin = _begin(line, end)
            if begin is not None and _is_cell(line[begin:end]):
                spans.append((start + begin, start + end))
    return rows, spans


def _begin(line: str, end: int) -> int | None:
    """Return where the cell that ends here begins; None if no cell does."""
    if len(line) < end or line[end - 1].isspace() or f"{line} "[end] not in " \t\r\"'\\":
        return None
    gap = line.rfind("  ", 0, end)
    return None if gap < 0 else gap + 2
