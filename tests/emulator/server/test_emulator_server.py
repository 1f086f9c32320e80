"""The emulator through its real port: who may talk to it, and what it does with bad manners."""

from __future__ import annotations

import json
import socket
import threading
import time

import httpx
import psutil
import pytest
from emulator_requests import HEADERS, ask

import claude_nb.emulator
from claude_nb.emulator import Limits

FOREVER = {"x-emulator-fault": "stall after=4"}


def eventually(condition, seconds=10.0):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "did not come about in time"
        time.sleep(0.005)


def raw(server):
    return socket.create_connection(("127.0.0.1", server.port), timeout=20)


def head(server, body=b"", **more):
    lines = {
        "host": f"127.0.0.1:{server.port}",
        "content-type": "application/json",
        "content-length": str(len(body)),
        **HEADERS,
        **more,
    }
    text = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"POST /v1/messages HTTP/1.1\r\n{text}\r\n".encode() + body


def test_a_message_is_answered_and_marked_as_emulated(client):
    reply = client.post("/v1/messages", json=ask("What is 17 * 23?"))
    assert reply.headers["x-claude-emulator"].startswith("claude_nb/")
    assert reply.headers["request-id"].startswith("req_")
    text = reply.json()["content"][0]["text"]
    assert "391" in text
    assert "Emulated" in text


def test_rate_limit_headers_are_there(client):
    headers = client.post("/v1/messages", json=ask()).headers
    for name in ("requests", "tokens", "input-tokens", "output-tokens"):
        for part in ("limit", "remaining", "reset"):
            assert headers[f"anthropic-ratelimit-{name}-{part}"]


@pytest.mark.parametrize(("limit", "tokens"), [(60, 400_000), (40_000, 4_000_000)])
def test_a_larger_limit_of_requests_is_told_with_more_tokens(limit, tokens):
    with claude_nb.emulator.serve(tokens_per_second=0, requests_per_minute=limit) as server:
        told = httpx.post(f"{server.url}/v1/messages", json=ask(), headers=HEADERS).headers
    assert told["anthropic-ratelimit-requests-limit"] == str(limit)
    assert told["anthropic-ratelimit-output-tokens-limit"] == str(tokens)


def test_a_rate_limit_refuses_and_says_when_to_come_back():
    clock = claude_nb.emulator.ManualClock()
    with claude_nb.emulator.serve(
        tokens_per_second=0, requests_per_minute=2, clock=clock
    ) as server:
        url = f"{server.url}/v1/messages"
        replies = [httpx.post(url, json=ask(), headers=HEADERS) for _ in range(3)]
        assert [reply.status_code for reply in replies] == [200, 200, 429]
        clock.advance(int(replies[-1].headers["retry-after"]))
        assert httpx.post(url, json=ask(), headers=HEADERS).status_code == 200


@pytest.mark.parametrize(
    ("headers", "message"),
    [
        ({}, "x-api-key header is required"),
        ({"authorization": "Basic abc"}, "x-api-key header is required"),
        ({"x-api-key": "invalid"}, "invalid x-api-key"),
        ({"authorization": "Bearer my-invalid-key"}, "invalid bearer token"),
        ({"x-api-key": "invalid", "authorization": "Bearer good"}, "invalid x-api-key"),
    ],
)
def test_a_key_is_needed(server, headers, message):
    reply = httpx.post(f"{server.url}/v1/messages", json=ask("hi"), headers=headers)
    assert reply.status_code == 401
    assert reply.json()["error"] == {"type": "authentication_error", "message": message}


def test_a_bearer_token_is_a_key(server):
    headers = {"authorization": "Bearer t", "anthropic-version": "2026-10-21"}
    assert httpx.post(f"{server.url}/v1/messages", json=ask(), headers=headers).status_code == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"host": "evil.example"}, 403),
        ({"host": "127.0.0.1.evil.example"}, 403),
        ({"host": "evil@127.0.0.1"}, 403),
        ({"host": "localhost:1234"}, 200),
        ({"host": "[::1]:1234"}, 200),
        ({"origin": "http://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": "http://localhost:8888"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-origin"}, 403),
        ({"content-type": "text/plain"}, 415),
        ({"content-type": "application/x-www-form-urlencoded"}, 415),
        ({"content-type": "application/json; charset=utf-8"}, 200),
    ],
)
def test_pages_and_other_names_are_kept_out(client, headers, status):
    reply = client.post("/v1/messages", json=ask(), headers=headers)
    assert reply.status_code == status
    assert not [name for name in reply.headers if name.startswith("access-control")]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 404),
        ("GET", "/v1/messages", 405),
        ("OPTIONS", "/v1/messages", 405),
        ("POST", "/v1/models", 405),
        ("POST", "/v1/complete", 404),
    ],
)
def test_other_paths_are_refused_in_json(client, method, path, status):
    reply = client.request(method, path)
    assert (reply.status_code, reply.json()["type"]) == (status, "error")


