"""The panel: settings, a prompt, and a transcript that streams, in the output of one cell.

One file an idea: `panel` is the public door, `fit` keeps requests valid, `chat` holds what was
said, `reply` runs one answer, `page` is the widget, `commands` takes what the page asks for,
`code` and `saved` turn it all into code and into what a file keeps. Importing this package is
cheap; ipywidgets comes with the first panel that is shown.
"""

from __future__ import annotations

from typing import Any

from claude_nb.notebook.panel.panel import Panel

__all__ = ["Panel", "show"]


def show(magics: Any) -> None:
    """Display a new panel with the session's defaults; ``%claude panel``."""
    lasting = {name: value for name, value in magics.defaults().items() if Panel.takes(name)}
    lasting.pop("chat")
    Panel(**lasting).show()
