"""What the options that change the request make of it, through a real kernel; and ``--bg``."""

from __future__ import annotations

import json
import re

import pytest
from kernel_rig import Kernel

pytestmark = pytest.mark.kernel


@pytest.fixture(scope="module")
def claude(tmp_path_factory):
    kernel = Kernel(tmp_path_factory.mktemp("kernel") / "home", {"CLAUDE_NB_DISPLAY": "live"})
    kernel.run("%load_ext claude_nb\n%config ClaudeMagics.max_tokens = 500")
    yield kernel
    kernel.close()


def request_of(kernel: Kernel, options: str, prompt: str = "Hello") -> dict:
    """Return the body that the options would send."""
    run = kernel.run(f"%%claude -N --no-history {options}\n{prompt}")
    assert run.status == "ok", run.error
    return json.loads(run.text[: run.text.rindex("}") + 1])


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ("-m haiku-4.5 --top-p 0.9", {"model": "claude-haiku-4-5-20251001", "top_p": 0.9}),
        ("-m haiku-4.5 --top-k 5", {"top_k": 5}),
        ("--model sonnet-4.6 -t 0.2", {"model": "claude-sonnet-4-6", "temperature": 0.2}),
        ("--max-tokens 77", {"max_tokens": 77}),
        (r"--stop '\nEND' --stop x", {"stop_sequences": ["\nEND", "x"]}),
        ("-s 'Be brief.'", {"system": "Be brief."}),
        ("--system 'You are {{who}}.'", {"system": "You are Ada."}),
        ("--system @system.txt", {"system": "From a file."}),
        ("--cache", {"cache_control": {"type": "ephemeral"}}),
    ],
)
def test_an_option_is_in_the_request(claude, options, expected):
    claude.run("who = 'Ada'\nopen('system.txt', 'w').write('From a file.')")
    body = request_of(claude, options)
    assert {name: body.get(name) for name in expected} == expected


def test_attachments_come_before_the_question(claude):
    claude.run(
        "import base64\nopen('dot.png', 'wb').write(base64.b64decode("
        "'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJg"
        "gg=='))\nopen('notes.txt', 'w').write('Some notes.')"
    )
    content = request_of(claude, "-a dot.png --attach notes.txt")["messages"][0]["content"]
    assert [block["type"] for block in content] == ["image", "document", "text"]


def test_in_the_background_other_cells_run_and_the_handle_has_the_answer(claude):
    run = claude.run("%%claude --bg --no-history\nWrite 40 words about lighthouses.")
    assert run.status == "ok"
    assert run.text.startswith("— not finished when saved · claude-sonnet-4-6 · asked ")
    state = claude.run("answer = _\nanswer").text
    assert re.fullmatch(r"<Answer of \S+: running>", state)
    ended = claude.run("message = await answer\ntype(message).__name__, message.stop_reason")
    assert ended.text == "('Message', 'end_turn')"
    assert claude.run("answer.done, answer.result(0) is answer.message").text == "(True, True)"


def test_an_answer_in_the_background_can_be_stopped_and_keeps_what_came(claude):
    claude.run("%%claude --bg --no-history\nWrite 400 words about lighthouses.")
    stopped = claude.run(
        "import time\nanswer = _\n"
        "time.sleep(1)  # long enough for some of it, not for all\n"
        "answer.stop()\nmessage = await answer\nanswer.done, message.stop_reason"
    )
    assert stopped.status == "ok", stopped.error
    assert stopped.text == "(True, None)"
    assert claude.run("bool(message.content[0].text)").text == "True"


def test_what_fails_in_the_background_is_told_to_who_waits(claude):
    claude.run("%env ANTHROPIC_BASE_URL=http://127.0.0.1:9\n%env ANTHROPIC_API_KEY=x")
    claude.run("%%claude --bg --no-history -o max_retries=0\nHello")
    run = claude.run("await _")
    claude.run("%env ANTHROPIC_BASE_URL=\n%env ANTHROPIC_API_KEY=")
    assert run.status == "error"
