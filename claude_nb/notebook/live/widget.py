"""The widget that carries a live view, and the comm by which its page talks back.

A widget's own comm is not served while
a cell runs on ipykernel 7.4, so Stop and requests for lost operations come over a comm target of
our own; on that comm the kernel never publishes, which would tie it to the busy main shell.

The view's code goes to a page once: later views send a loader, which finds it there.
"""

from __future__ import annotations

import hashlib
import logging
from typing import TYPE_CHECKING, Annotated, Any
from weakref import WeakValueDictionary

import traitlets
from comm import get_comm_manager
from pydantic import Field, TypeAdapter

from claude_nb.notebook.page import assets
from claude_nb.notebook.page.constants import VIEW
from claude_nb.notebook.page.gate import RefusedError, Said, said

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager

    class Widget(traitlets.HasTraits):
        """What we use of an anywidget, whose own classes have no types."""

        model_id: str
        comm: Any

        def on_msg(self, callback: Callable[[Any, Any, Any], None]) -> None:
            """Hear the page."""

        def send(self, content: Any) -> None:
            """Tell the page."""

        def hold_sync(self) -> AbstractContextManager[None]:
            """Send traits together."""
            ...

        def close(self) -> None:
            """Take it off the page."""
else:
    from anywidget import AnyWidget as Widget

__all__ = ["CODE", "LeanWidget", "Listener", "OneWay", "StreamWidget", "kind", "listen"]

_log = logging.getLogger("claude_nb")

_style = assets.style("answer.css", "live.css")
_key = hashlib.sha256(assets.script("live.js", STYLE=_style, KEY="").encode()).hexdigest()[:16]
CODE = assets.script("live.js", STYLE=_style, KEY=_key)
"""The page's half of a live view, an ECMAScript module; 12 kB."""


class OneWay(Widget):
    """A widget whose traits go to the page only: nothing that a page sets is taken."""

    def set_state(self, sync_data: object) -> None:
        """Take nothing."""
        _log.warning("A page wanted to set a widget's traits: refused (%s).", type(sync_data))


class StreamWidget(OneWay):
    """One streaming answer in the page; it holds no text, operations arrive as messages."""

    _esm = CODE
    layout: Any = traitlets.Any(None).tag(sync=True)  # or ipywidgets makes a second widget for it
    view: traitlets.Unicode[str, str | bytes] = traitlets.Unicode().tag(sync=True)
    title: traitlets.Unicode[str, str | bytes] = traitlets.Unicode().tag(sync=True)
    model: traitlets.Unicode[str, str | bytes] = traitlets.Unicode().tag(sync=True)
    mark: traitlets.Unicode[str, str | bytes] = traitlets.Unicode().tag(sync=True)
    interrupt: traitlets.Enum[str] = traitlets.Enum(("never", "late", "now"), "now").tag(sync=True)

    def send(self, content: Any) -> None:
        """Tell the page, and leave the request out to which this belongs.

        ipykernel repeats its header: of a message of some words a third, for which no page asks,
        since a comm's messages are told by its id.
        """
        kernel = getattr(self.comm, "kernel", None)
        if kernel is None:  # another kernel's comm, or none any more
            super().send(content)
            return
        told = {"data": {"method": "custom", "content": content}, "comm_id": self.comm.comm_id}
        kernel.session.send(kernel.iopub_socket, "comm_msg", told, ident=self.comm.topic)


class LeanWidget(StreamWidget):
    """The same without the code, which the page has or asks for."""

    _esm = assets.script("live.loader.js", KEY=_key)


class Listener:
    """What takes a page's messages; held weakly, so that a finished view is let go."""

    def __init__(self, callback: Callable[[object], None], *, blocking: bool) -> None:
        self.callback = callback
        self.blocking: bool = blocking
        self.closed: bool = False
        self.comms: list[Any] = []

    def close(self) -> None:
        """Forget the page's comms without publishing on them, and take no more."""
        self.closed = True  # before: a comm may be opened on another thread now
        while self.comms:
            get_comm_manager().unregister_comm(self.comms.pop())


class _Pages:
    """What hears the pages of this kernel.

    Attributes
    ----------
    listeners : WeakValueDictionary
        By view.
    proven : bool
        Whether a page has the code, and was heard while a cell was running.
    """

    def __init__(self) -> None:
        self.listeners: WeakValueDictionary[str, Listener] = WeakValueDictionary()
        self.proven = False


_pages = _Pages()


def kind() -> type[StreamWidget]:
    """Return the widget to open: the lean one where a page without the code could ask for it."""
    return LeanWidget if _pages.proven else StreamWidget


class _Opening(Said):
    """What a page says as it opens a comm: whose page it is, which only that page was told."""

    view: Annotated[str, Field(pattern="^[0-9a-f]{32}$")]


_OPENING = TypeAdapter(_Opening)


def _opened(comm: Any, message: Mapping[str, Any]) -> None:
    try:
        opening = said(_OPENING, message["content"].get("data"), "A comm")
        listener = _pages.listeners.get(opening.view)
    except RefusedError:
        listener = None
    if listener is not None and not listener.closed:
        if listener.blocking:
            _pages.proven = True
        listener.comms.append(comm)
        comm.on_msg(lambda received: listener.callback(received["content"].get("data")))
    if listener is None or listener.closed:  # the answer was done before the page was heard
        comm.close()


def listen(view: str, callback: Callable[[object], None], *, blocking: bool = False) -> Listener:
    """Hear the page of `view`.

    Parameters
    ----------
    view : str
        The view's id.
    callback : callable
        Called with each message's data, unchecked, from whichever thread serves it.
    blocking : bool
        The page is one of :class:`StreamWidget`, and its cell is running until the end.
    """
    get_comm_manager().register_target(VIEW, _opened)
    listener = _pages.listeners[view] = Listener(callback, blocking=blocking)
    return listener
