"""``--context`` told by a page: what it says is bounded and checked, and nobody waits for long."""

from __future__ import annotations

import threading
import time
from types import SimpleNamespace

import pytest

from claude_nb.ask.options import Options
from claude_nb.notebook import session as sessions
from claude_nb.notebook.live import cells as live
from claude_nb.notebook.run.context import gather


def cell(place, source="x = 1", **more):
    told = {"id": f"c{place}", "kind": "code", "source": source, "outputs": [], "tags": []}
    return {**told, "number": None, "place": place, **more}


class Page:
    """A page that answers with `tells`, on a comm of its own and from another thread."""

    def __init__(self):
        self.opened = []
        self.tells = lambda _: None
        self.heard = lambda _: None

    def register_target(self, name, opened):
        assert name == "claude_nb.cells"
        opened(SimpleNamespace(on_msg=lambda heard: setattr(self, "heard", heard)), {})

    def create_comm(self, target_name, data):
        assert target_name == "claude_nb.cells"
        self.opened.append(SimpleNamespace(send=self.asked))
        self.asked(data)
        return self.opened[-1]

    def asked(self, wish):
        answer = self.tells(wish)
        if answer is not None:
            message = {"content": {"data": {"ask": wish["ask"], **answer}}}
            threading.Thread(target=self.heard, args=(message,)).start()


@pytest.fixture
def page(monkeypatch):
    page = Page()
    monkeypatch.setattr(live, "create_comm", page.create_comm)
    monkeypatch.setattr(live, "get_comm_manager", lambda: page)
    monkeypatch.setattr(live, "FIRST", 0.3)
    monkeypatch.setattr(live, "SOON", 0.1)
    return page


@pytest.fixture
def session():
    manager = SimpleNamespace(input_hist_raw=["", "ran = 1"], outputs={}, exceptions={})
    shell = SimpleNamespace(user_ns={}, kernel=True, history_manager=manager)
    return sessions.Session(shell=shell)


def gathered(session, wish="above", cell="q"):
    context = gather.gathered(session, Options(context=wish), cell)
    assert context is not None
    return context


def titles(context):
    return [seen.title for seen in context.seen]


def test_cells_that_were_moved_and_never_run_are_seen_where_they_stand(page, session):
    told = [cell(1, "first"), cell(2, "second"), cell(4, "below")]
    page.tells = lambda wish: {"at": 2, "cells": told if wish["all"] else told[:2]}
    assert titles(gathered(session)) == ["first", "second"]
    assert titles(gathered(session, 1)) == ["second"]
    assert titles(gathered(session, "all")) == ["first", "second", "below"]
    assert gathered(session).notes == ()
    assert len(page.opened) == 1  # one comm for all questions


def test_without_an_answer_from_a_page_it_is_what_was_run_and_that_is_said(page, session):
    begun = time.monotonic()
    context = gathered(session)
    assert time.monotonic() - begun < 2
    assert titles(context) == ["ran = 1"]
    assert context.notes == (
        "what was run, not what is written: no page told the notebook's cells",
    )


@pytest.mark.parametrize(
    "answer",
    [
        {"at": 1, "cells": "many"},
        {"at": -1, "cells": []},
        {"at": 1, "cells": [cell(1, kind="evil")]},
        {"at": 1, "cells": [cell(1, source="x" * 200_000)]},
        {"at": 1, "cells": [cell(1, more=1)]},
        {"at": 1, "cells": [cell(1)] * 2_000},
        {"ask": 99, "at": 1, "cells": []},
    ],
)
def test_what_is_no_list_of_cells_is_not_taken(page, session, answer):
    page.tells = lambda _: answer
    assert titles(gathered(session)) == ["ran = 1"]


@pytest.mark.parametrize(
    "output",
    [
        {},
        {"output_type": 7},
        {"output_type": "stream", "text": {"a": 1}},
        {"output_type": "display_data", "data": [1]},
        {"output_type": "display_data", "data": {"image/png": {"a": 1}, "text/plain": 7}},
        {"output_type": "error", "traceback": [None, 1], "ename": []},
    ],
)
def test_an_output_of_any_shape_is_text_or_nothing(page, session, output):
    page.tells = lambda _: {"at": 1, "cells": [cell(1, outputs=[output])]}
    assert titles(gathered(session)) == ["x = 1"]


def test_a_page_that_was_reloaded_is_asked_on_a_comm_of_its_own(page, session):
    page.tells = lambda _: {"at": 1, "cells": [cell(1)]}
    gathered(session)
    lost = page.opened[0]
    lost.send = lambda _: None
    assert titles(gathered(session)) == ["x = 1"]
    assert len(page.opened) == 2


def test_no_page_is_asked_where_none_could_be_heard(page, session, monkeypatch):
    monkeypatch.setattr(live, "version", lambda _: "6.29.5")
    assert titles(gathered(session)) == ["ran = 1"]
    monkeypatch.undo()
    assert titles(gathered(session, cell="")) == ["ran = 1"]  # nbclient, a terminal
    assert page.opened == []
