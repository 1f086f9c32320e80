"""For any project's tests: a running emulator as a fixture, and notebooks that nbval can compare.

Registered as an entry point, so installing claude-nb is all it takes.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from claude_nb.emulator.server.listener import Server

__all__ = ["claude_nb_emulator"]

_SAME_EVERY_TIME = {
    "CLAUDE_NB_BACKEND": "emulator",
    "CLAUDE_NB_DISPLAY": "final",
    "CLAUDE_NB_EMULATOR_SPEED": "0",
}
_BESIDE = {"CLAUDE_NB_CASSETTE_MODE": "replay", "CLAUDE_NB_NOTEBOOK": ""}  # if there is one


def pytest_configure(config: pytest.Config) -> None:
    """With ``--nbval``, replay recordings or let the emulator answer, without times in outputs.

    What the environment says already, counts.
    """
    if _compares(config):
        patch = pytest.MonkeyPatch()
        config.add_cleanup(patch.undo)
        beside = {} if "CLAUDE_NB_CASSETTE" in os.environ else _BESIDE
        for name, value in {**_SAME_EVERY_TIME, **beside}.items():
            patch.setenv(name, os.environ.get(name, value))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """With ``--nbval``, name the notebook whose kernel may start now: its recording is replayed."""
    if _compares(item.config) and os.environ.get("CLAUDE_NB_CASSETTE_MODE") == "replay":
        os.environ["CLAUDE_NB_NOTEBOOK"] = str(item.path)


def _compares(config: pytest.Config) -> bool:
    options = ("nbval", "nbval_lax")
    return any(config.getoption(name, default=False) for name in options)


@pytest.fixture
def claude_nb_emulator() -> Iterator[Server]:
    """Yield an emulator that answers at once; its ``url`` is the base URL for clients."""
    from claude_nb.emulator.server.serving import serve  # noqa: PLC0415 (0.3 s, in every run of pytest)

    with serve(tokens_per_second=0) as server:
        yield server
