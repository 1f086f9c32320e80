"""What a panel shows of each answer of a conversation, beside what goes out as history; pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from claude_nb.ask.options import Options
from claude_nb.characters import plain
from claude_nb.conversation import Candidate, Exchange, Turn
from claude_nb.notebook.answer import attached, blocks, calls, render
from claude_nb.notebook.ledger.entries import Entry
from claude_nb.notebook.text.safe_html import EMPTY, SafeHtml, join

__all__ = ["Shown", "asked_of", "ended", "facts", "model_of", "of"]

_TOKENS = {
    "input": "input_tokens",
    "output": "output_tokens",
    "read": "cache_read_input_tokens",
    "written": "cache_creation_input_tokens",
}


@dataclass(slots=True)
class Shown:
    """One answer as a panel shows it.

    Attributes
    ----------
    options : Options
        What it was asked with.
    live : str
        The id of the widget that shows it while it streams.
    facts : dict
        Model, seconds, tokens by kind and cost; what the page shows as numbers.
    stop : callable
        Stops it while it is coming.
    draw : callable
        Makes the bundle when it is first looked at: of a long chat only some is.
    asked : (SafeHtml, str) or None
        What went along with the question; None until it is looked at.
    """

    options: Options = field(default_factory=Options)
    live: str = ""
    facts: dict[str, Any] = field(default_factory=dict[str, Any])
    stop: Callable[[], object] = lambda: None
    draw: Callable[[], dict[str, str]] = dict[str, str]
    asked: tuple[SafeHtml, str] | None = None
    _bundle: dict[str, str] | None = None

    @property
    def bundle(self) -> dict[str, str]:
        """What is shown, and saved, when it has ended."""
        if self._bundle is None:
            self._bundle = self.draw()
        return self._bundle

    @bundle.setter
    def bundle(self, made: dict[str, str]) -> None:
        self._bundle = made


def of(candidate: Candidate) -> Shown:
    """Return what to show of an answer; one that came from elsewhere is drawn from its turn."""
    if candidate.shown is None and candidate.turn is not None:
        candidate.shown = _drawn(candidate.turn)
    return candidate.shown or Shown()


def asked_of(exchange: Exchange) -> tuple[SafeHtml, str]:
    """Return what went along with a question, as HTML and as plain text."""
    first = exchange.candidates[0] if exchange.candidates else Candidate()
    seen, turn = of(first), first.turn
    if seen.asked is None and turn is not None:
        seen.asked = attached.shown(turn.messages[0]["content"])
    return seen.asked or (EMPTY, "")


def _drawn(turn: Turn, model: str = "") -> Shown:
    numbers = {name: int(turn.usage.get(_TOKENS[name]) or 0) for name in ("input", "output")}
    return Shown(draw=partial(_bundle, turn, model), facts={**numbers, "model": model})


def _bundle(turn: Turn, model: str) -> dict[str, str]:
    content = [block for _, said in turn.blocks()[1:] for block in said]
    drawn = [
        calls.shown(each, {}) if isinstance(each, calls.Call) else blocks.shown(each)
        for each in calls.paired(content)
    ]
    state = "" if turn.state == "complete" else turn.state
    foot = " · ".join(filter(None, (plain(model), plain(state))))
    html = join([*(part for part, _ in drawn), render.foot(foot)])
    text = "\n\n".join(text for _, text in drawn)
    return {"text/html": render.page(html), "text/plain": text}


def ended(turn: Turn, model: str) -> Candidate:
    """Return an answer that came from a file."""
    return Candidate(turn=turn, shown=_drawn(turn, model))


def model_of(exchange: Exchange) -> str:
    """Return the id of the model whose answer is kept; empty if it is not known."""
    return str(of(exchange.candidates[exchange.kept or 0]).facts.get("model", ""))


def facts(entry: Entry) -> dict[str, Any]:
    """Return a run's numbers, as a page shows them."""
    tokens = {name: entry.tokens(kind) for name, kind in _TOKENS.items()}
    details = entry.usage.get("output_tokens_details") or {}
    if entry.state != "complete":
        tokens["output"] = 0  # only the end of an answer tells how long it became
    return {
        "model": entry.model,
        "seconds": entry.seconds,
        "cost": entry.cost,
        "emulated": entry.emulated,
        "free": entry.free,
        "thinking": int(details.get("thinking_tokens") or 0),
        **tokens,
    }
