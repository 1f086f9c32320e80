"""The panel's widget: what the page is told, and the way back from it.

The kernel says what is; the page shows it and asks for changes, over a comm of its own that is
served while a cell runs (see `claude_nb.notebook.live.widget`), or over the widget's where there is
none. Synced traits go to the page only: nothing that the page sends is taken unchecked.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any
from uuid import uuid4

import traitlets

from claude_nb.ask.options import EFFORTS
from claude_nb.notebook.live import widget
from claude_nb.notebook.page import assets
from claude_nb.notebook.panel import saved

__all__ = ["PanelWidget"]


class PanelWidget(widget.OneWay):
    """One panel in the page.

    Parameters
    ----------
    heard : callable
        Gets each message of the page, from whichever thread serves it.
    """

    _esm = assets.script("panel/panel.js", EFFORTS=EFFORTS)
    _css = assets.style("answer.css", "live.css", "panel/panel.css")
    panel: traitlets.Unicode[str, str | bytes] = traitlets.Unicode().tag(sync=True)
    schema: traitlets.Dict[str, Any] = traitlets.Dict().tag(sync=True)
    controls: traitlets.Dict[str, Any] = traitlets.Dict().tag(sync=True)
    columns: traitlets.List[Any] = traitlets.List().tag(sync=True)
    taken: traitlets.Dict[str, Any] = traitlets.Dict().tag(sync=True)
    frame: traitlets.Dict[str, Any] = traitlets.Dict().tag(sync=True)
    turns: traitlets.List[Any] = traitlets.List().tag(sync=True)
    running: traitlets.Bool[bool, bool | int] = traitlets.Bool().tag(sync=True)
    lines: traitlets.Dict[str, Any] = traitlets.Dict().tag(sync=True)
    numbers: traitlets.Dict[str, Any] = traitlets.Dict().tag(sync=True)
    draft: traitlets.Dict[str, Any] = traitlets.Dict().tag(sync=True)
    offer: traitlets.Unicode[str, str | bytes] = traitlets.Unicode().tag(sync=True)
    emulated: traitlets.Bool[bool, bool | int] = traitlets.Bool().tag(sync=True)
    cell: traitlets.Unicode[str, str | bytes] = traitlets.Unicode().tag(sync=True)

    def __init__(self, heard: Callable[[object], None], **state: Any) -> None:
        name = uuid4().hex
        super().__init__(panel=name, frame=saved.frame(name), **state)
        self.on_msg(lambda _widget, content, _buffers: heard(content))
        self._listener = widget.listen(self.panel, heard)

    def tell(self, **content: Any) -> None:
        """Send the page a message; nothing happens if there is none."""
        with suppress(Exception):  # whatever a vanished page does to its comm, the chat goes on
            self.send(content)

    def close(self) -> None:
        """Take the panel off the page."""
        with suppress(Exception):
            self._listener.close()
        super().close()
