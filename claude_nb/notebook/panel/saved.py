"""What is left of a panel without a kernel: its transcript as output, JSON and Markdown; pure.

The output holds the chat beside the HTML, so that a panel in the same cell can go on from a saved
notebook. Reading it back is the part of `received`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any, LiteralString

from claude_nb.characters import plain
from claude_nb.conversation import Candidate, Exchange
from claude_nb.conversation.sent_back import text_of
from claude_nb.models import BUILT_IN, ModelTable
from claude_nb.notebook.answer import render
from claude_nb.notebook.panel import shown
from claude_nb.notebook.panel.columns import label
from claude_nb.notebook.text.safe_html import (
    EMPTY,
    IGNORED,
    SafeHtml,
    attribute,
    join,
    markup,
    proven,
    substituted,
    visible_html,
)

__all__ = ["CHAT", "KIND", "as_json", "as_markdown", "bundle", "frame", "part", "titles_of"]

CHAT = "application/vnd.claude-nb.chat+json"
KIND = "claude_nb chat"
_VERSION = 1

_SAID: LiteralString = f'<div class="claude-nb-said claude-nb-said-{{}} {IGNORED}">{{}}</div>'
# Live, the panel hides this output. Without a kernel the line that stands in the panel's place, in
# the very next output, is hidden: an output that is nothing but ipywidgets' words for that. No
# other widget is such a one, nor what stands in another output's HTML.
_ALONE: LiteralString = (
    "<style>.jp-OutputArea-child:has(.claude-nb-said-{})+.jp-OutputArea-child"
    ":has(>.jupyter-widgets):not(:has(>.jupyter-widgets>*)){{display:none}}</style>"
)
_LINE = re.compile("\n")
_END = "</div>"


def bundle(exchanges: Sequence[Exchange], panel: str, note: str = "") -> dict[str, Any]:
    """Return the MIME bundle that the cell keeps of a chat.

    Parameters
    ----------
    exchanges : sequence of Exchange
        What was asked; one that is still being answered says so.
    panel : str
        The panel's id, by which its page finds this output; empty if no panel follows it.
    note : str
        What to say where nothing was said.
    """
    parts = [_exchange(exchange) for exchange in exchanges]
    if not parts and note:
        parts = [(markup("<p>{}</p>", visible_html(note)), note)]
    data: dict[str, Any] = {
        "text/html": _framed(panel, join(part for part, _ in parts)),
        "text/plain": "\n\n".join(text for _, text in parts),
    }
    if exchanges:
        data[CHAT] = as_json(exchanges)
    return data


def _framed(panel: str, parts: SafeHtml) -> SafeHtml:
    name = attribute(panel)
    said = markup(_SAID, name, parts)
    return join([markup(_ALONE, name), said]) if panel else said


def frame(panel: str) -> dict[str, Any]:
    """Return what stands around the parts of a panel's output, for a page that puts it together.

    The page writes the output into the notebook's file by itself, so that the kernel need not
    publish all of it, and the page not draw it, at every answer.
    """
    before = _framed(panel, EMPTY).removesuffix(_END)
    return {"html": [before, _END], "mime": CHAT, "chat": as_json([])}


def part(exchange: Exchange) -> dict[str, Any]:
    """Return what an exchange adds to the output: see `frame`.

    ``asked`` and ``pages`` are HTML, of the question and of each answer, and ``titles`` what stands
    above each of several; ``turn`` is what it adds to the chat as JSON, if anything.
    """
    asked, pages = _html(exchange)
    turn = _turn_json(exchange) if exchange.turn is not None else None
    titles = [_title(name) for name in titles_of(exchange)]
    return {
        "asked": asked,
        "titles": titles,
        "pages": pages,
        "text": _text(exchange),
        "turn": turn,
    }


def titles_of(exchange: Exchange, models: ModelTable = BUILT_IN) -> list[str]:
    """Return what tells each of several answers from the others; empty of a single one."""
    others = [shown.of(each).options for each in exchange.candidates]
    return [label(each, others, models) for each in others] if len(others) > 1 else [""]


def _title(name: str) -> SafeHtml:
    return markup("<p><strong>{}</strong></p>", visible_html(name)) if name else EMPTY


def _exchange(exchange: Exchange) -> tuple[SafeHtml, str]:
    asked, pages = _html(exchange)
    titled = zip(map(_title, titles_of(exchange)), pages, strict=True)
    return join([asked, *(each for pair in titled for each in pair)]), _text(exchange)


def _html(exchange: Exchange) -> tuple[SafeHtml, list[SafeHtml]]:
    """Return the question, and a page for each answer; empty where there is none."""
    lines = substituted(_LINE, "<br>", visible_html(exchange.prompt))
    asked = markup("<blockquote><p>{}</p></blockquote>", lines)
    bundles = [_kept(each) for each in exchange.candidates]
    asked = join([asked, shown.asked_of(exchange)[0]])
    return asked, [proven(bundle.get("text/html", EMPTY)) for bundle in bundles]


def _text(exchange: Exchange) -> str:
    quoted = "\n".join(f"> {line}" for line in plain(exchange.prompt).splitlines())
    bundles = [_kept(each) for each in exchange.candidates]
    said = zip(titles_of(exchange), bundles, strict=True)
    told = [[plain(title), each["text/plain"]] for title, each in said if each]
    parts = [quoted, shown.asked_of(exchange)[1], *(text for pair in told for text in pair)]
    return "\n\n".join(filter(None, parts))


def _kept(candidate: Candidate) -> dict[str, str]:
    """Return what is saved of an answer; the panel's page shows another as it comes."""
    seen = shown.of(candidate)
    if candidate.state != "running":
        return seen.bundle
    return render.unfinished_bundle(BUILT_IN.resolve(seen.options.model))


def as_json(exchanges: Iterable[Exchange]) -> dict[str, Any]:
    """Return a chat as JSON data: what was asked, and what came back."""
    turns = [_turn_json(exchange) for exchange in exchanges if exchange.turn is not None]
    return {"kind": KIND, "version": _VERSION, "turns": turns}


def _turn_json(exchange: Exchange) -> dict[str, Any]:
    turn = exchange.turn
    assert turn is not None  # noqa: S101 (narrows a type)
    return {
        "prompt": text_of(turn.messages[0]) or exchange.prompt,  # as it was sent
        "messages": [dict(message) for message in turn.messages],
        "usage": dict(turn.usage),
        "state": turn.state,
        "model": shown.model_of(exchange),
    }


def as_markdown(exchanges: Iterable[Exchange]) -> str:
    """Return a chat as Markdown: prompts quoted, answers as they came."""
    parts: list[str] = []
    for exchange in exchanges:
        parts.append("\n".join(f"> {line}" for line in exchange.prompt.splitlines()))
        if exchange.turn is not None:
            parts.append(exchange.turn.answer)
    return "\n\n".join(parts) + "\n"
