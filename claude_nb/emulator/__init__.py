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
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from claude_nb.emulator.app import HEADER, Emulator
    from claude_nb.emulator.clock import Clock, ManualClock
    from claude_nb.emulator.connection import Limits
    from claude_nb.emulator.engine import Answer
    from claude_nb.emulator.faults import Fault
    from claude_nb.emulator.options import Options
    from claude_nb.emulator.server import Server
    from claude_nb.emulator.serving import serve, shared
    from claude_nb.emulator.transport import Transport

__all__ = [
    "HEADER",
    "Answer",
    "Clock",
    "Emulator",
    "Fault",
    "Limits",
    "ManualClock",
    "Options",
    "Server",
    "Transport",
    "serve",
    "shared",
]

_HOMES = {
    "HEADER": "app",
    "Answer": "engine",
    "Clock": "clock",
    "Emulator": "app",
    "Fault": "faults",
    "Limits": "connection",
    "ManualClock": "clock",
    "Options": "options",
    "Server": "server",
    "Transport": "transport",
    "serve": "serving",
    "shared": "serving",
}


def __getattr__(name: str) -> Any:
    """Load a public name from its module."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
