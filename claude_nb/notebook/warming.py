"""Import ahead of time what the first question needs, once ``%load_ext`` has returned.

Loading the extension stays quick, and the first answer does not wait for imports either.
"""

from __future__ import annotations

import threading
from contextlib import suppress
from importlib import import_module
from typing import Any

from claude_nb import threads

__all__ = ["after_this_cell"]

# in the order in which a first question meets them
_NEEDED = (
    "claude_nb.ask.question",
    "claude_nb.notebook.run.cell",
    "claude_nb.api.client",
    "claude_nb.emulator.server.serving",
)


def after_this_cell(shell: Any) -> None:
    """Start importing, in the background, when the running cell has ended."""

    def start(*_: object) -> None:
        shell.events.unregister("post_run_cell", start)
        if threads.AVAILABLE:
            threading.Thread(target=_import, name="claude_nb warming", daemon=True).start()

    shell.events.register("post_run_cell", start)


def _import() -> None:
    with suppress(Exception):  # whatever is wrong with an import, the first question tells it
        for name in _NEEDED:
            import_module(name)
        from claude_nb.notebook.environment import Environment  # noqa: PLC0415 (here is the point)
        from claude_nb.notebook.text import markdown  # noqa: PLC0415 (likewise, not at %load_ext)

        if Environment.read().display == "live":
            import_module("claude_nb.notebook.live.live")
            markdown.to_html("warm")  # makes the parser
