"""The live view: an answer in the cell while it streams, a static output when it is done.

Owns when things are sent (a thread per view, so that an interrupt never tears a half-made update),
and Stop. What the page is told to do is decided in `operations`, what is saved in `render`; where
it is shown and how it is sent is given. Importing this module imports anywidget: where there is no
page, it is not imported.
"""

from __future__ import annotations

import contextvars
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from math import inf
from typing import TYPE_CHECKING, Any

from claude_nb import threads
from claude_nb.notebook.answer.pieces import Piece
from claude_nb.notebook.live.channel import Channel
from claude_nb.notebook.live.heard import WISH
from claude_nb.notebook.live.operations import Operations
from claude_nb.notebook.live.publishing import Home, Outlet, Output
from claude_nb.notebook.page.constants import PAUSE
from claude_nb.notebook.page.gate import RefusedError, said

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["LiveView", "Pace"]

_PAGES = 4  # most pages that are sent the operations; a reloaded page is a new one


@dataclass(frozen=True, slots=True)
class Pace:
    """When a live view sends; times in seconds."""

    shortest: float = 1 / 30  # between two messages
    longest: float = PAUSE  # the same, while there is no burst and the kernel keeps up
    burst: int = 100  # pieces of text that are worth a message before that
    share: int = 8  # rendering may take one part in so many of the time
    quiet: float = 0.5  # silence after which the page is told how much there is; doubled each time
    catch_up: float = 1.0  # in which messages repeat all for a page that cannot ask for it


