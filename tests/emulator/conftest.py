"""A running emulator for each file, and a client that looks at every answer.

With CLAUDE_NB_OPENAPI naming the provider's OpenAPI description, every answer and every event
that these tests see is checked against it.
"""

from __future__ import annotations

import json
import os

import httpx
import openapi_check
import pytest
from emulator_requests import HEADERS

import claude_nb.emulator


@pytest.fixture(scope="module")
def server():
    clock = claude_nb.emulator.ManualClock()
    with claude_nb.emulator.serve(tokens_per_second=0, clock=clock) as running:
        yield running


@pytest.fixture
def clock(server):
    return server.options.clock


@pytest.fixture(scope="module")
def client(server):
    hooks = {"response": [_look_at]} if os.environ.get("CLAUDE_NB_OPENAPI") else {}
    with httpx.Client(base_url=server.url, headers=HEADERS, timeout=30, event_hooks=hooks) as http:
        yield http


@pytest.fixture(autouse=True)
def calm(server):
    yield
    server.faults.clear()
    server.options.answer = None
    server.options.tokens_per_second = 0


def _look_at(response):
    if "x-emulator-fault" in response.request.headers:
        return  # broken on purpose
    response.read()
    openapi_check.check_response(response)


@pytest.fixture
def events(client):
    """Give a function that streams a request and returns its events."""

    def stream(body, **headers):
        response = client.post("/v1/messages", json={**body, "stream": True}, headers=headers)
        assert response.status_code == 200, response.text
        return [json.loads(line[6:]) for line in response.text.split("\n") if line[:6] == "data: "]

    return stream
