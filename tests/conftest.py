"""Fixtures for every test: kernels to run cells in, and the order in which tests run."""

from __future__ import annotations

import gc
import os
from contextlib import ExitStack
from pathlib import Path

import certifi
import hypothesis
import pytest
from IPython.core.interactiveshell import InteractiveShell
from kernel_rig import NO_KEYRING, Kernel
from network_guard import Guard

from claude_nb.models.locks import places

CHOSEN = ("CLAUDE_NB_OPENAPI", "CLAUDE_NB_KERNEL_PYTHON", "CLAUDE_NB_COMPAT", "CLAUDE_NB_HTTP")
KEPT = {name: os.environ[name] for name in CHOSEN if name in os.environ}

# The same cases in every run, so that a change fails for what it changed; HYPOTHESIS_SEARCH=1 looks
# for new ones.
hypothesis.settings.register_profile("steady", derandomize=True, deadline=None)
if "HYPOTHESIS_SEARCH" not in os.environ:
    hypothesis.settings.load_profile("steady")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run browser tests last: playwright keeps a loop running in this thread to the end.

    ``pytest -n`` hands tests out in this order (``--dist load``), so that it holds in each worker.
    """
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)


def pytest_collection_finish() -> None:
    """Leave what is loaded by now out of garbage collections, which each took half a second."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def isolated(tmp_path_factory):
    """Hide the user's keys, settings and profiles from every test and from what it starts."""
    with pytest.MonkeyPatch.context() as patch:
        for name in os.environ:
            if name.startswith(("ANTHROPIC_", "CLAUDE_NB_", "JUPYTER", "IPYTHON", "JPY_")):
                patch.delenv(name)
        for name, value in KEPT.items():
            patch.setenv(name, value)
        for name, value in NO_KEYRING.items():
            patch.setenv(name, value)
        patch.setenv("IPYTHONDIR", str(tmp_path_factory.mktemp("ipython")))
        patch.setenv("CLAUDE_NB_LEDGER", str(tmp_path_factory.mktemp("ledger") / "usage.sqlite3"))
        patch.setenv("SSL_CERT_FILE", str(one_certificate(tmp_path_factory.mktemp("trust"))))
        yield


def one_certificate(folder: Path) -> Path:
    """Write one of the authorities that clients trust: reading them all takes each client 50 ms."""
    first, end, _ = certifi.contents().partition("-----END CERTIFICATE-----\n")
    path = folder / "one.pem"
    path.write_text(first + end, encoding="ascii")
    return path


@pytest.fixture(scope="session")
def guard():
    """Refuse every connection to another machine, in all tests."""
    guard = Guard()
    guard.active = True
    yield guard
    guard.active = False


@pytest.fixture(autouse=True)
def network(guard):
    """Fail a test that tried to reach another machine, even where the refusal was swallowed."""
    yield guard
    tried, guard.tried[:] = list(guard.tried), []
    assert not tried, "tests stay on this machine"


@pytest.fixture(autouse=True)
def no_shell_left():
    """Leave the next test no shell: IPython makes one for this process whenever it displays."""
    had_one = InteractiveShell.initialized()
    yield
    if not had_one and InteractiveShell.initialized():
        InteractiveShell.clear_instance()


@pytest.fixture
def locked(tmp_path, monkeypatch):
    """Give a function that writes a file of locks, which holds from then on; returns its path."""

    def write(text, folder="locks", encoding="utf-8"):
        path = tmp_path / folder / "locks.toml"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(text.encode(encoding))
        monkeypatch.setenv(places.VARIABLE, str(path))
        places.found.cache_clear()
        return path

    yield write
    places.found.cache_clear()


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
