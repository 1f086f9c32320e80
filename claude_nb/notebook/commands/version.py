"""``%claude version``: which versions run here, in one line to put into a report."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version

from claude_nb._version import __version__
from claude_nb.notebook.commands.page import paragraph, show, strong
from claude_nb.notebook.session import Session

__all__ = ["run"]

_PACKAGES = ("ipython", "ipykernel", "anywidget", "ipywidgets", "jupyterlab")


def run(session: Session, words: str) -> None:
    """Show the versions of this package and of what it stands on."""
    del session, words
    others = [f"{name} {found}" for name in _PACKAGES if (found := _version(name))]
    facts = [f"Python {platform.python_version()}", *others, platform.system()]
    show(paragraph(strong(f"claude_nb {__version__}"), " · " + " · ".join(facts)))


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
