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
from typing import Annotated, Any
from uuid import uuid4

import traitlets
from comm import get_comm_manager
from pydantic import Field, TypeAdapter

from claude_nb.characters import plain
from claude_nb.notebook.live.widget import OneWay
from claude_nb.notebook.page import assets
from claude_nb.notebook.page.constants import PROBE
from claude_nb.notebook.page.gate import RefusedError, Said, said

__all__ = ["PageReply", "Probe"]


class _Reply(Said):
    """What a page may answer."""

    probe: Annotated[str, Field(pattern="^[0-9a-f]{32}$")]
    version: Annotated[str, Field(max_length=40)] = ""


_REPLY = TypeAdapter(_Reply)


@dataclass(frozen=True, slots=True)
class PageReply:
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


class _Widget(OneWay):
    """Opens a comm when the page has loaded its module; shows nothing."""

    _esm = assets.script("asked/probe.js")
    probe = traitlets.Unicode().tag(sync=True)
    me = traitlets.Unicode().tag(sync=True)


class Probe:
    """One question to the page, asked as it is made.

    Parameters
    ----------
    on_answer : callable, optional
        Told the answer, on whichever thread hears it.
    """

    def __init__(self, on_answer: Callable[[PageReply], object] | None = None) -> None:
        self.answer: PageReply | None = None
        self._on_answer = on_answer
        self._heard = threading.Event()
        self._name = uuid4().hex
        get_comm_manager().register_target(PROBE, self._opened)
        self._asked = time.monotonic()
        self._widget = _Widget(model_id=self._name, probe=self._name)

    @property
    def heard_while_running(self) -> bool:
        """Whether this kernel hears the page before the cell has ended."""
        return not version("ipykernel").startswith("6.")

    def wait(self, limit: float) -> PageReply | None:
        """Return the answer, or None if there is none after `limit` seconds."""
        self._heard.wait(limit)
        return self.answer

    def close(self) -> None:
        """Take the widget away."""
        with suppress(Exception):  # closing is for the page's sake; there may be none
            self._widget.close()

    def _opened(self, comm: Any, message: dict[str, Any]) -> None:
        get_comm_manager().unregister_comm(comm)  # nothing is ever sent on it
        try:
            reply = said(_REPLY, message["content"].get("data"), "A probe's answer")
        except RefusedError:
            return
        if reply.probe != self._name or self._heard.is_set():
            return
        self.answer = PageReply(time.monotonic() - self._asked, plain(reply.version))
        self._heard.set()
        if self._on_answer is not None:
            self._on_answer(self.answer)
