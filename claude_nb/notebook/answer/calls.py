"""A tool's call and its result as one line: ``✓ weather(city="Lisbon") → sunny · 1.0 s``; pure.

The two halves come as blocks of their own, in different rounds, those of parallel calls in any
order. They are told together, by the id that the server gave the call. What a half says is in the
table of `claude_nb.notebook.answer.blocks`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import LiteralString

from claude_nb.characters import bounded, plain
from claude_nb.notebook.answer.amounts import duration
from claude_nb.notebook.answer.blocks import (
    BAD,
    DISCLOSED,
    MOST,
    SOFT,
    Block,
    asked,
    failed,
    kind_of,
    parts,
    returned,
)
from claude_nb.notebook.page.constants import RUNS
from claude_nb.notebook.text.safe_html import SafeHtml, join, markup, visible_html

__all__ = ["Call", "key", "line", "paired", "running", "shown"]

_MOMENT = 0.05  # seconds that are not worth telling
_PLACE: LiteralString = (
    f'<details class="claude-nb-call"><summary style="{SOFT}">{{}}</summary>{{}}</details>'
)
_FAILED: LiteralString = (
    f'<details class="claude-nb-call"><summary style="{BAD}">{{}}</summary>{{}}</details>'
)
_PART: LiteralString = f"<small>{{}}</small>{DISCLOSED}"
_AS_IT_IS = ("in", "out")  # the names of parts that are no code


@dataclass(frozen=True, slots=True)
class Call:
    """A call, or a result that nothing is known to have asked for.

    Attributes
    ----------
    call, result : Mapping or None
        The blocks; one of them at least.
    """

    call: Block | None = None
    result: Block | None = None


def key(block: Block) -> str:
    """Return the id of the call that a half belongs to; empty if it names none."""
    half = kind_of(block).half
    named = block.get({"call": "id", "result": "tool_use_id"}.get(half, ""))
    return named if isinstance(named, str) else ""


def paired(content: Sequence[Block]) -> list[Block | Call]:
    """Return blocks in order, each call with its result; a result stands where its call does."""
    halves = [(block, kind_of(block).half, key(block)) for block in content]
    called = {name for _, half, name in halves if half == "call" and name}
    results = {name: block for block, half, name in halves if half == "result" and name in called}
    found: list[Block | Call] = []
    for block, half, name in halves:
        if half == "call":
            found.append(Call(block, results.get(name)))
        elif not half:
            found.append(block)
        elif results.get(name) is not block:
            found.append(Call(None, block))
    return found


def running(call: Block) -> str:
    """Return the line of a call whose result has not come yet."""
    return f"{RUNS} {asked(call)} …"


def line(call: Block | None, result: Block | None, seconds: float | None = None) -> str:
    """Return the line of a call, as far as it came.

    Parameters
    ----------
    call, result : Mapping or None
        Its halves.
    seconds : float, optional
        How long the tool took.
    """
    took = f" · {duration(seconds)}" if seconds is not None and seconds >= _MOMENT else ""
    if result is None:
        return kind_of(call or {}).title(call or {})
    return f"{returned(result, call)}{took}"


def shown(each: Call, times: Mapping[str, float]) -> tuple[SafeHtml, str]:
    """Return a call as HTML and as plain text, as the cell keeps it.

    Parameters
    ----------
    each : Call
        With its result, or without.
    times : Mapping
        Seconds that calls took, by their ids.
    """
    seconds = times.get(key(each.call)) if each.call is not None else None
    title = line(each.call, each.result, seconds)
    named = [part for half in (each.call, each.result) if half is not None for part in parts(half)]
    bounds = [(name, text if name == "in" else bounded(text, MOST)) for name, text in named]
    place = _FAILED if each.result is not None and failed(each.result) else _PLACE
    html = markup(place, visible_html(plain(title)), join(_part(*part) for part in bounds))
    more = [f"{name:3} {text}" for name, text in bounds if not _tells(title, name, text)]
    return html, plain("\n".join([title, *more]))


def _part(name: str, text: str) -> SafeHtml:
    shown = visible_html(plain(text), code=name not in _AS_IT_IS)
    inner = shown if name in _AS_IT_IS else markup("<code>{}</code>", shown)
    return markup(_PART, visible_html(name), inner)


def _tells(title: str, name: str, text: str) -> bool:
    """Tell whether a call's line says a part of it already, whole."""
    if name == "in":
        return "…" not in title.partition(" → ")[0]
    before, behind = {"code": (": ", " → "), "stderr": (", ", " · ")}.get(name, (" → ", " · "))
    return f"{before}{' '.join(text.split())}{behind}" in f"{title} · "
