"""The panel: settings, a prompt, and a transcript that streams, in the output of one cell.

One file an idea: `panel` is the public door, `fit` keeps requests valid, `shown` says how answers
look, `reply` runs one answer, `page` is the widget, `commands` takes what the page asks for, `code`
and `saved` turn it all into code and into what a file keeps. Importing this package is cheap;
ipywidgets comes with the first panel that is shown.
"""

from __future__ import annotations

from claude_nb.notebook.panel.panel import Panel
from claude_nb.notebook.panel.values import NAMES
from claude_nb.notebook.session import Session

__all__ = ["Panel", "show"]


def show(session: Session) -> None:
    """Display a new panel with the session's defaults; ``%claude panel``."""
    defaults = session.defaults().listed()
    Panel(**{name: defaults[name] for name in NAMES if name != "chat"}).show()
