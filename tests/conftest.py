"""Fixtures for every test: kernels to run cells in, and the order in which tests run."""

from __future__ import annotations

import os
from contextlib import ExitStack

import hypothesis
import pytest
from kernel_rig import Kernel

CHOSEN = ("CLAUDE_NB_OPENAPI", "CLAUDE_NB_KERNEL_PYTHON", "CLAUDE_NB_COMPAT", "CLAUDE_NB_HTTP")
KEPT = {name: os.environ[name] for name in CHOSEN if name in os.environ}

# The same cases in every run, so that a change fails for what it changed; HYPOTHESIS_SEARCH=1 looks
# for new ones.
hypothesis.settings.register_profile("steady", derandomize=True, deadline=None)
if "HYPOTHESIS_SEARCH" not in os.environ:
    hypothesis.settings.load_profile("steady")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run browser tests last: playwright keeps a loop running in this thread to the end."""
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)


@pytest.fixture(scope="session", autouse=True)
def isolated(tmp_path_factory):
    """Hide the user's keys, settings and profiles from every test and from what it starts."""
    with pytest.MonkeyPatch.context() as patch:
        for name in os.environ:
            if name.startswith(("ANTHROPIC_", "CLAUDE_NB_", "JUPYTER", "IPYTHON", "JPY_")):
                patch.delenv(name)
        for name, value in KEPT.items():
            patch.setenv(name, value)
        patch.setenv("IPYTHONDIR", str(tmp_path_factory.mktemp("ipython")))
        yield


@pytest.fixture(scope="module")
def kernel(tmp_path_factory):
    """Start one kernel for all tests of a file."""
    with Kernel(tmp_path_factory.mktemp("kernel")) as kernel:
        yield kernel


@pytest.fixture
def start_kernel(tmp_path_factory):
    """Give a function `start(**env)` that starts a kernel with that environment."""
    with ExitStack() as running:
        yield lambda **env: running.enter_context(Kernel(tmp_path_factory.mktemp("kernel"), env))


@pytest.fixture
def fresh_kernel(start_kernel):
    """Start a kernel for one test."""
    return start_kernel()
