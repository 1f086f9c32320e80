"""Where an answer is shown: live in a page, once at the end, or as text in a terminal.

Chooses by what the front end can do. All views take the same calls as
`claude_nb.notebook.live.LiveView`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from claude_nb.notebook import publishing, threads
from claude_nb.notebook.errors import InputError

__all__ = ["FinalView", "TextView", "View", "choose", "is_live", "tells_time"]

MODES = ("auto", "live", "final", "text")


class View(Protocol):
    """What a run tells, whoever shows it.

    Attributes
    ----------
    pages : bool
        Whether the final output is shown whole, as a page; a terminal has the text already.
    """

    pages: bool

    def open(self) -> None:
        """Show that an answer is on its way."""

    def event(self, event: Any) -> None:
        """Take one stream event."""

    def tool(self, name: str) -> None:
        """Begin a disclosure of that name."""

    def tool_input(self, text: str) -> None:
        """Append text to that disclosure."""

    def end_block(self, title: str = "") -> None:
        """End the running block; `title` becomes the title of its disclosure."""

    def status(self, text: str) -> None:
        """Replace what the status line says."""

    def finish(
        self,
        bundle: Mapping[str, Any],
        announcement: str = "",
        metadata: Mapping[str, Any] | None = None,
    ) -> None:
        """Show the final output in place of what was shown so far."""


class FinalView:
    """Shows nothing until the end, then exactly one output: for runs without a front end."""

    pages = True

    def open(self) -> None:
        """Show nothing yet."""

    def event(self, event: Any) -> None:
        """Show nothing yet."""

    def tool(self, name: str) -> None:
        """Show nothing yet."""

    def tool_input(self, text: str) -> None:
        """Show nothing yet."""

    def end_block(self, title: str = "") -> None:
        """Show nothing yet."""

    def status(self, text: str) -> None:
        """Show nothing yet."""

    def finish(
        self,
        bundle: Mapping[str, Any],
        announcement: str = "",
        metadata: Mapping[str, Any] | None = None,
    ) -> None:
        """Publish the bundle as one output."""
        del announcement
        publishing.publish(bundle, metadata=metadata)


class TextView:
    """Writes the answer to standard output as it comes: for a terminal."""

    pages = False

    def __init__(self) -> None:
        self._wrote = ""

    def open(self) -> None:
        """Begin with nothing."""

    def event(self, event: Any) -> None:
        """Write text as it comes; thinking too, dimmed, where there is a terminal to dim it."""
        delta: Any = getattr(event, "delta", None)
        kind = getattr(delta, "type", "")
        block: Any = getattr(event, "content_block", None)
        if event.type == "content_block_start" and block.type == "tool_use":
            self.tool(block.name)
        elif event.type == "content_block_stop":
            self.end_block()
        elif kind == "input_json_delta":
            self.tool_input(delta.partial_json)
        elif kind == "text_delta":
            self._write(delta.text)
        elif kind == "thinking_delta" and sys.stdout.isatty():
            self._write(_dim(delta.thinking))

    def tool(self, name: str) -> None:
        """Write the title of what follows."""
        self._write(f"[{name}] ")

    def tool_input(self, text: str) -> None:
        """Write what a tool gets or returns."""
        self._write(text)

    def end_block(self, title: str = "") -> None:
        """Separate blocks by an empty line."""
        before = "\n" if sys.stdout.isatty() else "▸ "
        self._write(f"{before}{_dim(title)}\n\n" if title else "\n\n")

    def status(self, text: str) -> None:
        """Say nothing: a terminal has no line to replace."""

    def finish(
        self,
        bundle: Mapping[str, Any],
        announcement: str = "",
        metadata: Mapping[str, Any] | None = None,
    ) -> None:
        """Write the last line of the bundle, or all of it if nothing was written as it came."""
        del announcement, metadata
        text = str(bundle["text/plain"]).rstrip()
        if self._wrote:
            self._write(f"\n{_dim(text.rpartition(chr(10))[2])}\n")
        else:
            self._write(f"{text}\n")

    def _write(self, text: str) -> None:
        from claude_nb.notebook.sanitise import plain  # noqa: PLC0415

        self._wrote = text
        sys.stdout.write(text if text.startswith("\x1b") else plain(text))
        sys.stdout.flush()


def _dim(text: str) -> str:
    from claude_nb.notebook.sanitise import plain  # noqa: PLC0415

    return f"\x1b[2m{plain(text)}\x1b[0m" if sys.stdout.isatty() else plain(text)


def choose(title: str, on_stop: Callable[[], object], *, background: bool = False) -> View:
    """Return the view for this front end.

    ``CLAUDE_NB_DISPLAY`` is ``auto`` (the default), ``live``, ``final`` (one output at the end,
    the same on each run, as nbval needs it) or ``text``.

    Raises
    ------
    InputError
        ``CLAUDE_NB_DISPLAY`` is none of these.
    """
    mode = _mode()
    if mode == "live":
        from claude_nb.notebook.live import LiveView  # noqa: PLC0415 (only where there is a page)

        return LiveView(title, on_stop=on_stop, background=background)
    return FinalView() if mode == "final" else TextView()


def is_live() -> bool:
    """Return whether the front end shows answers as they come, after their cell has ended too."""
    return _mode() == "live"


def tells_time() -> bool:
    """Return whether outputs say how long things took.

    Not where ``CLAUDE_NB_DISPLAY`` is ``final``: the same notebook then gives the same file.
    """
    return _asked_mode() != "final"


def _mode() -> str:
    mode = _asked_mode()
    return _front_end() if mode == "auto" else mode


def _asked_mode() -> str:
    mode = os.environ.get("CLAUDE_NB_DISPLAY", "").strip().lower() or "auto"
    if mode not in MODES:
        raise InputError(f"CLAUDE_NB_DISPLAY is {mode!r}, but must be one of {', '.join(MODES)}.")
    return mode


def _front_end() -> str:
    """Return the view that fits what is known of the front end.

    Jupyter servers name the session in a kernel's environment; VS Code and Colab start kernels
    in their own way. Everything else (nbclient, nbval, papermill) reads outputs as a file.
    """
    from IPython.core.getipython import get_ipython  # noqa: PLC0415 (only in a shell)

    if not threads.AVAILABLE:
        return "live"  # a kernel in a page has no other front end
    if not hasattr(get_ipython(), "kernel"):
        return "text"
    pages = ("JPY_SESSION_NAME", "VSCODE_PID", "VSCODE_CWD", "COLAB_RELEASE_TAG")
    return "live" if any(os.environ.get(name) for name in pages) else "final"
