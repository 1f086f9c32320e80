"""The magic through a real kernel, against the emulator, as nbclient would see it."""

import json
import re
import time

import pytest
from kernel_rig import Kernel

pytestmark = pytest.mark.kernel

SETUP = "%load_ext claude_nb"


@pytest.fixture(scope="module")
def claude(start_kernel_module):
    kernel = start_kernel_module(CLAUDE_NB_EMULATOR_SPEED="0")
    assert kernel.run(SETUP).text == ""
    return kernel


@pytest.fixture(scope="module")
def start_kernel_module(tmp_path_factory):
    kernels = []

    def start(**env):
        kernels.append(Kernel(tmp_path_factory.mktemp("kernel") / "home", env))
        return kernels[-1]

    yield start
    for kernel in kernels:
        kernel.close()


def ask(kernel, options="", prompt="What is 17 * 23?", **fields):
    return kernel.finish(kernel.begin(f"%%claude {options}\n{prompt}", **fields))


def test_an_answer_is_one_static_output_labelled_as_emulated(claude):
    run = ask(claude)
    assert run.status == "ok"
    (output,) = run.outputs
    assert output.output_type == "display_data"
    assert set(output.data) == {"text/html", "text/plain"}
    assert "391" in output.data["text/html"]
    assert run.text.splitlines()[-1].endswith("emulated")


def test_the_cells_value_is_the_typed_message(claude):
    ask(claude)
    run = claude.run("type(_).__name__, _.stop_reason, _.usage.output_tokens > 0")
    assert run.text == "('Message', 'end_turn', True)"
    shown_again = claude.run("Out[max(Out)] if False else _oh[sorted(_oh)[-2]]")
    assert "391" in shown_again.text


def test_thinking_is_a_closed_disclosure(claude):
    run = ask(claude, "--think 2000")
    html = run.outputs[0].data["text/html"]
    assert "<details><summary " in html
    assert ">Thought " in html
    assert "tokens</summary>" in html


@pytest.mark.parametrize(("display", "told"), [("auto", True), ("final", False)])
def test_times_are_left_out_where_runs_must_be_equal(start_kernel_module, display, told):
    kernel = start_kernel_module(CLAUDE_NB_EMULATOR_SPEED="0", CLAUDE_NB_DISPLAY=display)
    kernel.run(SETUP)
    text = kernel.run("%%claude --think 2000\nWhat is 17 * 23?").text
    assert bool(re.search(r"Thought (for \d|briefly)", text)) is told
    assert bool(re.search(r"· \d+\.\d s ·", text)) is told


def test_hidden_thinking_is_not_shown(claude):
    assert "<details>" not in ask(claude, "--think 2000 -R").outputs[0].data["text/html"]


def test_a_stop_sequence_ends_the_answer_and_is_named(claude):
    run = ask(claude, "--stop 391 --no-history")
    assert 'stop sequence "391"' in run.text
    assert "391" not in run.text.splitlines()[0]


def test_quiet_keeps_only_what_must_be_said(claude):
    assert ask(claude, "-q --no-history").text.splitlines()[-1] == "— emulated"


WRONG = [
    ("--temprature 1", "hi", "Did you mean --temperature?"),
    ("-t 1.7", "hi", "use 0 to 1"),
    ("--think 500", "hi", "the least is 1024"),
    ("--think 3000 --max-tokens 3000", "hi", "must be less than max_tokens (3000)"),
    ("--stop ' '", "hi", "is blank"),
    ("", "   \n  ", "The prompt is empty"),
    ("-m claude-sonnet-5-5 -t 0.5", "hi", "takes no temperature"),
    ("-m claude-opus-4-1", "hi", "was retired on 5 August 2026. Use claude-opus-5-5"),
    ("", "{{nobody}}", "there is no variable 'nobody'"),
    ("-a nothing.png", "hi", "nothing.png"),
    ("--out 3x", "hi", "letters, digits and underscores"),
    ("-o metadta.user_id=1", "hi", "Did you mean metadata"),
    ("--tools nobody", "hi", "nobody"),
    ("--schema nobody", "hi", "nobody"),
]


