"""The file of a cassette: read once, by many at a time, whatever stands in it."""

from __future__ import annotations

import io
import json
import os
import signal
import stat
import subprocess
import sys
import warnings
from pathlib import Path

import pytest
from cassette_rig import exchange, found, keep, put, said

from claude_nb.api.hiding.hidden import hidden
from claude_nb.api.wire import Headers, Request, Response
from claude_nb.cassette import Cassette, CassetteError

KEYED = "d426b77bc95fc463b2d0448f7d8304ae"
GOOD = {"key": KEYED, "request": {}, "status": 200, "headers": {}, "body": "{}"}


@pytest.fixture
def bytes_read(monkeypatch):
    """Count what is read of any file that is opened."""
    hidden("password = ['x']")  # loads what it needs
    read = []
    real = io.open

    class Counted:
        def __init__(self, file):
            self._file = file

        def __getattr__(self, name):
            return getattr(self._file, name)

        def __enter__(self):
            return self

        def __exit__(self, *_):
            self._file.close()

        def read(self, size=-1):
            content = self._file.read(size)
            read.append(len(content))
            return content

    def counted(*given, **more):
        return Counted(real(*given, **more))

    monkeypatch.setattr(io, "open", counted)
    monkeypatch.setattr("claude_nb.private.open", counted, raising=False)
    return lambda: sum(read)


def test_many_exchanges_are_kept_and_found_without_reading_them_again(path, bytes_read):
    cassette = Cassette(path)
    for number in range(500):
        keep(cassette, number)
        assert found(cassette, number) == number
        assert found(cassette, -1) is None
    assert bytes_read() <= path.stat().st_size + 500 * 64
    assert len(Cassette(path)) == 500


def test_what_another_adds_is_read_from_where_one_stopped(path, bytes_read):
    one, other = Cassette(path), Cassette(path)
    for number in range(0, 200, 2):
        keep(one, number)
        keep(other, number + 1)
        assert found(one, number + 1) == number + 1
        assert found(other, number) == number
    assert bytes_read() <= 2 * path.stat().st_size + 800 * 64
    assert [len(one), len(other), len(Cassette(path))] == [200] * 3


def test_an_edited_or_replaced_file_is_read_anew(path):
    cassette = Cassette(path)
    keep(cassette, 1, 2)
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('"request-id": "2"', '"request-id": "22"'), encoding="utf-8")
    assert [found(cassette, 1), found(cassette, 2)] == [1, 22]
    path.write_text(text.replace('"request-id": "1"', '"request-id": "9"'), encoding="utf-8")
    assert [found(cassette, 1), found(cassette, 2)] == [9, 2]
    path.write_text(text.split("\n")[1], encoding="utf-8")
    assert [found(cassette, 1), found(cassette, 2)] == [None, 2]
    keep(cassette, 3)
    assert [found(each, 3) for each in (cassette, Cassette(path))] == [3, 3]
    assert len(cassette) == 2


def test_a_file_that_is_gone_is_begun_anew(connect, server, path):
    client = connect()
    said(client)
    path.unlink()
    said(client)
    assert len(Cassette(path)) == 1
    other = connect()
    said(client, "More?")
    said(other, "More?")
    assert len(server.asked) == 3


@pytest.mark.skipif(os.name != "posix", reason="modes of files are POSIX's")
def test_a_file_is_its_owners_alone(path):
    keep(Cassette(path), 1)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


# ---- what is damaged


@pytest.mark.parametrize("cut", [1, 30, -12, -1])
def test_a_line_that_another_left_unfinished_breaks_nothing(path, tmp_path, cut):
    torn = tmp_path / "torn.jsonl"
    keep(Cassette(torn), 7)
    line = torn.read_bytes()
    cassette = Cassette(path)
    keep(cassette, 1)
    with path.open("ab") as file:
        file.write(line[:cut])
        file.flush()
        assert found(cassette, 1) == 1
        assert found(cassette, 7) == (7 if cut == -1 else None)
        file.write(line[cut:])
    assert found(cassette, 7) == 7
    assert not cassette.damaged
    with path.open("ab") as file:
        file.write(line[:cut])
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        keep(cassette, 2)
        keep(cassette, 3)
        for each in (cassette, Cassette(path)):
            assert [found(each, number) for number in (1, 2, 3, 7)] == [1, 2, 3, 7]
            assert each.damaged == ({} if cut == -1 else {3: "it is unfinished"})
    assert {"line 3: it is unfinished" in str(each.message) for each in told} <= {True}


