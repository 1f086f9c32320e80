"""What waiting cells can cost: each as it will be sent, a chat with what was said before."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest

from claude_nb.api.wire import Request
from claude_nb.conversation import Conversation, Turn
from claude_nb.notebook.run.guard.estimate import estimate
from claude_nb.notebook.run.guard.waiting import Cell, behind, in_file
from claude_nb.notebook.session import Session

MODEL = "claude-sonnet-4-6"


@pytest.fixture
def session():
    return Session(shell=SimpleNamespace(user_ns={"name": "Ada" * 400}, execution_count=1))


def first(**changes):
    body = {"model": MODEL, "max_tokens": 1000, "messages": [{"role": "user", "content": "Hi"}]}
    content = json.dumps({**body, **changes}).encode()
    return Request("POST", "https://api.anthropic.com/v1/messages", content=content)


def cells(*sources):
    return [Cell(id=f"c{n}", source=source) for n, source in enumerate(sources)]


def told(session, *sources, **changes):
    return estimate(session, first(**changes), cells(*sources))


def test_all_that_is_written_counts_and_each_models_own_price(session):
    alone = told(session)
    assert (alone.prompts, alone.vague) == (1, 0)
    assert alone.most.dollars == pytest.approx(0.015, rel=0.1)
    cheap = told(session, "%%claude --no-history -m haiku --max-tokens 1000\nHi")
    dear = told(session, "%%claude --no-history -m opus --max-tokens 1000\nHi")
    assert alone.most.dollars < cheap.most.dollars < dear.most.dollars


def test_values_are_put_in_and_those_that_are_not_there_yet_are_told(session):
    there = told(session, "%%claude --no-history\n{{name}}")
    assert there.vague == 0
    assert there.tokens > told(session, "%%claude --no-history\nname").tokens + 250
    missing = told(session, "%%claude --no-history\n{{later}}", "%%claude --tools f\nHi")
    assert (missing.prompts, missing.vague) == (3, 2)
    assert str(missing).endswith("as far as it can be counted now: 2 of them may take more")


def test_cells_that_a_question_sees_count_as_much_as_there_is_room_for(session):
    plain = told(session, "%%claude --no-history\nHi")
    sees = told(session, "%%claude --no-history --context above --context-tokens 8000\nHi")
    assert sees.tokens == plain.tokens + 10_000
    assert sees.most.dollars == pytest.approx(plain.most.dollars + 0.03, rel=0.01)


def test_a_turn_is_sent_with_the_answers_before_it(session):
    turn, alone = "%%claude --max-tokens 1000\nHi", "%%claude --no-history --max-tokens 1000\nHi"
    chat, single = told(session, *[turn] * 10), told(session, *[alone] * 10)
    assert chat.prompts == single.prompts == 11
    grown = chat.most.dollars - single.most.dollars
    assert grown == pytest.approx(45 * 1000 * 3e-6, rel=0.25)  # 0 + 1 + … + 9 answers, read again
    assert told(session, *[turn.replace("--max", "--fresh --max")] * 10).most == single.most


def test_turns_that_are_replaced_do_not_count_twice(session):
    chat = session.chats["main"] = Conversation("main")
    words = ({"role": "user", "content": "x " * 50_000}, {"role": "assistant", "content": "y"})
    chat.record(Turn(cell="c0", messages=words))
    turn = "%%claude --max-tokens 1000\nHi"
    assert told(session, turn).tokens < 1_000
    assert told(session, "%%claude\n", turn.replace("Hi", "Ho")).tokens < 1_000
    assert estimate(session, first(), [Cell(id="other", source=turn)]).tokens > 20_000


def test_what_asks_nothing_is_not_counted(session):
    quiet = [
        "x = 1",
        "%claude usage",
        "%claude set temperature=0.3 max_tokens=5",
        "%%claudette\nHi",
    ]
    quiet += ["%%claude --dry-run\nHi", "%%claude --nonsense\nHi"]
    assert told(session, *quiet).prompts == 1
    assert told(session, "%claude Why is the sky blue?").prompts == 2
    assert (
        estimate(session, Request("GET", "https://x/v1/models"), cells("%%claude\nHi")).prompts == 0
    )


def test_texts_that_were_cut_count_whole(session):
    cut = Cell(id="c", source="%%claude\nHi", missing=1_000_000)
    found = estimate(session, first(), [cut])
    assert found.tokens > 250_000
    assert found.vague == 1


@pytest.mark.parametrize(
    "content",
    ["", "[]", '{"cells": 3}', '{"cells": [{"cell_type": "code", "source": 4}]}', "\xff", None],
)
def test_a_file_that_is_no_notebook_has_no_cells(tmp_path, content):
    path = tmp_path / "x.ipynb"
    if content is not None:
        path.write_bytes(content.encode("latin-1"))
    assert in_file(str(path)) == []
    assert in_file("") == []


def test_cells_are_found_by_id_else_by_their_text():
    there = cells("%%claude\na", "%%claude\nb", "%%claude\nc")
    assert [each.id for each in behind(there, "c1", "")] == ["c2"]
    assert [each.id for each in behind(there, "", "%%claude\na\n")] == ["c1", "c2"]
    assert behind(there, "nowhere", "%%claude\na") == []
