"""The states of every component, each as the code's own renderers make it.

`saved` makes what cells keep of answers, without a kernel; `RUN` are cells that come to their state
by themselves, against an emulator that fails as it is told; `LIVE` hold a streaming answer still;
`PANEL` says what a person did in a panel.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import gallery
from nbformat import v4

from claude_nb.api.types import Message
from claude_nb.ask.context.cells import Cell, Notebook
from claude_nb.ask.context.choosing import Context, chosen
from claude_nb.notebook.answer import seen
from claude_nb.notebook.answer.render import Footer, bundle, unfinished_bundle

__all__ = ["LIVE", "PANEL", "RUN", "SETUP", "SHOWS", "notebook", "saved"]

BLOCKS = Path(__file__).parents[1] / "samples" / "blocks.jsonl"
SOME = (
    "plain prose",
    "headings of every level",
    "nested lists",
    "tasks",
    "definitions with blocks",
    "footnotes",
    "aligned equations",
    "python",
    "code with a very long line",
    "a diff",
    "a wide table",
    "quotes",
    "a long address",
    "Arabic",
    "what deceives",
    "a comparison",
)
TEXT = "An answer of *some* words, with `code` in it, which goes on until its line is full.\n"
LONG_WORD = "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichenfabrik" * 3


def context() -> Context:
    """Return what a question saw: cells that are written, run, and long."""
    sources = ("frame.describe()", "# A title", f"'{LONG_WORD}' <b>& more</b>")
    cells = [Cell(source=text, place=n, number=n) for n, text in enumerate(sources, 1)]
    return chosen(Notebook(cells=tuple(cells), at=3, is_run=True), 2, budget=900, notes=["a note"])


def message(content: Any = TEXT, **more: Any) -> Message:
    """Return an answer with a content, a text or blocks."""
    blocks = [{"type": "text", "text": content}] if isinstance(content, str) else content
    whole = {
        "id": "msg_state",
        "type": "message",
        "role": "assistant",
        "model": "claude-sonnet-4-6",
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "content": blocks,
        "usage": {"input_tokens": 1_234, "output_tokens": 567},
    }
    return Message.model_validate(whole | more)


def _thinking(text: str = "Let me see. " * 40) -> dict[str, str]:
    return {"type": "thinking", "thinking": text, "signature": "c2ln"}


def _tools() -> list[dict[str, Any]]:
    given = {"city": "Paris", "days": 3, "note": LONG_WORD}
    return [
        {"type": "tool_use", "id": "toolu_1", "name": "weather", "input": given},
        {"type": "tool_use", "id": "toolu_2", "name": "weather", "input": {"city": "Oslo"}},
    ]


def _ends() -> dict[str, dict[str, str]]:
    """Return answers that are not whole, or not what was asked for."""
    refused = {"type": "refusal", "category": "cyber", "explanation": "It asks for " + "more " * 40}
    return {
        "end: empty": bundle(message([])),
        "end: refused": bundle(message("", stop_reason="refusal", stop_details=refused)),
        "end: refused after words": bundle(message(stop_reason="refusal")),
        "end: cut at max_tokens": bundle(message(stop_reason="max_tokens")),
        "end: only thought": bundle(message([_thinking()], stop_reason="max_tokens")),
        "end: window full": bundle(message(stop_reason="model_context_window_exceeded")),
        "end: paused": bundle(message(stop_reason="pause_turn")),
        "end: waits for a tool": bundle(message(_tools(), stop_reason="tool_use")),
        "end: stop sequence": bundle(message(stop_reason="stop_sequence", stop_sequence="END\n")),
        "end: stopped": bundle(message(stop_reason=None), Footer(seconds=3.2, problem="stopped")),
        "end: connection lost": bundle(message(), Footer(problem="connection lost")),
        "end: not finished when saved": unfinished_bundle("claude-sonnet-4-6 · asked 12:30"),
    }


def _footers() -> dict[str, dict[str, str]]:
    """Return answers whose last lines tell little, or much."""
    notes = [
        "emulated",
        "turn 12 of main",
        "stale: turns 13 to 15 answered what was before",
        LONG_WORD,
    ]
    cached = {"input_tokens": 20, "cache_read_input_tokens": 9_000, "output_tokens": 40}
    return {
        "footer: usual": bundle(message(), Footer(seconds=4.2, cost=0.0123)),
        "footer: cached": bundle(message(usage=cached), Footer(seconds=61.0)),
        "footer: much": bundle(message(), Footer(seconds=4.2, cost=1.5, notes=notes)),
        "footer: saw cells": bundle(message(), Footer(made=[seen.line(context())])),
        "footer: quiet": bundle(message(), Footer(quiet=True)),
    }


def _blocks() -> dict[str, dict[str, str]]:
    """Return an answer for each kind of block that the API has, and thinking."""
    lines = BLOCKS.read_text(encoding="utf-8").splitlines()
    found = {
        f"block: {sample['name']}": bundle(message([sample["block"]]))
        for sample in map(json.loads, lines)
    }
    thought = message([_thinking(), {"type": "text", "text": TEXT}])
    return {
        "thinking, then an answer": bundle(thought, Footer(thinking_seconds=[4.0])),
        **found,
    }


def saved() -> dict[str, dict[str, str]]:
    """Return what cells keep of answers, by the name of the state."""
    samples = gallery.samples()
    texts = {f"answer: {name}": gallery.answer(samples[name], name) for name in SOME}
    return {
        **texts,
        "answer: a long word": bundle(message(LONG_WORD)),
        **_ends(),
        **_footers(),
        **_blocks(),
    }


def notebook() -> Any:
    """Return a notebook that holds the saved states, a cell each."""
    cells = [
        v4.new_code_cell(f"# {name}", outputs=[v4.new_output("display_data", data)])
        for name, data in saved().items()
    ]
    return v4.new_notebook(cells=cells)


SETUP = f"""\
%load_ext claude_nb
from claude_nb import emulator
from claude_nb.emulator import Fault
from claude_nb.notebook.answer.pieces import Piece
from claude_nb.notebook.live.live import LiveView
TEXT = {TEXT!r}
server = emulator.shared(tokens_per_second=0)
VIEWS = []