def test_a_file_whose_only_line_is_torn_is_gone_on_with(path):
    keep(Cassette(path), 1)
    path.write_bytes(path.read_bytes()[:40])
    with pytest.warns(UserWarning, match="line 1: it is unfinished"):
        cassette = Cassette(path)
    keep(cassette, 2)
    assert [found(cassette, 1), found(cassette, 2)] == [None, 2]


def changed(lines, how):
    return {
        "CRLF": lambda: b"\r\n".join([*lines, b""]),
        "a BOM": lambda: b"\xef\xbb\xbf" + b"\n".join([*lines, b""]),
        "no line end": lambda: b"\n".join(lines),
        "blank lines": lambda: b"\n\n \n".join(lines),
        "two files joined": lambda: (
            b"\n".join(lines[:1]) + b"\n\xef\xbb\xbf" + b"\n".join(lines[1:])
        ),
    }[how]()


@pytest.mark.parametrize("how", ["CRLF", "a BOM", "no line end", "blank lines", "two files joined"])
def test_what_editors_and_git_make_of_a_file_costs_nothing(path, how):
    keep(Cassette(path), 1, 2, 3)
    path.write_bytes(changed(path.read_bytes().splitlines(), how))
    cassette = Cassette(path)
    assert [found(cassette, number) for number in (1, 2, 3)] == [1, 2, 3]
    keep(cassette, 4)
    again = Cassette(path)
    assert [found(again, number) for number in (1, 2, 3, 4)] == [1, 2, 3, 4]
    assert not again.damaged


def test_both_sides_of_a_merge_play_and_its_marks_are_named(path):
    keep(Cassette(path), 1, 2, 3)
    one, two, three = path.read_text(encoding="utf-8").splitlines()
    lines = [one, "<<<<<<< HEAD", two, "||||||| base", "=======", three, ">>>>>>> branch", ""]
    path.write_text("\n".join(lines), encoding="utf-8")
    with pytest.warns(
        UserWarning, match=r"line 2: it is the mark of a merge; line 4: .* and 1 more"
    ):
        cassette = Cassette(path)
    assert [found(cassette, number) for number in (1, 2, 3)] == [1, 2, 3]
    assert list(cassette.damaged) == [2, 4, 5, 7]


ASKED_AS = {"path": "/v1/messages", "anthropic-version": "", "anthropic-beta": "", "body": {}}
DAMAGED = {
    "a status of text": ({**GOOD, "status": "x"}, "status is no number from 200 to 599"),
    "a status of digits": ({**GOOD, "status": "200"}, "status is no number"),
    "a status that is true": ({**GOOD, "status": True}, "status is no number"),
    "no status at all": ({**GOOD, "status": None}, "status is no number"),
    "a huge status": ({**GOOD, "status": 10**400}, "status is no number"),
    "a status below": ({**GOOD, "status": 100}, "status is no number"),
    "a body of numbers": ({**GOOD, "body": 5}, "body is no text"),
    "a body of lists": ({**GOOD, "body": [["x"]]}, "body is no text"),
    "no body": ({**GOOD, "body": None}, "no object of key"),
    "two answers": ({**GOOD, "answer": {}}, "no object of key"),
    "an answer of text": ({**GOOD, "body": None, "answer": "x"}, "answer is no object"),
    "a stream of text": ({**GOOD, "stream": ["x"]}, "stream is no list of events"),
    "odd pieces": (
        {
            name: value
            for name, value in {**GOOD, "stream": [{"pieces": [1]}]}.items()
            if name != "body"
        },
        "its stream is no list of events",
    ),
    "a pace of text": ({**GOOD, "pace": ["x"]}, "pace is no list of milliseconds"),
    "a pace that goes back": ({**GOOD, "pace": [-1]}, "pace is no list of milliseconds"),
    "a number below": ({**GOOD, "n": -1}, "n is no number from 0 on"),
    "a cell of signs": ({**GOOD, "cell": "<b>"}, "cell is not up to 64 letters and digits"),
    "a request of numbers": ({**GOOD, "request": 5}, "request is no object"),
    "a request of lists": ({**GOOD, "request": [1]}, "request is no object"),
    "betas of nothing": (
        {**GOOD, "request": {**ASKED_AS, "anthropic-beta": None}},
        "the anthropic-beta of its request is no text",
    ),
    "a path of numbers": (
        {**GOOD, "request": {**ASKED_AS, "path": 5}},
        "the path of its request is no text",
    ),
    "a question of lists": (
        {**GOOD, "request": {**ASKED_AS, "body": [1]}},
        "the body of its request is no object",
    ),
    "a list for a key": ({**GOOD, "key": []}, "key is not 32 hexadecimal"),
    "an object for a key": ({**GOOD, "key": {"x": 1}}, "key is not 32 hexadecimal"),
    "a short key": ({**GOOD, "key": "x"}, "key is not 32 hexadecimal"),
    "headers of lists": ({**GOOD, "headers": []}, "headers are no object of texts"),
    "headers of numbers": ({**GOOD, "headers": {"x": 1}}, "headers are no object of texts"),
    "more": ({**GOOD, "more": 1}, "no object of key, request, status, headers and an answer"),
    "less": ({"key": KEYED}, "request is no object"),
    "a list": ([GOOD], "no object of key"),
    "a number": (5, "no object of key"),
    "deep": ("[" * 100_000, "no JSON, or too deep"),
    "deep objects": ('{"key":' * 100_000, "no JSON, or too deep"),
    "a deep request": (
        json.dumps(GOOD).replace("{}", '{"x":' * 5_000 + "1" + "}" * 5_000, 1),
        "no JSON, or too deep",
    ),
    "a page": ("<!DOCTYPE html>", "no JSON"),
    "half a character": (json.dumps({**GOOD, "body": "\ud800"}), "no JSON"),
}


