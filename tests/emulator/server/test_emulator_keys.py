"""What is kept belongs to a key, and an emulator of a process takes only its own."""

from __future__ import annotations

import os
import subprocess
import sys

import httpx
import pytest
from emulator_requests import HEADERS, ask

import claude_nb.emulator
from claude_nb import Anthropic
from claude_nb.api import errors

BATCHES = "/v1/messages/batches"
MODEL = {"model": "claude-sonnet-4-6", "max_tokens": 100}
ALICE, MALLORY = {**HEADERS, "x-api-key": "alice"}, {**HEADERS, "x-api-key": "mallory"}
OTHERS = [
    {"x-api-key": "mallory"},
    {"x-api-key": "Alice"},
    {"x-api-key": "alic"},
    {"authorization": "Bearer mallory"},
    {"x-api-key": "mallory", "authorization": "Bearer alice"},  # the first of the two counts
]


@pytest.fixture
def batch(server, client, clock):
    """Make a batch of Alice's that has ended."""
    made = client.post(
        BATCHES,
        json={"requests": [{"custom_id": "a", "params": ask("a secret of Alice's")}]},
        headers=ALICE,
    ).json()
    clock.advance(10)
    return f"{BATCHES}/{made['id']}"


@pytest.mark.parametrize("other", OTHERS)
@pytest.mark.parametrize(
    ("method", "after"),
    [("GET", ""), ("GET", "/results"), ("POST", "/cancel"), ("DELETE", "")],
)
def test_a_batch_is_not_there_for_other_keys(server, batch, other, method, after):
    headers = {"anthropic-version": "2023-06-01", **other}
    reply = httpx.request(method, f"{server.url}{batch}{after}", headers=headers)
    assert reply.status_code == 404
    name = batch.rpartition("/")[2]
    assert reply.json()["error"] == {
        "type": "not_found_error",
        "message": f"Message Batch {name} not found.",
    }
    assert httpx.get(server.url + batch, headers=ALICE).status_code == 200


def test_lists_show_only_ones_own(server, client, batch):
    assert batch.rpartition("/")[2] in client.get(BATCHES, headers=ALICE).text
    for query in ("", "?limit=1000", f"?after_id={batch.rpartition('/')[2]}", "?before_id=x"):
        page = client.get(f"{BATCHES}{query}", headers=MALLORY).json()
        assert page == {"data": [], "has_more": False, "first_id": None, "last_id": None}


def test_a_bearer_token_of_the_same_text_is_the_same_key(client, batch):
    headers = {"anthropic-version": "2023-06-01", "authorization": "Bearer alice"}
    with httpx.Client(base_url=client.base_url) as bare:
        assert bare.get(batch, headers=headers).status_code == 200


def test_repetitions_and_faults_are_counted_by_key(server, client):
    fault = {"x-emulator-fault": "status status=529 times=1"}

    def status(who):
        return client.post("/v1/messages", json=ask(), headers={**who, **fault}).status_code

    assert [status(ALICE), status(MALLORY), status(ALICE), status(MALLORY)] == [529, 529, 200, 200]
    body = ask("Write a haiku about rain.", temperature=1.0)

    def text(who):
        return client.post("/v1/messages", json=body, headers=who).json()["content"][0]["text"]

    first = [text(ALICE), text(ALICE)]
    assert first == [text(MALLORY), text(MALLORY)]  # the same, as if nobody had asked before


def test_what_faults_remember_is_bounded(client, server):
    for n in range(300):
        fault = {"x-emulator-fault": f"status status=529 times=2 retry-after={n}"}
        assert client.get("/v1/models", headers=fault).status_code == 529
    assert len(server.faults._asked) <= 256
    long = {"x-emulator-fault": f"status status=529 times=2 retry-after={'9' * 50_000}"}
    assert [client.get("/v1/models", headers=long).status_code for _ in range(3)] == [529, 529, 200]
    client.get("/v1/models", headers=long)
    assert sum(len(text) for _, text in server.faults._asked) <= 256 * 32


@pytest.fixture(scope="module")
def own():
    with claude_nb.emulator.serve(tokens_per_second=0, api_key="only-this-one") as server:
        yield server


