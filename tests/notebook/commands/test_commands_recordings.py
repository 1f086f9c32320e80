"""`%claude record`, `replay`, `auto`, `off` and `recordings`, in a shell with the emulator."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest
from commands_rig import start_shell, stop_shell

from claude_nb.ask.errors import InputError
from claude_nb.cassette import Cassette
from claude_nb.cli.command import main
from claude_nb.notebook.answer.failure import RunError


@pytest.fixture
def folder(tmp_path, monkeypatch):
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    for name in ("CI", "CLAUDE_NB_CASSETTE", "JPY_SESSION_NAME"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path / "here"


@pytest.fixture
def claude(tmp_path, folder, server, monkeypatch):
    monkeypatch.setenv("ANTHROPIC_BASE_URL", server.url)
    monkeypatch.setenv("ANTHROPIC_API_KEY", "k")
    monkeypatch.setenv("CLAUDE_NB_DISPLAY", "text")
    running = start_shell(tmp_path)
    yield running
    stop_shell(running)


def ask(claude, text="Hello?", times=1):
    """Ask in a cell of its own, without history; return what was answered."""
    claude.shell.execution_count += 1
    texts = []
    for _ in range(times):
        claude.outputs(f"--no-history {text}")
        texts.append(claude.value.content[0].text)
    return texts if times > 1 else texts[0]


def test_record_replay_auto_and_off_each_say_what_they_do(claude, server, folder):
    told = claude.text("record a.jsonl")
    assert told == "Recording: every question is asked, and its answer kept in a.jsonl."
    first = ask(claude)
    assert ask(claude) != first  # asked again
    assert claude.text("replay a.jsonl").startswith("Replaying: nothing is asked")
    assert ask(claude) == "Answer 2."
    with pytest.raises(RunError, match="turn 1 changed: “Hello\\?” → “Who\\?”"):
        ask(claude, "Who?")
    assert claude.text("auto").startswith("Auto: what is recorded is replayed")
    assert ask(claude) == "Answer 2."
    assert ask(claude, "Who?") == "Answer 3."
    told = claude.text("off")
    assert told == "Off: questions are asked, and nothing is recorded."
    assert ask(claude) == "Answer 4."
    assert len(Cassette(folder / "a.jsonl")) == 2


def test_a_path_may_have_blanks_and_a_question_may_begin_like_a_command(claude, server, folder):
    claude.text('record "my answers.jsonl"')
    ask(claude)
    assert (folder / "my answers.jsonl").exists()
    claude.outputs("record players: what are they?")
    claude.outputs("auto mobiles or trains?")
    assert len(server.asked) == 3


def test_a_changed_folder_is_no_other_file(claude, folder, monkeypatch):
    claude.text("record a.jsonl")
    monkeypatch.chdir(folder.parent)
    ask(claude)
    assert len(Cassette(folder / "a.jsonl")) == 1
    assert claude.text("auto").endswith("kept in here/a.jsonl.")


@pytest.mark.parametrize("notebook", ["lesson.ipynb", "/some/where/lesson.ipynb"])
def test_without_a_name_it_is_the_file_beside_the_notebook(claude, folder, monkeypatch, notebook):
    monkeypatch.setenv("JPY_SESSION_NAME", notebook)
    assert claude.text("record").endswith("kept in lesson.answers.jsonl.")
    ask(claude)
    assert (folder / "lesson.answers.jsonl").exists()


def test_where_nobody_knows_the_notebook_a_name_is_asked_for(claude, folder):
    with pytest.raises(InputError, match=r"Say which file: %claude record answers\.jsonl"):
        claude.text("record")
    (folder / "x.answers.jsonl").touch()
    assert claude.text("auto").endswith("kept in x.answers.jsonl.")


def test_what_cannot_be_replayed_is_said_and_changes_nothing(claude, folder, server):
    with pytest.raises(InputError, match=r"There is no file a\.jsonl to replay"):
        claude.text("replay a.jsonl")
    (folder / "b.csv").write_text("a,b\n", encoding="utf-8")
    with pytest.raises(InputError, match="is no cassette"):
        claude.text("record b.csv")
    ask(claude)
    assert len(server.asked) == 1


@pytest.mark.parametrize("mode", ["record", "auto"])
def test_a_file_that_no_answer_can_be_kept_in_is_refused_before_anything_is_asked(
    claude, server, mode
):
    with pytest.raises(InputError, match="There is no folder nope: make it first"):
        claude.text(f"{mode} nope/a.jsonl")
    ask(claude)
    assert "Nothing is recorded" in claude.text("recordings")


def test_of_no_recordings_none_is_said_to_be_used(claude):
    claude.text("record a.jsonl")
    told = claude.text("recordings")
    assert "0 recorded" in told
    assert "used" not in told


def test_equal_questions_of_a_cell_replay_in_order_whatever_else_runs(claude, server):
    claude.text("record a.jsonl")
    first = ask(claude, times=3)
    assert len({*first}) == 3
    claude.text("replay")
    assert ask(claude) == first[0]
    assert ask(claude, times=3) == first
    assert len(server.asked) == 3


def test_what_is_replayed_costs_nothing_and_says_so(claude, capsys):
    claude.text("record a.jsonl")
    claude.outputs("--no-history --model haiku Hello?")
    claude.text("replay")
    claude.shell.execution_count += 1
    assert "replayed" not in capsys.readouterr().out
    claude.outputs("--no-history --model haiku Hello?")
    assert "replayed" in capsys.readouterr().out
    assert claude.session.ledger[-1].free
    assert claude.session.ledger[-1].cost is None


def test_outputs_that_are_to_be_the_same_do_not_tell(claude, monkeypatch):
    monkeypatch.setenv("CLAUDE_NB_DISPLAY", "final")
    lines = ["auto a.jsonl", "--no-history Hello?"]
    first = [claude.outputs(line) for line in lines]
    monkeypatch.setenv("CI", "true")
    claude.session.recording = None
    claude.shell.execution_count += 1
    assert [claude.outputs(line) for line in lines] == first


def test_recordings_lists_what_nobody_used(claude, server):
    assert "Nothing is recorded or replayed" in claude.text("recordings")
    claude.text("record a.jsonl")
    for text in ("One?", "Two?"):
        ask(claude, text)
    assert "2 recorded, 0 replayed so far" in claude.text("recordings")
    assert "All of them were used" in claude.text("recordings")
    claude.text("replay")
    ask(claude, "Two?")
    told = claude.text("recordings")
    assert "2 recorded, 1 replayed so far" in told
    assert "“One?”" in told
    assert "“Two?”" not in told
    claude.text("off")
    claude.text("replay a.jsonl")  # begins anew, and counts what is asked from now on
    ask(claude, "One?")
    told = claude.text("recordings")
    assert "2 recorded, 1 replayed so far" in told
    assert "“One?”" not in told


# ---- continuous integration


@pytest.fixture
def recorded(claude, folder, monkeypatch):
    """Leave a recording beside the notebook, and nothing said of it."""
    monkeypatch.setenv("JPY_SESSION_NAME", "lesson.ipynb")
    claude.text("record")
    answer = ask(claude)
    claude.session.recording = None
    return answer


@pytest.mark.parametrize("ci", ["true", "1", "TRUE"])
def test_in_ci_a_recording_beside_the_notebook_is_replayed(
    claude, server, recorded, monkeypatch, ci
):
    monkeypatch.setenv("CI", ci)
    told = []
    log = SimpleNamespace(warning=lambda text, *values: told.append(text % values))
    claude.shell.kernel = SimpleNamespace(log=log)
    assert ask(claude) == recorded
    with pytest.raises(RunError, match="holds no answer"):
        ask(claude, "New?")
    del claude.shell.kernel
    assert len(server.asked) == 1
    assert len(told) == 1
    assert "lesson.answers.jsonl as CI is set" in told[0]
    assert claude.text("auto").endswith("lesson.answers.jsonl (as CI is set).")


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"CI": ""},
        {"CI": "false"},
        {"CI": "true", "CLAUDE_NB_CASSETTE_MODE": "auto"},
        {"CI": "true", "JPY_SESSION_NAME": "other.ipynb"},
    ],
)
def test_elsewhere_it_is_asked(claude, server, recorded, monkeypatch, environment):
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    ask(claude)
    assert len(server.asked) == 2


def test_a_mode_alone_means_the_file_beside_the_notebook(claude, server, recorded, monkeypatch):
    monkeypatch.setenv("CLAUDE_NB_CASSETTE_MODE", "replay")
    assert ask(claude) == recorded


@pytest.mark.parametrize("way", ["environment", "command"])
def test_in_ci_a_new_file_is_recorded_to_the_end_of_the_session(claude, folder, monkeypatch, way):
    monkeypatch.setenv("CI", "true")
    if way == "command":
        claude.text("auto a.jsonl")
    else:
        monkeypatch.setenv("CLAUDE_NB_CASSETTE", "a.jsonl")
    assert [ask(claude, "One?"), ask(claude, "Two?")] == ["Answer 1.", "Answer 2."]
    assert len(Cassette(folder / "a.jsonl")) == 2


def test_a_changed_folder_is_no_other_file_of_the_environment(claude, folder, monkeypatch):
    monkeypatch.setenv("CLAUDE_NB_CASSETTE", "a.jsonl")
    first = ask(claude)
    monkeypatch.chdir(folder.parent)
    assert ask(claude) == first
    assert not (folder.parent / "a.jsonl").exists()


def test_a_changed_folder_is_no_other_notebook(claude, server, recorded, folder, monkeypatch):
    monkeypatch.setenv("CLAUDE_NB_CASSETTE_MODE", "replay")
    monkeypatch.chdir(folder.parent)
    assert ask(claude) == recorded
    monkeypatch.delenv("JPY_SESSION_NAME")
    assert ask(claude) == recorded
    assert len(server.asked) == 1


def test_a_recording_stands_in_the_folder_of_its_notebook(claude, folder, monkeypatch):
    (folder / "lessons").mkdir()
    monkeypatch.setenv("JPY_SESSION_NAME", str(folder / "lessons" / "one.ipynb"))
    claude.text("record")
    ask(claude)
    assert (folder / "lessons" / "one.answers.jsonl").exists()


@pytest.mark.parametrize(
    ("notebook", "sought"),
    [("lesson.ipynb", "no file .*lesson.answers.jsonl"), ("", "not one file .*answers.jsonl in ")],
)
def test_what_is_to_be_replayed_and_is_not_there_is_never_asked(
    claude, server, monkeypatch, notebook, sought
):
    monkeypatch.setenv("CLAUDE_NB_CASSETTE_MODE", "replay")
    monkeypatch.setenv("JPY_SESSION_NAME", notebook)
    with pytest.raises(InputError, match=f"{sought}.*%claude record"):
        ask(claude)
    assert server.asked == []
    claude.text("off")
    assert ask(claude) == "Answer 1."


def test_the_emulator_answers_where_there_is_nothing_to_replay(claude, server, monkeypatch):
    monkeypatch.setenv("CLAUDE_NB_CASSETTE_MODE", "replay")
    monkeypatch.setenv("CLAUDE_NB_BACKEND", "emulator")
    monkeypatch.setenv("CLAUDE_NB_EMULATOR_SPEED", "0")
    assert "391" in ask(claude, "What is 17 * 23?")
    assert server.asked == []


def test_what_a_person_said_comes_before_the_environment(claude, server, recorded, monkeypatch):
    monkeypatch.setenv("CI", "true")
    claude.text("off")
    ask(claude)
    assert len(server.asked) == 2


@pytest.mark.parametrize(
    ("name", "value"),
    [("CLAUDE_NB_CASSETTE_MODE", "rewind"), ("CLAUDE_NB_CASSETTE_SPEED", "fast")],
)
def test_a_variable_that_cannot_be_used_is_named(claude, monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    with pytest.raises(InputError, match=f"{name} is '{value}', but must be"):
        ask(claude)


def test_the_environments_file_is_used_at_its_speed(claude, folder, monkeypatch):
    monkeypatch.setenv("CLAUDE_NB_CASSETTE", "a.jsonl")
    monkeypatch.setenv("CLAUDE_NB_CASSETTE_SPEED", "2")
    ask(claude)
    assert json.loads((folder / "a.jsonl").read_text(encoding="utf-8"))["pace"]
    assert claude.session.cassette[1].speed == 2
    assert main(["cassette", "check", "a.jsonl"]) == 0