@pytest.mark.parametrize(("line", "why"), DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_line_is_named_once_and_skipped(path, line, why):
    text = line if isinstance(line, str) else json.dumps(line)
    path.write_text(f"{json.dumps(GOOD)}\n{text}\n", encoding="utf-8")
    with pytest.warns(UserWarning, match="damaged lines, which were skipped") as told:
        cassette = Cassette(path)
    said = str(told[0].message)
    assert f"(line 2: {cassette.damaged[2]})" in said
    assert why in said
    assert "cassette check" in said
    assert len(said) < 300 + 2 * len(str(path))
    keep(cassette, 1)
    assert len(told) == 1
    assert found(cassette, 1) == 1


FOREIGN = {
    "a table": b"name,score\nAda,3\n",
    "a notebook": b'{\n "cells": [],\n "nbformat": 4\n}\n',
    "other JSON Lines": b'{"text": "x"}\n{"text": "y"}\n',
    "a picture": b"\x89PNG\r\n\x1a\n\x00\x00",
    "UTF-16": "{}".encode("utf-16"),
}


@pytest.mark.parametrize("content", FOREIGN.values(), ids=FOREIGN)
def test_nothing_is_written_into_what_is_no_cassette(path, content):
    path.write_bytes(content)
    with pytest.raises(CassetteError, match=r"is no cassette: line \d+ is no recorded answer"):
        Cassette(path)
    path.unlink()
    cassette = Cassette(path)
    path.write_bytes(content)
    with pytest.warns(UserWarning, match="The answer was not recorded: .* is no cassette"):
        keep(cassette, 1)
    assert path.read_bytes() == content


def test_what_could_not_be_read_again_is_not_written(path):
    cassette = Cassette(path)
    deep = b'{"messages": ' + b'{"x":' * 400 + b"1" + b"}" * 400 + b"}"
    half = b'{"messages": ["\\ud800"]}'
    for body in (deep, half):
        request = Request("POST", "http://x/v1/messages", Headers(), body)
        with pytest.warns(UserWarning, match="The answer was not recorded"):
            put(cassette, Response(200, Headers(), request), b'{"id": "m"}')
    assert not path.exists()
    keep(cassette, 1)
    assert len(Cassette(path)) == 1


def test_a_full_disk_leaves_no_half_line(path, monkeypatch):
    cassette = Cassette(path)
    keep(cassette, 1)
    before = path.read_bytes()
    real = io.open

    class Full:
        """A file on which ten bytes fit."""

        def __init__(self, file):
            self._file, self._room = file, 10

        def __getattr__(self, name):
            return getattr(self._file, name)

        def __enter__(self):
            return self

        def __exit__(self, *_):
            self._file.close()

        def write(self, data):
            if not self._room:
                raise OSError(28, "No space left on device")
            written, self._room = self._file.write(data[: self._room]), 0
            return written

    monkeypatch.setattr(
        "claude_nb.private.open", lambda *a, **k: Full(real(*a, **k)), raising=False
    )
    with pytest.warns(UserWarning, match="not recorded: .*No space left"):
        keep(cassette, 2)
    monkeypatch.undo()
    assert path.read_bytes() == before
    keep(cassette, 3)
    assert [found(cassette, number) for number in (1, 2, 3)] == [1, None, 3]


# ---- several at a time

WRITER = """
import sys
sys.path.insert(0, sys.argv[1])
from cassette_rig import keep
from claude_nb.cassette import Cassette
cassette = Cassette(sys.argv[2])
first, count = int(sys.argv[3]), int(sys.argv[4])
print("ready", flush=True)
sys.stdin.readline()
for number in range(first, first + count):
    keep(cassette, number)
    print(number, flush=True)
"""


def writer(path, first, count):
    here = str(Path(__file__).parent)
    process = subprocess.Popen(  # noqa: S603 (our own)
        [sys.executable, "-c", WRITER, here, str(path), str(first), str(count)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline() == "ready\n"
    return process


def go(process):
    process.stdin.write("\n")
    process.stdin.flush()


def test_kernels_that_record_at_once_lose_nothing(path):
    writers = [writer(path, 1000 * number, 150) for number in range(3)]
    for each in writers:
        go(each)
    for each in writers:
        each.communicate()
    cassette = Cassette(path)
    assert len(cassette) == 450
    assert not cassette.damaged
    assert path.read_bytes().count(b"\n") == 450


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="signals are POSIX's")
@pytest.mark.filterwarnings("ignore:.*damaged lines")
@pytest.mark.parametrize("times", [3, pytest.param(20, marks=pytest.mark.long)])
def test_a_kernel_that_is_killed_while_it_records_loses_at_most_the_last_line(path, times):
    first = 0
    for _ in range(times):
        process = writer(path, first, 100_000)
        go(process)
        for _ in range(15):
            last = int(process.stdout.readline())
        process.send_signal(signal.SIGKILL)
        process.communicate()
        cassette = Cassette(path)
        assert [found(cassette, number) for number in range(first, last + 1)] == [
            *range(first, last + 1)
        ]
        first += 1000
    assert len(cassette.damaged) <= times


def test_another_file_put_in_its_place_is_the_one_that_is_written(path, tmp_path):
    cassette = Cassette(path)
    keep(cassette, 1)
    other = tmp_path / "other.jsonl"
    keep(Cassette(other), 2)
    other.replace(path)  # as tidy does, and git
    keep(cassette, 3)
    assert [found(Cassette(path), number) for number in (1, 2, 3)] == [None, 2, 3]


# ---- what was recorded by earlier versions


def test_a_recording_of_long_ago_is_still_played(path):
    key = "d426b77bc95fc463b2d0448f7d8304ae"
    request = {
        "path": "/v1/messages",
        "anthropic-version": "",
        "anthropic-beta": "",
        "body": json.loads(exchange(5).request.content) | {"stream": True},
    }
    old = {"key": key, "request": request, "status": 200, "headers": {"request-id": "5"}}
    path.write_text(json.dumps({**old, "body": "{}"}), encoding="utf-8")
    cassette = Cassette(path, "replay")
    for _ in range(3):  # which of the equal requests it was, was not told
        played = cassette.ask(exchange(5).request).played()
        assert played.headers["request-id"] == "5"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes with a name")
@pytest.mark.parametrize("mode", ["auto", "replay", "record"])
def test_what_has_no_end_is_no_cassette(tmp_path, mode):
    os.mkfifo(tmp_path / "pipe.jsonl")
    for path in (tmp_path / "pipe.jsonl", tmp_path, Path(os.devnull)):
        with pytest.raises(CassetteError, match="is no file that recordings could be in"):
            len(Cassette(path, mode))


def test_a_warning_of_damaged_lines_shows_no_line_of_this_package(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text('{"key": ')
    with pytest.warns(UserWarning, match="line 1: it is unfinished") as told:
        Cassette(path)
    (warned,) = told
    shown = warnings.formatwarning(
        warned.message, warned.category, warned.filename, warned.lineno, warned.line
    )
    assert shown.startswith("<claude_nb>:1: UserWarning: ")
    assert len(shown.splitlines()) == 1
