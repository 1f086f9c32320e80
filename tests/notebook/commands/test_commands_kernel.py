"""``%claude`` through a real kernel, as a front end and nbclient see it."""

from __future__ import annotations

import pytest
from kernel_rig import Kernel

from claude_nb.notebook.commands.catalog import COMMANDS

pytestmark = pytest.mark.kernel


@pytest.fixture(scope="module")
def claude(tmp_path_factory):
    env = {"CLAUDE_NB_EMULATOR_SPEED": "0"}
    with Kernel(tmp_path_factory.mktemp("commands") / "home", env) as kernel:
        kernel.run("%load_ext claude_nb")
        yield kernel


NEEDING = {
    "undo",
    "fix",
    "edit",
    "last",
    "record",
    "replay",
    "auto",
    "save",
    "load",
}  # something to work on


@pytest.mark.parametrize("name", [c.name for c in COMMANDS if c.name not in NEEDING])
def test_every_command_shows_one_static_output(claude, name):
    shows_one_static_output(claude.run(f"%claude {name}"))


def shows_one_static_output(run):
    assert run.status == "ok"
    (output,) = run.outputs
    assert output.output_type == "display_data"
    assert {"text/html", "text/plain"} <= set(output.data)
    assert "text/markdown" not in output.data
    assert "<script" not in output.data.get("text/html", "")


def test_saving_and_loading_show_one_static_output(claude):
    claude.run("%claude What is 17 * 23?")
    shows_one_static_output(claude.run("%claude save"))
    shows_one_static_output(claude.run("%claude load"))


@pytest.mark.parametrize("question", ["What is 17 * 23?", "What is 17 * 23? (Or so?", "17 * 23 ??"])
def test_a_question_may_end_in_a_question_mark(claude, question):
    run = claude.run(f"%claude {question}")
    assert run.status == "ok"
    assert "391" in run.text
    assert len(run.outputs) == 1
    assert claude.run("type(_).__name__").text == "'Message'"


def test_a_question_may_be_assigned(claude):
    claude.run("answer = %claude What is 17 * 23?")
    assert "391" in claude.run("answer.content[-1].text").text


def test_questions_go_on_with_the_chat_and_commands_see_it(claude):
    claude.run("%claude reset")
    claude.run("%claude What is 17 * 23?")
    claude.run("%%claude\nWhat is 2 + 2?")
    assert "main default      2" in claude.run("%claude chats").text
    assert "What is 17 * 23?" in claude.run("%claude show").text
    assert "turn 2 of main" in claude.run("%claude undo").text


def test_running_a_cell_again_replaces_its_turns(claude):
    claude.run("%claude reset")
    two = "%claude What is 2 + 2?\n%claude What is 3 + 3?"
    for _ in range(3):
        claude.finish(claude.begin(two, cell_id="one"))
    assert "2 turns" in claude.run("%claude show").text


def test_config_and_set_agree(claude):
    claude.run("%claude set temperature=0.25")
    assert claude.run("%config ClaudeMagics.temperature").text == "0.25"
    claude.run("%config ClaudeMagics.temperature = 0.5")
    assert "0.5" in claude.run("%claude set").text
    claude.run("%claude set temperature=")
    assert claude.run("print(%config ClaudeMagics.temperature)").status == "error"
    assert "temperature=" not in claude.run("%claude show").text


def test_usage_names_the_cells(claude):
    run = claude.run("%claude What is 5 + 5?")
    number = run.reply["execution_count"]
    assert f"In [{number}] What is 5 + 5?" in claude.run("%claude usage").text


def test_a_typing_mistake_fails_the_cell_in_one_line(claude):
    run = claude.run("%claude modles")
    assert run.status == "error"
    assert run.error.startswith("InputError: There is no command 'modles'. Did you mean %claude")
    assert len(run.text.splitlines()) == 1


def test_help_of_the_magic_stays_help(claude):
    for typed in ("%claude?", "%%claude?"):
        run = claude.run(typed)
        assert run.outputs == []
        assert "--temperature" in run.reply["payload"][0]["data"]["text/plain"]


def test_unloaded_and_loaded_again(start_kernel):
    kernel = start_kernel(CLAUDE_NB_EMULATOR_SPEED="0")
    kernel.run("%load_ext claude_nb")
    kernel.run("%unload_ext claude_nb")
    assert "not found" in kernel.run("%claude what is this?").text
    kernel.run("%load_ext claude_nb")
    assert "391" in kernel.run("%claude What is 17 * 23?").text
