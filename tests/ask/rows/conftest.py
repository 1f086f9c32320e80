"""What the tests of rows run on: an emulator that counts, and runs over rows without a notebook."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from rows_rig import Asking, Counted

from claude_nb import emulator


@pytest.fixture
def counted() -> Counted:
    """Answers as asked, and counts by prompt."""
    return Counted(threading.Lock(), {})


@pytest.fixture
def serve(counted) -> Iterator[Any]:
    """Give a function that starts an emulator whose answers are counted."""
    with ExitStack() as running:

        def start(**settings: Any) -> emulator.Server:
            settings = {"tokens_per_second": 0, "answer": counted, **settings}
            return running.enter_context(emulator.serve(**settings))

        yield start


@pytest.fixture
def asking(serve, tmp_path) -> Asking:
    """Ask rows of an emulator and kept in a file."""
    return Asking(serve().url, tmp_path / "rows.sqlite3")
