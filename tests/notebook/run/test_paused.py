"""A turn that the server pauses is gone on with, so many times, and is one turn in the chat."""

from __future__ import annotations

import threading
from types import SimpleNamespace

import pytest

from claude_nb.ask.options import Options
from claude_nb.emulator import Answer
from claude_nb.notebook.live import views
from claude_nb.notebook.live.views import FinalView
from claude_nb.notebook.run import cell, run

SEARCH = '{"type": "web_search_20250305", "name": "web_search"}'
DEADLINE = 20
WAYS = [{"bg": bg, "no_stream": whole} for bg in (False, True) for whole in (False, True)]


@pytest.fixture
def here(alone, monkeypatch):
    """Give a session whose views show nothing."""
    monkeypatch.setattr(views, "choose", lambda *_, **__: FinalView())
    monkeypatch.setattr(FinalView, "finish", lambda *_: None)
    return alone


@pytest.fixture
def served(serve):
    """Give a server that pauses `pauses` times, then answers."""
    world = SimpleNamespace(requests=[], pauses=2, between=lambda: None)
    world.reply = "It is sunny."

    def answer(request):
        world.requests.append(request)
        if len(world.requests) <= world.pauses:
            world.between()
            return paused(len(world.requests))
        return world.reply

    serve(answer)
    return world


def paused(number):
    """Return an answer that stands at a search."""
    call = {"type": "server_tool_use", "id": f"srvtoolu_{number}", "name": "web_search"}
    blocks = [{"type": "text", "text": f"Part {number}."}, {**call, "input": {"query": "sun"}}]
    return Answer(blocks, stop_reason="pause_turn")


def ask(here, **options):
    handle = cell.ask(here, Options(option=[f"tools=[{SEARCH}]"], **options), "Weather?", "a")
    return handle.result(DEADLINE) if options.get("bg") else handle


@pytest.mark.parametrize("way", WAYS)
def test_a_paused_turn_is_gone_on_with(here, served, way):
    message = ask(here, **way)
    kinds = [block.type for block in message.content]
    assert kinds == [*["text", "server_tool_use"] * 2, "text"]
    assert message.stop_reason == "end_turn"
    sent = served.requests[-1]["messages"]
    assert [turn["role"] for turn in sent] == ["user", "assistant", "assistant"]
    assert here.ledger[-1].state == "complete"


def test_it_is_one_turn_of_the_chat(here, served):
    ask(here, chat="p")
    cell.ask(here, Options(chat="p"), "And tomorrow?", "b")
    sent = served.requests[-1]["messages"]
    assert [turn["role"] for turn in sent] == ["user", "assistant", "user"]
    assert "".join(block["text"] for block in sent[1]["content"]).endswith("It is sunny.")


def test_a_turn_that_is_paused_again_and_again_ends_and_says_so(here, served):
    served.pauses = 1_000
    message = ask(here)
    assert message.stop_reason == "pause_turn"
    assert len(served.requests) == run.MOST_PAUSES == 10


def test_stop_works_between_the_rounds(here, served, monkeypatch):
    served.pauses = 1_000
    stoppers, heard = [], threading.Event()
    monkeypatch.setattr(
        views, "choose", lambda *given, **_: stoppers.append(given[2]) or FinalView()
    )
    served.between = lambda: stoppers[0]() if len(served.requests) == 3 else heard.set()
    ask(here)
    assert len(served.requests) == 3
    assert here.ledger[-1].state == "stopped"


def test_calls_of_tools_that_are_no_functions_are_left_to_the_person(here, served):
    served.pauses = 0
    own = '{"name": "own", "input_schema": {"type": "object"}}'
    served.reply = Answer([{"type": "tool_use", "name": "own", "input": {}}])
    message = cell.ask(here, Options(option=[f"tools=[{own}]"]), "?", "a")
    assert message.stop_reason == "tool_use"
    assert len(served.requests) == 1
