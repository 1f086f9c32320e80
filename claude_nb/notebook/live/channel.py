"""What a live view sends to its page through, and hears its page by."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib.metadata import version
from typing import Any
from uuid import uuid4

from claude_nb.characters import plain
from claude_nb.notebook.live import widget
from claude_nb.notebook.live.publishing import Home

__all__ = ["Channel"]


class Channel:
    """The kernel's end of one live view.

    Parameters
    ----------
    title : str
        What the page's status line begins with.
    hear : callable
        Called with each message from the page, unchecked, from whichever thread serves it.
    background : bool
        The cell does not wait for the answer, so Stop must never interrupt the kernel.
    home : Home, optional
        Where the answer belongs, for a page that comes back.
    ipykernel : str
        The kernel's version; what is installed by default.

    Attributes
    ----------
    view : str
        The view's id, by which its page is heard.
    model_id : str
        By which an output shows the view.
    code : str
        The page's half of the view, for a page that asks.
    deaf : bool
        Whether nothing from the page is heard before the cell has ended, as on ipykernel 6.
    """

    def __init__(
        self,
        title: str,
        hear: Callable[[object], None],
        *,
        background: bool = False,
        home: Home | None = None,
        ipykernel: str = "",
    ) -> None:
        self.code: str = widget.CODE
        ipykernel = ipykernel or version("ipykernel")
        self.deaf: bool = ipykernel.startswith("6.") and not background
        interrupt = "never" if background else "now" if self.deaf else "late"
        self.view: str = uuid4().hex
        self.model_id: str = uuid4().hex
        self._widget = widget.kind()(
            view=self.view,
            title=plain(title),
            interrupt=interrupt,
            model_id=self.model_id,
            model=self.model_id,  # which a page's scripts are not told otherwise
            mark=home.mark if home is not None else "",
        )
        self._widget.on_msg(lambda _widget, content, _buffers: hear(content))
        self._listener = widget.listen(self.view, hear, blocking=not background)

    def send(self, content: Mapping[str, Any]) -> None:
        """Send the page a message."""
        self._widget.send(content)

    def close(self) -> None:
        """End the page's view, and stop hearing it."""
        self._listener.close()
        self._widget.close()
