"""What a page that comes back is told of the answers of its notebook."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from comm import get_comm_manager

from claude_nb.notebook.ledger.kept import Kept
from claude_nb.notebook.live import returning
from claude_nb.notebook.page.constants import ANSWERS
from claude_nb.notebook.run import keeping
from claude_nb.notebook.session import Change, Session

FINAL = {"text/plain": "Whole."}


class View:
    """A view that is coming, or has ended; counts the pages that see it."""

    def __init__(self, *, ended) -> None:
        self.final = (FINAL, {"a": 1}) if ended else None
        self.pages = 0

    def again(self):
        """Let one more page see it."""
        self.pages += 1
        return {"text/plain": "Coming."}, {}


@pytest.fixture
def here():
    return Session()


@pytest.fixture
def told(here):
    """Give a function that says something as a page, and returns what it is told."""
    returning.listen(lambda asked: keeping._told_page(here, asked))
    page = SimpleNamespace(sent=[])
    comm = SimpleNamespace(on_msg=lambda heard: setattr(page, "say", heard), send=page.sent.append)
    get_comm_manager().targets[ANSWERS](comm, {})

    def tell(**wish):
        page.sent.clear()
        page.say({"content": {"data": wish}})
        return [answer for message in page.sent for answer in message["answers"]]

    tell.page = page
    yield tell
    get_comm_manager().targets.pop(ANSWERS)


def keep(here, cell="a", number=1, *, ended=True):
    here.kept.add(Kept(cell=cell, number=number, title="?", view=View(ended=ended)))
    return here.kept.named("")


def test_a_page_gets_what_ended_without_it_until_it_has_it(here, told):
    kept = keep(here)
    expected = {"mark": kept.mark, "cell": "a", "number": 1, "count": 0, "data": FINAL}
    assert told(cells=["a"]) == [{**expected, "metadata": {"a": 1}}]
    assert told(cells=["b"]) == []
    assert told(have=[kept.mark], cells=["a"]) == []
    assert [each["mark"] for each in told(marks=[kept.mark])] == [kept.mark]  # another page's


def test_a_page_gets_a_view_of_what_is_coming_once(here, told):
    kept = keep(here, ended=False)
    [answer] = told(cells=["a"], marks=[kept.mark])
    assert answer["data"] == {"text/plain": "Coming."}
    assert told(cells=["a"], live=[kept.mark]) == []
    assert kept.view.pages == 1


def test_a_page_is_told_what_a_change_would_write_if_it_shows_it(here, told):
    change = Change(cell="a", before="1/0", after="1", placed=False)
    here.changes.add(change)
    assert told(changes=[change.mark, "0" * 32]) == []
    [message] = told.page.sent
    assert message["changes"] == [
        {"cell": "a", "before": "1/0", "after": "1", "placed": False, "mark": change.mark}
    ]
    told(changes=["all"])
    assert told.page.sent == []  # no mark: nothing is told


def test_a_mark_of_another_kernel_is_nothing(here, told):
    keep(here)
    assert told(marks=["0" * 32], have=["1" * 32]) == []


@pytest.mark.parametrize(
    "wish",
    [
        {"cells": "a"},
        {"cells": [1]},
        {"cells": ["a" * 101]},
        {"cells": ["a"] * 10_001},
        {"marks": ["a"]},
        {"cells": ["a"], "more": 1},
    ],
)
def test_what_is_no_wish_is_logged_and_answered_with_nothing(here, told, wish, caplog):
    keep(here)
    assert told(**wish) == []
    [record] = caplog.records
    assert record.name == "claude_nb"
