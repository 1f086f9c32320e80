"""The live view: an answer in the cell while it streams, a static output when it is done.

Owns when things are sent (a thread per view, so that an interrupt never tears a half-made update),
the display id that live and saved output share, and Stop. What the page is told to do is decided in
`operations`, what is saved in `render`. Importing this module imports neither anywidget nor
ipywidgets; :func:`warm` does so ahead of time.
"""

from __future__ import annotations

import contextvars
import threading
import time
from contextlib import suppress
from importlib.metadata import version
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from claude_nb.notebook import publishing, threads
from claude_nb.notebook.operations import Operations
from claude_nb.notebook.pieces import pieces
from claude_nb.notebook.sanitise import plain

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["LiveView", "warm"]

SHORTEST = 1 / 30  # seconds between two messages
LONGEST = 0.14  # seconds that text waits, at most, while the kernel keeps up
BURST = 100  # pieces of text that are worth a message before that
SHARE = 8  # rendering may take one part in so many of the time
QUIET = 0.5  # seconds of silence after which the page is told how much there is; doubled each time
CATCH_UP = 1.0  # seconds in which messages repeat all for a page that cannot ask for what it missed


def warm() -> threading.Thread:
    """Import what the first view needs, in the background; harmless where there are threads."""
    thread = threading.Thread(target=_warm, name="claude_nb warm", daemon=True)
    thread.start()
    return thread


def _warm() -> None:
    with suppress(ImportError):
        from claude_nb.notebook import markdown, widget  # noqa: F401, PLC0415

        markdown.to_html("warm")


