"""Every test of the client runs through both drivers, on both HTTP libraries."""

from __future__ import annotations

import pytest
from as_async import AsAsync
from asked import KEY
from scripted_server import ScriptedServer

from claude_nb.api.client import Anthropic, AsyncAnthropic

CROSSED = {("httpx2", "sync"), ("httpx", "async")}


@pytest.hookimpl(tryfirst=True)  # before -m chooses
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave half of four runs to `make test`: drivers and libraries each stay in the fast loop."""
    for item in items:
        given = getattr(getattr(item, "callspec", None), "params", {})
        if (given.get("library"), given.get("driver")) in CROSSED:
            item.add_marker("slow")


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch):
    for name in ("API_KEY", "AUTH_TOKEN", "BASE_URL"):
        monkeypatch.delenv(f"ANTHROPIC_{name}", raising=False)


@pytest.fixture
def server():
    server = ScriptedServer()
    yield server
    server.close()


@pytest.fixture(params=["httpx", "httpx2"])
def library(request, monkeypatch):
    monkeypatch.setenv("CLAUDE_NB_HTTP", request.param)
    return request.param


@pytest.fixture(params=["sync", "async"])
def driver(request):
    return request.param


@pytest.fixture
async def connect(server, library, driver):
    """Return a function that makes a client of the scripted server, to be used as an async one."""
    made = []

    def make(**options):
        options = {"api_key": KEY, "base_url": server.url, "max_retries": 0, **options}
        client = Anthropic(**options) if driver == "sync" else AsyncAnthropic(**options)
        made.append(client)
        return AsAsync(client) if driver == "sync" else client

    yield make
    for client in made:
        if driver == "sync":
            client.close()
        else:
            await client.close()


@pytest.fixture
def client(connect):
    return connect()
