"""What this kernel ran and what that showed, bounded: for questions that see the notebook.

IPython keeps what was typed and printed; which cell it was and what was displayed is kept here.
"""

from __future__ import annotations

import threading
import traceback
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, cast

from claude_nb.notebook.ledger.printed import Printed, kept

__all__ = ["Outputs", "Picture", "Ran"]

MOST = 500  # cells
_MOST_SHOWN = 20  # outputs of a cell
_ROOM = 20_000_000  # characters of texts
_ERROR = 40_000  # characters of a traceback, or of a source, from either end
_TEXT = 15_000  # of any other text
_HEAD = 2_000  # of HTML, which only tells whether something is a table
_PICTURE = 14_000_000  # characters of base64: more is sent to nobody
_PICTURES = 10  # that are kept
_KINDS = ("image/png", "image/jpeg", "image/gif", "image/webp")
_TEXTS = ("text/plain", "text/html", "text/markdown", "text/latex")

Output = dict[str, Any]


@dataclass(slots=True, kw_only=True, eq=False, repr=False)  # each costs %load_ext time
class Ran:
    """One run of a cell.

    Attributes
    ----------
    number : int
        The execution count.
    id : str
        The cell; empty where the front end sends none.
    source : str
        As it was run.
    outputs : list of dict
        What was displayed, and what it failed with, as notebook files have it.
    tags : tuple of str
        Those of the cell; JupyterLab and Notebook send them along.
    size : int
        Characters of its texts.
    """

    number: int
    id: str
    source: str
    outputs: list[Output]
    tags: tuple[str, ...] = ()
    size: int = field(init=False)

    def __post_init__(self) -> None:
        texts = [text for each in self.outputs for text in _texts(each)]
        self.size = len(self.source) + sum(map(len, texts))


@dataclass(slots=True, kw_only=True, repr=False, match_args=False)
class Picture:
    """A picture that a cell showed: its kind, its base64 text, and the cell's number."""

    kind: str
    encoded: str
    number: int


