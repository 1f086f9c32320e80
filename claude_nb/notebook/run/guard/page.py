"""A question to the page: which cells wait there, and Go or Cancel.

The page answers over a comm of its own, which kernels with subshells serve while a cell runs. It
says every few seconds that it is there, so that a question ends with its page.
"""

from __future__ import annotations

import queue
import time
from datetime import UTC, datetime
from typing import Annotated, Literal
from uuid import uuid4

import traitlets
from pydantic import Field, TypeAdapter

from claude_nb.notebook.answer import render
from claude_nb.notebook.live.publishing import publish, widget_bundle
from claude_nb.notebook.live.widget import OneWay, listen
from claude_nb.notebook.page import assets
from claude_nb.notebook.page.gate import RefusedError, Said, said
from claude_nb.notebook.run.guard.waiting import Answer, Cell, Told

__all__ = ["PageQuestion"]

_SOON = 5.0  # seconds in which a page says what waits; there may be none
_SILENT = 90.0  # seconds after which a page is gone: a hidden one wakes once a minute
_LOOK = 0.5  # seconds in which an interrupt is heard
_MOST = 10_000  # cells of a notebook
_LAST = 253_402_300_799_000  # milliseconds: the end of the year 9999


class _PageCell(Said):
    id: Annotated[str, Field(max_length=100)]
    source: Annotated[str, Field(max_length=100_000)]
    missing: Annotated[int, Field(ge=0, le=10**9)] = 0


class _Words(Said):
    """What a page says."""

    at: Annotated[int, Field(ge=0, le=_LAST)]
    cells: Annotated[list[_PageCell], Field(max_length=_MOST)] | None = None
    answer: Literal["", "go", "cancel", "gone"] = ""


_WORDS = TypeAdapter(_Words)


class _Widget(OneWay):
    """Tells what waits as soon as it is there; shown, it is the question."""

    _esm = assets.script("asked/guard.js")
    _css = assets.style("asked/guard.css")
    view = traitlets.Unicode().tag(sync=True)
    question = traitlets.Unicode().tag(sync=True)


class _Page:
    """One widget, and what its page says."""

    def __init__(self, question: str = "") -> None:
        self.heard: queue.Queue[_Words] = queue.Queue()
        self.name = uuid4().hex
        self.model_id = uuid4().hex
        self._listener = listen(self.name, self._hear)
        self._widget = _Widget(view=self.name, question=question, model_id=self.model_id)

    def _hear(self, data: object) -> None:
        try:
            self.heard.put(said(_WORDS, data, "An answer about waiting cells"))
        except RefusedError:
            return

    def close(self) -> None:
        self._listener.close()
        self._widget.close()


class PageQuestion:
    """What a page is asked about the cells that wait in it."""

    def __init__(self) -> None:
        self._page = _Page()
        self._shown: _Page | None = None

    def waiting(self) -> Told | None:
        """Return what the page says that waits; None if there is none that hears this."""
        try:
            words = self._page.heard.get(timeout=_SOON)
        except queue.Empty:
            return None
        cells = None
        if words.cells is not None:
            cells = [Cell(**each.model_dump()) for each in words.cells]
        return Told(_when(words), cells)

    def ask(self, question: str) -> Answer:
        """Show a question in the running cell, and wait for its answer, or for the page's end."""
        self._shown = shown = _Page(question)
        place, answer = uuid4().hex, Answer("gone")
        publish({**widget_bundle(shown.model_id), **_line(question)}, display_id=place)
        try:
            answer = _answer(shown.heard)
        finally:
            publish(_line(f"{_ENDS[answer.word]}: {question}"), display_id=place, update=True)
        return answer

    def close(self) -> None:
        """Take all of it off the page."""
        for each in filter(None, (self._page, self._shown)):
            each.close()


_ENDS = {"go": "Go", "cancel": "Cancelled", "gone": "Not sent"}


def _answer(heard: queue.Queue[_Words]) -> Answer:
    last = time.monotonic()
    while time.monotonic() - last < _SILENT:
        try:
            words = heard.get(timeout=_LOOK)
        except queue.Empty:
            continue
        last = time.monotonic()
        if words.answer:
            return Answer(words.answer, _when(words))
    return Answer("gone")


def _line(text: str) -> dict[str, str]:
    return {"text/html": render.page(render.foot(text)), "text/plain": f"— {text}"}


def _when(words: _Words) -> datetime:
    return datetime.fromtimestamp(words.at / 1000, UTC)
