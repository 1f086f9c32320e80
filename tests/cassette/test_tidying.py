"""`claude-nb cassette`: what a file holds, what is wrong with it, and putting it in order."""

from __future__ import annotations

import json
import os
import stat

import pytest
from cassette_rig import KEY, created, exchange, found, keep, params, said, streamed

from claude_nb.cassette import Cassette
from claude_nb.cli.command import main


@pytest.fixture
def cli(path, capsys):
    """Run the command on the file; return its exit status and what it printed."""

    def run(work):
        status = main(["cassette", work, str(path)])
        out, err = capsys.readouterr()
        return status, out + err

    return run


def test_show_tells_each_recording_in_a_line(cli, connect, path):
    client = connect()
    streamed(client, **params("One?"))
    created(client, **params("Two?", system="Be brief."))
    client.messages.count_tokens(model="claude-sonnet-4-6", messages=params("Three?")["messages"])
    status, text = cli("show")
    first, *lines = text.splitlines()
    assert status == 0
    assert first == f"{path}: 3 recordings"
    kept = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    kinds = ["stream", "message", "count tokens"]
    asked = ["“One?”", "“Two?”", "“Three?”"]
    told = zip((1, 2, 3), kept, kinds, asked, strict=True)
    assert [line.strip() for line in lines] == [
        f"{number}  {line['key'][:8]}  no. 1  {kind}  claude-sonnet-4-6  {question}"
        for number, line, kind, question in told
    ]


def test_check_says_that_all_is_well(cli, path):
    keep(Cassette(path), 1, 2)
    assert cli("check") == (0, "ok   2 recordings, no key, nothing damaged\n")


def test_check_names_what_is_wrong(cli, path):
    keep(Cassette(path), 1, 2)
    text = path.read_text(encoding="utf-8")
    keyed = text.splitlines()[0].replace("Question 1?", f"My key is {KEY}")
    path.write_text(f"{text}torn\n{keyed}\n", encoding="utf-8")
    status, told = cli("check")
    assert status == 1
    assert "FIX  line 3 is no recorded answer and is skipped: it is no JSON" in told
    assert "FIX  line 4 holds what looks like a key" in told
    assert "canary" not in told


def test_tidy_sorts_takes_out_and_is_the_same_again(cli, path):
    cassette = Cassette(path)
    keep(cassette, *range(20))
    for number in range(20):
        assert found(cassette, number) == number
    keep(Cassette(path), *range(5))  # as in another run: these replace
    content = path.read_text(encoding="utf-8")
    keyed = content.splitlines()[7].replace("Question", KEY)
    path.write_text(f"<<<<<<< HEAD\n{content}{keyed}\n", encoding="utf-8")
    status, told = cli("tidy")
    assert status == 0
    assert "out  line 1 is no recorded answer and is skipped: it is the mark of a merge" in told
    assert "out  line 27 holds what looks like a key" in told
    assert "out  5 lines replaced by a later one" in told
    assert "ok   20 recordings, sorted" in told
    tidied = path.read_bytes()
    keys = [json.loads(line)["key"] for line in tidied.splitlines()]
    assert keys == sorted(keys)
    assert b"canary" not in tidied
    assert [found(Cassette(path), number) for number in range(20)] == [*range(20)]
    assert cli("tidy") == (0, "ok   20 recordings, sorted\n")
    assert path.read_bytes() == tidied
    assert list(path.parent.iterdir()) == [path]


def test_equal_questions_stay_in_order(cli, connect):
    client = connect()
    first = [said(client) for _ in range(12)]
    cli("tidy")
    client = connect("replay")
    assert [said(client) for _ in range(12)] == first


def test_what_records_while_it_is_tidied_loses_nothing(cli, path):
    cassette = Cassette(path)
    for number in range(10):
        keep(cassette, number)
        cli("tidy")
    assert [found(cassette, number) for number in range(10)] == [*range(10)]
    assert len(Cassette(path)) == 10


@pytest.mark.skipif(os.name != "posix", reason="modes of files are POSIX's")
@pytest.mark.parametrize("mode", [0o600, 0o644, 0o664])
def test_tidy_leaves_the_mode_and_a_link_as_they_were(cli, path, tmp_path, mode):
    keep(Cassette(path), 2, 1)
    path.chmod(mode)
    real = path.rename(tmp_path / "real.jsonl")
    path.symlink_to(real)
    cli("tidy")
    assert path.is_symlink()
    assert stat.S_IMODE(real.stat().st_mode) == mode


def test_tidy_writes_old_recordings_anew(cli, path):
    body = json.loads(exchange(5).request.content)
    known = {"path": "/v1/messages", "anthropic-version": "", "anthropic-beta": "", "body": body}
    old = {"key": "0" * 32, "request": known, "status": 200, "headers": {}, "body": '{"id": "m"}'}
    path.write_text(json.dumps(old), encoding="utf-8")
    assert cli("tidy")[0] == 0
    new = json.loads(path.read_text(encoding="utf-8"))
    assert new["answer"] == {"id": "m"}
    assert new["key"] != "0" * 32
    assert Cassette(path, "replay").ask(exchange(5).request).played()


@pytest.mark.parametrize("work", ["show", "check", "tidy"])
def test_what_is_no_cassette_is_left_alone(cli, path, work):
    status, told = cli(work)
    assert (status, told) == (2, f"claude-nb cassette {work}: There is no file {path}.\n")
    assert not path.exists()
    path.write_text("a,b\n1,2\n", encoding="utf-8")
    status, told = cli(work)
    assert status == 2
    assert "is no cassette" in told
    assert path.read_text(encoding="utf-8") == "a,b\n1,2\n"


def test_no_sign_of_a_recording_reaches_a_terminal(cli, path):
    keep(Cassette(path), 1)
    text = path.read_text(encoding="utf-8").replace("Question", "\\u001b[2J\\u202e")
    path.write_text(text, encoding="utf-8")
    told = cli("show")[1]
    assert "\x1b" not in told
    assert "\u202e" not in told
