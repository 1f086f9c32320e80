"""No form of a secret passes: not what ``fix`` sends, not what is shown, recorded or logged."""

from __future__ import annotations

import json
import logging
import traceback
import warnings

import pytest
from commands_rig import start_shell, stop_shell
from IPython.utils.capture import capture_output
from secret_forms import KEYS, OPAQUE, forms, frame
from traitlets.config import Config

from claude_nb import Anthropic, emulator
from claude_nb import map as ask_rows
from claude_nb.api.secret import Secret, scrub
from claude_nb.ask.errors import InputError
from claude_nb.cassette import Cassette
from claude_nb.notebook.commands.fix.report import report
from claude_nb.notebook.panel import Panel, commands, screen
from claude_nb.notebook.session import CellFailure

TEXTS = [*(form.replace("§", OPAQUE) for form in forms()), frame(OPAQUE), *KEYS.values()]
SECRETS = [OPAQUE, *(key for key in KEYS.values() if OPAQUE not in key)]
ALL = "\n\n".join(TEXTS)
PEM = "\n".join(["-----BEGIN PRIVATE KEY-----", *["MIIEvQIBADANBgkqhkiG9w0BAQEFAASC"] * 200])


@pytest.fixture
def claude(tmp_path, monkeypatch):
    monkeypatch.setenv("CLAUDE_NB_BACKEND", "emulator")
    monkeypatch.setenv("CLAUDE_NB_EMULATOR_SPEED", "0")
    monkeypatch.setenv("CLAUDE_NB_DISPLAY", "final")
    running = start_shell(tmp_path)
    yield running
    stop_shell(running)


def passed(text):
    """Return what of the secrets can be read in a text."""
    return [secret for secret in SECRETS if secret in text]


def failure(error, source=""):
    try:
        raise error
    except type(error) as caught:
        return CellFailure(caught, source)


def test_fix_sends_no_form(claude):
    for text in TEXTS:
        told = report(failure(ValueError(text), f"x = 1\n{text}\n1 / 0"), claude.shell)
        assert passed(told) == [], text
        assert "1 / 0" in told


