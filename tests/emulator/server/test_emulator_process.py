"""The emulator as a process has it: shared, forked, and as a command."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import httpx
import pytest
from emulator_requests import HEADERS, ask

import claude_nb.emulator
from claude_nb.emulator.server.command import main

FOREVER = {"x-emulator-fault": "stall after=4"}


def test_shared_is_one_a_process():
    server = claude_nb.emulator.shared(tokens_per_second=0)
    assert claude_nb.emulator.shared() is server
    own = {**HEADERS, "x-api-key": server.api_key}
    assert httpx.post(f"{server.url}/v1/messages", json=ask(), headers=own).status_code == 200


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_a_forked_child_gets_its_own():
    program = (
        "import os, claude_nb.emulator as e, httpx\n"
        "a = e.shared().url\n"
        "if os.fork() == 0:\n"
        "    b = e.shared().url\n"
        "    code = httpx.get(b + '/v1/models').status_code\n"
        "    e.shared().close(); os._exit(0 if a != b and code == 401 else 1)\n"
        "assert os.wait()[1] == 0\n"
        "assert httpx.get(a + '/v1/models').status_code == 401\n"
    )
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-W", "ignore", "-c", program],
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")


def listen_to_ctrl_c():
    """Undo what a shell does to a job in the background, where this test may run as well."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_the_command_serves_logs_and_ends_quietly():
    command = [sys.executable, "-m", "claude_nb.emulator", "--port", "0", "--speed", "0", "--log"]
    with subprocess.Popen(  # noqa: S603 - ours
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=listen_to_ctrl_c,  # noqa: PLW1509 - no thread of ours holds a lock here
    ) as running:
        url = running.stdout.readline().split(" on ")[1].split()[0]
        reply = httpx.post(f"{url}/v1/messages", json=ask("secret"), headers=HEADERS)
        assert reply.status_code == 200
        line = running.stdout.readline()
        assert f"POST /v1/messages 200 {reply.headers['request-id']}" in line
        assert "secret" not in line
        with httpx.stream(
            "POST", f"{url}/v1/messages", json=ask(stream=True), headers={**HEADERS, **FOREVER}
        ):
            running.send_signal(2)
            assert running.wait(10) == 0
        assert running.stderr.read() == ""


@pytest.mark.parametrize("options", [["--port", "99999"], ["--speed", "-1"], ["--speed", "x"]])
def test_the_command_explains_wrong_options(options, capsys):
    with pytest.raises(SystemExit):
        main(options)
    assert "error: argument" in capsys.readouterr().err


def test_the_command_says_that_a_port_is_taken(server, capsys):
    assert main(["--port", str(server.port)]) == 1
    assert f"port {server.port}: Address already in use" in capsys.readouterr().err
