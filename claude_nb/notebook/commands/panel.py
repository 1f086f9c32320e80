"""``%claude panel``: the form with all the controls."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from claude_nb.notebook.commands.host import Host
from claude_nb.notebook.commands.page import code, paragraph, show

__all__ = ["run"]

_PANEL = "claude_nb.notebook.panel"


def run(magics: Host, words: str) -> None:
    """Display the panel, where this version has one."""
    del words
    if find_spec(_PANEL) is None:
        set_ = code("%claude set")
        show(paragraph("The panel comes with a later version; ", set_, " sets all it will."))
        return
    import_module(_PANEL).show(magics)
