"""Make Markdown tables: of what the prompt lists, of computed numbers, or of a few known sets."""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Sequence
from http import HTTPStatus

from claude_nb.emulator.skills import words
from claude_nb.emulator.task import Draft, Task

__all__ = ["tabulate"]

_ROW = Sequence[object]
_DEFAULT_ROWS, _MOST_ROWS = 10, 50
_PAIR = re.compile(r"^\s*(.+?)\s*(?:[:=(-]|\s(?=[$€£]?\d))\s*(.+?)\)?\s*$")
_PLANETS = (  # mean distance from the Sun in astronomical units, diameter in km
    ("Mercury", 0.39, 4_879),
    ("Venus", 0.72, 12_104),
    ("Earth", 1.0, 12_756),
    ("Mars", 1.52, 6_792),
    ("Jupiter", 5.2, 142_984),
    ("Saturn", 9.58, 120_536),
    ("Uranus", 19.2, 51_118),
    ("Neptune", 30.1, 49_528),
)


def tabulate(task: Task) -> Draft | None:
    """Make the table that the prompt asks for, if it asks for one it can make."""
    if not re.search(r"\btable\b|\btabulate\b", task.prompt, re.IGNORECASE):
        return None
    for pattern, make in _KNOWN:
        if re.search(pattern, task.prompt, re.IGNORECASE):
            head, rows = make(task.prompt)
            return _told(head, rows)
    head, rows = _given(task.prompt)
    return _told(head, rows) if rows else None


def _told(head: _ROW, rows: Sequence[_ROW]) -> Draft:
    aligned = [
        "---:" if all(_is_number(row[n]) for row in rows) else "---" for n in range(len(head))
    ]
    lines = [_line(head), _line(aligned), *(_line(row) for row in rows)]
    text = "\n".join(lines) + f"\n\n{len(rows)} rows, {len(head)} columns."
    steps = (
        f"The table needs the columns {', '.join(map(str, head))}.",
        f"There are {len(rows)} rows; numbers go to the right, words to the left.",
        f"First row: {', '.join(map(str, rows[0]))}.",
        f"Last row: {', '.join(map(str, rows[-1]))}.",
    )
    return Draft(text, steps)


def _line(cells: _ROW) -> str:
    return "| " + " | ".join(_cell(cell) for cell in cells) + " |"


def _cell(cell: object) -> str:
    if isinstance(cell, int) and not isinstance(cell, bool):
        return f"{cell:,}"
    return str(cell).replace("|", "\\|")


def _is_number(cell: object) -> bool:
    return isinstance(cell, int | float) or bool(re.fullmatch(r"[$€£]?[\d.,]+\s?%?", str(cell)))


def _rows_asked(prompt: str) -> int:
    ranged = re.search(r"\b(?:to|through|first)\s+(\d{1,3})\b", prompt)
    asked = (
        int(ranged.group(1)) if ranged else words.number_of(prompt, ("rows", "numbers", "entries"))
    )
    return min(asked or _DEFAULT_ROWS, _MOST_ROWS)


def _powers(prompt: str) -> tuple[_ROW, Sequence[_ROW]]:
    return ("n", "n²", "n³"), [(n, n**2, n**3) for n in range(1, _rows_asked(prompt) + 1)]


def _times(prompt: str) -> tuple[_ROW, Sequence[_ROW]]:
    size = min(_rows_asked(prompt), 12)
    head = ("\N{MULTIPLICATION SIGN}", *range(1, size + 1))
    return head, [(a, *(a * b for b in range(1, size + 1))) for a in range(1, size + 1)]


def _months(_: str) -> tuple[_ROW, Sequence[_ROW]]:
    days = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
    rows = [(n, calendar.month_name[n], days[n - 1]) for n in range(1, 13)]
    return ("No.", "Month", "Days (February 29 in leap years)"), rows


def _statuses(_: str) -> tuple[_ROW, Sequence[_ROW]]:
    chosen = (200, 201, 204, 301, 400, 401, 403, 404, 409, 413, 429, 500, 503)
    return ("Status", "Meaning"), [(str(n), HTTPStatus(n).phrase) for n in chosen]


def _planets(_: str) -> tuple[_ROW, Sequence[_ROW]]:
    return ("Planet", "Distance from the Sun (AU)", "Diameter (km)"), list(_PLANETS)


_KNOWN: tuple[tuple[str, Callable[[str], tuple[_ROW, Sequence[_ROW]]]], ...] = (
    (r"\b(multiplication|times table)", _times),
    (r"\b(squares?|cubes?|powers)\b", _powers),
    (r"\bmonths?\b", _months),
    (r"\bhttp\b|\bstatus codes?\b", _statuses),
    (r"\bplanets?\b", _planets),
)


def _given(prompt: str) -> tuple[_ROW, Sequence[_ROW]]:
    rest = re.split(r"\btable (?:of|with|from|for)\b|\binto a table\b", prompt, maxsplit=1)[-1]
    for text in (words.payload(prompt), rest):
        parts = _parts(text)
        pairs = [found.groups() for part in parts if (found := _PAIR.match(part))]
        if len(parts) > 1 and len(pairs) == len(parts):
            return ("Name", "Value"), pairs
    parts = _parts(words.payload(prompt) or rest)
    if len(parts) > 1:
        return ("No.", "Item", "Letters"), [(n, part, len(part)) for n, part in enumerate(parts, 1)]
    return (), []


def _parts(text: str) -> list[str]:
    found = (part.strip(" .-*:") for part in re.split(r"\n|[,;]|\band\b", text))
    return [part for part in found if part]
