"""Where an answer is shown: live in a page, once at the end, or as text in a terminal.

Chooses by what the front end can do. All views take the same calls as
`claude_nb.notebook.live.live.LiveView`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from claude_nb.characters import plain
from claude_nb.notebook.answer.pieces import Piece
from claude_nb.notebook.live.publishing import Home, Outlet, Output
from claude_nb.notebook.text.citations import in_words

__all__ = ["FinalView", "TextView", "View", "choose"]

Data = Mapping[str, Any]


class View(Protocol):
    """What a run tells, whoever shows it.

    Attributes
    ----------
    pages : bool
        Whether the final output is shown whole, as a page; a terminal has the text already.
    final : tuple or None
        The final output's data and metadata, once it is there.
    """

    pages: bool
    final: tuple[dict[str, Any], dict[str, Any]] | None

    def open(self) -> None:
        """Show that an answer is on its way."""

    def put(self, piece: Piece) -> None:
        """Show a piece of the answer."""

    def finish(self, bundle: Data, announcement: str = "", metadata: Data | None = None) -> None:
        """Show the final output in place of what was shown so far."""

    def amend(self, bundle: Data) -> None:
        """Show another final output in the place of the one that is there."""

    def again(self, *, here: bool = False) -> tuple[dict[str, Any], dict[str, Any]] | None:
        """Let one more page see what comes; None where there is nothing to be seen."""


class FinalView:
    """Shows nothing until the end, then exactly one output: for runs without a front end.

    Parameters
    ----------
    outlet : Outlet, optional
        Where that is kept; an output of the running cell.
    """

    pages = True

    def __init__(self, outlet: Outlet | None = None) -> None:
        self._outlet = outlet or Output()
        self.final: tuple[dict[str, Any], dict[str, Any]] | None = None

    def open(self) -> None:
        """Show nothing yet."""

    def again(self, *, here: bool = False) -> None:
        """Show nothing yet."""

    def put(self, piece: Piece) -> None:
        """Show nothing yet."""

    def finish(self, bundle: Data, announcement: str = "", metadata: Data | None = None) -> None:
        """Publish the bundle as one output."""
        del announcement
        self.final = dict(bundle), dict(metadata or {})
        self._outlet.keep(bundle, metadata or {})

    def amend(self, bundle: Data) -> None:
        """Publish another bundle in its place."""
        if self.final is not None:
            self._outlet.keep(bundle, self.final[1])


class TextView:
    """Writes the answer to standard output as it comes: for a terminal."""

    pages = False

    def __init__(self) -> None:
        self._wrote = False
        self._calls = False  # a call is being written, which its line tells when it is whole
        self.final: tuple[dict[str, Any], dict[str, Any]] | None = None

    def open(self) -> None:
        """Begin with nothing."""

    def again(self, *, here: bool = False) -> None:
        """Show nothing: a terminal has it all."""

    def put(self, piece: Piece) -> None:
        """Write text as it comes; thinking too, dimmed, where there is a terminal to dim it."""
        kind, text = piece.kind, piece.text
        if kind == "begin":
            self._calls = bool(piece.call)
        if kind == "title":
            self._write(f"{_dim(text)}\n\n")
        elif kind == "text" or (kind == "tool" and not self._calls):
            self._write(in_words(text))
        elif kind == "begin" and not self._calls:
            self._write(f"[{text}] ")
        elif kind == "end" and self._calls:
            self._write(f"{_dim(text)}\n\n" if text else "")
            self._calls = False
        elif kind == "end":
            before = "\n" if sys.stdout.isatty() else "▸ "
            self._write(f"{before}{_dim(text)}\n\n" if text else "\n\n")
        elif kind == "think" and sys.stdout.isatty():
            self._write(_dim(text))

    def finish(self, bundle: Data, announcement: str = "", metadata: Data | None = None) -> None:
        """Write the last line of the bundle, or all of it if nothing was written as it came."""
        del announcement
        self.final = dict(bundle), dict(metadata or {})
        text = str(bundle["text/plain"]).rstrip()
        if self._wrote:
            self._write(f"\n{_dim(text.rpartition(chr(10))[2])}\n")
        else:
            self._write(f"{text}\n")

    def amend(self, bundle: Data) -> None:
        """Leave what is written."""

    def _write(self, text: str) -> None:
        self._wrote = True
        sys.stdout.write(text if text.startswith("\x1b") else plain(text))
        sys.stdout.flush()


def _dim(text: str) -> str:
    return f"\x1b[2m{plain(text)}\x1b[0m" if sys.stdout.isatty() else plain(text)


def choose(
    display: str,
    title: str,
    on_stop: Callable[[], object],
    *,
    background: bool = False,
    home: Home | None = None,
) -> View:
    """Return the view for a display; see `claude_nb.notebook.environment.Environment`."""
    if display == "live":
        from claude_nb.notebook.live.live import LiveView  # noqa: PLC0415 (0.1 s of widgets)

        return LiveView(title, on_stop=on_stop, background=background, home=home)
    return FinalView() if display == "final" else TextView()