@pytest.mark.parametrize(("options", "prompt", "words"), WRONG)
def test_wrong_input_is_one_short_message_and_a_failed_cell(claude, options, prompt, words):
    run = ask(claude, options, prompt)
    assert run.status == "error"
    assert run.error.startswith("InputError: ")
    (output,) = run.outputs
    assert output.output_type == "error"
    assert len("\n".join(output.traceback).splitlines()) <= 6
    assert words in run.text


def test_an_unknown_model_is_explained_with_near_names(claude):
    run = ask(claude, "-m claude-sonet-5-5")
    assert run.status == "error"
    assert run.error.startswith("RunError: ")
    assert "Did you mean claude-sonnet-5-5" in run.text
    assert len(run.text.splitlines()) <= 6
    assert sum(len(json.dumps(output)) for output in run.outputs) < 6000


@pytest.mark.parametrize(
    ("env", "words"),
    [
        ({"ANTHROPIC_API_KEY": "sk-ant-invalid", "ANTHROPIC_BASE_URL": "@"}, "401"),
        (
            {"ANTHROPIC_API_KEY": "k", "ANTHROPIC_BASE_URL": "http://127.0.0.1:9"},
            "APIConnectionError",
        ),
        ({"CLAUDE_NB_BACKEND": "api"}, "ANTHROPIC_API_KEY"),
        ({"CLAUDE_NB_BACKEND": "nowhere"}, "must be one of auto, api, emulator"),
        ({"CLAUDE_NB_CASSETTE": "x", "CLAUDE_NB_CASSETTE_MODE": "on"}, "auto, record, replay"),
        ({"ANTHROPIC_BASE_URL": "http://10.0.0.1", "ANTHROPIC_API_KEY": "k"}, "unencrypted"),
        ({"CLAUDE_NB_DISPLAY": "paper"}, "must be one of auto, live, final, text"),
        ({"CLAUDE_NB_EMULATOR_SPEED": "fast"}, "number of tokens a second"),
    ],
)
def test_a_server_that_fails_is_explained_in_six_lines(claude, env, words):
    claude.run("from claude_nb import emulator; import os; other = emulator.serve()")
    for name, value in env.items():
        claude.run(f"os.environ[{name!r}] = f{value.replace('@', '{other.url}')!r}")
    try:
        if "CLAUDE_NB_EMULATOR_SPEED" in env:
            claude.run("os.environ['CLAUDE_NB_BACKEND'] = 'emulator'")
        run = ask(claude)
    finally:
        claude.run(
            "for name in ('ANTHROPIC_API_KEY', 'ANTHROPIC_BASE_URL', 'CLAUDE_NB_BACKEND',\n"
            "    'CLAUDE_NB_CASSETTE', 'CLAUDE_NB_CASSETTE_MODE', 'CLAUDE_NB_DISPLAY'):\n"
            "    os.environ.pop(name, None)"
        )
        claude.run("os.environ['CLAUDE_NB_EMULATOR_SPEED'] = '0'; other.close()")
    assert run.status == "error"
    assert words in run.text
    assert len(run.text.splitlines()) <= 6
    assert "sk-ant-invalid" not in json.dumps(run.messages, default=str)


def test_variables_are_put_into_the_prompt_and_braces_stay(claude):
    claude.run("who = 'Ada'")
    run = ask(claude, "-N --no-history", 'Hello {{who}}, what is {"a": 1}?')
    assert '"content": "Hello Ada, what is {\\"a\\": 1}?"' in run.text
    assert "counted by the server" in run.text


def test_a_cell_run_again_replaces_its_turn_and_names_stale_ones(claude):
    claude.run("from claude_nb.notebook import session; session.current().chats.clear()")
    ask(claude, prompt="What is 1 + 1?", cell_id="a")
    second = ask(claude, prompt="What is 2 + 2?", cell_id="b")
    assert "turn 2 of main" in second.text
    again = ask(claude, prompt="What is 3 + 3?", cell_id="a")
    assert "— 1 later turn is stale: run it again · " in again.text
    [change] = [m for m in again.messages if m["header"]["msg_type"] == "update_display_data"]
    assert change["content"]["data"]["text/plain"].startswith("stale: an earlier turn has changed")
    assert "2 + 2 = 4" in change["content"]["data"]["text/plain"]
    sent = ask(claude, "-N", "now?", cell_id="c").text
    assert [line for line in sent.splitlines() if "What is" in line] == [
        '      "content": "What is 3 + 3?"',
        '      "content": "What is 2 + 2?"',
    ]


