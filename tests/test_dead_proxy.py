"""With a company's proxy in the environment, and dead, all that stays on this machine works."""

from __future__ import annotations

import os
import subprocess
import sys

import nbformat
import pytest
from nbformat import v4

from claude_nb.cli.command import main

pytestmark = pytest.mark.slow  # an interpreter for each test

DEAD = "http://127.0.0.1:1"
PROXIES = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy"), DEAD)


@pytest.fixture(autouse=True)
def _behind_it(monkeypatch):
    for name, value in PROXIES.items():
        monkeypatch.setenv(name, value)
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)


def run(*arguments, cwd, **env):
    done = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-m", *arguments],
        capture_output=True,
        text=True,
        cwd=cwd,
        env=os.environ | env,
        timeout=120,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def test_the_doctor_finds_nothing_wrong(tmp_path):
    status, said = run("claude_nb", "doctor", cwd=tmp_path, CLAUDE_NB_BACKEND="emulator")
    assert status == 0, said
    assert "from the emulator" in said
    assert DEAD.removeprefix("http://") not in said  # nothing goes there


def test_the_doctor_names_the_proxy_that_stands_between(tmp_path):
    env = {"ANTHROPIC_API_KEY": "sk-ant-canary", "ANTHROPIC_BASE_URL": "https://a.invalid"}
    status, said = run("claude_nb", "doctor", cwd=tmp_path, **env)
    assert status == 1
    assert "127.0.0.1:1, from HTTPS_PROXY" in said
    assert "Correct HTTPS_PROXY, or take it away" in said


TESTED = """
def test_it(claude_nb_emulator):
    from claude_nb import Anthropic
    client = Anthropic(api_key="x", base_url=claude_nb_emulator.url)
    ask = [{"role": "user", "content": "What is 2+3?"}]
    said = client.messages.create(model="claude-sonnet-4-6", max_tokens=99, messages=ask)
    assert "5" in said.content[0].text
"""


def test_the_fixture_for_other_projects_works(tmp_path):
    (tmp_path / "test_it.py").write_text(TESTED)
    status, said = run("pytest", "-q", "-p", "no:cacheprovider", "test_it.py", cwd=tmp_path)
    assert status == 0, said


@pytest.mark.kernel
def test_the_demo_without_a_screen_runs(capsys, tmp_path):
    path = tmp_path / "asks.ipynb"
    cells = ["%load_ext claude_nb", "%%claude\nWhat is 2+3?"]
    nbformat.write(v4.new_notebook(cells=[v4.new_code_cell(text) for text in cells]), path)
    assert main(["demo", "--headless", "--notebook", str(path)]) == 0
    assert "2 + 3 = 5" in capsys.readouterr().out
