"""pytest fixture ``claude_nb_emulator``: a running emulator for any project's tests.

Registered as an entry point, so installing claude-nb is all it takes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from claude_nb.emulator.server import Server

__all__ = ["claude_nb_emulator"]


@pytest.fixture
def claude_nb_emulator() -> Iterator[Server]:
    """Yield an emulator that answers at once; its ``url`` is the base URL for clients."""
    from claude_nb.emulator.serving import serve  # noqa: PLC0415 - loaded only where it is used

    with serve(tokens_per_second=0) as server:
        yield server
