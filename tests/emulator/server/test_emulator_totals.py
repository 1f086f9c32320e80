"""What the emulator uses up is bounded in total, however many connections and batches there are."""

from __future__ import annotations

import gc
import json
import os
import socket
import time
from contextlib import ExitStack

import httpx
import psutil
import pytest
from emulator_requests import HEADERS, ask

import claude_nb.emulator
from claude_nb.emulator import Limits, ManualClock

BATCHES = "/v1/messages/batches"
KB = 1024


def eventually(condition, seconds=20.0):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "did not come about in time"
        time.sleep(0.01)


def upload(server, sent, length, path="/v1/messages"):
    """Send a head that promises a body, and some of the body."""
    lines = {"host": f"127.0.0.1:{server.port}", "content-type": "application/json", **HEADERS}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    sock = socket.create_connection(("127.0.0.1", server.port), timeout=20)
    begun = f"POST {path} HTTP/1.1\r\n{head}content-length: {length}\r\n\r\n".encode()
    sock.sendall(begun + b" " * sent)
    return sock


def held(server):
    """Return the bytes of bodies that are held now."""
    gc.collect()
    intake = server._door.intake
    intake.take(0, 0)  # counts what was given back
    return intake.held


LIMITS = Limits(connections=120, in_flight_bytes=1200 * KB, body_time=30)


@pytest.mark.slow
@pytest.mark.parametrize("path", ["/v1/messages", BATCHES])
def test_a_hundred_uploads_that_stall_hold_no_more_than_the_whole(path):
    with (
        claude_nb.emulator.serve(tokens_per_second=0, limits=LIMITS) as server,
        ExitStack() as open_,
    ):
        for _ in range(100):
            open_.enter_context(upload(server, 100 * KB, 200 * KB, path))
        eventually(lambda: held(server) > 800 * KB)
        assert held(server) <= LIMITS.in_flight_bytes
        url = f"{server.url}/v1/messages"
        assert httpx.post(url, json=ask(), headers=HEADERS).status_code == 200  # a share is kept
        refused = httpx.post(url, json=ask("x" * 400 * KB), headers=HEADERS)
        assert (refused.status_code, refused.json()["error"]["type"]) == (529, "overloaded_error")
        open_.close()
        eventually(lambda: held(server) == 0)
        big = httpx.post(url, json=ask("x" * 400 * KB), headers=HEADERS)
        assert big.status_code == 200


def test_uploads_that_stall_are_ended_and_their_memory_is_free():
    limits = Limits(connections=120, in_flight_bytes=1200 * KB, body_time=0.5)
    with claude_nb.emulator.serve(limits=limits) as server, ExitStack() as open_:
        socks = [open_.enter_context(upload(server, 5 * KB, 200 * KB)) for _ in range(100)]
        assert [sock.recv(100) for sock in socks] == [b""] * 100
        eventually(lambda: held(server) == 0)


def test_bodies_are_held_no_longer_than_needed():
    with claude_nb.emulator.serve(tokens_per_second=0) as server:
        body = json.dumps(ask("x" * 100 * KB, stream=True)).encode()
        with upload(server, 0, len(body)) as sock:
            sock.sendall(body)
            sock.recv(100)
            eventually(lambda: held(server) == 0)
        for bad in (b"{" * 100_000, b"\xff" * 100_000):
            sock = upload(server, 0, len(bad))
            with sock:
                sock.sendall(bad)
                assert b" 400 " in sock.recv(100)
        stalls = {**HEADERS, "x-emulator-fault": "stall after=1"}
        with httpx.stream(
            "POST", f"{server.url}/v1/messages", content=body, headers={**stalls, **_JSON}
        ) as reply:
            assert reply.status_code == 200
            eventually(lambda: held(server) == 0)


_JSON = {"content-type": "application/json"}


def test_a_length_that_is_too_large_is_refused_without_reading():
    with claude_nb.emulator.serve() as server:
        for length in (40 * KB * KB, 500 * KB * KB):
            with upload(server, 1000, length):
                eventually(lambda: held(server) == 0)