def test_what_is_cut_was_hidden_first(claude):
    for where in range(0, 9_600, 400):
        before, behind = "# filled\n" * (where // 9), "# more\n" * 1200
        source = f"x = 1\n{before}key = '''\n{PEM}\n'''\n{behind}"
        told = report(failure(ValueError(f"{'.' * 400} {PEM}"), source), claude.shell)
        assert "MIIEvQ" not in told, where
        assert "ASC" not in told, where


def test_a_huge_cell_is_looked_at_where_it_is_shown(claude):
    line = f"password = '{OPAQUE}'\n"
    told = report(failure(ValueError(line * 40_000), line * 100_000), claude.shell)
    assert passed(told) == []
    assert len(told) < 20_000


def test_show_and_chats_and_usage_show_no_form(claude):
    claude.shell.run_cell_magic("claude", "-c forms", ALL.replace("{{", "{ {"))
    for text in ("show forms", "chats", "usage", "traceback"):
        page = claude.page(text)
        assert passed(page["text/plain"]) == []
        assert passed(page["text/html"]) == []
    assert "token = '[key]'" in claude.text("show forms")


def test_dry_run_shows_no_form(claude, capsys):
    claude.outputs("default max_tokens=500")
    claude.shell.run_cell_magic("claude", "-c forms --dry-run", ALL.replace("{{", "{ {"))
    published = [output["data"] for output in claude.shell.display_pub.outputs]
    said = json.dumps(published, ensure_ascii=False) + capsys.readouterr().out
    assert "[key]" in said
    assert passed(said) == []


def test_traceback_shows_no_form(claude):
    for text in TEXTS:
        claude.session.last_error = failure(ValueError(text)).error
        page = claude.page("traceback")
        assert passed(page["text/plain"]) == []
        assert "Traceback" in page["text/plain"]
    claude.session.last_error = failure(ValueError(PEM + "." * 19_000)).error
    assert "MIIEvQ" not in claude.text("traceback")


@pytest.mark.slow
def test_logs_keep_no_form(caplog, library_loggers):
    caplog.set_level(logging.DEBUG)
    for logger in library_loggers:
        for text in TEXTS:
            logger.debug("reply %r", text)
            logger.debug("%s", text)
    assert "[key]" in caplog.text
    assert passed(caplog.text) == []


@pytest.fixture
def library_loggers():
    client = Anthropic(api_key="k", base_url="http://127.0.0.1:1")
    client._connector.client()
    client.close()
    names = ("claude_nb", "httpx", "httpcore.http11", "httpcore.connection", "httpcore.proxy")
    return [logging.getLogger(name) for name in names]


@pytest.mark.slow
@pytest.mark.parametrize("streams", [True, False])
@pytest.mark.parametrize("asked", [True, False])
def test_cassettes_keep_no_form(tmp_path, streams, asked):
    said = {"text": ""}
    with emulator.serve(tokens_per_second=0, answer=lambda _: said["text"]) as server:
        path = tmp_path / "answers.jsonl"
        client = Cassette(path).through(Anthropic(api_key="k", base_url=server.url))
        for number, text in enumerate(TEXTS):
            said["text"] = f"{number} fine" if asked else f"{number}:\n\n{text}\n"
            prompt = f"{number}:\n\n{text}\n" if asked else f"Number {number}?"
            with warnings.catch_warnings(record=True) as told:
                warnings.simplefilter("always")
                ask(client, prompt, streams=streams)
            assert "was not recorded" in str(told[0].message), text
        said["text"] = "nothing"
        ask(client, "and this is kept", streams=streams)
    assert passed(path.read_text(encoding="utf-8")) == []
    assert len(Cassette(path)) == 1


def ask(client, prompt, *, streams):
    asked = {
        "model": "claude-sonnet-4-6",
        "max_tokens": 500,
        "messages": [{"role": "user", "content": prompt}],
    }
    if not streams:
        client.messages.create(**asked)
        return
    with client.messages.stream(**asked) as stream:
        stream.until_done()


def test_a_damaged_key_in_a_cell_is_one_sentence(claude, monkeypatch):
    monkeypatch.setenv("CLAUDE_NB_BACKEND", "api")
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk\u2014ant-canary-0123456789")
    monkeypatch.setenv("ANTHROPIC_BASE_URL", "http://127.0.0.1:1")
    claude.shell.run_cell("%claude hello there")
    error = claude.session.last_error
    text = "".join(traceback.format_exception(error))
    assert "ANTHROPIC_API_KEY cannot be used: character 3 is em dash" in text
    assert "canary" not in text
    assert "network" not in text


# ---- tokens of MCP servers: `%config` has them, and nothing shows them

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
def shelled(tmp_path):
    running = start_shell(tmp_path)
    running.shell.user_ns["token"] = TOKEN
    yield running
    stop_shell(running)


def config(shelled, text):
    with capture_output() as said:
        shelled.shell.run_line_magic("config", f"ClaudeMagics{text}")
    return said.stdout + said.stderr + repr(said.outputs)


def named(shelled):
    config(shelled, f'.mcp_servers = {{"docs": "{URL}"}}')
    config(shelled, '.mcp_tokens = {"docs": token}')


def test_a_server_is_asked_by_its_name_with_its_token(shelled, asked):
    named(shelled)
    shelled.shell.run_cell_magic("claude", "--mcp docs", "Ask it.")
    (server,) = asked[-1]["mcp_servers"]
    assert server == {"type": "url", "url": URL, "name": "docs", "authorization_token": TOKEN}
    shelled.shell.run_cell_magic("claude", f"--mcp docs,lib={URL}", "Ask both.")
    assert [s.get("authorization_token") for s in asked[-1]["mcp_servers"]] == [TOKEN, None]


def test_a_default_names_a_server_too(shelled, asked):
    named(shelled)
    config(shelled, '.mcp = "docs"')
    shelled.shell.run_line_magic("claude", "Ask it.")
    assert asked[-1]["mcp_servers"][0]["authorization_token"] == TOKEN
    assert "mcp.example.com" in shelled.text("show")


def test_rows_are_asked_with_it_and_batches_say_that_they_cannot(shelled, asked):
    named(shelled)
    shelled.session.settings.mcp = "docs"
    ask_rows("About {{text}}?", ["a", "b"], store=":memory:")
    assert [each["mcp_servers"][0]["authorization_token"] for each in asked] == [TOKEN, TOKEN]
    with pytest.raises(InputError, match="batch"):
        ask_rows("About {{text}}?", ["a", "b"], store=":memory:", via="batch")


def test_nothing_shows_or_keeps_the_token(shelled, asked, caplog, tmp_path, capsys):
    caplog.set_level(logging.DEBUG)
    shown = config(shelled, f'.mcp_servers = {{"docs": "{URL}"}}')
    shown += config(shelled, '.mcp_tokens = {"docs": token}')
    shown += config(shelled, ".mcp_tokens") + config(shelled, "")
    del shelled.shell.user_ns["token"]
    recording = tmp_path / "a.answers.jsonl"
    shelled.outputs(f"record {recording}")
    with pytest.warns(UserWarning, match="not recorded"):  # the answer repeats the token
        shelled.shell.run_cell_magic("claude", "--mcp docs", "Ask it.")
    shelled.shell.run_cell_magic("claude", "--mcp docs --dry-run", "Ask it.")
    for line in ("show", "usage", "chats", "set"):
        shown += json.dumps(shelled.page(line))
    shown += repr(shelled.magics.config) + repr(shelled.magics.trait_values()) + caplog.text
    shown += repr(vars(shelled.session)) + "".join(capsys.readouterr())
    shown += "".join(p.read_text(errors="ignore") for p in tmp_path.rglob("*") if p.is_file())
    assert "Secret(" in shown
    assert TOKEN not in shown
    assert scrub(f"it is {TOKEN}") == "it is [key]"


def test_a_token_in_the_cell_itself_is_refused_and_not_repeated(shelled, caplog):
    line = f'ClaudeMagics.mcp_tokens = {{"docs": "{TOKEN}"}}'
    shelled.shell.user_ns["_ih"] = ["", f"get_ipython().run_line_magic('config', '{line}')"]
    shelled.shell.run_line_magic("config", line)  # which logs what is wrong
    assert "stands in this cell" in caplog.text
    assert "CLAUDE_NB_MCP_TOKEN_DOCS" in caplog.text
    assert TOKEN not in caplog.text
    assert shelled.magics.mcp_tokens == {}
    assert TOKEN not in repr(shelled.magics.config)


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
def test_what_cannot_be_used_is_said_and_changes_nothing(shelled, name, value, why):
    with pytest.raises(InputError, match=why) as refused:
        shelled.magics.update_config(Config({"ClaudeMagics": {name: value}}))
    assert "hunter2" not in str(refused.value)
    with pytest.raises(InputError, match=why):
        setattr(shelled.magics, name, value)
    assert getattr(shelled.magics, name) == {}


def test_a_configuration_file_can_say_it_too(shelled):
    shelled.magics.update_config(Config({"ClaudeMagics": {"mcp_tokens": {"docs": TOKEN}}}))
    assert shelled.magics.mcp_tokens == {"docs": Secret(TOKEN)}


def test_a_panel_offers_names_that_come_later(shelled, monkeypatch):
    monkeypatch.setenv("CLAUDE_NB_DISPLAY", "live")
    panel = shelled.session.panels["cell"] = Panel()
    panel._screen = page = screen.Screen(panel)
    panel.refresh()
    assert page.widget.controls["servers"] == []
    config(shelled, f'.mcp_servers = {{"docs": "{URL}"}}')
    assert page.widget.controls["servers"] == ["docs"]
    commands.run(panel, page, {"do": "paste", "text": "%%claude --mcp dogs\nHi"})
    assert panel.mcp is None
    panel.read_cell("%%claude --mcp docs\nHi")
    assert panel.mcp == "docs"