def test_fresh_and_other_chats_begin_anew(claude):
    ask(claude, prompt="What is 1 + 1?", cell_id="x")
    assert '"role": "assistant"' not in ask(claude, "-N -c side", cell_id="y").text
    assert '"role": "assistant"' not in ask(claude, "-N --fresh", cell_id="y").text
    assert '"role": "assistant"' in ask(claude, "-N", cell_id="y").text


def test_a_failed_question_leaves_the_history_as_it_was(claude):
    before = ask(claude, "-N", cell_id="z").text
    assert ask(claude, "-m claude-nothing-1", "lost?", cell_id="q").status == "error"
    assert ask(claude, "-N", cell_id="z").text == before


def test_tools_are_called_and_their_results_shown(claude):
    claude.run("def add(a: int, b: int) -> int:\n    'Add two numbers.'\n    return a + b")
    run = ask(claude, "--tools add --no-history", "Use the tool to add 3 and 4")
    html = run.outputs[0].data["text/html"]
    assert html.count("<details") == 1
    assert re.search(r"✓ add\(a=3, b=4\) → 7", html)
    assert re.search(r"✓ add\(a=3, b=4\) → 7", run.text)
    assert claude.run("_.usage.input_tokens > 0, [b.type for b in _.content]").text.endswith(
        "['text', 'tool_use', 'tool_result', 'text'])"
    )


def test_a_schema_makes_the_answer_an_instance(claude):
    claude.run("import pydantic\nclass Pet(pydantic.BaseModel):\n    name: str\n    age: int")
    run = ask(claude, "--schema Pet --out pet --no-history", "Make a pet")
    html = run.outputs[0].data["text/html"]
    assert re.search(r"<pre[^>]*><code[^>]*>\{", html), html[-900:]  # as data, not as Markdown
    assert run.status == "ok"
    assert claude.run("type(pet).__name__, type(pet.age).__name__").text == "('Pet', 'int')"


def test_code_goes_into_a_variable_and_is_proposed_as_the_next_cell(claude):
    prompt = "Write a Python function that checks whether a number is prime"
    run = ask(claude, "-f code -x --out source --no-history", prompt)
    assert run.reply["payload"][0]["source"] == "set_next_input"
    assert "def is_prime" in run.reply["payload"][0]["text"]
    html = run.outputs[0].data["text/html"]
    assert re.search(r"Code, \d+ lines, in the next cell</summary><pre", html)
    assert "code proposed in the next cell, not run" in run.text
    assert claude.run("source.startswith('def is_prime')").text == "True"


def test_the_same_code_is_not_proposed_twice(claude):
    prompt = "Write a Python function that checks whether a number is prime"
    first = ask(claude, "-x --no-history", prompt, cell_id="code")
    again = ask(claude, "-x --no-history", prompt, cell_id="code")
    assert len(first.reply["payload"]) == 1
    assert again.reply["payload"] == []
    assert "put below before" in again.text


def test_an_option_adds_to_an_object_that_settings_made(claude):
    run = ask(claude, "-N --no-history -m sonnet-5.5 --think low -o output_config.format.type=text")
    assert '"effort": "low"' in run.text
    assert '"type": "text"' in run.text


def test_an_answer_of_the_wrong_format_is_shown_and_fails(claude):
    cut = "-f json --no-history --stop }"
    run = ask(claude, cut, "Write a sentence about a lighthouse")
    assert run.status == "error"
    assert run.error.startswith("AnswerError")
    assert run.outputs[0].output_type == "display_data"


def test_a_whole_answer_is_the_same_as_a_streamed_one(claude):
    streamed = ask(claude, "-q --no-history").outputs[0].data
    whole = ask(claude, "-q --no-history --no-stream").outputs[0].data
    assert dict(streamed) == dict(whole)


def test_options_may_go_on_in_the_next_line(claude):
    run = claude.run("%%claude -q \\\n  --no-history --stop 391\nWhat is 17 * 23?")
    assert 'stop sequence "391"' in run.text


