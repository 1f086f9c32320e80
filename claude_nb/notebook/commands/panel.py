"""``%claude panel``: the form with all the controls."""

from __future__ import annotations

from claude_nb.notebook import panel
from claude_nb.notebook.commands.host import Host

__all__ = ["run"]


def run(magics: Host, words: str) -> None:
    """Display the panel."""
    del words
    panel.show(magics)
