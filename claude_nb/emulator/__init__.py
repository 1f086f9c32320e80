"""An emulator of the Messages API on loopback, for work with no key and no network.

>>> from claude_nb import emulator
>>> with emulator.serve(tokens_per_second=0) as server:
...     print(server.url)  # doctest: +SKIP
http://127.0.0.1:43210

Real HTTP and real server-sent events; every response carries the header ``x-claude-emulator``,
and every answer says in its text that it is emulated. Names are loaded when first used, so that
the pytest plugin costs nothing where it is not used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from claude_nb.emulator.answering.engine import Answer
    from claude_nb.emulator.app import HEADER, Emulator
    from claude_nb.emulator.clock import Clock, ManualClock
    from claude_nb.emulator.endpoints.options import Options
    from claude_nb.emulator.faults import Fault
    from claude_nb.emulator.server.connection import Limits
    from claude_nb.emulator.server.listener import Server
    from claude_nb.emulator.server.serving import serve, shared
    from claude_nb.emulator.server.transport import Transport

# fmt: off
__all__ = [
    "HEADER", "Answer", "Clock", "Emulator", "Fault", "Limits", "ManualClock", "Options", "Server",
    "Transport", "serve", "shared",
]
# fmt: on

_HOMES = {  # by module
    "app": "HEADER Emulator",
    "clock": "Clock ManualClock",
    "server.connection": "Limits",
    "answering.engine": "Answer",
    "faults": "Fault",
    "endpoints.options": "Options",
    "server.listener": "Server",
    "server.serving": "serve shared",
    "server.transport": "Transport",
}


if not TYPE_CHECKING:  # else no checker would find a misspelt name

    def __getattr__(name: str) -> object:
        """Load a public name from its module."""
        home = next((home for home, names in _HOMES.items() if name in names.split()), None)
        if home is None:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(import_module(f"{__name__}.{home}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
