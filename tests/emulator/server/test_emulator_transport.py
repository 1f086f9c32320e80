"""The emulator without a socket, under httpx and under httpx2."""

from __future__ import annotations

import ast
import importlib
import json
import subprocess
import sys
from pathlib import Path

import pytest
from emulator_requests import HEADERS, ask

import claude_nb.emulator
from claude_nb.emulator import Emulator, Fault, ManualClock, Options, Transport

PACKAGE = Path(claude_nb.emulator.__file__).parent
URL = "http://127.0.0.1"


@pytest.fixture(params=["httpx", "httpx2"])
def library(request):
    return importlib.import_module(request.param)


@pytest.fixture
def emulator():
    made = Emulator(Options(tokens_per_second=0, clock=ManualClock()))
    yield made
    made.close()


@pytest.fixture
def http(library, emulator):
    with library.Client(transport=Transport(emulator), base_url=URL, headers=HEADERS) as client:
        yield client


def test_it_answers_like_the_server(http, client):
    served = client.post("/v1/messages", json=ask("What is 6 * 7?")).json()
    direct = http.post("/v1/messages", json=ask("What is 6 * 7?"))
    assert direct.headers["x-claude-emulator"].startswith("claude_nb/")
    assert {**direct.json(), "id": ""} == {**served, "id": ""}


def test_it_streams(http):
    with http.stream("POST", "/v1/messages", json=ask(stream=True)) as reply:
        chunks = list(reply.iter_bytes())
    assert len(chunks) > 20
    assert chunks[-1].startswith(b"event: message_stop")


async def test_it_streams_to_asynchronous_clients(library, emulator):
    transport = Transport(emulator)
    async with library.AsyncClient(transport=transport, base_url=URL, headers=HEADERS) as http:
        async with http.stream("POST", "/v1/messages", json=ask(stream=True)) as reply:
            chunks = [chunk async for chunk in reply.aiter_bytes()]
        plain = await http.post("/v1/messages", json=ask())
    assert chunks[-1].startswith(b"event: message_stop")
    assert plain.status_code == 200


def test_batches_work_there_too(http, emulator):
    body = {"requests": [{"custom_id": "a", "params": ask()}]}
    batch = http.post("/v1/messages/batches", json=body).json()
    emulator.options.clock.advance(10)
    ended = http.get(f"/v1/messages/batches/{batch['id']}").json()
    line = http.get(ended["results_url"]).text
    assert json.loads(line)["result"]["type"] == "succeeded"


@pytest.mark.parametrize("kind", ["drop", "cut"])
def test_broken_connections_are_the_library_s_errors(library, http, emulator, kind):
    emulator.faults.add(Fault(kind))
    with pytest.raises(library.RemoteProtocolError):
        http.post("/v1/messages", json=ask(stream=True))


def test_a_stall_meets_the_read_timeout(library, http, emulator):
    emulator.faults.add(Fault("stall"))
    with pytest.raises(library.ReadTimeout):
        http.post("/v1/messages", json=ask(stream=True), timeout=0.05)


async def test_asynchronous_faults(library, emulator):
    emulator.faults.add(Fault("stall"))
    emulator.faults.add(Fault("drop"))
    transport = Transport(emulator)
    async with library.AsyncClient(transport=transport, base_url=URL, headers=HEADERS) as http:
        with pytest.raises(library.ReadTimeout):
            await http.post("/v1/messages", json=ask(stream=True), timeout=0.05)
        with pytest.raises(library.RemoteProtocolError):
            await http.post("/v1/messages", json=ask())


def test_it_needs_neither_tornado_nor_a_client_library():
    program = (
        "import sys, claude_nb.emulator as e; e.Transport()\n"
        "loaded = {'tornado', 'httpx', 'httpx2', 'claude_nb.api'} & set(sys.modules)\n"
        "assert not loaded, loaded"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)  # noqa: S603 - ours


def test_the_emulator_imports_only_what_it_may():
    allowed = set(sys.stdlib_module_names) | {"tornado", "claude_nb"}
    for path in PACKAGE.rglob("*.py"):
        for name in _imports(ast.parse(path.read_text("utf-8"))):
            root = name.split(".")[0]
            is_plugin = path.name == "pytest_plugin.py" and root == "pytest"
            assert root in allowed or is_plugin, f"{path.name} imports {name}"
            assert not name.startswith(("claude_nb.api", "claude_nb.notebook")), path.name


def _imports(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""
            if node.module == "claude_nb":
                yield from (f"claude_nb.{alias.name}" for alias in node.names)
