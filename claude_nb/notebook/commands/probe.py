"""Ask the page whether its part of anywidget is alive: one round trip, with a time limit.

The kernel opens a small widget, whose module opens a comm back. On ipykernel 7 that is heard while
the cell runs, on a thread of its own; on ipykernel 6 only when the cell has ended.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any
from uuid import uuid4

import anywidget
import traitlets
from comm import get_comm_manager

__all__ = ["Answer", "Probe"]

_TARGET = "claude_nb.probe"
_MODULE = Path(__file__).parent.parent / "static" / "probe.js"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the page said.

    Attributes
    ----------
    seconds : float
        From question to answer.
    version : str
        Of the page's anywidget; empty if it does not tell.
    """

    seconds: float
    version: str


class _Widget(anywidget.AnyWidget):
    """Opens a comm when the page has loaded its module; shows nothing."""

    _esm = _MODULE.read_text(encoding="utf-8")
    probe = traitlets.Unicode().tag(sync=True)
    me = traitlets.Unicode().tag(sync=True)


class Probe:
    """One question to the page, asked as it is made.

    Parameters
    ----------
    on_answer : callable, optional
        Told the answer, on whichever thread hears it.
    """

    def __init__(self, on_answer: Callable[[Answer], object] | None = None) -> None:
        self.answer: Answer | None = None
        self._on_answer = on_answer
        self._heard = threading.Event()
        self._name = uuid4().hex
        get_comm_manager().register_target(_TARGET, self._opened)
        self._asked = time.monotonic()
        self._widget = _Widget(model_id=self._name, probe=self._name)

    @property
    def heard_while_running(self) -> bool:
        """Whether this kernel hears the page before the cell has ended."""
        return not version("ipykernel").startswith("6.")

    def wait(self, limit: float) -> Answer | None:
        """Return the answer, or None if there is none after `limit` seconds."""
        self._heard.wait(limit)
        return self.answer

    def close(self) -> None:
        """Take the widget away."""
        with suppress(Exception):  # closing is for the page's sake; there may be none
            self._widget.close()

    def _opened(self, comm: Any, message: dict[str, Any]) -> None:
        get_comm_manager().unregister_comm(comm)  # nothing is ever sent on it
        data = message["content"]["data"]
        if data.get("probe") != self._name or self._heard.is_set():
            return
        self.answer = Answer(time.monotonic() - self._asked, str(data.get("version", ""))[:40])
        self._heard.set()
        if self._on_answer is not None:
            self._on_answer(self.answer)
