"""The widget that carries a live view, and the comm by which its page talks back.

Imported only when a view is opened (it imports anywidget). A widget's own comm is not served while
a cell runs on ipykernel 7.4, so Stop and requests for lost operations come over a comm target of
our own; on that comm the kernel never publishes, which would tie it to the busy main shell.

The view's code goes to a page once: later views send a loader, which finds it there.
"""

from __future__ import annotations

import hashlib
import json
import re
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any
from weakref import WeakValueDictionary

import anywidget
import traitlets
from comm import get_comm_manager

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["CODE", "TARGET", "LeanWidget", "StreamWidget", "kind", "listen"]

TARGET = "claude_nb.view"
_COMMENT = re.compile(r"(^|\s)//\s.*|^/\*.*\*/$")
_STATIC = Path(__file__).parent / "static"


def _source(*names: str) -> str:
    """Return static files without indentation and comments: a page receives them."""
    texts = [(_STATIC / name).read_text(encoding="utf-8") for name in names]
    lines = [_COMMENT.sub("", line).strip() for line in "\n".join(texts).splitlines()]
    return "\n".join(line for line in lines if line)


_style = _source("answer.css", "live.css")
_code = _source("live.store.js", "live.js")
_key = f"const KEY = {json.dumps(hashlib.sha256((_style + _code).encode()).hexdigest()[:16])};\n"
CODE = f"{_key}const STYLE = {json.dumps(_style)};\n{_code}"
"""The page's half of a live view, an ECMAScript module; 15 kB."""


class StreamWidget(anywidget.AnyWidget):
    """One streaming answer in the page; it holds no text, operations arrive as messages."""

    _esm = CODE
    layout = traitlets.Any(None).tag(sync=True)  # or ipywidgets makes a second widget for it
    view = traitlets.Unicode().tag(sync=True)
    title = traitlets.Unicode().tag(sync=True)
    interrupt = traitlets.Enum(("never", "late", "now"), "now").tag(sync=True)


class LeanWidget(StreamWidget):
    """The same without the code, which the page has or asks for."""

    _esm = _key + _source("live.loader.js")


class _Listener:
    """What takes a page's messages; held weakly, so that a finished view is let go."""

    def __init__(self, callback: Callable[[dict[str, Any]], None], *, blocking: bool) -> None:
        self.callback = callback
        self.blocking = blocking
        self.comms: list[Any] = []

    def close(self) -> None:
        """Forget the page's comms without publishing on them."""
        for comm in self.comms:
            get_comm_manager().unregister_comm(comm)
        self.comms.clear()


_listeners: WeakValueDictionary[str, _Listener] = WeakValueDictionary()
_proven = threading.Event()  # a page has the code, and was heard while a cell was running


def kind() -> type[StreamWidget]:
    """Return the widget to open: the lean one where a page without the code could ask for it."""
    return LeanWidget if _proven.is_set() else StreamWidget


def _opened(comm: Any, message: dict[str, Any]) -> None:
    listener = _listeners.get(str(message["content"]["data"].get("view")))
    if listener is None:
        get_comm_manager().unregister_comm(comm)  # the answer was done before the page was heard
        return
    if listener.blocking:
        _proven.set()
    listener.comms.append(comm)
    comm.on_msg(lambda received: listener.callback(received["content"]["data"]))


def listen(
    view: str, callback: Callable[[dict[str, Any]], None], *, blocking: bool = False
) -> _Listener:
    """Hear the page of `view`.

    Parameters
    ----------
    view : str
        The view's id.
    callback : callable
        Called with each message's data, from whichever thread serves it.
    blocking : bool
        The page is one of :class:`StreamWidget`, and its cell is running until the end.
    """
    get_comm_manager().register_target(TARGET, _opened)
    listener = _listeners[view] = _Listener(callback, blocking=blocking)
    return listener