@pytest.mark.parametrize("length", ["9" * 5000, "1e9", "²"])
def test_lengths_that_are_no_numbers_end_the_connection(length):
    with claude_nb.emulator.serve() as server:
        with socket.create_connection(("127.0.0.1", server.port), timeout=20) as sock:
            head = f"host: localhost\r\ncontent-length: {length}\r\nx-api-key: k\r\n"
            sock.sendall(f"POST /v1/messages HTTP/1.1\r\n{head}\r\n".encode("latin-1"))
            assert b" 200 " not in sock.recv(1000)
        reply = httpx.get(f"{server.url}/v1/models", headers=HEADERS)
        assert reply.status_code == 200


@pytest.fixture
def store():
    """Give a server that keeps 512 kB of batches, and a function that makes one of a size."""
    clock = ManualClock()
    limits = Limits(kept_bytes=512 * KB)
    with (
        claude_nb.emulator.serve(tokens_per_second=0, clock=clock, limits=limits) as server,
        httpx.Client(base_url=server.url, timeout=30) as http,
    ):

        def make(who, size, count=1):
            params = ask("x" * (size * KB // count - 300))
            entries = [{"custom_id": f"n{n}", "params": params} for n in range(count)]
            headers = {**HEADERS, "x-api-key": who}
            return http.post(BATCHES, json={"requests": entries}, headers=headers)

        yield server, http, clock, make


def ids(http, who):
    page = http.get(BATCHES, params={"limit": 1000}, headers={**HEADERS, "x-api-key": who})
    return [batch["id"] for batch in page.json()["data"]]


def test_the_oldest_batches_that_ended_go(store):
    _, http, clock, make = store
    made = []
    for _ in range(12):
        made.append(make("a", 100).json()["id"])
        clock.advance(10)
    assert ids(http, "a") == made[:-6:-1]


def test_batches_that_run_stay_and_new_ones_are_told_to_wait(store):
    _, http, clock, make = store
    made = [make("a", 100).json()["id"] for _ in range(5)]
    for who in ("a", "b"):
        refused = make(who, 100)
        assert refused.status_code == 429
        assert refused.json()["error"]["type"] == "rate_limit_error"
    assert ids(http, "a") == made[::-1]
    clock.advance(10)
    assert make("b", 100).status_code == 200


def test_who_keeps_most_loses_first(store):
    _, http, clock, make = store
    alice = make("alice", 60).json()["id"]
    clock.advance(10)
    for _ in range(20):
        assert make("mallory", 100).status_code == 200
        clock.advance(10)
    assert ids(http, "alice") == [alice]
    assert len(ids(http, "mallory")) == 4


def test_one_batch_that_is_too_large_is_413(store):
    _, http, _, make = store
    reply = make("a", 600)
    assert (reply.status_code, reply.json()["error"]["type"]) == (413, "request_too_large")
    assert make("a", 500).status_code == 200
    assert len(ids(http, "a")) == 1


@pytest.mark.slow
def test_small_batches_are_bounded_in_number_and_take_no_files(store):
    _, http, clock, make = store
    before = len(psutil.Process().open_files())
    for _ in range(520):
        assert make("a", 1).status_code == 200
        clock.advance(10)
    assert len(ids(http, "a")) == 512
    assert len(psutil.Process().open_files()) == before


def test_batches_that_are_refused_leave_nothing(store):
    server, http, _, make = store
    twice = [{"custom_id": "same", "params": ask("x" * 100 * KB)}] * 2
    for _ in range(10):
        reply = http.post(BATCHES, json={"requests": twice}, headers=HEADERS)
        assert reply.status_code == 400
    batches = server.emulator._batches
    assert (batches._batches, batches._awaited) == ({}, [])
    assert make("a", 500).status_code == 200


def test_a_full_disk_is_an_error_of_the_api(store, monkeypatch):
    _, _, _, make = store

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("claude_nb.emulator.endpoints.batch.tempfile.SpooledTemporaryFile", full)
    assert make("a", 1).status_code == 429


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX's")
def test_the_files_of_batches_are_their_owners_alone(store):
    server, _, _, make = store
    assert make("a", 300, 10).status_code == 200
    (batch,) = server.emulator._batches._batches.values()
    found = os.fstat(batch._store.fileno())
    assert found.st_mode & 0o777 == 0o600
    assert found.st_nlink == 0  # it has no name by which others could open it
