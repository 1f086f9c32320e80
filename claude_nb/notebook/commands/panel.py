"""``%claude panel``: the form with all the controls."""

from __future__ import annotations

from claude_nb.notebook import panel
from claude_nb.notebook.session import Session

__all__ = ["run"]


def run(session: Session, words: str) -> None:
    """Display the panel."""
    del words
    panel.show(session)