class LiveView:
    """An answer as it streams into a page.

    Parameters
    ----------
    title : str
        What the status line begins with, the model's name.
    on_stop : callable, optional
        Called without arguments, from any thread, when the person asks to stop.
    background : bool
        The cell does not wait for the answer, so Stop must never interrupt the kernel.
    outlet : Outlet, optional
        Where it is shown and kept; an output of the running cell.
    home : Home, optional
        Where it belongs, for a page that comes back.
    channel : callable
        Opens what sends to the page, as `Channel` does.
    pace : Pace
        When it sends.
    clock : callable
        Seconds, monotonic.

    Notes
    -----
    Everything may be called when there is no page (any more): nothing raises because of that.
    """

    pages = True  # the final output is shown whole

    def __init__(
        self,
        title: str = "",
        *,
        on_stop: Callable[[], object] | None = None,
        background: bool = False,
        outlet: Outlet | None = None,
        home: Home | None = None,
        channel: Callable[..., Channel] = Channel,
        pace: Pace = Pace(),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._title = title
        self._on_stop = on_stop
        self._background = background
        self.final: tuple[dict[str, Any], dict[str, Any]] | None = None
        self._home = home or Home()
        self._outlets: list[Outlet] = [outlet or Output(title, self._home)]
        self._connect = channel if home is None else partial(channel, home=home)
        self._channels: list[Channel] = []
        self._pace = pace
        self._telling = (1, pace.burst)  # numbers of waiting pieces that the sender is told of
        self._clock = clock
        self._flushed = -inf
        self._repeats_until = -inf
        self._pieces: list[Piece] = []
        self._operations = Operations()
        self._sent = 0
        self._wanted: int | None = None
        self._code = False  # the page asked for it
        self._urgent = False
        self._changed = threading.Condition()
        self._finished = False
        self._thread: threading.Thread | None = None

    # What the kernel's side calls.

    def open(self) -> None:
        """Show the empty view in its place."""
        channel = self._connect(self._title, self._command, background=self._background)
        self._channels = [channel]
        self._outlets[0].show(channel.model_id)
        if channel.deaf:
            self._repeats_until = self._clock() + self._pace.catch_up
        self._start()

    def again(self, *, here: bool = False) -> tuple[dict[str, Any], dict[str, Any]] | None:
        """Let one more page see it from the beginning.

        Parameters
        ----------
        here : bool
            Whether in an output of the running cell; else the page knows a place.

        Returns
        -------
        tuple or None
            Data and metadata of an output that shows it; None if it has ended, or was never opened.
        """
        outlet = Output(self._title, self._home)
        with self._changed:
            if self._finished or not self._channels:
                return None
            channel = self._connect(self._title, self._command, background=self._background)
            self._channels = [*self._channels, channel]
            if here:
                outlet.show(channel.model_id)
                self._outlets.append(outlet)
            dropped = self._channels[:-_PAGES]
            self._channels = self._channels[-_PAGES:]
        for each in dropped:  # pages that are gone, most likely
            each.close()
        return outlet.unfinished(channel.model_id)

    def put(self, piece: Piece) -> None:
        """Show a piece of the answer, soon."""
        with self._changed:
            if self._finished:
                return
            self._pieces.append(piece)
            self._urgent = self._urgent or piece.kind == "state"
            if not threads.AVAILABLE:
                self._flush_in_time()
            elif self._urgent or len(self._pieces) in self._telling:
                self._changed.notify_all()

    def finish(
        self,
        bundle: Mapping[str, Any],
        announcement: str = "Answer complete.",
        metadata: Mapping[str, Any] | None = None,
    ) -> None:
        """Put the static `bundle` in the place of the live view; only the first call counts.

        Parameters
        ----------
        bundle : Mapping[str, Any]
            The MIME bundle to keep.
        announcement : str
            What screen readers are told.
        metadata : Mapping[str, Any], optional
            Of the output, as the notebook file keeps it.
        """
        if self._finished:
            return
        self.put(Piece("end"))
        self.put(Piece("state", announcement))
        with self._changed:
            self._finished = self._urgent = True
            self._changed.notify_all()
        try:
            if self._thread is not None:
                self._thread.join()
            else:
                self._flush()
        finally:  # an impatient interrupt must not leave the view live
            self.final = dict(bundle), dict(metadata or {})
            for outlet in self._outlets:
                outlet.keep(bundle, metadata or {})
            self._close()

    def amend(self, bundle: Mapping[str, Any]) -> None:
        """Put another bundle in the place of the final one."""
        if self.final is not None:
            for outlet in self._outlets:
                outlet.keep(bundle, self.final[1])

    # Sending.

    def _start(self) -> None:
        if not threads.AVAILABLE:
            return
        run = contextvars.copy_context().run  # the kernel finds the cell's message there
        self._thread = threading.Thread(
            target=run, args=(self._run,), name="claude_nb live view", daemon=True
        )
        self._thread.start()

    def _flush_in_time(self) -> None:
        """Send from the thread that streams; what is not due yet goes with a later piece."""
        if self._channels and (self._urgent or not self._until(self._pace.longest)):
            self._flush()
            self._flushed = self._clock()

    def _run(self) -> None:
        pause = cost = 0.0
        quiet = self._pace.quiet
        while not self._finished:
            if not self._wait(quiet, pause):  # or the page would never miss a lost last message
                self._send({"n": self._sent, "o": []})
                quiet *= 2
                continue
            quiet = self._pace.quiet
            began, before = time.thread_time(), cost
            self._flush()
            self._flushed = self._clock()
            cost = time.thread_time() - began  # ours alone, however busy the machine is
            work = min(cost, before)  # one slow turn is an import, not work
            pause = max(self._pace.longest, self._pace.share * work)
        self._flush()

    def _wait(self, quiet: float, pause: float) -> bool:
        """Wait until there is something to send, and long enough for more to go with it."""
        with self._changed:
            if not self._changed.wait_for(self._due, quiet):
                return False
            self._changed.wait_for(lambda: self._urgent, self._until(self._pace.shortest))
            self._changed.wait_for(self._pressing, self._until(pause))
        return True

    def _until(self, pause: float) -> float:
        """Return how long to wait for a pause after the last message; none after a silence."""
        return max(0.0, self._flushed + pause - self._clock())

    def _due(self) -> bool:
        return self._urgent or bool(self._pieces)

    def _pressing(self) -> bool:
        return self._urgent or len(self._pieces) >= self._pace.burst

    def _flush(self) -> None:
        with self._changed:
            waiting, self._pieces = self._pieces, []
            wanted, self._wanted = self._wanted, None
            code, self._code = self._code, False
            self._urgent = self._finished
        if code and self._channels:
            self._send({"code": self._channels[0].code})
        self._operations.extend(waiting)
        log = self._operations.log
        first = self._sent if wanted is None else min(wanted, self._sent)
        if self._clock() < self._repeats_until:
            first = 0
        if first < len(log) or wanted is not None:
            self._send({"n": first, "o": log[first:]})
            self._sent = len(log)

    def _send(self, content: dict[str, Any]) -> None:
        for channel in self._channels:
            with suppress(
                Exception
            ):  # whatever a vanished page does to its comm, the answer goes on
                channel.send(content)

    # Coming back from the page.

    def _command(self, data: object) -> None:
        try:
            wish = said(WISH, data, "A wish to a live view")
        except RefusedError:
            return
        if wish.stop:
            self.put(Piece("state", "stopping"))
            if self._on_stop is not None:
                self._on_stop()
            return
        with self._changed:
            if wish.code:
                self._code = self._urgent = True
            elif wish.ask is not None:
                self._wanted, self._urgent = wish.ask, True
            self._changed.notify_all()

    def _close(self) -> None:
        for channel in self._channels:
            with suppress(Exception):  # closing is for the page's sake; there may be none
                channel.close()
        self._channels, self._operations = [], Operations()
