"""Chats that outlive their kernel: what is loaded is what was said, and damage is named."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "commands"))
from commands_rig import start_shell, stop_shell

from claude_nb.ask.errors import InputError
from claude_nb.conversation import Conversation, Turn
from claude_nb.notebook.ledger import chats, keeping

TURN = Turn(
    cell="c1",
    messages=(
        {"role": "user", "content": [{"type": "text", "text": "Warum 天?"}]},
        {
            "role": "assistant",
            "content": [{"type": "tool_use", "id": "t", "name": "f", "input": {}}],
        },
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t", "content": "4"}]},
        {"role": "assistant", "content": [{"type": "text", "text": "Darum."}]},
    ),
    usage={"output_tokens": 3},
    state="stopped",
    stale=True,
    filled=("x",),
)


@pytest.fixture
def claude(tmp_path, monkeypatch):
    monkeypatch.setenv("CLAUDE_NB_BACKEND", "emulator")
    monkeypatch.setenv("CLAUDE_NB_EMULATOR_SPEED", "0")
    monkeypatch.setenv("CLAUDE_NB_DISPLAY", "final")
    monkeypatch.setenv("CLAUDE_NB_LEDGER", str(tmp_path / "data" / "usage.sqlite3"))
    monkeypatch.setenv("CLAUDE_NB_NOTEBOOK", str(tmp_path / "lesson.ipynb"))
    running = start_shell(tmp_path)
    yield running
    stop_shell(running)


def chat(*turns, name="main"):
    made = Conversation(name)
    for turn in turns:
        made.record(turn)
    return made


def test_all_of_a_turn_comes_back(tmp_path):
    path = tmp_path / "a.json"
    assert chats.written(chat(TURN), path) == 1
    name, (exchange,) = chats.read(path)
    assert (name, exchange.id, exchange.prompt) == ("main", "c1", "Warum 天?")
    assert exchange.turn == TURN


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX's")
def test_the_file_is_its_owners_alone(tmp_path):
    path = tmp_path / "deep" / "a.json"
    chats.written(chat(TURN), path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in path.parent.iterdir()] == ["a.json"]


def test_a_chat_that_holds_a_key_is_not_saved(tmp_path):
    key = "sk-ant-api03-" + "Ab3" * 30
    messages = ({"role": "user", "content": f"My key is {key}"}, TURN.messages[-1])
    with pytest.raises(InputError, match="looks like a key"):
        chats.written(chat(Turn(cell="c", messages=messages)), tmp_path / "a.json")
    assert list(tmp_path.iterdir()) == []


def damaged(**changes):
    turn = chats._as_json(TURN)
    return json.dumps(
        {"kind": chats.KIND, "version": 1, "name": "main", "turns": [turn | changes]}
    ).encode()


DAMAGE = {
    "torn": (damaged()[:-40], "is damaged"),
    "no text": (b"\xff\xfe\x00", "is damaged"),
    "empty": (b"", "is damaged"),
    "another file": (b'{"cells": []}', "no saved chat"),
    "deep": (b"[" * 100_000, "is damaged"),
    "one side": (damaged(messages=[{"role": "user", "content": "x"}]), "turn 1 is no exchange"),
    "another role": (damaged(messages=[{"role": "system", "content": "x"}] * 2), "turn 1"),
    "more in it": (
        damaged(messages=[{"role": "user", "content": "x", "url": 1}, {"role": "assistant"}]),
        "turn 1",
    ),
    "wrong kinds": (damaged(usage="much"), "turn 1"),
    "names of no text": (damaged(filled=[[[]]]), "turn 1"),
    **{
        f"a block that lacks {name}": (
            damaged(messages=[TURN.messages[0], {"role": "assistant", "content": [block]}]),
            "turn 1",
        )
        for name, block in {
            "a name": {"type": "tool_use", "id": "a", "input": {}},
            "an input": {"type": "tool_use", "id": "a", "name": "f", "input": 5},
            "its text": {"type": "text", "text": None},
            "its thinking": {"type": "thinking"},
            "its call": {"type": "tool_result"},
            "its source": {"type": "image", "source": "x"},
            "a type": {"text": "x"},
        }.items()
    },
    "no blocks": (
        damaged(messages=[{"role": "user", "content": [1]}, TURN.messages[-1]]),
        "turn 1",
    ),
}


@pytest.mark.parametrize("name", DAMAGE)
def test_damage_is_named_with_the_file(tmp_path, name):
    data, said = DAMAGE[name]
    path = tmp_path / "a.json"
    path.write_bytes(data)
    with pytest.raises(InputError, match=said) as told:
        chats.read(path)
    assert "a.json" in str(told.value)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes with a name")
def test_what_has_no_end_is_not_read(tmp_path):
    os.mkfifo(tmp_path / "pipe.json")
    for path in (tmp_path / "pipe.json", Path(os.devnull)):
        with pytest.raises(InputError, match="is no file that a chat could be in"):
            chats.read(path)


@pytest.mark.parametrize("name", ["..", ".x", "", "a\nb", "x" * 90, "con:aux", "a?b"])
def test_names_that_are_none_are_refused(tmp_path, name):
    with pytest.raises(InputError, match="cannot name a saved chat"):
        chats.path_of(tmp_path, name)


@pytest.mark.parametrize("name", ["Übung 1", "日本語", "a.b-c_d"])
def test_names_that_people_give_work(tmp_path, name):
    chats.written(chat(TURN), chats.path_of(tmp_path, name))
    assert chats.read(chats.path_of(tmp_path, name))[1][0].turn == TURN


def test_save_and_load_in_a_new_session(claude):
    claude.outputs("-- What is 2 + 3?")
    assert "Saved 1 turn of main in " in claude.text("save lesson-1")
    before = claude.session.chats.pop("main").turns
    assert "Loaded 1 turn into lesson-1; the last: “What is 2 + 3?”" in claude.text("load lesson-1")
    assert claude.session.chats["lesson-1"].turns == before
    assert "What is 2 + 3?" in claude.text("show lesson-1")


def test_a_cell_that_runs_again_takes_the_place_of_its_loaded_turn(claude):
    claude.shell.run_cell_magic("claude", "", "What is 2 + 3?")
    claude.text("save")
    claude.session.chats.clear()
    claude.text("load")
    (turn,) = claude.session.chats["main"].turns
    assert claude.session.chats["main"].record(turn) == []
    assert len(claude.session.chats["main"].turns) == 1


def test_what_cannot_be_loaded_says_what_there_is(claude):
    with pytest.raises(InputError, match="None is saved there"):
        claude.text("load nothing")
    claude.outputs("-- What is 2 + 3?")
    claude.text("save one")
    with pytest.raises(InputError, match="There are one"):
        claude.text("load two")


def test_a_path_works_too_and_without_a_ledger_only_that(claude, monkeypatch, tmp_path):
    claude.outputs("-- What is 2 + 3?")
    monkeypatch.setenv("CLAUDE_NB_LEDGER", "off")
    with pytest.raises(InputError, match=r"x\.json"):
        claude.text("save one")
    assert "Saved 1 turn" in claude.text(f'save "{tmp_path / "x.json"}"')
    claude.session.chats.clear()
    assert "Loaded 1 turn into main" in claude.text(f'load "{tmp_path / "x.json"}"')


def test_chats_are_kept_by_themselves_where_that_is_set(claude, tmp_path):
    claude.outputs("-- What is 2 + 3?")
    assert not (tmp_path / "data" / "chats").exists()
    claude.magics.keep_chats = True
    claude.outputs("-- And 4 + 5?")
    (path,) = (tmp_path / "data" / "chats" / "notebooks").glob("lesson-*/main.chat.json")
    assert len(chats.read(path)[1]) == 2
    before = claude.session.chats.pop("main").turns
    claude.session.keeper = None  # as in a new kernel
    claude.outputs("models sonnet")
    assert claude.session.chats["main"].turns == before
    claude.text("reset")
    assert not path.exists()


def test_a_kept_chat_that_is_damaged_is_named_and_put_aside(claude, tmp_path):
    claude.magics.keep_chats = True
    folder = keeping.of(claude.session).folder
    folder.mkdir(parents=True)
    (folder / "main.chat.json").write_bytes(b"{torn")
    with pytest.warns(
        UserWarning, match=r"(?s)main\.chat\.json is damaged.*is main\.chat\.damaged"
    ):
        claude.outputs("-- What is 2 + 3?")
    assert (folder / "main.chat.damaged").read_bytes() == b"{torn"
    assert len(chats.read(folder / "main.chat.json")[1]) == 1


def test_any_name_of_a_chat_has_a_file_of_its_own(claude):
    names = ["a/b", "a\\b", "..", "a_b", "con", "x" * 200, "日本"]
    assert len({keeping._file_name(name) for name in names}) == len(names)
    for name in names:
        chats.path_of(Path("/x"), keeping._file_name(name))