TOOL = 'def roof(city: str) -> str:\n    "Tell about roofs."\n    return "red"'
RECORDED = ("", "--no-stream", "--tools roof", "--tools roof --no-stream")


def test_answers_are_recorded_and_replayed_as_they_were(start_kernel_module, tmp_path):
    tape = {"CLAUDE_NB_EMULATOR_SPEED": "0", "CLAUDE_NB_CASSETTE": str(tmp_path / "a.jsonl")}
    texts = {}
    for mode in ("auto", "replay"):
        tape |= {"CLAUDE_NB_CASSETTE_MODE": mode, "CLAUDE_NB_DISPLAY": "final"}
        kernel = start_kernel_module(**tape)
        kernel.run(f"{SETUP}\n{TOOL}")
        for options in RECORDED:
            text = ask(kernel, f"{options} --no-history").text
            assert texts.setdefault(options, text) == text
    missed = ask(kernel, "--no-history", "What is 18 * 23?")
    assert missed.status == "error"
    assert "a.jsonl holds no answer to this request to claude-sonnet-4-6" in missed.text
    assert "turn 1 changed: “What is 17 * 23?” → “What is 18 * 23?”" in missed.text
    assert "%claude auto asks" in missed.text
    assert len(missed.text.splitlines()) <= 6
    kernel.run("import os; os.environ['CLAUDE_NB_DISPLAY'] = 'live'")
    assert ask(kernel, "--no-history").text.endswith("emulated · replayed")


def test_config_sets_a_default(claude):
    claude.run("%config ClaudeMagics.stop = ['391']")
    run = ask(claude, "--no-history")
    claude.run("%config ClaudeMagics.stop = []")
    assert 'stop sequence "391"' in run.text
    refused = claude.run("%config ClaudeMagics.temperature = 3")
    assert "should not be greater than 1" in str(refused.outputs)
    claude.run("%config ClaudeMagics.think = 2000")
    refused = claude.run("%config ClaudeMagics.temperature = 0.3")
    assert "temperature must stay at 1 while thinking is on" in str(refused.outputs)
    assert "KeyError" not in str(refused.outputs)
    assert claude.run("%config ClaudeMagics.temperature").text == ""
    assert claude.run("%config ClaudeMagics.think").text == "2000"
    claude.run("%config ClaudeMagics.think = None")


def test_unloading_takes_everything_back(start_kernel_module):
    kernel = start_kernel_module()
    before = (
        "shell = get_ipython(); (len(shell.Completer.custom_matchers),"
        " len(shell.input_transformer_manager.line_transforms),"
        " 'claude' in shell.magics_manager.magics['cell'])"
    )
    clean = kernel.run(before).text
    kernel.run(SETUP)
    assert kernel.run(before).text != clean
    kernel.run("%unload_ext claude_nb")
    assert kernel.run(before).text == clean


@pytest.mark.parametrize("display", ["final", "live"])
def test_an_interrupt_keeps_what_came_and_leaves_no_traceback(start_kernel_module, display):
    kernel = start_kernel_module(CLAUDE_NB_EMULATOR_SPEED="20", CLAUDE_NB_DISPLAY=display)
    kernel.run(SETUP)
    kernel.run("%%claude --max-tokens 5\nWarm up")
    run = kernel.begin("%%claude\nWrite a story about a lighthouse")
    time.sleep(1.5)  # the answer takes some ten seconds; this is in the middle of it
    kernel.interrupt()
    kernel.finish(run)
    assert run.error == "StoppedError: Interrupted: what came of the answer is kept."
    assert run.text.splitlines()[-2].startswith("— stopped · ")
    assert "lighthouse" in run.text.lower()


def test_an_interrupt_before_the_question_is_one_line(claude):
    run = claude.run(
        "from unittest import mock\n"
        "from claude_nb.notebook.run import cell\n"
        "with mock.patch.object(cell, 'compose', side_effect=KeyboardInterrupt):\n"
        "    get_ipython().run_cell_magic('claude', '', 'hi')"
    )
    assert run.error == "StoppedError: Interrupted before anything came."
    assert len(run.text.splitlines()) == 1
