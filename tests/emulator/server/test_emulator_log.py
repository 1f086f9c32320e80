"""The log: one line a call, in plain characters, whatever the caller asked for."""

from __future__ import annotations

import logging
import re
import socket
from urllib.parse import quote

import httpx
import pytest
from emulator_requests import HEADERS

import claude_nb.emulator
from claude_nb.emulator import Emulator, Options

LINE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z \S+ \S+ \d{3} req_emu\d{21}")
PATHS = [
    "/%1b]0;title%07%0aforged line",
    "/a%0d%0a2026-01-01T00:00:00Z GET /v1/models 200 req_emu000000000000000000001",
    "/%9b2J",  # CSI in one character
    "/%c2%9b2J",
    "/%e2%80%aeevil",  # turns the text around
    "/%e2%80%a8line",
    "/%00%08%08%08",
    "/%f0%9f%92%a9%ef%b8%8f",
    "/%ed%a0%80",  # half a surrogate pair
    "/" + "x" * 5000,
    "/" + "%0a" * 2000,
    "/a b",
]


@pytest.fixture
def logged():
    """Give a server and the lines it logged."""
    lines = []
    with claude_nb.emulator.serve(tokens_per_second=0, log=lines.append) as server:
        yield server, lines


def raw(server, start, **headers):
    """Send a request line as it is; return what came back."""
    fields = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as sock:
        sock.sendall(start + f"\r\nhost: localhost\r\n{fields}\r\n".encode())
        return sock.recv(1000)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("headers", [{"origin": "http://evil.example"}, HEADERS, {}])
def test_a_path_stays_in_its_line(logged, path, headers):
    server, lines = logged
    raw(server, f"GET {path.replace(' ', '%20')} HTTP/1.1".encode(), **headers)
    assert len(lines) == 1
    assert LINE.fullmatch(lines[0])
    assert lines[0].isascii()
    assert lines[0].isprintable()
    assert len(lines[0]) < 300


@pytest.mark.parametrize(
    "start",
    [
        b"GET /\x1b]0;x\x07 HTTP/1.1",
        b"GET /\x9b2J HTTP/1.1",
        b"\x1b[2JGET / HTTP/1.1",
        b"G\x07ET / HTTP/1.1",
        b"GET //[ HTTP/1.1",
        b"GET http://[ HTTP/1.1",
        b"GET ?\x1b[2J HTTP/1.1",
        b"M" * 3000 + b" / HTTP/1.1",
    ],
)
def test_a_request_line_of_any_bytes_does_neither_command_nor_break_anything(
    logged, caplog, capfd, start
):
    server, lines = logged
    caplog.set_level(logging.DEBUG)
    raw(server, start, **HEADERS)
    assert httpx.get(f"{server.url}/v1/models", headers=HEADERS).status_code == 200
    assert all(LINE.fullmatch(line) and line.isprintable() for line in lines)
    shown = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    assert shown == []
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("text", ["\x1b]0;x\x07\nforged", "a\u202eb", "\ud800", "x" * 5000])
def test_that_holds_without_a_socket_and_where_an_answer_fails(caplog, text):
    from claude_nb.emulator.wire import Call  # noqa: PLC0415

    lines = []
    emulator = Emulator(Options(log=lines.append))
    emulator.respond(Call(text, f"/{text}", HEADERS))
    emulator._route = lambda *_: 1 / 0
    with caplog.at_level(logging.ERROR):
        emulator.respond(Call("GET", f"/{text}", HEADERS))
    assert len(lines) == 2
    assert all(LINE.fullmatch(line) and line.isprintable() and len(line) < 500 for line in lines)
    (record,) = caplog.records
    assert record.getMessage().isprintable()


def test_a_usual_line_is_as_it_was(logged):
    server, lines = logged
    reply = httpx.get(f"{server.url}/v1/models/claude-sonnet-4-6", headers=HEADERS)
    asked = "GET /v1/models/claude-sonnet-4-6 200"
    assert lines[0].split(" ", 1)[1] == f"{asked} {reply.headers['request-id']}"
    httpx.get(f"{server.url}/v1/models/{quote('naïve')}", headers=HEADERS)
    assert "/v1/models/na%C3%AFve 404" in lines[1]
