"""Fixtures for every test: kernels to run cells in, and the order in which tests run."""

from __future__ import annotations

from contextlib import ExitStack

import pytest
from kernel_rig import Kernel


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run browser tests last: playwright keeps a loop running in this thread to the end."""
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)


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
