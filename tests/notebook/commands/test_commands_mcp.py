"""MCP servers by name: ``%config`` has their addresses, and their tokens, which nothing shows."""

from __future__ import annotations

import json
import logging

import pytest
from commands_rig import start_shell, stop_shell
from IPython.utils.capture import capture_output
from traitlets.config import Config

from claude_nb import emulator
from claude_nb import map as ask_rows
from claude_nb.api.secret import Secret, scrub
from claude_nb.ask.errors import InputError
from claude_nb.notebook.panel import Panel, commands, screen

TOKEN = "config-canary-0123456789"
URL = "https://mcp.example.com/mcp"


@pytest.fixture
def asked(monkeypatch):
    seen = []

    def answer(request):
        seen.append(dict(request))
        return f"I was given {TOKEN}."

    with emulator.serve(tokens_per_second=0, answer=answer) as server:
        monkeypatch.setenv("ANTHROPIC_BASE_URL", server.url)
        monkeypatch.setenv("ANTHROPIC_API_KEY", "canary-key-0123456789")
        monkeypatch.setenv("CLAUDE_NB_DISPLAY", "final")
        yield seen


@pytest.fixture
def claude(tmp_path):
    running = start_shell(tmp_path)
    running.shell.user_ns["token"] = TOKEN
    yield running
    stop_shell(running)


def config(claude, text):
    with capture_output() as said:
        claude.shell.run_line_magic("config", f"ClaudeMagics{text}")
    return said.stdout + said.stderr + repr(said.outputs)


def named(claude):
    config(claude, f'.mcp_servers = {{"docs": "{URL}"}}')
    config(claude, '.mcp_tokens = {"docs": token}')


def test_a_server_is_asked_by_its_name_with_its_token(claude, asked):
    named(claude)
    claude.shell.run_cell_magic("claude", "--mcp docs", "Ask it.")
    (server,) = asked[-1]["mcp_servers"]
    assert server == {"type": "url", "url": URL, "name": "docs", "authorization_token": TOKEN}
    claude.shell.run_cell_magic("claude", f"--mcp docs,lib={URL}", "Ask both.")
    assert [s.get("authorization_token") for s in asked[-1]["mcp_servers"]] == [TOKEN, None]


def test_a_default_names_a_server_too(claude, asked):
    named(claude)
    config(claude, '.mcp = "docs"')
    claude.shell.run_line_magic("claude", "Ask it.")
    assert asked[-1]["mcp_servers"][0]["authorization_token"] == TOKEN
    assert "mcp.example.com" in claude.text("show")


def test_rows_are_asked_with_it_and_batches_say_that_they_cannot(claude, asked):
    named(claude)
    claude.session.settings.mcp = "docs"
    ask_rows("About {{text}}?", ["a", "b"], store=":memory:")
    assert [each["mcp_servers"][0]["authorization_token"] for each in asked] == [TOKEN, TOKEN]
    with pytest.raises(InputError, match="batch"):
        ask_rows("About {{text}}?", ["a", "b"], store=":memory:", via="batch")


def test_nothing_shows_or_keeps_the_token(claude, asked, caplog, tmp_path, capsys):
    caplog.set_level(logging.DEBUG)
    shown = config(claude, f'.mcp_servers = {{"docs": "{URL}"}}')
    shown += config(claude, '.mcp_tokens = {"docs": token}')
    shown += config(claude, ".mcp_tokens") + config(claude, "")
    del claude.shell.user_ns["token"]
    recording = tmp_path / "a.answers.jsonl"
    claude.outputs(f"record {recording}")
    with pytest.warns(UserWarning, match="not recorded"):  # the answer repeats the token
        claude.shell.run_cell_magic("claude", "--mcp docs", "Ask it.")
    claude.shell.run_cell_magic("claude", "--mcp docs --dry-run", "Ask it.")
    for line in ("show", "usage", "chats", "set"):
        shown += json.dumps(claude.page(line))
    shown += repr(claude.magics.config) + repr(claude.magics.trait_values()) + caplog.text
    shown += repr(vars(claude.session)) + "".join(capsys.readouterr())
    shown += "".join(p.read_text(errors="ignore") for p in tmp_path.rglob("*") if p.is_file())
    assert "Secret(" in shown
    assert TOKEN not in shown
    assert scrub(f"it is {TOKEN}") == "it is [key]"


def test_a_token_in_the_cell_itself_is_refused_and_not_repeated(claude, caplog):
    line = f'ClaudeMagics.mcp_tokens = {{"docs": "{TOKEN}"}}'
    claude.shell.user_ns["_ih"] = ["", f"get_ipython().run_line_magic('config', '{line}')"]
    claude.shell.run_line_magic("config", line)  # which logs what is wrong
    assert "stands in this cell" in caplog.text
    assert "CLAUDE_NB_MCP_TOKEN_DOCS" in caplog.text
    assert TOKEN not in caplog.text
    assert claude.magics.mcp_tokens == {}
    assert TOKEN not in repr(claude.magics.config)


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("mcp_tokens", {"docs": 7}, "no text, or empty"),
        ("mcp_tokens", {"docs": " "}, "no text, or empty"),
        ("mcp_servers", {"docs": "http://mcp.example.com"}, "https://"),
        ("mcp_servers", {"my docs": URL}, "letters"),
        ("mcp_servers", {"docs": f"{URL}?key=hunter2"}, "not sent"),
    ],
)
def test_what_cannot_be_used_is_said_and_changes_nothing(claude, name, value, why):
    with pytest.raises(InputError, match=why) as refused:
        claude.magics.update_config(Config({"ClaudeMagics": {name: value}}))
    assert "hunter2" not in str(refused.value)
    with pytest.raises(InputError, match=why):
        setattr(claude.magics, name, value)
    assert getattr(claude.magics, name) == {}


def test_a_configuration_file_can_say_it_too(claude):
    claude.magics.update_config(Config({"ClaudeMagics": {"mcp_tokens": {"docs": TOKEN}}}))
    assert claude.magics.mcp_tokens == {"docs": Secret(TOKEN)}


def test_a_panel_offers_names_that_come_later(claude, monkeypatch):
    monkeypatch.setenv("CLAUDE_NB_DISPLAY", "live")
    panel = claude.session.panels["cell"] = Panel()
    panel._screen = page = screen.Screen(panel)
    panel.refresh()
    assert page.widget.controls["servers"] == []
    config(claude, f'.mcp_servers = {{"docs": "{URL}"}}')
    assert page.widget.controls["servers"] == ["docs"]
    commands.run(panel, page, {"do": "paste", "text": "%%claude --mcp dogs\nHi"})
    assert panel.mcp is None
    panel.read_cell("%%claude --mcp docs\nHi")
    assert panel.mcp == "docs"
