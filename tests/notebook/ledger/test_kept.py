"""The last answers of a kernel: found by cell, offered to pages that lost them, bounded."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from claude_nb.notebook.ledger import kept
from claude_nb.notebook.ledger.kept import Kept, Shelf


def put(shelf, cell, number, text="Hi."):
    """Keep an answer; one without text is still coming."""
    final = ({"text/plain": text}, {}) if text else None
    answer = Kept(cell=cell, number=number, title="?", view=SimpleNamespace(final=final))
    shelf.add(answer)
    return answer


@pytest.fixture
def shelf():
    return Shelf()


def test_an_answer_is_found_by_number_by_cell_or_as_the_last(shelf):
    one, two, again = put(shelf, "a", 1), put(shelf, "b", 2), put(shelf, "a", 3)
    assert [shelf.named(word) for word in ("", "1", "2", "a", "b")] == [again, one, two, again, two]
    assert shelf.named("4") is shelf.named("c") is None


def test_there_is_room_for_so_many_and_those_that_are_coming_stay(shelf, monkeypatch):
    monkeypatch.setattr(kept, "MOST", 3)
    coming = put(shelf, "a", 1, text="")
    ended = [put(shelf, "b", number) for number in range(2, 7)]
    assert shelf.all() == [coming, *ended[-2:]]


def test_there_is_room_for_so_much_text_and_the_last_stays_whole(shelf, monkeypatch):
    monkeypatch.setattr(kept, "ROOM", 10)
    put(shelf, "a", 1, "12345")
    put(shelf, "a", 2, "12345")
    last = put(shelf, "a", 3, "longer than all the room")
    assert shelf.all() == [last]


def test_a_page_is_offered_what_the_last_run_of_its_cells_asked_and_nobody_has(shelf):
    put(shelf, "a", 1)
    here = [put(shelf, "a", 2), put(shelf, "a", 2, text="")]
    put(shelf, "other notebook", 3)
    put(shelf, "b", 4).is_delivered = True
    assert shelf.waiting(["a", "b", "c"]) == here
    assert shelf.marked([here[1].mark, "0" * 32]) == [here[1]]


def test_a_view_of_something_else_has_an_answer_of_its_own(shelf):
    view = SimpleNamespace(final=None)
    assert shelf.shown_by(view).view is view
    assert shelf.all() == []
