"""No question leaves an answer behind that is coming for ever, or that a page gets unasked."""

from __future__ import annotations

import signal
from types import SimpleNamespace
from typing import Annotated

import pydantic
import pytest

from claude_nb.ask.errors import InputError
from claude_nb.ask.options import Options
from claude_nb.notebook import session
from claude_nb.notebook.answer.failure import RunError
from claude_nb.notebook.errors import StoppedError
from claude_nb.notebook.live import views
from claude_nb.notebook.live.views import FinalView
from claude_nb.notebook.run import cell


class Quiet(FinalView):
    """Keeps the output, and shows nothing."""

    def finish(self, bundle, _="", metadata=None):
        """Keep it."""
        self.final = dict(bundle), dict(metadata or {})


@pytest.fixture
def here(alone, monkeypatch):
    """Give a session of one cell, whose views show nothing."""
    parent = {"header": {"msg_id": "1"}, "metadata": {"cellId": "a"}}
    alone.shell.get_parent = lambda: parent
    monkeypatch.setattr(views, "choose", lambda *_, **__: Quiet())
    return alone


@pytest.fixture
def served(serve):
    """Give what a server answers with, which can be changed."""
    world = SimpleNamespace(reply="Sixteen.")
    serve(lambda _: world.reply)
    return world


@pytest.mark.parametrize("bg", [False, True])
def test_a_question_to_no_server_keeps_nothing(here, monkeypatch, bg):
    monkeypatch.setenv("ANTHROPIC_API_KEY", "canary")
    monkeypatch.setenv("ANTHROPIC_BASE_URL", "ftp://127.0.0.1")
    with pytest.raises(InputError, match="ftp"):
        cell.ask(here, Options(bg=bg), "4 * 4?", "a")
    assert here.kept.all() == []


@pytest.mark.parametrize("captured", [False, True])
def test_what_is_captured_is_not_for_the_notebook(here, served, monkeypatch, captured):
    monkeypatch.setenv("CLAUDE_NB_DISPLAY", "live")
    monkeypatch.setattr(session.Session, "is_captured", captured)
    cell.ask(here, Options(), "4 * 4?", "a")
    assert here.kept.waiting(["a"]) == ([] if captured else here.kept.all())
    assert here.kept.named("") is not None


def test_an_interrupt_ends_a_check_of_the_answer(here, served):
    went_on = []

    def check(text: str) -> str:
        signal.raise_signal(signal.SIGINT)
        went_on.append(text)
        return text

    checked = Annotated[str, pydantic.AfterValidator(check)]
    here.shell.user_ns["Pet"] = pydantic.create_model("Pet", name=(checked, ...))
    served.reply = '{"name": "Tom"}'
    with pytest.raises(StoppedError):
        cell.ask(here, Options(schema="Pet", out="v"), "A pet?", "a")
    assert went_on == []
    assert "v" not in here.shell.user_ns
    assert here.kept.named("").final is not None


def test_a_tool_that_exits_ends_the_answer_as_any_error(here, served):
    def leave(city: str) -> str:
        """Weather of a city."""
        raise SystemExit(2)

    here.shell.user_ns["leave"] = leave
    served.reply = [{"type": "tool_use", "id": "t", "name": "leave", "input": {"city": "Rome"}}]
    with pytest.raises(RunError) as failed:
        cell.ask(here, Options(tools="leave"), "Weather?", "a")
    assert "SystemExit(2)" in repr(failed.value.__cause__)
    [kept] = here.kept.all()
    assert "cut off: an error of this notebook's" in kept.final[0]["text/plain"]
    assert kept.final is not None
    assert kept.message.content[0].type == "tool_use"
    assert len(here.ledger) == 1