class LiveView:
    """An answer as it streams into a cell.

    Parameters
    ----------
    title : str
        What the status line begins with, the model's name.
    on_stop : callable, optional
        Called without arguments, from any thread, when the person asks to stop.
    background : bool
        The cell does not wait for the answer, so Stop must never interrupt the kernel.
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
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.title = title
        self.display_id = uuid4().hex
        self._on_stop = on_stop
        self._background = background
        # On ipykernel 6 nothing from the page is heard while a cell runs.
        self._deaf = version("ipykernel").startswith("6.") and not background
        self._opened = self._next = 0.0
        self._clock = clock
        self._pieces: list[tuple[str, str]] = []
        self._operations = Operations()
        self._sent = 0
        self._wanted: int | None = None
        self._code = False  # the page asked for it
        self._urgent = False
        self._changed = threading.Condition()
        self._finished = False
        self._thread: threading.Thread | None = None
        self._widget: Any = None
        self._listener: Any = None

    # What the kernel's side calls.

    def open(self) -> None:
        """Show the empty view in the running cell."""
        from claude_nb.notebook import widget  # noqa: PLC0415  (imports anywidget)

        interrupt = "never" if self._background else "now" if self._deaf else "late"
        self._widget = widget.kind()(
            view=self.display_id, title=plain(self.title), interrupt=interrupt
        )
        self._widget.on_msg(lambda _widget, content, _buffers: self._command(content))
        self._listener = widget.listen(
            self.display_id, self._command, blocking=not self._background
        )
        self._place(self._widget.model_id)
        self._opened = self._clock()
        self._start()

    def event(self, event: Any) -> None:
        """Show a stream event; events that change nothing on screen are passed over."""
        for kind, text in pieces(event):
            self._put(kind, text)

    def thinking(self, text: str) -> None:
        """Append to the thinking; the first piece opens its disclosure."""
        self._put("think", text)

    def text(self, text: str) -> None:
        """Append to the answer."""
        self._put("text", text)

    def tool(self, name: str) -> None:
        """Begin a tool call; its input follows with :meth:`tool_input`."""
        self._put("name", name)

    def tool_input(self, text: str) -> None:
        """Append to the running tool call's input, JSON in pieces."""
        self._put("tool", text)

    def end_block(self, title: str = "") -> None:
        """End the running block; `title` becomes the title of its disclosure."""
        self._put("done", title)

    def status(self, text: str) -> None:
        """Replace what the status line says after title and time."""
        self._put("status", text)

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
        self._put("done", "")
        self._put("state", announcement)
        with self._changed:
            self._finished = self._urgent = True
            self._changed.notify_all()
        try:
            if self._thread is not None:
                self._thread.join()
            else:
                self._flush()
        finally:  # an impatient interrupt must not leave the view live
            self._replace(bundle, metadata or {})
            self._close()

    # Where it is shown; a view that lives in something else than a cell's output says so here.

    def _place(self, model_id: str) -> None:
        publishing.publish(publishing.placeholder(model_id), self.display_id)

    def _replace(self, bundle: Mapping[str, Any], metadata: Mapping[str, Any]) -> None:
        publishing.publish(bundle, self.display_id, metadata, update=self._widget is not None)

    # Sending.

    def _put(self, kind: str, text: str) -> None:
        with self._changed:
            if self._finished:
                return
            self._pieces.append((kind, text))
            self._urgent = self._urgent or kind == "state"
            if not threads.AVAILABLE:
                self._flush_in_time()
            elif self._urgent or len(self._pieces) in (1, BURST):
                self._changed.notify_all()

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
        if self._widget is not None and (self._urgent or self._clock() >= self._next):
            self._flush()
            self._next = self._clock() + LONGEST

    def _run(self) -> None:
        pause = cost = 0.0  # the first message goes at once
        quiet = QUIET
        while not self._finished:
            if not self._wait(quiet, pause):  # or the page would never miss a lost last message
                self._send({"n": self._sent, "o": []})
                quiet *= 2
                continue
            quiet = QUIET
            began, before = self._clock(), cost
            self._flush()
            cost = self._clock() - began
            pause = max(LONGEST, SHARE * min(cost, before))  # one slow turn is an import, not work
        self._flush()

    def _wait(self, quiet: float, pause: float) -> bool:
        with self._changed:
            if not self._changed.wait_for(self._due, quiet):
                return False
            self._changed.wait_for(lambda: self._urgent, min(pause, SHORTEST))
            self._changed.wait_for(self._pressing, max(0.0, pause - SHORTEST))
        return True

    def _due(self) -> bool:
        return self._urgent or bool(self._pieces)

    def _pressing(self) -> bool:
        return self._urgent or len(self._pieces) >= BURST

    def _flush(self) -> None:
        with self._changed:
            waiting, self._pieces = self._pieces, []
            wanted, self._wanted = self._wanted, None
            code, self._code = self._code, False
            self._urgent = self._finished
        if code:
            self._send_code()
        self._operations.extend(waiting)
        log = self._operations.log
        first = self._sent if wanted is None else min(wanted, self._sent)
        if self._deaf and self._clock() < self._opened + CATCH_UP:
            first = 0
        if first < len(log) or wanted is not None:
            self._send({"n": first, "o": log[first:]})
            self._sent = len(log)

    def _send_code(self) -> None:
        from claude_nb.notebook import widget  # noqa: PLC0415  (imports anywidget)

        self._send({"code": widget.CODE})

    def _send(self, content: dict[str, Any]) -> None:
        with suppress(Exception):  # whatever a vanished page does to its comm, the answer goes on
            self._widget.send(content)

    # Coming back from the page.

    def _command(self, data: Mapping[str, Any]) -> None:
        if data.get("stop"):
            self._put("state", "stopping")
            if self._on_stop is not None:
                self._on_stop()
            return
        with self._changed:
            if data.get("code"):
                self._code = self._urgent = True
            elif isinstance(number := data.get("ask"), int):
                self._wanted, self._urgent = max(0, number), True
            self._changed.notify_all()

    def _close(self) -> None:
        if self._widget is None:
            return
        with suppress(Exception):  # closing is for the page's sake; there may be none
            self._listener.close()
            self._widget.close()