@pytest.mark.parametrize(
    ("headers", "message"),
    [
        ({}, "x-api-key header is required"),
        ({"x-api-key": "emulator"}, "invalid x-api-key"),
        ({"x-api-key": "only-this-on"}, "invalid x-api-key"),
        ({"x-api-key": "ONLY-THIS-ONE"}, "invalid x-api-key"),
        ({"x-api-key": "only-this-one-too"}, "invalid x-api-key"),
        ({"authorization": "Bearer other"}, "invalid bearer token"),
        ({"x-api-key": "wrong", "authorization": "Bearer only-this-one"}, "invalid x-api-key"),
    ],
)
@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/v1/messages"), ("GET", "/v1/models"), ("GET", BATCHES), ("GET", "/nothing")],
)
def test_an_emulator_with_a_key_takes_no_other(own, headers, message, method, path):
    headers = {"anthropic-version": "2023-06-01", **headers}
    body = ask() if method == "POST" else None
    reply = httpx.request(method, own.url + path, headers=headers, json=body)
    assert reply.status_code == 401
    assert reply.json()["error"] == {"type": "authentication_error", "message": message}


@pytest.mark.parametrize("name", ["x-api-key", "authorization"])
def test_it_takes_its_own(own, name):
    key = own.api_key if name == "x-api-key" else f"Bearer {own.api_key}"
    headers = {"anthropic-version": "2023-06-01", name: key}
    assert httpx.get(f"{own.url}/v1/models", headers=headers).status_code == 200


def test_the_body_of_a_stranger_is_not_kept(own):
    with httpx.Client(headers=HEADERS) as http:
        reply = http.post(f"{own.url}/v1/messages", json=ask("x" * 5_000_000))
    assert reply.status_code == 401
    assert own._door.intake.held == 0


def test_the_client_raises_the_right_error(own):
    with (
        Anthropic(api_key="wrong", base_url=own.url) as client,
        pytest.raises(errors.AuthenticationError),
    ):
        client.messages.create(**MODEL, messages=[{"role": "user", "content": "Hi"}])


def test_any_key_will_do_unless_one_is_named(server):
    assert server.api_key
    for key in (server.api_key, "x", "sk-ant-something"):
        headers = {**HEADERS, "x-api-key": key}
        assert httpx.get(f"{server.url}/v1/models", headers=headers).status_code == 200


@pytest.mark.slow
def test_the_shared_emulator_has_a_key_that_nobody_guesses():
    program = (
        "from claude_nb import emulator\n"
        "import httpx\n"
        "s = emulator.shared(tokens_per_second=0)\n"
        "for key in ('emulator', 'x', s.api_key):\n"
        "    head = {'anthropic-version': '2023-06-01', 'x-api-key': key}\n"
        "    print(httpx.get(s.url + '/v1/models', headers=head).status_code)\n"
        "print(s.api_key, repr(s), repr(s.emulator), repr(s.options))\n"
    )
    keys = set()
    for _ in range(2):
        done = subprocess.run(  # noqa: S603 - our own program
            [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True
        )
        first, *_, last = done.stdout.splitlines()
        assert done.stdout.split()[:3] == ["401", "401", "200"], first
        key = last.split()[0]
        assert len(key) >= 40
        assert last.count(key) == 1  # not in the repr
        keys.add(key)
    assert len(keys) == 2


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_a_forked_child_makes_its_own_key_and_may_use_its_parents():
    program = (
        "import os\n"
        "from claude_nb import emulator\n"
        "from claude_nb.notebook import backend\n"
        "client = backend.connect().client\n"
        "a = emulator.shared().api_key\n"
        "child = os.fork()\n"
        "if child == 0:\n"
        "    client.models.list()\n"
        "    b = emulator.shared()\n"
        "    ok = a != b.api_key\n"
        "    b.close(); os._exit(0 if ok else 1)\n"
        "print(os.waitpid(child, 0)[1], len(client.models.list().data) > 0)\n"
    )
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-W", "ignore", "-c", program],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        env={**os.environ, "CLAUDE_NB_BACKEND": "emulator"},
    )
    assert done.stdout.split() == ["0", "True"], done.stderr
