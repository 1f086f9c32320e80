"""Import ahead of time what the first question needs, once ``%load_ext`` has returned.

Loading the extension stays quick, and the first answer does not wait for imports either.
"""

from __future__ import annotations

import threading
from contextlib import suppress
from importlib import import_module
from typing import TYPE_CHECKING, Any

from claude_nb import threads

if TYPE_CHECKING:
    from claude_nb.notebook.environment import Environment

__all__ = ["after_this_cell"]

# in the order in which a first question meets them
_NEEDED = (
    "claude_nb.ask.question",
    "claude_nb.notebook.run.cell",
    "claude_nb.api.client",
)
_EMULATOR = "claude_nb.emulator.server.serving"
_KEYRING = "keyring"  # an extra: a key may be in it


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
        from claude_nb import _http  # noqa: PLC0415 (here is the point)
        from claude_nb.notebook.environment import Environment  # noqa: PLC0415 (likewise)
        from claude_nb.notebook.text import markdown  # noqa: PLC0415 (likewise)

        _http.ClientFactory(secure=False).open("Client", "HTTPTransport").close()
        environment = Environment.read()
        if environment.display == "live":
            import_module("claude_nb.notebook.live.live")
            markdown.to_html("warm")  # makes the parser
        for name in _servers(environment):
            import_module(name)


def _servers(environment: Environment) -> tuple[str, ...]:
    """Return what else is needed where the built-in emulator may have to answer."""
    from claude_nb.api.platforms.credentials import Credentials  # noqa: PLC0415 (not at %load_ext)

    if environment.mode != "auto":
        return (_EMULATOR,) if environment.mode == "emulator" else ()
    is_said = environment.base_url or Credentials().secrets
    return () if is_said else (_EMULATOR, _KEYRING)
