"""Whatever the request types allow is answered or refused in the API's terms: no 500, no hang.

CLAUDE_NB_EXAMPLES says how many requests are tried; ``make conformance`` tries 5,000.
"""

from __future__ import annotations

import json
import os

import pytest
from emulator_requests import HEADERS
from hypothesis import HealthCheck, given, settings, target
from valid_requests import requests

from claude_nb.emulator import Emulator, ManualClock, Options
from claude_nb.emulator.wire import Call

ANY = settings(deadline=None, suppress_health_check=list(HealthCheck))
FEW = settings(ANY, max_examples=10)
MANY = settings(ANY, max_examples=int(os.environ.get("CLAUDE_NB_EXAMPLES", "100")))


@pytest.fixture(scope="module")
def emulator():
    made = Emulator(Options(tokens_per_second=0, clock=ManualClock()))
    yield made
    made.close()


def answer(emulator, path, body, betas):
    headers = {**HEADERS, "content-type": "application/json", "anthropic-beta": ",".join(betas)}
    reply = emulator.respond(Call("POST", path, headers, json.dumps(body).encode()))
    return reply.status, b"".join(part.data for part in reply.parts)


@FEW
@given(requests())
def test_a_valid_request_is_no_error_of_the_server(emulator, request_and_betas):
    check(emulator, *request_and_betas)


@pytest.mark.slow
@MANY
@given(requests())
def test_a_valid_request_is_never_an_error_of_the_server(emulator, request_and_betas):
    check(emulator, *request_and_betas)


def check(emulator, body, betas):
    """Ask for it in each way; a reply may refuse it, in the API's terms."""
    status, data = answer(emulator, "/v1/messages", body, betas)
    assert status < 500, data
    target(float(status == 200))
    plain = {name: value for name, value in body.items() if name != "stream"}
    if status == 200:
        _, whole = answer(emulator, "/v1/messages", {**plain, "stream": False}, betas)
        _, stream = answer(emulator, "/v1/messages", {**plain, "stream": True}, betas)
        assert json.loads(whole)["content"] is not None
        assert stream.rstrip().endswith(b'{"type":"message_stop"}')
    del plain["max_tokens"]
    assert answer(emulator, "/v1/messages/count_tokens", plain, betas)[0] < 500
