"""Claude in Jupyter: a streaming cell magic, a control panel and a small Messages API client.

``%load_ext claude_nb`` gives a notebook ``%%claude``; ``import claude_nb as anthropic`` gives a
script the client. Public names are loaded when first used, so that importing this package costs
nearly nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from claude_nb._version import __version__

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

__all__ = ["__version__", "load_ipython_extension", "unload_ipython_extension"]

_ELSEWHERE = {"Panel": "claude_nb.notebook.panel"}
_ROOMS = frozenset(
    {"api", "cassette", "conversation", "emulator", "models", "notebook", "rules", "types"}
)


def load_ipython_extension(shell: InteractiveShell) -> None:
    """Give `shell` the magic ``%%claude``; called by ``%load_ext claude_nb``."""
    import_module("claude_nb.notebook.magic").load(shell)


def unload_ipython_extension(shell: InteractiveShell) -> None:
    """Take the magic away again; called by ``%unload_ext claude_nb``."""
    import_module("claude_nb.notebook.magic").unload(shell)


def __getattr__(name: str) -> Any:
    if name in _ROOMS:
        return import_module(f"{__name__}.{name}")
    from claude_nb.api.public import PUBLIC  # noqa: PLC0415 (loaded when first needed)

    module = _ELSEWHERE.get(name) or PUBLIC.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(module), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    from claude_nb.api.public import PUBLIC  # noqa: PLC0415 (loaded when first needed)

    return sorted({*globals(), *_ELSEWHERE, *_ROOMS, *PUBLIC})
