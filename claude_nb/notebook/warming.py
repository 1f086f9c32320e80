"""Import ahead of time what the first question needs, once ``%load_ext`` has returned.

Loading the extension stays quick, and the first answer does not wait for imports either.
"""

from __future__ import annotations

import threading
from contextlib import suppress
from importlib import import_module
from typing import Any

from claude_nb.notebook import threads

__all__ = ["after_this_cell"]

# in the order in which a first question meets them
_NEEDED = (
    "claude_nb.notebook.question",
    "claude_nb.notebook.run",
    "claude_nb.notebook.background",
    "claude_nb.api.client",
    "claude_nb.emulator.serving",
)


def after_this_cell(shell: Any) -> None:
    """Start importing, in the background, when the running cell has ended."""

    def start(*_: object) -> None:
        shell.events.unregister("post_run_cell", start)
        if threads.AVAILABLE:
            threading.Thread(target=_import, name="claude_nb warming", daemon=True).start()

    shell.events.register("post_run_cell", start)


def _import() -> None:
    from claude_nb.notebook import live, views  # noqa: PLC0415 (in the background is the point)

    with suppress(Exception):  # whatever is wrong with an import, the first question tells it
        for name in _NEEDED:
            import_module(name)
        if views.is_live():
            live.warm()
