"""The widget that carries a live view, and the comm by which its page talks back.

Imported only when a view is opened (it imports anywidget). A widget's own comm is not served while
a cell runs on ipykernel 7.4, so Stop and requests for lost operations come over a comm target of
our own; on that comm the kernel never publishes, which would tie it to the busy main shell.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any
from weakref import WeakValueDictionary

import anywidget
import traitlets
from comm import get_comm_manager

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["TARGET", "StreamWidget", "listen"]

TARGET = "claude_nb.view"
_STATIC = Path(__file__).parent / "static"


def _source(*names: str) -> str:
    """Return static files without indentation and comment lines: each view sends them anew."""
    texts = [(_STATIC / name).read_text(encoding="utf-8") for name in names]
    lines = "\n".join(texts).splitlines()
    kept = [line.strip() for line in lines]
    return "\n".join(line for line in kept if line and not line.startswith(("//", "/**", "/* ")))


class StreamWidget(anywidget.AnyWidget):
    """One streaming answer in the page; it holds no text, operations arrive as messages."""

    _esm = _source("live.store.js", "live.js")
    _css = _source("answer.css", "live.css")
    view = traitlets.Unicode().tag(sync=True)
    title = traitlets.Unicode().tag(sync=True)
    interrupt = traitlets.Enum(("never", "late", "now"), "now").tag(sync=True)


class _Listener:
    """What takes a page's messages; held weakly, so that a finished view is let go."""

    def __init__(self, callback: Callable[[dict[str, Any]], None]) -> None:
        self.callback = callback
        self.comms: list[Any] = []

    def close(self) -> None:
        """Forget the page's comms without publishing on them."""
        for comm in self.comms:
            get_comm_manager().unregister_comm(comm)
        self.comms.clear()


_listeners: WeakValueDictionary[str, _Listener] = WeakValueDictionary()


def _opened(comm: Any, message: dict[str, Any]) -> None:
    listener = _listeners.get(str(message["content"]["data"].get("view")))
    if listener is None:
        get_comm_manager().unregister_comm(comm)  # the answer was done before the page was heard
        return
    listener.comms.append(comm)
    comm.on_msg(lambda received: listener.callback(received["content"]["data"]))


def listen(view: str, callback: Callable[[dict[str, Any]], None]) -> _Listener:
    """Call `callback` with what the page of `view` sends, from whichever thread serves it."""
    get_comm_manager().register_target(TARGET, _opened)
    listener = _listeners[view] = _Listener(callback)
    return listener