class Outputs:
    """Watches a shell. Heard and asked from any thread.

    Parameters
    ----------
    shell : InteractiveShell
        Whose cells are watched from now on.
    """

    def __init__(self, shell: Any) -> None:
        self._shell = shell
        self._lock = threading.Lock()
        self._ran: deque[Ran] = deque()
        self._size: int = 0  # of them
        self._unnumbered: int = 0  # runs outside of the history; 0 once one is in it
        self._printed = Printed(shell)
        self._now: list[Output] = []
        self._pictures: deque[Output] = deque(maxlen=_PICTURES)
        self.picture: Picture | None = None

    def install(self) -> None:
        """Begin."""
        self.remove()
        for shows in self._places():
            shows.register_hook(self._heard)
        self._shell.events.register("post_run_cell", self._ended)

    def remove(self) -> None:
        """End."""
        for shows in self._places():
            shows.unregister_hook(self._heard)
        if self._ended in self._shell.events.callbacks["post_run_cell"]:
            self._shell.events.unregister("post_run_cell", self._ended)

    def ran(self) -> list[Ran]:
        """Return the runs that are known, oldest first."""
        with self._lock:
            return list(self._ran)

    def _places(self) -> list[Any]:
        """Return what shows something and can be heard: that of a kernel."""
        both = (getattr(self._shell, name, None) for name in ("display_pub", "displayhook"))
        return [each for each in both if hasattr(each, "register_hook")]

    def _heard(self, message: dict[str, Any]) -> dict[str, Any]:
        """Keep what a message shows, and let it go on."""
        if message.get("msg_type") in {"display_data", "execute_result"}:
            with self._lock, suppress(LookupError, TypeError, AttributeError):  # never a display
                if len(self._now) < _MOST_SHOWN:
                    self._now.append(self._kept(message))
        return message

    def _kept(self, message: Mapping[str, Any]) -> Output:
        content = message["content"]
        output = _without_middles({"output_type": message["msg_type"], "data": content["data"]})
        data: dict[str, str] = output["data"]
        output["metadata"] = {"claude_nb": {}} if "claude_nb" in (content["metadata"] or {}) else {}
        if any(kind in data for kind in _KINDS):
            self._make_room(output)
        return output

    def _make_room(self, output: Output) -> None:
        """Let go of the oldest picture where there are many."""
        if len(self._pictures) == _PICTURES:
            oldest = self._pictures[0]["data"]
            for kind in _KINDS:
                if kind in oldest:
                    oldest[kind] = ""
        self._pictures.append(output)

    def _ended(self, result: Any) -> None:
        """Keep what a cell was and showed, now that its number is known."""
        with self._lock:
            shown, self._now = self._now, []
            number = self._number(result)
            printed = self._printed.since(
                getattr(result, "execution_count", None) or 0, *self._deaf
            )
            if number is None:
                return
            told = [*map(_without_middles, printed), *shown]
            self._note_picture(told, number)
            self._keep(result, number, [*told, *self._value(result), *self._failed(result)])

    @property
    def _deaf(self) -> list[str]:
        """What is not heard where it is shown: IPython keeps it."""
        places = {"display_data": "display_pub", "execute_result": "displayhook"}
        heard = self._places()
        return [kind for kind, name in places.items() if getattr(self._shell, name) not in heard]

    def _number(self, result: Any) -> int | None:
        """Return the number of a run; None if it is no cell's.

        Tools look at variables outside of the history, between a person's cells, which are in it. A
        kernel whose runs all are outside of it is asked by a program such as nbval: they are cells.
        """
        number = getattr(result, "execution_count", None)
        if number is not None and result.info.store_history:
            if self._unnumbered:
                self._ran.clear()
            self._size, self._unnumbered = (0 if self._unnumbered else self._size), 0
            return number
        if self._ran and not self._unnumbered:
            return None
        self._unnumbered += 1
        return self._unnumbered

    def _keep(self, result: Any, number: int, outputs: list[Output]) -> None:
        source, cell = _cut(str(result.info.raw_cell), _ERROR), str(result.info.cell_id or "")
        ran = Ran(number=number, id=cell, source=source, outputs=outputs, tags=self._tags())
        self._ran.append(ran)
        self._size += ran.size
        self._forget()

    def _value(self, result: Any) -> list[Output]:
        """Return the answer that a question's cell is worth, which it has shown by itself."""
        value: Any = getattr(result, "result", None)
        is_ours = str(type(value).__module__).startswith("claude_nb.") and hasattr(value, "content")
        if not is_ours or not _asks(str(result.info.raw_cell)):
            return []
        text = "".join(block.text for block in value.content if block.type == "text")
        data = {"text/plain": _cut(text, _TEXT)}
        return [{"output_type": "execute_result", "data": data, "metadata": {"claude_nb": {}}}]

    def _failed(self, result: Any) -> list[Output]:
        error = result.error_in_exec or result.error_before_exec
        if error is None:
            return []
        stored: Any = kept(self._shell, "exceptions", {}).get(result.execution_count) or {}
        shown: Any = getattr(self._shell, "_last_traceback", None) or stored.get("traceback")
        text = _cut("\n".join(map(str, shown or _lines(error))), _ERROR)
        return [{"output_type": "error", "ename": type(error).__name__, "traceback": [text]}]

    @property
    def are_numbered(self) -> bool:
        """Whether runs have the numbers of the history."""
        return not self._unnumbered

    def _forget(self) -> None:
        """Let go of the oldest runs where there are many, or large ones."""
        while len(self._ran) > MOST or (self._size > _ROOM and len(self._ran) > 1):
            self._size -= self._ran.popleft().size

    def _tags(self) -> tuple[str, ...]:
        parent = self._shell.get_parent() if hasattr(self._shell, "get_parent") else {}
        tags: Any = (parent.get("metadata") or {}).get("tags")
        listed = cast("list[Any]", tags) if isinstance(tags, list) else []
        return tuple(tag for tag in listed if isinstance(tag, str))

    def _note_picture(self, shown: list[Output], number: int) -> None:
        for output in shown:
            for kind in _KINDS:
                if output.get("data", {}).get(kind):
                    encoded = output["data"][kind]
                    self.picture = Picture(kind=kind, encoded=encoded, number=number)


def _asks(source: str) -> bool:
    from claude_nb.ask.context.cells import Cell, is_question  # noqa: PLC0415 (not at %load_ext)

    return is_question(Cell(source=source))


def _is_kept(kind: str, text: Any) -> bool:
    if not isinstance(text, str):
        return False
    return kind in _TEXTS or (kind in _KINDS and len(text) <= _PICTURE)


def _texts(output: Output) -> list[str]:
    data: dict[str, str] = output.get("data", {})
    texts = [text for kind, text in data.items() if kind not in _KINDS]
    return [*texts, *output.get("traceback", ()), output.get("text", "")]


def _without_middles(output: Output) -> Output:
    data: dict[str, Any] = output.get("data", {})
    bounded = {kind: _bounded(kind, text) for kind, text in data.items() if _is_kept(kind, text)}
    return {**output, "data": bounded} if "data" in output else output


def _bounded(kind: str, text: str) -> str:
    if kind == "text/html":
        return text[:_HEAD]
    return _cut(text, _TEXT) if kind in _TEXTS else text


def _cut(text: str, most: int) -> str:
    """Return a text without its middle, if it is very long."""
    if len(text) <= 2 * most:
        return text
    missing = text.count("\n", most, len(text) - most) + 1
    return f"{text[:most]}\n[{missing:,} lines left out]\n{text[-most:]}"


def _lines(error: BaseException) -> list[str]:
    try:
        told = traceback.format_exception(error, limit=-_MOST_SHOWN)
    except Exception:  # noqa: BLE001 - a person's own class may not tell itself
        return [type(error).__name__]
    return "".join(told).rstrip("\n").split("\n")