def test_a_body_that_is_too_large_is_413(client):
    content = b" " * (32 * 1024 * 1024 + 1)
    reply = client.post(
        "/v1/messages", content=content, headers={"content-type": "application/json"}
    )
    assert reply.status_code == 413
    assert reply.json()["error"]["type"] == "request_too_large"
    assert client.post("/v1/messages", json=ask()).status_code == 200


def test_heads_that_are_too_large_end_the_connection(server):
    with raw(server) as sock:
        sock.sendall(head(server, **{"x-long": "x" * 70_000})[:69_000])
        assert sock.recv(100) == b""


def test_only_loopback_is_bound(server):
    ours = [
        c.laddr.ip
        for c in psutil.Process().net_connections("inet")
        if c.status == psutil.CONN_LISTEN and c.laddr.port == server.port
    ]
    assert ours == ["127.0.0.1"]


def test_too_many_connections_are_told_so():
    with claude_nb.emulator.serve(limits=Limits(connections=2)) as server:
        with raw(server), raw(server):
            eventually(lambda: b"529 Overloaded" in _greeting(server))
        eventually(lambda: not _greeting(server))


def _greeting(server):
    with raw(server) as sock:
        sock.settimeout(0.2)
        try:
            return sock.recv(1000)
        except TimeoutError:
            return b""


@pytest.mark.parametrize(
    "begun",
    [b"", b"POST /v1/mess", b"POST /v1/messages HTTP/1.1\r\nhost: localhost\r\n"],
    ids=["nothing", "half a line", "half a head"],
)
def test_clients_that_send_no_request_are_closed(begun):
    with claude_nb.emulator.serve(limits=Limits(idle=0.5)) as server, raw(server) as sock:
        sock.sendall(begun)
        assert sock.recv(100) == b""


def test_clients_that_drip_are_closed_however_steadily():
    with claude_nb.emulator.serve(limits=Limits(idle=0.5, body_time=0.5)) as server:
        with raw(server) as sock:
            eventually(lambda: not _drips(sock, b"x"))
        with raw(server) as sock:
            sock.sendall(head(server, **{"content-length": "100000"}))
            eventually(lambda: not _drips(sock, b" "))


def _drips(sock, byte):
    """Send a byte; tell whether the other side still listens."""
    sock.settimeout(0.01)
    try:
        sock.sendall(byte)
        return sock.recv(100) != b""
    except TimeoutError:
        return True
    except OSError:
        return False


def test_the_limits_close_drips_within_15_seconds():
    assert Limits().idle <= 15
    assert Limits().body_time <= 15


def test_a_client_that_left_a_stalled_stream_is_noticed(server):
    with raw(server) as sock:
        body = json.dumps(ask(stream=True)).encode()
        sock.sendall(head(server, body, **FOREVER))
        sock.recv(10_000)
        eventually(lambda: len(server._door._sending) == 1)
    eventually(lambda: not server._door._sending)


def _ours():
    """Return the threads of emulators that run."""
    return {each for each in threading.enumerate() if each.name.startswith("claude_nb-emulator")}


def test_closing_ends_open_streams_and_leaves_no_thread():
    before = set(threading.enumerate())
    server = claude_nb.emulator.serve()
    with raw(server) as sock:
        body = json.dumps(ask(stream=True)).encode()
        sock.sendall(head(server, body, **FOREVER))
        sock.recv(10_000)
        assert len(_ours() - before) >= 1
        server.close()
        while sock.recv(10_000):
            pass
    eventually(lambda: not _ours() - before)
    server.close()
    with pytest.raises(OSError, match="refused"):
        raw(server)


def test_a_taken_port_is_an_error(server):
    with pytest.raises(OSError, match="in use"):
        claude_nb.emulator.serve(server.port)


def test_an_answer_that_fails_is_an_api_error(server, client):
    server.options.answer = lambda _: 1 / 0
    reply = client.post("/v1/messages", json=ask())
    assert (reply.status_code, reply.json()["error"]["type"]) == (500, "api_error")


def test_pace_is_kept(server, client):
    server.options.answer = lambda _: "word " * 40
    for speed, least in (("400", 0.1), ("0", 0.0)):
        began = time.monotonic()
        client.post("/v1/messages", json=ask(), headers={"x-emulator-speed": speed})
        assert time.monotonic() - began >= least
    refused = client.post("/v1/messages", json=ask(), headers={"x-emulator-speed": "fast"})
    assert refused.status_code == 400


def test_the_fixture_serves(claude_nb_emulator):
    reply = httpx.post(f"{claude_nb_emulator.url}/v1/messages", json=ask(), headers=HEADERS)
    assert reply.status_code == 200
