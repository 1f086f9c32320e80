"""No route from a cell goes past a lock, and each says in one sentence who could."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from commands_rig import start_shell, stop_shell

import claude_nb
from claude_nb import emulator
from claude_nb.ask.errors import InputError
from claude_nb.models.locks.locks import LockedError, Locks
from claude_nb.notebook.answer.failure import RunError
from claude_nb.notebook.ledger import accounts
from claude_nb.notebook.panel.controls import controls
from claude_nb.notebook.panel.values import SettingError

LOCKS = """
models = ["claude-haiku-4-5", "claude-sonnet-4-6"]
servers = ["emulator"]
budget = "$2"
tools = false
contact = "Ada"
"""
MODEL = "is locked out here: allowed are claude-haiku-4-5, claude-sonnet-4-6. Only Ada can change"
TOOLS = "Tools are locked here: ask without them. Only Ada can change that, in "
SERVER = "is locked out here: only the emulator may answer. Only Ada can change that, in "
KEY = "sk-ant-api03-of-a-hub-0123456789abcdef"


@pytest.fixture
def claude(locked, tmp_path, monkeypatch):
    """Give a shell in which nearly all is locked."""
    locked(LOCKS)
    monkeypatch.setenv("CLAUDE_NB_EMULATOR_SPEED", "0")
    monkeypatch.setenv("CLAUDE_NB_LEDGER", str(tmp_path / "usage.sqlite3"))
    monkeypatch.chdir(tmp_path)
    started = start_shell(tmp_path)
    yield started
    kept = started.session.backends
    started.session.backends = {key: one for key, one in kept.items() if not key[1]}  # of asyncio
    stop_shell(started)


def cell(claude, line, text="What is 2 + 3?"):
    return claude.shell.run_cell_magic("claude", line, text)


def refused(call, says, kind=InputError):
    with pytest.raises(kind) as caught:
        call()
    assert says in str(caught.value)
    assert len(str(caught.value).splitlines()) <= 2


# What is allowed still is.


def test_what_is_allowed_is_answered(claude):
    assert "5" in cell(claude, "-m claude-haiku-4-5").content[-1].text
    assert "5" in cell(claude, "").content[-1].text


# Models.


@pytest.mark.parametrize("line", ["-m opus", "-m claude-opus-4-6 --dry-run", "--bg -m opus"])
def test_no_flag_of_a_cell_asks_another_model(claude, line):
    refused(lambda: cell(claude, line), MODEL)
    assert claude.session.ledger == []


def test_no_line_does(claude):
    refused(lambda: claude.outputs("-m opus What is 2 + 3?"), MODEL)


@pytest.mark.parametrize("line", ["set model=opus", "set model=opus temperature=0.3"])
def test_no_setting_does(claude, line):
    refused(lambda: claude.outputs(line), MODEL)
    assert claude.magics.model == "claude-sonnet-4-6"


def test_config_does_not(claude, caplog):
    claude.shell.run_line_magic("config", 'ClaudeMagics.model = "opus"')
    assert MODEL in caplog.text  # IPython says errors of %config so
    assert claude.magics.model == "claude-sonnet-4-6"


def test_a_default_that_was_set_in_python_does_not(claude):
    claude.magics.model = "opus"
    with pytest.raises(InputError, match="is locked out here") as caught:
        cell(claude, "")
    assert "To take it back: %claude set model=" in str(caught.value)


def test_fix_asks_no_other(claude):
    claude.magics.model = "opus"
    claude.shell.run_cell("1 / 0")
    with pytest.raises(InputError, match="is locked out here"):
        claude.outputs("fix")


def test_panels_ask_no_other(claude):
    refused(lambda: claude_nb.Panel(model="opus"), MODEL, SettingError)
    panel = claude_nb.Panel()
    refused(lambda: setattr(panel, "model", "opus"), MODEL, SettingError)
    panel.assign(panel.options().changed({"model": "opus"}))
    assert MODEL in panel.base().refused["model"]
    refused(lambda: panel.question("What is 2 + 3?", panel.options()), MODEL)


def test_rows_ask_no_other(claude):
    rows = [{"text": "one"}, {"text": "two"}]
    refused(lambda: claude_nb.map("Translate {{text}}", rows, model="opus"), MODEL)
    claude.shell.user_ns["table"] = rows
    refused(lambda: cell(claude, "-m opus --each table", "Translate {{text}}"), MODEL)


def test_nor_do_clients_of_python(claude):
    asked = {"max_tokens": 9, "messages": [{"role": "user", "content": "Hi"}]}
    client = claude_nb.connect()
    refused(lambda: client.messages.create(model="claude-opus-4-6", **asked), MODEL, LockedError)
    bare = claude_nb.Anthropic(api_key=KEY, base_url=client.base_url)
    refused(lambda: bare.messages.create(model="claude-opus-4-6", **asked), MODEL, LockedError)


# Tools.


@pytest.mark.parametrize(
    "line",
    ["--tools add", "--search", "--fetch", "--run-code", "--memory notes", "--mcp https://e.org/m"],
)
def test_no_flag_of_a_cell_brings_tools(claude, line):
    claude.shell.run_cell("def add(a: int, b: int) -> int:\n    'Add.'\n    return a + b")
    refused(lambda: cell(claude, line), TOOLS)


def test_nor_does_another_parameter(claude):
    tools = """-o 'tools=[{"name": "f", "input_schema": {"type": "object"}}]'"""
    refused(lambda: cell(claude, tools), TOOLS)


def test_nor_does_a_setting(claude, caplog):
    refused(lambda: claude.outputs("set search=3"), TOOLS)
    claude.shell.run_line_magic("config", "ClaudeMagics.run_code = True")
    assert TOOLS in caplog.text
    assert claude.magics.run_code is False


def test_nor_do_panels_and_rows(claude):
    def add(a: int, b: int) -> int:
        """Add."""
        return a + b

    panel = claude_nb.Panel(tools=[add])
    refused(lambda: panel.question("What is 2 + 3?", panel.options()), TOOLS)
    rows = [{"text": "one"}]
    refused(lambda: claude_nb.map("Translate {{text}}", rows, tools=[add]), TOOLS)


# Servers.


def test_with_a_key_the_emulator_answers_all_the_same(claude, monkeypatch):
    monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
    monkeypatch.setenv("ANTHROPIC_BASE_URL", "https://api.anthropic.com")
    assert "emulated" in cell(claude, "").content[-1].text.lower()
    assert claude_nb.connect().base_url.startswith("http://127.0.0.1:")


def test_the_environment_does_not_choose_another(claude, monkeypatch):
    monkeypatch.setenv("CLAUDE_NB_BACKEND", "api")
    refused(lambda: cell(claude, ""), SERVER)


@pytest.mark.parametrize(
    "client",
    [
        lambda: claude_nb.Anthropic(api_key=KEY),
        lambda: claude_nb.gateway("https://gw.example.org", auth_token=KEY),
        lambda: claude_nb.Anthropic(api_key=KEY, base_url="http://127.0.0.1:11434"),
        lambda: SimpleNamespace(messages=SimpleNamespace(create=lambda **_: None)),
    ],
)
def test_use_takes_no_other(claude, client):
    refused(lambda: claude_nb.use(client()), SERVER)
    assert claude.session.using is None


def test_a_server_that_is_not_listed_is_refused_before_anything_is_begun(
    locked, tmp_path, monkeypatch
):
    locked('servers = ["https://gw.example.org"]\n')
    monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
    monkeypatch.chdir(tmp_path)
    started = start_shell(tmp_path)
    said = "https://api.anthropic.com is locked out here: allowed are https://gw.example.org. Only"
    try:
        for call in (
            lambda: cell(started, ""),
            lambda: cell(started, "--dry-run"),
            lambda: claude_nb.map("Translate {{a}}", [{"a": 1}]),
            lambda: claude_nb.map("Translate {{a}}", [{"a": 1}], via="batch"),
            lambda: claude_nb.Panel(prompt="Hi").send(),
            claude_nb.connect,
        ):
            refused(call, said)
        assert not list(tmp_path.glob("*.sqlite3"))
    finally:
        stop_shell(started)


def test_recorded_answers_come_whatever_server_is_locked(locked, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
    with emulator.serve(tokens_per_second=0, answer=lambda _: "Blue.") as server:
        recorded = claude_nb.Anthropic(
            api_key=KEY, base_url=server.url, cassette=tmp_path / "a.answers.jsonl"
        )
        asked = {"model": "claude-sonnet-4-6", "max_tokens": 4096}
        message = {"role": "user", "content": "What is 2 + 3?"}
        with recorded.messages.stream(**asked, messages=[message]) as stream:
            stream.until_done()
    locked('servers = ["https://gw.example.org"]\n')
    started = start_shell(tmp_path)
    try:
        started.outputs("replay a.answers.jsonl")
        assert cell(started, "--no-history").content[0].text == "Blue."
    finally:
        stop_shell(started)


def test_a_client_of_python_asks_no_other(claude):
    asked = {"max_tokens": 9, "messages": [{"role": "user", "content": "Hi"}]}
    client = claude_nb.Anthropic(api_key=KEY)
    refused(lambda: client.messages.create(model="claude-haiku-4-5", **asked), SERVER, LockedError)


# The budget.


@pytest.mark.parametrize("words", ["$50", "$2.01 and 10 tokens"])
def test_the_budget_is_not_raised(claude, words):
    with pytest.raises(InputError) as caught:
        claude.outputs(f"budget {words}")
    assert f"{words} is more than a kernel may spend here, which is $2.00. Only Ada" in str(
        caught.value
    )


def test_a_lower_one_is_set_and_taken_away_and_the_lock_stays_told(claude):
    assert "A kernel may spend $2.00 here. Only Ada" in claude.text("budget $1")
    assert "This notebook has no budget of its own." in (text := claude.text("budget off"))
    assert "A kernel may spend $2.00 here. Only Ada" in text
    assert "A kernel may spend $2.00 here. Only Ada" in claude.text("budget")


# What is told.


def test_lists_of_models_tell_which_are_locked(claude):
    told = claude.text("models opus")
    assert "locked out here" in told
    assert "locked out here" not in claude.text("models claude-haiku-4-5")
    shown = controls(claude.session.models, claude.session.locks)["models"]
    assert {each["id"] for each in shown} == {"claude-haiku-4-5-20251001", "claude-sonnet-4-6"}
    assert claude_nb.Panel().model == "claude-sonnet-4-6"


def test_the_doctor_tells_what_is_locked(claude):
    told = claude.text("doctor")
    assert "a kernel spends at most $2.00" in told
    assert "no tools" in told
    assert "Only Ada can change that" in told


def test_a_file_with_a_mistake_is_told_by_each_cell(locked, tmp_path, monkeypatch):
    path = locked("modles = ['haiku']")
    monkeypatch.chdir(tmp_path)
    started = start_shell(tmp_path)
    try:
        said = f"the locks in {path} cannot be followed: 'modles' is no lock"
        for call in (
            lambda: cell(started, ""),
            claude_nb.connect,
            lambda: claude_nb.map("{{a}}", [{"a": 1}]),
            lambda: claude_nb.Panel(temperature=0.3),
            lambda: started.outputs("set temperature=0.3"),
        ):
            refused(call, said)
    finally:
        stop_shell(started)


def test_the_first_that_is_allowed_is_the_model_of_cells(locked, tmp_path, monkeypatch):
    locked('models = ["claude-opus-*", "claude-haiku-4-5"]\n')
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CLAUDE_NB_EMULATOR_SPEED", "0")
    started = start_shell(tmp_path)
    try:
        assert started.magics.model == "claude-haiku-4-5"
        assert cell(started, "").model == "claude-haiku-4-5-20251001"
        assert "the first that is allowed here" in started.text("set")
        assert claude_nb.Panel().model == "claude-haiku-4-5"
    finally:
        stop_shell(started)


def test_what_is_refused_on_the_way_is_a_card_with_the_sentence(claude, monkeypatch):
    """A question that is made by hand goes past what looks at questions, and not past the door."""
    monkeypatch.setattr(type(claude.session), "locks", property(lambda _: _nothing()))
    with pytest.raises(RunError) as caught:
        cell(claude, "-m opus")
    assert caught.value.failure.what == "That is locked here"
    assert MODEL in caught.value.failure.why


def _nothing():
    from claude_nb.models.locks.locks import NONE  # noqa: PLC0415 (only here)

    return NONE


# What it costs.


def test_what_a_lock_refuses_costs_nothing_and_is_no_call(claude, monkeypatch):
    def no(*_):
        raise LockedError("No.")

    monkeypatch.setattr(Locks, "check", no)
    before = accounts.of(claude.session).store.calls()
    with pytest.raises(RunError, match="No"):
        cell(claude, "")
    assert claude.session.ledger[-1].refused
    assert "not known" not in claude.text("usage")
    assert accounts.of(claude.session).store.calls() == before
