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
from claude_nb.models import BUILT_IN
from claude_nb.notebook.answer import render
from claude_nb.notebook.panel import shown
from claude_nb.notebook.text.safe_html import (
    IGNORED,
    SafeHtml,
    attribute,
    join,
    markup,
    proven,
    substituted,
    visible_html,
)
from claude_nb.sent_back import text_of

__all__ = ["CHAT", "KIND", "as_json", "as_markdown", "bundle"]

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
    name = attribute(panel)
    said = markup(_SAID, name, join(part for part, _ in parts))
    data: dict[str, Any] = {
        "text/html": join([markup(_ALONE, name), said]) if panel else said,
        "text/plain": "\n\n".join(text for _, text in parts),
    }
    if exchanges:
        data[CHAT] = as_json(exchanges)
    return data


def _exchange(exchange: Exchange) -> tuple[SafeHtml, str]:
    lines = substituted(_LINE, "<br>", visible_html(exchange.prompt))
    asked = markup("<blockquote><p>{}</p></blockquote>", lines)
    quoted = "\n".join(f"> {line}" for line in plain(exchange.prompt).splitlines())
    bundles = [_kept(each) for each in exchange.candidates]
    html = join([asked, *(proven(bundle["text/html"]) for bundle in bundles if bundle)])
    return html, "\n\n".join([quoted, *(bundle["text/plain"] for bundle in bundles if bundle)])


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
