"""Fixtures of the browser tests: a headless Chromium and real Jupyter servers, one of each kind."""

from __future__ import annotations

import shutil
from contextlib import contextmanager

import pytest
from jupyter_rig import LABEXTENSION, SIZE, Lab, launch, new_page
from jupyter_server import JupyterServer
from playwright.sync_api import sync_playwright


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
    context = browser.new_context(viewport=dict(zip(("width", "height"), SIZE, strict=True)))
    yield context
    context.close()


@pytest.fixture(scope="session")
def pages():
    """Pages by their kind of Jupyter that go from test to test."""
    return {}


@contextmanager
def on_page(kind: str, request):
    """Lend the page of a kind, or a new one; a failed test's is nobody's page any more."""
    window, pages, servers = map(request.getfixturevalue, ("window", "pages", "servers"))
    session = request.session
    failed = session.testsfailed
    page = pages.pop(kind, None) or new_page(window)
    lab = Lab(page, servers(kind), lambda: servers(kind, kernels=False))
    yield lab
    if session.testsfailed > failed:
        page.close()
    else:
        lab.release()
        pages[kind] = page
    servers(kind).shut_kernels_down()


@pytest.fixture
def lab(request):
    """Open a page on JupyterLab 4."""
    with on_page("lab", request) as lab:
        yield lab


@pytest.fixture
def notebook7(request):
    """Open a page on Notebook 7."""
    with on_page("notebook", request) as lab:
        yield lab


@pytest.fixture(params=["lab", pytest.param("notebook", marks=pytest.mark.long)])
def each_lab(request):
    """Open a page on JupyterLab 4; in `make long` one on Notebook 7, too."""
    with on_page(request.param, request) as lab:
        yield lab


@pytest.fixture(params=["lab", "notebook"])
def both_labs(request):
    """Open a page on JupyterLab 4, then one on Notebook 7: what streams, where the two differ."""
    with on_page(request.param, request) as lab:
        yield lab


@pytest.fixture
def go(request):
    """Give a function that lets the kernel go on past `until(name)`."""
    names = []
    kinds = [name for name in ("both_labs", "each_lab") if name in request.fixturenames]
    lab = request.getfixturevalue([*kinds, "lab"][0])

    def made(name):
        path = lab.server.root / name
        path.touch()
        names.append(path)

    yield made
    for path in names:
        path.unlink()