def fails(*faults):
    for kind, more in faults:
        server.faults.add(Fault(kind, **more))

def streaming(*pieces):
    view = LiveView("claude-sonnet-4-6")
    view.open()
    for kind, text in pieces:
        view.put(Piece(kind, text))
    VIEWS.append(view)
"""


def _failing(kind: str, **more: Any) -> str:
    return f"fails(({kind!r}, {more!r}))\n%claude --no-history What is 2 + 2?"


RUN = {
    "error: key refused": _failing("status", status=401),
    "error: no credit": _failing("status", status=402),
    "error: not allowed": _failing("status", status=403),
    "error: unknown model": "%claude -m claude-nonesuch Hello",
    "error: too large": _failing("status", status=413),
    "error: too many requests": _failing("status", status=429, retry_after="3600"),
    "error: overloaded": _failing("status", status=529, times=3, retry_after_ms="1"),
    "error: in the stream": _failing("error", status=529),
    "error: the connection breaks": _failing("cut", after=8),
    "error: a page of a proxy": _failing("html", status=403),
    "retried, then answered": _failing("status", status=529, times=1, retry_after_ms="1"),
    "refused before sending": "%claude -m sonnet-5.5 -t 0.5 Name a colour.",
    "an option that there is not": "%claude --temprature 0.5 Name a colour.",
    "a proposal": "%claude -x --no-history Write a function that adds two numbers",
    "JSON": "%claude -f json --no-history Name two colours",
    "dry run": "%claude -N What is 17 * 23?",
    "page: help": "%claude help",
    "page: help of a command": "%claude help show",
    "page: models": "%claude models",
    "page: use": "%claude use",
    "page: use of a server": (
        "from unittest.mock import patch\n"
        "from claude_nb.notebook.backend import local\n"
        "names = ('qwen3:8b', 'a-model-with-a-long-name/' * 4)\n"
        "made = local.Server('Ollama', 'ollama', 'http://127.0.0.1:11434', names)\n"
        "with patch.object(local, 'chosen', lambda _: local.used(made)):\n"
        "    get_ipython().run_line_magic('claude', 'use ollama')\n"
        "%claude use off"
    ),
    "page: set": "%claude set",
    "page: show": "%claude show",
    "page: chats": "%claude chats",
    "page: usage": "%claude usage",
    "page: count": "%claude count How many tokens is this?",
    "page: version": "%claude version",
    "page: doctor": "%claude doctor",
    "page: last": "%claude last",
    "page: a change": (
        "from claude_nb.notebook.commands import page\n"
        "from claude_nb.notebook.commands.fix import offer, proposal\n"
        "old = 'import os\\n' * 9 + 'for price in prices:\\n    net = smu(prices) # ' + 'a' * 80\n"
        "new = old.replace('smu', 'sum').replace('for p', 'for n, p') + '\\n</pre>\\u202e'\n"
        "page.show(offer.compared(proposal.proposed(old, new).rows), sheets=('asked/change.css',))"
    ),
}
"""Cells that come to their state by themselves."""


def _live(*pieces: tuple[str, str]) -> str:
    return f"streaming(*{list(pieces)!r})"


LIVE = {
    "live: nothing yet": _live(),
    "live: a status": _live(("status", "529 overloaded, tries again in 4 s, attempt 2 of 3")),
    "live: thinking": _live(("think", "Let me see. " * 60)),
    "live: thought, then words": _live(
        ("think", "So. "), ("end", "Thought for 4 s"), ("text", TEXT)
    ),
    "live: a tool": _live(("text", TEXT), ("begin", "weather"), ("tool", '{"city": "Paris"}')),
    "live: open code": _live(("text", "```python\n" + "value = 1\n" * 12)),
    "live: an open table": _live(("text", "| a | b |\n|---|--:|\n" + "| one | 2 |\n" * 8 + "| th")),
    "live: stopping": _live(("text", TEXT), ("state", "stopping")),
}
"""Cells that hold a streaming answer still."""

SHOWS = {
    "live: a status": "attempt 2 of 3",
    "live: thinking": "Let me see.",
    "live: thought, then words": "its line is full.",
    "live: a tool": "weather",
    "live: open code": "value = 1",
    "live: an open table": "th",
    "live: stopping": "Stopping",
}
"""The words by which it is seen that they are there."""

PANEL = {
    "panel: empty": [],
    "panel: answered": ["What is 17 * 23?"],
    "panel: two exchanges": ["What is 17 * 23?", "And 18 * 24?"],
}
"""What was asked in each panel."""
