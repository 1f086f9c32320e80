"""Whether a page can be asked about rows: never where nobody answers, nor while cells wait."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from claude_nb.notebook.run.guard import reaching
from claude_nb.notebook.run.guard.waiting import Cell, Told
from claude_nb.notebook.session import Session

NOW = datetime(2026, 12, 1, tzinfo=UTC)


class Page:
    """A page that hears, or does not."""

    def __init__(self, told):
        self.told, self.closed = told, 0

    def waiting(self):
        return self.told

    def close(self):
        self.closed += 1


@pytest.fixture
def reach(monkeypatch):
    """Give a function that looks for a page."""

    def look(told, *, more=False, stdin=True, display="live", kernel=True, old=False):
        monkeypatch.setenv("CLAUDE_NB_DISPLAY", display)
        monkeypatch.setattr(reaching, "version", lambda _: "6.29.5" if old else "7.4.0")
        poll = SimpleNamespace(poll=lambda _: int(more))
        stream = SimpleNamespace(socket=poll, _rebuild_io_state=lambda: None)
        found = SimpleNamespace(_allow_stdin=stdin, shell_stream=stream) if kernel else None
        parent = {"metadata": {"cellId": "here"}}
        shell = SimpleNamespace(kernel=found, get_parent=lambda: parent)
        page = Page(told)
        monkeypatch.setattr(reaching, "page", lambda: page)
        return reaching.reached(Session(shell=shell)), page

    return look


@pytest.mark.parametrize("cells", [None, [], [Cell(id="here", source="%%claude")]])
def test_a_page_that_hears_can_be_asked(reach, cells):
    found, page = reach(Told(NOW, cells))
    assert found is page
    assert not page.closed


@pytest.mark.parametrize(
    ("told", "around"),
    [
        (None, {}),
        (Told(NOW, [Cell(id="next", source="%%claude")]), {}),
        (Told(NOW, None), {"more": True}),
        (Told(NOW, None), {"stdin": False}),
        (Told(NOW, None), {"display": "final"}),
        (Told(NOW, None), {"kernel": False}),
        (Told(NOW, None), {"old": True}),
    ],
)
def test_else_nobody_is_asked_and_nothing_is_left_open(reach, told, around):
    found, page = reach(told, **around)
    assert found is None
    assert page.closed == (not around)
