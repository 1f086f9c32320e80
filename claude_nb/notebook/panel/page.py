"""The panel's widget: what the page is told, and the way back from it.

The kernel says what is; the page shows it and asks for changes, over a comm of its own that is
served while a cell runs (see `claude_nb.notebook.widget`), or over the widget's where there is
none. Synced traits go to the page only: nothing that the page sends is taken unchecked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

import anywidget
import traitlets

from claude_nb.notebook import widget

__all__ = ["PanelWidget"]

_STATIC = Path(__file__).parent.parent / "static"
_SCRIPTS = (
    "panel.dom.js",
    "panel.controls.js",
    "panel.settings.js",
    "panel.model.js",
    "panel.turns.js",
    "panel.compose.js",
    "panel.code.js",
    "panel.js",
)


@cache
def _source(*names: str) -> str:
    return "\n".join((_STATIC / name).read_text(encoding="utf-8") for name in names)


class PanelWidget(anywidget.AnyWidget):
    """One panel in the page.

    Parameters
    ----------
    heard : callable
        Gets each message of the page, from whichever thread serves it.
    """

    _esm = _source(*_SCRIPTS)
    _css = _source("answer.css", "live.css", "panel.css")
    panel = traitlets.Unicode().tag(sync=True)
    schema = traitlets.Dict().tag(sync=True)
    controls = traitlets.Dict().tag(sync=True)
    columns = traitlets.List().tag(sync=True)
    taken = traitlets.Dict().tag(sync=True)
    turns = traitlets.List().tag(sync=True)
    lines = traitlets.Dict().tag(sync=True)
    numbers = traitlets.Dict().tag(sync=True)
    draft = traitlets.Dict().tag(sync=True)
    offer = traitlets.Unicode().tag(sync=True)
    cell = traitlets.Unicode().tag(sync=True)

    def __init__(self, heard: Callable[[Mapping[str, Any]], None], **state: Any) -> None:
        super().__init__(panel=uuid4().hex, **state)
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
