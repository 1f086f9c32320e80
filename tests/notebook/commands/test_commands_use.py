"""``%claude use``: servers of this machine are found, offered, used, and called what they are."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace

import pytest
from commands_rig import start_shell, stop_shell
from local_servers import LLAMA_CPP, LM_STUDIO, OLLAMA, TEXT, VLLM, standing_in

from claude_nb.ask.errors import InputError
from claude_nb.notebook import checks
from claude_nb.notebook.answer.failure import RunError
from claude_nb.notebook.backend import local
from claude_nb.notebook.commands.catalog import SERVERS
from claude_nb.notebook.completion.complete import candidates
from claude_nb.notebook.panel.controls import controls
from claude_nb.notebook.panel.fit import limits

KEY = "sk-ant-api03-a-canary-that-stays-here-0123456789"
NOBODY = 1  # a port at which nothing answers


@pytest.fixture
def claude(tmp_path):
    claude = start_shell(tmp_path)
    yield claude
    claude.outputs("use off")
    stop_shell(claude)


@pytest.fixture
def running(monkeypatch):
    """Give a function that starts stand-ins, which are then where such servers usually are."""
    with ExitStack() as servers:

        def start(**kinds):
            made = {word: servers.enter_context(standing_in(kind)) for word, kind in kinds.items()}
            known = [
                replace(kind, port=made[_name(kind)].port if _name(kind) in made else NOBODY)
                for kind in local.KINDS
            ]
            monkeypatch.setattr(local, "KINDS", tuple(known))
            monkeypatch.setattr(local.around, "__defaults__", (tuple(known),))
            return made

        yield start


def _name(kind):
    return kind.word.replace(".", "_")


def test_each_kind_of_server_is_found_and_told_with_what_to_type(running):
    made = running(ollama=OLLAMA, llama_cpp=LLAMA_CPP, lmstudio=LM_STUDIO, vllm=VLLM)
    found = [server.told() for server in local.around()]
    assert found == [
        f"Ollama answers on {made['ollama'].port} with 3 models: %claude use ollama",
        f"llama.cpp answers on {made['llama_cpp'].port} with 1 model: %claude use llama.cpp",
        f"LM Studio answers on {made['lmstudio'].port} with 1 model: %claude use lmstudio",
        f"vLLM answers on {made['vllm'].port} with 1 model: %claude use vllm",
    ]


def test_what_else_listens_at_such_a_port_is_not_taken_for_one(running):
    stranger = {**VLLM, "models": [{"id": "thing", "owned_by": "somebody"}]}
    running(vllm=stranger, llama_cpp={**LLAMA_CPP, "models": []})
    assert local.around() == []


def test_a_silent_port_is_not_waited_for(running):
    running(ollama={**OLLAMA, "silent": True})
    started = time.monotonic()
    assert local.around() == []
    assert time.monotonic() - started < 1.5


@pytest.mark.parametrize("word", ["ollama", "llama.cpp", "lmstudio", "vllm"])
def test_a_server_that_is_used_answers_in_cells(claude, running, word, capsys):
    kinds = dict(zip(SERVERS, (OLLAMA, LLAMA_CPP, LM_STUDIO, VLLM), strict=True))
    running(**{word.replace(".", "_"): kinds[word]})
    said = claude.text(f"use {word}")
    assert "answers from now on" in said
    assert "no price" in said
    claude.outputs("-- Hello?")
    answer = capsys.readouterr().out
    assert TEXT in answer
    assert "on this machine" in answer
    assert "$" not in answer


def test_the_first_model_that_can_talk_becomes_the_default_until_off(claude, running):
    running(ollama=OLLAMA)
    before = claude.session.settings.model
    claude.outputs("use ollama")
    assert claude.session.settings.model == "qwen3:8b"
    assert "unknown" in claude.text("models")
    claude.outputs("use off")
    assert claude.session.settings.model == before
    assert claude.session.using is None


def test_a_default_that_was_set_meanwhile_stays_and_a_second_use_changes_nothing(claude, running):
    running(ollama=OLLAMA)
    before = claude.session.settings.model
    claude.outputs("use ollama")
    claude.outputs("use ollama")
    assert claude.session.settings.model == "qwen3:8b"
    claude.outputs("use off")
    assert claude.session.settings.model == before
    claude.outputs("use ollama")
    claude.outputs("set model=gemma4:31b")
    claude.outputs("use ollama")
    assert claude.session.settings.model == "gemma4:31b"
    claude.outputs("set model=haiku")
    claude.outputs("use off")
    assert claude.session.settings.model == "haiku"
    claude.outputs("set model=")


def test_a_panel_offers_its_models_without_a_price(claude, running):
    running(ollama=OLLAMA)
    claude.outputs("use ollama")
    offered = controls(claude.session.models)["models"]
    assert [model["id"] for model in offered] == [row["id"] for row in OLLAMA["models"]]
    assert {model["price"] for model in offered} == {"price not known here"}
    assert limits(claude.session.defaults(), claude.session.models)["max_tokens"] == (1, 128_000)


def test_its_models_are_completed_and_no_others(claude, running):
    running(ollama=OLLAMA)
    claude.outputs("use ollama")
    listed = claude.session.using.listed
    assert candidates("%%claude -m q", {}, served=listed) == ("q", ["qwen3:8b"])
    assert candidates("%claude use l", {}) == ("l", ["llama.cpp", "lmstudio"])
    assert tuple(kind.word for kind in local.KINDS) == SERVERS


def test_tokens_are_estimated_where_the_server_cannot_count(claude, running):
    running(ollama=OLLAMA, vllm=VLLM)
    claude.outputs("use ollama")
    said = claude.text("count How long is this?")
    assert "≈" in said
    assert "Ollama cannot count tokens" in said
    claude.outputs("use vllm")
    assert "counted by http" in claude.text("count How long is this?")


def test_what_a_local_model_cannot_do_is_one_sentence(claude, running):
    running(ollama={**OLLAMA, "thoughtless": True})
    claude.outputs("use ollama")
    with pytest.raises(RunError, match="does not support thinking"):
        claude.magics.claude("--think 2000", "Hello?")
    with pytest.raises(RunError, match="model 'llama9' not found"):
        claude.magics.claude("-m llama9", "Hello?")


def test_temperature_is_not_refused_for_a_model_that_nobody_knows(claude, running):
    running(ollama=OLLAMA)
    claude.outputs("use ollama")
    claude.text("models")
    assert TEXT in claude.magics.claude("-t 0.3", "Hello?").content[0].text


def test_no_key_and_no_proxy_have_a_part_in_it(claude, running, monkeypatch):
    monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{NOBODY}")
    made = running(ollama=OLLAMA)
    claude.outputs("use")
    claude.outputs("use ollama")
    claude.outputs("-- Hello?")
    assert len(made["ollama"].seen) >= 4
    assert KEY not in str(made["ollama"].seen)
    looks = [headers for method, _, headers in made["ollama"].seen if method == "GET"]
    assert all({"x-api-key", "authorization"}.isdisjoint(map(str.lower, each)) for each in looks)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"old": True}, "does not speak the Messages API"),
        ({"locked": True}, "wants a key"),
        ({"models": []}, "has no models yet"),
    ],
)
def test_why_a_server_cannot_be_used_is_said(claude, running, changes, said):
    for kind in (OLLAMA, LM_STUDIO):
        made = running(ollama={**kind, **changes})
        with pytest.raises(InputError, match=said):
            local.chosen(made["ollama"].url)
    assert claude.session.using is None


def test_a_server_that_is_not_there_is_said_with_those_that_are(running):
    running(vllm=VLLM)
    with pytest.raises(InputError, match=r"Nothing answers .*vLLM answers on"):
        local.chosen("ollama")


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("olama", "takes ollama, llama.cpp"),
        ("https://gateway.example/claude", "For a server elsewhere"),
        ("http://10.0.0.5:11434", "For a server elsewhere"),
        ("http://user:canary@127.0.0.1:1", "must not hold a user name"),
        ("http://127.0.0.1:1?key=canary", "must end before any"),
    ],
)
def test_an_address_that_is_none_of_this_machine_is_refused(word, said):
    with pytest.raises(InputError, match=said) as caught:
        local.chosen(word)
    assert "canary" not in str(caught.value)


def test_an_address_may_stand_in_quotes(running):
    made = running(ollama=OLLAMA)
    assert local.chosen(f" '{made['ollama'].url}/v1/' ").name == "Ollama"
    assert local.chosen('"ollama"').name == "Ollama"


@contextmanager
def saying(*pieces, pause=0.0):
    """Listen on a port, and send this to whoever comes."""
    with socket.create_server(("127.0.0.1", 0)) as here:

        def serve():
            with suppress(OSError):
                while True:
                    line, _ = here.accept()
                    with line, suppress(OSError):
                        line.recv(9_000)
                        for piece in pieces:
                            line.sendall(piece)
                            time.sleep(pause)

        threading.Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{here.getsockname()[1]}"
        here.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize(
    "listed",
    [
        "[" * 100_000,
        '{"data": [{"id": "a\\nb"}, {"id": ""}, {"id": 5}, {"id": "%s"}]}' % ("x" * 5_000),
        '{"data": [{"id": "\\ud800", "owned_by": ["library"]}, {"owned_by": {}}]}',
    ],
)
def test_whatever_else_listens_there_is_refused_in_a_sentence(listed):
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(listed)}\r\nConnection: close\r\n\r\n"
    with (
        saying(f"{head}{listed}".encode()) as url,
        pytest.raises(InputError, match=r"lists no models|has no models yet"),
    ):
        local.chosen(url)


def test_one_that_sends_a_byte_at_a_time_is_not_waited_for(monkeypatch):
    monkeypatch.setattr(local, "_PATIENT", 0.2)
    with saying(*[b"X"] * 100, pause=0.1) as url:
        started = time.monotonic()
        with pytest.raises(InputError, match="Nothing answers"):
            local.chosen(url)
    assert time.monotonic() - started < 4


def test_a_server_at_another_port_is_used_by_its_address(claude, running):
    running()
    with standing_in(OLLAMA) as other:
        said = claude.text(f"use {other.url}")
        assert "Ollama answers from now on" in said
        assert other.url in claude.text("use")


def test_where_there_is_no_key_what_answers_here_is_offered(claude, running, monkeypatch):
    running(ollama=OLLAMA)
    monkeypatch.setenv("CLAUDE_NB_BACKEND", "api")
    with pytest.raises(RunError, match=r"no API key[\s\S]*%claude use ollama"):
        claude.magics.claude("", "Hello?")


def test_the_doctor_names_what_answers_here(running, monkeypatch):
    running(ollama=OLLAMA)
    monkeypatch.setenv("CLAUDE_NB_BACKEND", "emulator")
    found = {check.name: check for check in checks.checks()}
    assert "%claude use ollama" in found["on this machine"].found
    assert found["on this machine"].fine


def test_nothing_is_looked_for_as_the_extension_loads():
    code = (
        "import sys, threading; tried = []\n"
        "sys.addaudithook(lambda name, what: name == 'socket.connect' and tried.append(what))\n"
        "from IPython.core.interactiveshell import InteractiveShell as Shell\n"
        "Shell.instance().run_line_magic('load_ext', 'claude_nb'); import claude_nb\n"
        "others = {*threading.enumerate()} - {threading.main_thread()}\n"
        "[each.join(10) for each in others if 'History' not in type(each).__name__]\n"
        "assert tried == [], tried"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)  # noqa: S603 (our own)
