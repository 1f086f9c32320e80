"""What we write can be read by its owner only, and no secret stands where other users can look."""

from __future__ import annotations

import ast
import os
import subprocess
from pathlib import Path

import pytest

import claude_nb
from claude_nb import Anthropic, emulator
from claude_nb.cassette import Cassette
from claude_nb.cli import demo
from claude_nb.notebook.panel.panel import Panel
from claude_nb.notebook.panel.uploads import Uploads
from claude_nb.private import open_private

pytestmark = pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX's")
PACKAGE = Path(claude_nb.__file__).parent


@pytest.fixture(params=[0o000, 0o022, 0o002], ids=oct)
def umask(request):
    """Write as somebody whose new files others may read."""
    old = os.umask(request.param)
    yield
    os.umask(old)


def mode(path):
    return Path(path).stat().st_mode & 0o777


def record(path):
    with (
        emulator.serve(tokens_per_second=0) as server,
        Anthropic(api_key="k", base_url=server.url) as client,
    ):
        taped = Cassette(path).through(client)
        taped.messages.create(
            model="claude-sonnet-4-6", max_tokens=9, messages=[{"role": "user", "content": "Hi"}]
        )


WRITERS = {
    "cassette": record,
    "chat.json": lambda path: Panel().save(path),
    "chat.md": lambda path: Panel().save(path),
}


@pytest.mark.parametrize("name", WRITERS)
def test_new_files_are_their_owners_alone(umask, tmp_path, name):
    path = tmp_path / name
    WRITERS[name](path)
    assert path.stat().st_size > 0
    assert mode(path) == 0o600


@pytest.mark.parametrize("name", WRITERS)
@pytest.mark.parametrize("chosen", [0o644, 0o660, 0o600])
def test_files_that_exist_keep_the_mode_that_somebody_chose(tmp_path, name, chosen):
    path = tmp_path / name
    path.touch()
    path.chmod(chosen)
    WRITERS[name](path)
    assert mode(path) == chosen


def test_uploads_are_their_owners_alone(umask):
    uploads = Uploads()
    path = Path(uploads.take("a.txt", "aGVs", first=True))
    assert uploads.take("a.txt", "bG8=", first=False) == str(path)
    assert (mode(path), mode(path.parent)) == (0o600, 0o700)
    uploads.close()


def test_a_file_is_private_from_its_first_moment(umask, tmp_path, monkeypatch):
    seen = []
    real = os.open

    def spy(path, flags, given=0o777, **more):
        seen.append((Path(path).name, given))
        return real(path, flags, given, **more)

    monkeypatch.setattr(os, "open", spy)
    monkeypatch.setattr(os, "chmod", None)  # nobody comes after and says so
    with open_private(tmp_path / "x", "wb") as file:
        file.write(b"1")
    with open_private(tmp_path / "x", "ab", buffering=0) as file:
        file.write(b"2")
    assert seen == [("x", 0o600)] * 2
    assert (tmp_path / "x").read_bytes() == b"12"


WRITES_ELSEWHERE = {
    "cassette.tidy": "a file in the place of one that is there, with its mode",
    "cli.demo": "the log of a server, in a directory of its owner's alone",
}


CALLS = {"open", "touch", "write_bytes", "write_text"}


def writes(node):
    """Whether a call makes a file in a way that leaves its mode to the umask."""
    if not isinstance(node, ast.Call):
        return False
    name = getattr(node.func, "attr", getattr(node.func, "id", ""))
    if name in CALLS - {"open"}:
        return True
    modes = [arg.value for arg in node.args if isinstance(arg, ast.Constant)]
    return name == "open" and any(isinstance(m, str) and m[:1] in "wax" for m in modes if m)


def test_nothing_else_of_ours_writes_files():
    texts = {path: path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py")}
    found = {
        ".".join(path.relative_to(PACKAGE).with_suffix("").parts)
        for path, text in texts.items()
        if any(f"{word}(" in text for word in CALLS)
        if any(map(writes, ast.walk(ast.parse(text))))
    }
    assert found == set(WRITES_ELSEWHERE)


def test_the_token_of_a_demo_is_on_no_command_line(tmp_path, monkeypatch):
    started = {}

    class Process:
        pid = 1

        def __init__(self, command, **options):
            started.update(options, command=command)

    monkeypatch.setattr(subprocess, "Popen", Process)
    monkeypatch.setattr(demo, "_address", lambda *_: "http://127.0.0.1:1/")
    server = demo.start(tmp_path, "jupyterlab", {}, {"HOME": "/"})
    assert len(server.token) == 32
    assert server.token not in " ".join(map(str, started["command"]))
    assert started["env"]["JUPYTER_TOKEN"] == server.token
