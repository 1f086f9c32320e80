"""The command ``claude-nb``, run as a person runs it."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys

import httpx
import nbformat
import pytest
from nbformat import v4

from claude_nb import __version__
from claude_nb.cli import demo
from claude_nb.cli.command import main
from claude_nb.emulator import serve
from claude_nb.notebook import checks


def start(*arguments, **env):
    """Start the command in a process of its own."""
    return subprocess.Popen(  # noqa: S603 - our own command
        [sys.executable, "-m", "claude_nb", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | env,
        preexec_fn=listen_to_ctrl_c,  # noqa: PLW1509 - no thread of ours holds a lock here
    )


def listen_to_ctrl_c():
    """Undo what a shell does to a job in the background, where these tests may run as well."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def lines_until(process, pattern):
    """Read the command's output up to the line that matches, and return the match."""
    for line in process.stdout:
        if found := re.search(pattern, line):
            return found
    raise AssertionError(process.stderr.read())


def free_port():
    """Return a port of this test's own: at a fixed one, another worker's server would answer."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


def write(path, *cells):
    nbformat.write(v4.new_notebook(cells=[v4.new_code_cell(text) for text in cells]), path)
    return path


def test_version_is_printed(capsys):
    assert main(["version"]) == 0
    assert capsys.readouterr().out == f"claude_nb {__version__}\n"


@pytest.mark.parametrize("arguments", [[], ["deom"], ["demo", "--port", "99999"]])
def test_a_mistyped_command_says_what_is_allowed(capsys, arguments):
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    assert stop.value.code == 2
    said = capsys.readouterr().err
    assert "usage: claude-nb" in said
    assert "demo" in said


def test_a_missing_notebook_is_one_clear_line(capsys, tmp_path):
    assert main(["demo", "--notebook", str(tmp_path / "none.ipynb")]) == 2
    assert capsys.readouterr().err == (
        f"claude-nb demo: there is no notebook {tmp_path / 'none.ipynb'}\n"
    )


def test_a_missing_package_is_named_with_what_to_install(capsys, monkeypatch):
    monkeypatch.setattr("claude_nb.cli.demo.find_spec", lambda _: None)
    assert main(["demo"]) == 2
    assert 'pip install "claude-nb[lab]"' in capsys.readouterr().err


def test_the_emulator_is_served_until_it_is_ended():
    with start("emulator", "--port", "0") as process:
        url = lines_until(process, r"http://127\.0\.0\.1:\d+")[0]
        reply = httpx.post(f"{url}/v1/messages", json={})
        assert reply.status_code in {400, 401}
        assert "x-claude-emulator" in reply.headers
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0


@pytest.mark.kernel
def test_headless_prints_cells_and_what_they_say_in_order(capsys, tmp_path):
    path = write(
        tmp_path / "two.ipynb",
        "print('first')\n6 * 7",
        "import os; os.environ['CLAUDE_NB_BACKEND']",
    )
    assert main(["demo", "--headless", "--notebook", str(path)]) == 0
    said = capsys.readouterr().out
    wanted = ["> print('first')", "> 6 * 7", "\nfirst\n", "42\n", "'emulator'", "ran 2 cells"]
    places = [said.index(text) for text in wanted]
    assert places == sorted(places)


@pytest.mark.kernel
def test_headless_fails_where_a_cell_fails(capsys, tmp_path):
    path = write(tmp_path / "fails.ipynb", "1 / 0", "print('never')")
    assert main(["demo", "--headless", "--notebook", str(path)]) == 1
    said = capsys.readouterr().out
    assert "ZeroDivisionError" in said
    assert "stopped at a cell that failed" in said
    assert "\nnever" not in said


@pytest.mark.kernel
@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_demo_prints_an_address_that_opens_the_notebook_and_leaves_nothing(tmp_path, end):
    path = write(tmp_path / "here.ipynb", "1")
    home = tmp_path / "home"
    home.mkdir()
    arguments = ("demo", "--port", str(free_port()), "--notebook", str(path))
    with start(*arguments, HOME=str(home)) as process:
        url = lines_until(process, r"http://127\.0\.0\.1:\d+/lab/tree/here\.ipynb\?token=\w+")[0]
        page = httpx.get(url, follow_redirects=True)
        assert page.status_code == 200
        assert httpx.get(url.split("?")[0]).status_code in {302, 403}
        process.send_signal(end)
        assert process.wait(30) == 0
    with pytest.raises(httpx.ConnectError):
        httpx.get(url)
    left = [str(p.relative_to(home)) for p in home.rglob("*") if p.is_file()]
    assert not [name for name in left if "jupyter" in name or "ipython" in name], left


SERVER = """
import http.server, json, os, pathlib
server = http.server.HTTPServer(("127.0.0.1", 0), None)
pathlib.Path(".some-extension.db").touch()
notice = pathlib.Path(os.environ["JUPYTER_RUNTIME_DIR"], f"jpserver-{os.getpid()}.json")
notice.parent.mkdir()
notice.write_text(json.dumps({"port": server.server_port, "url": "http://127.0.0.1/"}))
server.serve_forever()
"""


def test_what_a_servers_extensions_keep_where_it_was_started_goes_with_its_home(
    tmp_path, monkeypatch
):
    here, home = tmp_path / "here", tmp_path / "home"
    here.mkdir(), home.mkdir()
    (home / "some_server.py").write_text(SERVER)
    monkeypatch.chdir(here)
    env = demo.own_directories(home) | {"PYTHONPATH": str(home)}
    demo.start(home, "some_server", {}, env).close()
    assert (home / ".some-extension.db").exists()
    assert list(here.iterdir()) == []


def examine(**env):
    """Run the doctor; return its exit status and what it said."""
    with start("doctor", **env) as process:
        said, _ = process.communicate(timeout=60)
    return process.returncode, said


@pytest.mark.slow
def test_doctor_finds_nothing_wrong_where_all_is_well():
    status, said = examine(CLAUDE_NB_BACKEND="emulator")
    assert status == 0
    assert "FIX" not in said
    assert "from the emulator" in said
    assert "pieces of text" in said


def test_doctor_names_the_source_of_a_key_and_never_the_key():
    with serve(tokens_per_second=0) as emulator:
        _, said = examine(ANTHROPIC_API_KEY="sk-ant-canary", ANTHROPIC_BASE_URL=emulator.url)
    assert "from ANTHROPIC_API_KEY" in said
    assert "canary" not in said


@pytest.mark.slow
def test_doctor_says_what_to_do_about_a_server_that_is_not_there():
    status, said = examine(
        ANTHROPIC_API_KEY="sk-ant-canary", ANTHROPIC_BASE_URL="http://127.0.0.1:1"
    )
    assert status == 1
    assert "FIX  server http://127.0.0.1:1" in said
    assert "Check the network and ANTHROPIC_BASE_URL" in said


def test_doctor_notices_an_answer_that_came_in_one_piece():
    assert not checks._streaming(0.0, [3.0 + i / 1000 for i in range(50)]).fine
    assert checks._streaming(0.0, [0.5 + i / 20 for i in range(50)]).fine
