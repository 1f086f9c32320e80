"""What fresh answers of a notebook changed against the saved ones: words, length, fields; pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, cast

from claude_nb.characters import one_line
from claude_nb.notebook.commands import page

__all__ = ["Difference", "answers_of", "compared", "page_of"]

_FOOT = re.compile(r"\n*^— [^\n]*\Z", re.MULTILINE)
_FENCED = re.compile(r"\A\s*```(?:json)?\n(.*?)\n```\s*\Z", re.DOTALL)
_WORD = re.compile(r"\S+")
_MOST_WORDS = 2_000  # of an answer that are compared one by one
_MOST_SHOWN = 12  # changes of an answer that are shown
_AROUND = 3  # words
_SHOWN = 60  # characters


@dataclass(frozen=True, slots=True)
class Difference:
    """One answer, before and now.

    Attributes
    ----------
    number : int
        Of the cell in the notebook, from 1.
    title : str
        How the cell begins.
    before, now : str or None
        The answer's text; None if there is none.
    """

    number: int
    title: str
    before: str | None
    now: str | None

    @property
    def has_changed(self) -> bool:
        """Whether the two differ."""
        return self.before != self.now

    @property
    def alike(self) -> float:
        """The share of words that both have, in order: 1 if nothing changed."""
        if not self.has_changed:
            return 1.0
        return _matcher(_words(self.before), _words(self.now)).ratio()

    @property
    def fields(self) -> tuple[int, list[str]] | None:
        """How many fields of a schema are the same, and which are not; None without a schema."""
        before, now = _object(self.before), _object(self.now)
        if before is None or now is None:
            return None
        names = sorted({*before, *now})
        other = [name for name in names if before.get(name, ...) != now.get(name, ...)]
        return len(names) - len(other), other


def answers_of(notebook: Any) -> dict[tuple[str, int], tuple[int, str, str]]:
    """Return the answers of a notebook, by cell and place in it: number, title and text."""
    found: dict[tuple[str, int], tuple[int, str, str]] = {}
    for number, cell in enumerate(notebook.cells, 1):
        outputs: list[Any] = cell.get("outputs") or []
        texts = [_text(output) for output in outputs if _is_answer(output)]
        for place, text in enumerate(texts):
            name = str(cell.get("id") or number)
            found[name, place] = number, one_line(str(cell.source), _SHOWN), text
    return found


def _is_answer(output: Mapping[str, Any]) -> bool:
    return "claude_nb" in (output.get("metadata") or {})


def _text(output: Mapping[str, Any]) -> str:
    """Return an answer's text without its last line, which tells of the run."""
    text: Any = (output.get("data") or {}).get("text/plain", "")
    return _FOOT.sub("", "".join(text)).strip()


def compared(saved: Any, fresh: Any) -> list[Difference]:
    """Return each answer of two runs of a notebook, in order."""
    before, now = answers_of(saved), answers_of(fresh)
    merged = before | now
    found = [
        Difference(number, title, _of(before, name), _of(now, name))
        for name, (number, title, _) in merged.items()
    ]
    return sorted(found, key=lambda each: each.number)


def _of(answers: Mapping[Any, tuple[int, str, str]], name: Any) -> str | None:
    return answers[name][2] if name in answers else None


def _object(text: str | None) -> dict[str, Any] | None:
    """Return the JSON object that an answer is, as one to a schema; None if it is none."""
    fenced = _FENCED.match(text or "")
    try:
        value = json.loads(fenced[1] if fenced else text or "")
    except (ValueError, RecursionError):
        return None
    return cast("dict[str, Any]", value) if isinstance(value, dict) else None


def _words(text: str | None) -> list[str]:
    return _WORD.findall(text or "")[:_MOST_WORDS]


def _matcher(before: Sequence[str], now: Sequence[str]) -> SequenceMatcher[str]:
    return SequenceMatcher(None, before, now)  # frequent words of long answers count as noise


# The report.


def page_of(name: str, found: Sequence[Difference]) -> dict[str, str]:
    """Return the report on a notebook, as HTML and as text."""
    changed = [each for each in found if each.has_changed]
    said = f"{name}: {len(changed)} of {len(found)} answers changed."
    columns = page.columns("cell", "", "#words alike", "#length", "fields")
    rows = [_row(each) for each in found]
    shown = [piece for each in changed for piece in _section(each)]
    return page.bundle(page.paragraph(page.strong(said)), page.table(columns, rows), *shown)


def _row(each: Difference) -> tuple[page.Piece | str, ...]:
    before, now = len(each.before or ""), len(each.now or "")
    length = f"{now:,}" if before == now else f"{before:,} → {now:,}"
    title = page.soft(each.title)
    return str(each.number), title, f"{each.alike:.0%}", length, _fields(each)


def _fields(each: Difference) -> str:
    if each.fields is None:
        return ""
    same, other = each.fields
    return f"{same} the same" + (
        f"; changed: {one_line(', '.join(other), _SHOWN)}" if other else ""
    )


def _section(each: Difference) -> Iterator[page.Piece]:
    yield page.heading(f"Cell {each.number}")
    if each.before is None or each.now is None:
        yield page.paragraph("No answer is saved." if each.before is None else "No answer came.")
        return
    changes = list(_changes(_words(each.before), _words(each.now)))
    yield from changes[:_MOST_SHOWN]
    if len(changes) > _MOST_SHOWN:
        yield page.paragraph(page.soft(f"and {len(changes) - _MOST_SHOWN} more changes"))
    if not changes:
        yield page.paragraph("Only blanks and line breaks changed, or what stands far down.")


def _changes(before: Sequence[str], now: Sequence[str]) -> Iterator[page.Piece]:
    """Yield what was taken out and what came in, each with a few words before it."""
    for kind, start, end, begin, stop in _matcher(before, now).get_opcodes():
        if kind == "equal":
            continue
        around = " ".join(before[max(0, start - _AROUND) : start])
        out, into = " ".join(before[start:end]), " ".join(now[begin:stop])
        yield page.paragraph(
            page.soft(f"… {around} "),
            page.inline("- ", page.code(one_line(out, 4 * _SHOWN)), "  ") if out else "",
            page.inline("+ ", page.strong(one_line(into, 4 * _SHOWN))) if into else "",
        )
