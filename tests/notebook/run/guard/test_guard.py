"""Before many prompts are sent: who is asked, for which cells that holds, and what is said."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from claude_nb.api.wire import Request
from claude_nb.models.spending.consent import UnconfirmedError
from claude_nb.notebook.run.guard import reaching
from claude_nb.notebook.run.guard.deciding import Guard
from claude_nb.notebook.run.guard.waiting import Answer, Cell, Told
from claude_nb.notebook.session import Session

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)
LATER = NOON + timedelta(seconds=30)
ASK = {
    "model": "claude-sonnet-4-6",
    "max_tokens": 10_000,
    "messages": [{"role": "user", "content": "Hi"}],
}
CELLS = [Cell(id=f"c{n}", source="%%claude --max-tokens 10000\nHi") for n in range(1, 12)]


def request(**changes):
    content = json.dumps({**ASK, **changes}).encode()
    return Request("POST", "https://api.anthropic.com/v1/messages", content=content)


class Page:
    """What a page would say."""

    def __init__(self, answer="go", cells=CELLS, at=NOON, *, hears=True):
        self.answer, self.told = Answer(answer, LATER), Told(at, cells) if hears else None
        self.questions, self.closed = [], 0

    def waiting(self):
        return self.told

    def ask(self, question):
        self.questions.append(question)
        if self.answer.word == "interrupt":
            raise KeyboardInterrupt
        return self.answer

    def close(self):
        self.closed += 1


class Notebook:
    """A kernel that runs cells, and how many messages wait in it."""

    def __init__(self, page=None, **settings):
        self.more, self.page, self.parent = True, page or Page(), {}
        poll = SimpleNamespace(poll=lambda _: int(self.more))
        stream = SimpleNamespace(socket=poll, _rebuild_io_state=lambda: None)
        self.kernel = SimpleNamespace(_allow_stdin=True, shell_stream=stream)
        shell = SimpleNamespace(
            user_ns={}, kernel=self.kernel, get_parent=lambda: self.parent, execution_count=1
        )
        self.session = Session(shell=shell)
        given = {"ask_above": 1.0, "unasked": "go", **settings}
        self.session.settings = SimpleNamespace(**given)
        self.guard = Guard(self.session, ask_page=lambda: self.page)

    def send(self, cell="c0", at=NOON, code="%%claude --max-tokens 10000\nHi", **changes):
        """Run a cell that asks, sent by the page at this time."""
        header = {"msg_id": f"{cell} {at}", "msg_type": "execute_request", "date": at.isoformat()}
        metadata, content = {"cellId": cell}, {"code": code}
        self.parent = {"header": header, "metadata": metadata, "content": content}
        self.guard.look()
        self.guard.check(request(**changes))


@pytest.fixture(autouse=True)
def _in_a_page(monkeypatch, tmp_path):
    monkeypatch.setenv("CLAUDE_NB_DISPLAY", "live")
    monkeypatch.setenv("CLAUDE_NB_LEDGER", str(tmp_path / "usage.sqlite3"))


def test_a_single_cell_is_never_asked_about():
    notebook = Notebook()
    notebook.more = False
    notebook.send(max_tokens=60_000, model="claude-opus-4-8")
    assert notebook.page.questions == []
    assert notebook.page.closed == 0


def test_one_question_is_asked_for_all_that_waits():
    notebook = Notebook()
    for number in range(12):
        notebook.send(f"c{number}")
    (question,) = notebook.page.questions
    assert question.startswith("12 prompts, about ")
    assert "tokens in, at most $" in question
    assert float(question.rpartition("$")[2]) > 1.8  # 12 answers of 10,000 tokens at $15 a million
    assert notebook.page.closed == 1


def test_rounds_and_retries_of_a_cell_that_may_send_are_not_asked_about():
    notebook = Notebook()
    notebook.send()
    notebook.guard.check(request())
    notebook.guard.check(request())
    assert len(notebook.page.questions) == 1


def test_what_is_sent_after_the_question_is_another_run():
    notebook = Notebook()
    notebook.send("c0")
    notebook.send("c1", at=LATER)
    assert len(notebook.page.questions) == 2


def test_cancel_fails_all_cells_that_waited_and_no_later_one():
    notebook = Notebook(Page("cancel"))
    with pytest.raises(UnconfirmedError, match=r"12 prompts.*you cancelled that, so nothing was"):
        notebook.send("c0")
    notebook.more = False  # the last ones have left the queue
    for number in range(1, 12):
        with pytest.raises(UnconfirmedError, match="you cancelled"):
            notebook.send(f"c{number}")
    assert len(notebook.page.questions) == 1
    notebook.send("c5", at=LATER + timedelta(seconds=1))


def test_a_page_that_goes_away_cancels_with_a_sentence():
    with pytest.raises(UnconfirmedError, match=r"the page was closed.*nothing was sent"):
        Notebook(Page("gone")).send()


def test_an_interrupt_is_no_answer_and_takes_the_question_off_the_page():
    notebook = Notebook(Page("interrupt"))
    with pytest.raises(KeyboardInterrupt):
        notebook.send("c0")
    assert notebook.page.closed == 1
    notebook.page = Page()
    notebook.send("c1")
    assert len(notebook.page.questions) == 1


def test_below_the_threshold_nothing_is_asked_and_the_page_is_heard_once():
    notebook = Notebook(ask_above=100.0)
    for number in range(12):
        notebook.send(f"c{number}")
    assert notebook.page.questions == []
    assert notebook.page.closed == 1
    off = Notebook(ask_above=None)
    off.send()
    assert off.page.closed == 0


@pytest.mark.parametrize("path", ["/v1/messages/count_tokens", "/v1/models"])
def test_what_is_free_is_not_asked_about(path):
    notebook = Notebook()
    notebook.send(code="%%claude\nHi", messages=[])  # so that its execution is known
    notebook.page = Page()
    notebook.guard.check(Request("POST", f"https://api.anthropic.com{path}", content=b"{}"))
    assert notebook.page.questions == []


def test_what_has_no_known_price_passes_no_threshold_in_dollars():
    notebook = Notebook(Page(cells=[]))
    notebook.send(model="a-model-of-somebody")
    assert notebook.page.questions == []


@pytest.mark.parametrize("silent", [True, False])
def test_without_a_page_it_is_sent_and_said_once(silent, capsys):
    notebook = Notebook(Page(hears=False))
    notebook.kernel._allow_stdin = silent
    for number in range(20):
        notebook.send(f"c{number}", max_tokens=20_000)
    said = capsys.readouterr().err
    assert said.startswith("claude_nb: 4 prompts, about ")
    assert "more than $1.00, and nobody could be asked (no page runs these cells): it is" in said
    assert said.count("\n") == 1
    assert notebook.page.questions == []
    assert notebook.page.closed == silent  # no page is waited for twice


def test_without_a_page_a_setting_stops_before_more_than_the_threshold():
    notebook = Notebook(unasked="cancel")
    notebook.kernel._allow_stdin = False
    notebook.more = False  # what runs a file sends one cell after the other
    for number in range(3):
        notebook.send(f"c{number}", max_tokens=20_000)
    for number in range(3, 5):
        with pytest.raises(UnconfirmedError, match=r"4 prompts.*unasked is 'cancel'"):
            notebook.send(f"c{number}", max_tokens=20_000)


def test_without_a_page_the_notebooks_file_tells_before_the_first(monkeypatch, tmp_path):
    path = tmp_path / "lesson.ipynb"
    cells = [
        {"id": f"c{n}", "cell_type": "code", "source": ["%%claude --max-tokens 10000\n", "Hi"]}
        for n in range(12)
    ]
    path.write_text(json.dumps({"cells": cells, "metadata": {}}), encoding="utf-8")
    monkeypatch.setenv("CLAUDE_NB_NOTEBOOK", str(path))
    notebook = Notebook(unasked="cancel")
    notebook.kernel._allow_stdin = False
    with pytest.raises(UnconfirmedError, match="12 prompts"):
        notebook.send("c0")
    notebook.send("c11")  # the last one, by itself
    path.write_text("{", encoding="utf-8")
    notebook.send("c0")


def test_ipykernel_6_is_treated_as_if_there_were_no_page_and_says_why(monkeypatch, capsys):
    monkeypatch.setattr(reaching, "version", lambda _: "6.29.5")
    notebook = Notebook()
    for number in range(5):
        notebook.send(f"c{number}", max_tokens=20_000)
    assert "ipykernel 6 hears no page while a cell runs" in capsys.readouterr().err
    for number in range(5):  # run once more
        notebook.send(f"c{number}", max_tokens=20_000, at=LATER)
    assert capsys.readouterr().err.count("nobody could be asked") == 1
    assert notebook.page.closed == 0


def test_a_page_without_the_extension_counts_what_comes(monkeypatch):
    notebook = Notebook(Page(cells=None))
    for number in range(4):
        notebook.send(f"c{number}", max_tokens=20_000, at=NOON + timedelta(seconds=number))
    (question,) = notebook.page.questions
    assert question.startswith("4 prompts")


@pytest.mark.parametrize("date", [{}, {"date": ""}, {"date": "never"}, {"date": 5}])
def test_cells_without_a_usable_date_are_asked_about_each_time(date):
    notebook = Notebook()
    header = {"msg_type": "execute_request", **date}
    for cell in ("c0", "c1"):
        notebook.parent = {"header": {**header, "msg_id": cell}, "metadata": {"cellId": cell}}
        notebook.guard.look()
        notebook.guard.check(request())
    assert len(notebook.page.questions) == 2


def test_a_panel_does_not_wait_for_the_answer_of_a_cell():
    notebook = Notebook()
    notebook.parent = {"header": {"msg_type": "comm_msg", "msg_id": "p"}}
    with notebook.guard._lock:
        notebook.guard.check(request())


def test_cells_that_ask_in_the_background_are_known_when_another_has_begun():
    notebook = Notebook(Page("cancel"))
    header = {"msg_type": "execute_request", "date": NOON.isoformat()}
    for cell in ("c0", "c1"):
        notebook.parent = {"header": {**header, "msg_id": cell}, "metadata": {"cellId": cell}}
        notebook.guard.look()
    notebook.parent = {"header": {**header, "msg_id": "c0"}, "metadata": {"cellId": "c0"}}
    with pytest.raises(UnconfirmedError):
        notebook.guard.check(request())
