"""From what the model streams to what a page does: a numbered log of small operations.

The kernel renders, the page applies. Each operation is a list, its first item the kind:

======================  ==============================================================
``["k", kind, title]``  begin a section: ``text``, or a disclosure: ``think``, ``tool``, ``call``
``["p", keep, html]``   the live block's HTML becomes its first `keep` UTF-16 units + `html`
``["s"]``               the live block is finished; the next ``p`` begins another
``["x", text]``         append text to the code of the live block
``["r", again, html]``  the rows of a table come next in the live one; `again`: its last anew
``["t", text]``         append text to the section's disclosure
``["c", title]``        the section's disclosure is done: title it, and close it if `think`
``["n", n, title]``     title disclosure number `n` (from 0), the line of a tool's call
``["o", n, text]``      what that call returned
``["i", text]``         the status line; with seconds after it, the first number of the text
                        counts down from there
``["a", state]``        announce ``stopping``, once
======================  ==============================================================

All HTML in it is sanitised, all text goes into text nodes. Knows nothing of widgets or time.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from operator import attrgetter
from typing import Any, Literal

from claude_nb.characters import plain
from claude_nb.notebook.answer.pieces import Piece, PieceKind, Section
from claude_nb.notebook.text.growing import Change, GrowingMarkdown
from claude_nb.notebook.text.safe_html import EMPTY, SafeHtml, proven

__all__ = ["Operation", "Operations"]

Operation = list[Any]


class Operations:
    """The log of one answer. Not thread-safe: one thread adds, drains and reads.

    Attributes
    ----------
    log : list[Operation]
        Everything so far, in order; an operation's number is its index.
    """

    def __init__(self) -> None:
        self.log: list[Operation] = []
        self._kind = ""
        self._disclosures = 0
        self._calls: dict[str, int] = {}  # which disclosure is whose
        self._markdown = GrowingMarkdown()
        self._html = EMPTY

    def extend(self, pieces: Iterable[Piece]) -> None:
        """Take pieces in the order in which they came; an empty first one opens its section."""
        for kind, group in groupby(pieces, key=attrgetter("kind")):
            if kind in ("think", "text", "tool"):
                self._grow(kind, "".join(piece.text for piece in group))
            else:
                for piece in group:
                    self._mark(kind, piece)

    def _mark(self, kind: PieceKind, piece: Piece) -> None:
        text = piece.text
        if kind == "status":
            counts = [piece.seconds] if piece.seconds else []
            self.log.append(["i", plain(text), *counts])
        elif kind == "state":
            self.log.append(["a", text])
        elif kind == "asked":
            self._begin("text", "")
            self._patch(proven(text))
            self._seal()
            self._kind = ""
        elif kind == "begin":
            self._disclose("tool", plain(text), piece.call)
        elif kind in ("title", "result") and self._disclosures:
            number = self._calls.get(piece.call, self._disclosures - 1)
            self.log.append(["n" if kind == "title" else "o", number, plain(text)])
        elif self._kind:
            self._end(plain(text))

    def _disclose(self, kind: Literal["think", "tool"], title: str, call: str = "") -> None:
        if call:
            self._calls[call] = self._disclosures
        self._disclosures += 1
        self._begin(kind, title, is_call=bool(call))

    def _grow(self, kind: Section, text: str) -> None:
        if kind != self._kind:
            if kind == "text":
                self._begin(kind, "")
            else:
                self._disclose(kind, "")
        if not text:
            return
        if kind == "text":
            self._change(text)
        else:
            self.log.append(["t", plain(text)])

    def _begin(self, kind: str, title: str, *, is_call: bool = False) -> None:
        if self._kind:
            self._end("")
        self._kind = kind
        self._markdown = GrowingMarkdown()
        self.log.append(["k", "call" if is_call else kind, title])

    def _end(self, title: str) -> None:
        if self._kind == "text":
            self._show(self._markdown.finish())
            self._seal()
        else:
            self.log.append(["c", title])
        self._kind = ""

    def _change(self, text: str) -> None:
        self._show(self._markdown.append(text))

    def _show(self, change: Change) -> None:
        if change.code:
            self.log.append(["x", change.code])
            return
        if change.rows:
            rows = change.rows.partition("<tbody>")[2].rpartition("</tbody>")[0]
            self.log.append(["r", change.again, rows])
        if change.then is not None:
            self._seal()
            self._show(change.then)
            return
        if change.finished:
            self._patch(change.finished)
            self._seal()
        if change.live and change.live != self._html:
            self._patch(change.live)

    def _patch(self, html: SafeHtml) -> None:
        keep = _common(self._html, html)
        self.log.append(["p", _units(html[:keep]), html[keep:]])
        self._html = html

    def _seal(self) -> None:
        if self._html:
            self.log.append(["s"])
        self._html = EMPTY


def _common(old: str, new: str) -> int:
    """Return the length of the common prefix, by halving."""
    low, high = 0, min(len(old), len(new))
    while low < high:
        middle = (low + high + 1) // 2
        if old[:middle] == new[:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _units(text: str) -> int:
    """Return the length of `text` as JavaScript counts it."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le")) // 2
