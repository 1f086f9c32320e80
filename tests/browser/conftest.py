"""Fixtures of the browser tests: a headless Chromium and real Jupyter servers, one of each kind."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from jupyter_rig import Lab, launch
from jupyter_server import JupyterServer
from playwright.sync_api import sync_playwright

LABEXTENSION = Path(__file__).parents[2] / "claude_nb" / "labextension"


@pytest.fixture(scope="session")
def browser():
    """Headless Chromium, started once."""
    with sync_playwright() as playwright:
        chromium = launch(playwright)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def extensions(tmp_path_factory):
    """Return a Jupyter data directory with the front-end extension as it is in this checkout."""
    data = tmp_path_factory.mktemp("extensions")
    shutil.copytree(LABEXTENSION, data / "labextensions" / "claude-nb")
    return data


@pytest.fixture(scope="session")
def servers(tmp_path_factory, extensions):
    """Give the server of a kind, with kernels or without, starting it when first asked for."""
    running: dict[tuple[str, bool], JupyterServer] = {}

    def serve(kind: str, *, kernels: bool = True) -> JupyterServer:
        if (kind, kernels) not in running:
            home = tmp_path_factory.mktemp(f"{kind}-{'live' if kernels else 'reader'}")
            root = None if kernels else serve(kind).root
            env = {"JUPYTER_PATH": str(extensions)}
            running[kind, kernels] = JupyterServer(home, kind, kernels, root, env)
        return running[kind, kernels]

    yield serve
    for server in reversed(running.values()):
        server.close()


@pytest.fixture(scope="session")
def window(browser):
    """One browser context for all pages, so that the application is fetched and compiled once."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    yield context
    context.close()


def open_page(kind: str, window, servers):
    page = window.new_page()
    try:
        yield Lab(page, servers(kind), lambda: servers(kind, kernels=False))
    finally:
        page.close()
        servers(kind).shut_kernels_down()


@pytest.fixture
def lab(window, servers):
    """Open a page on JupyterLab 4."""
    yield from open_page("lab", window, servers)


@pytest.fixture
def notebook7(window, servers):
    """Open a page on Notebook 7."""
    yield from open_page("notebook", window, servers)


@pytest.fixture(params=["lab", "notebook"])
def each_lab(request, window, servers):
    """Open a page on JupyterLab 4, then one on Notebook 7."""
    yield from open_page(request.param, window, servers)
