"""Cells, panels, undo, reruns, stops and errors in any order: what is sent is what is shown.

Questions begin and end in separate steps, so that anything can happen while an answer is coming.
The model beside it knows nothing but what was answered and what a person took back.
"""

from __future__ import annotations

from itertools import count
from types import SimpleNamespace
from unittest.mock import patch

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from claude_nb.api.errors import APIError
from claude_nb.api.types import Message
from claude_nb.ask.errors import InputError
from claude_nb.ask.options import Options
from claude_nb.ask.question import compose
from claude_nb.models import BUILT_IN
from claude_nb.notebook import places, session
from claude_nb.notebook.commands import chats, page
from claude_nb.notebook.live.views import FinalView
from claude_nb.notebook.panel import Panel
from claude_nb.notebook.run import background, run
from claude_nb.notebook.run.rounds import Round

SERVER = SimpleNamespace(models=BUILT_IN, environment=SimpleNamespace(timed=True))
CHATS = ("main", "side")
CELLS = ("a", "b", "c")


class Quiet(FinalView):
    """Shows nothing at all."""

    def finish(self, bundle, announcement="", metadata=None):
        """Show nothing."""


def answer(text):
    return Message.from_wire(
        {
            "id": "msg",
            "type": "message",
            "role": "assistant",
            "model": "claude-sonnet-4-6",
            "content": [{"type": "text", "text": text}],
            "stop_reason": "end_turn",
            "usage": {"input_tokens": 1, "output_tokens": 1},
        }
    )


def texts(messages):
    """Return what was said, in order, without who said it."""
    return [
        m["content"] if isinstance(m["content"], str) else m["content"][0]["text"] for m in messages
    ]


class Notebook(RuleBasedStateMachine):
    """One kernel with cells and panels on two chats."""

    def __init__(self):
        super().__init__()
        self.session = session.Session()
        self.patches = [
            patch.object(session, "_alone", lambda: self.session),
            patch.object(background.Handle, "begin", lambda _: None),
            patch.object(background.backend, "connect", lambda *_, **__: None),
        ]
        for each in self.patches:
            each.start()
        self.numbers = count()
        self.answered: set[str] = set()  # answers that came
        self.gone: set[str] = set()  # what a person took back, or said anew
        self.sent_before: dict[str, list] = {}  # the history that each answer answered
        self.newest: dict[tuple, int] = {}  # by chat and cell, its newest question with an answer
        self.panels: list[Panel] = []
        self.coming: list[tuple] = []  # what was asked and has not ended

    def teardown(self):
        for each in self.patches:
            each.stop()

    @initialize()
    def open_panels(self):
        self.panels = [Panel(chat=chat) for chat in (*CHATS, "side")]

    # One rule, so that asking and ending are among what happens in every run.

    @rule(data=st.data())
    def something_happens(self, data):
        draw = data.draw
        steps = (
            *(self.a_cell_asks, self.a_panel_asks, self.a_panel_asks_again),
            *(self.an_answer_ends, self.an_answer_ends, self.an_answer_ends),
            *(self.a_slider_moves, self.undo, self.clear, self.a_command_takes_back),
            *(self.fork, self.go, self.keep),
        )
        draw(st.sampled_from(steps))(draw)

    def panel(self, draw):
        return draw(st.sampled_from(self.panels))

    def exchange(self, draw, chat):
        return draw(st.sampled_from(list(chat))) if len(chat) else None

    # Asking.

    def a_cell_asks(self, draw):
        chat, cell = draw(st.sampled_from(CHATS)), draw(st.sampled_from(CELLS))
        fresh, alone = draw(st.sampled_from([(False, False)] * 3 + [(True, False), (False, True)]))
        options = Options(chat=chat, fresh=fresh, no_history=alone)
        place = places.CellPlace(self.session, options, cell)
        text = f"ask {next(self.numbers)}"
        question = compose(options, text, variables={}, history=place.history())
        shown = self.session.chats.get(chat)
        expected = [] if fresh or alone or shown is None else shown.messages(cell)
        assert question.history == expected
        self.coming.append((question, place, None))

    def a_panel_asks(self, draw):
        panel = self.panel(draw)
        panel.columns = [{}] * draw(st.sampled_from([0, 0, 2]))
        self.sent(panel, f"ask {next(self.numbers)}", "")

    def a_panel_asks_again(self, draw):
        panel = self.panel(draw)
        panel.columns = []
        exchange = self.exchange(draw, panel.conversation)
        if exchange is not None:
            self.sent(panel, exchange.prompt, exchange.id)

    def sent(self, panel, text, instead_of):
        shown, running = panel.conversation.messages(instead_of), panel.running
        try:
            handles = panel.send(text, instead_of=instead_of)
        except InputError:
            assert running
            return
        assert not running
        for handle in handles:
            assert handle.question.history == shown
            self.coming.append((handle.question, handle.place, handle))

    # Ending.

    def an_answer_ends(self, draw):
        if self.coming:
            asked = self.coming.pop(draw(st.integers(0, len(self.coming) - 1)))
            self.ends(*asked, draw(st.sampled_from(["whole", "whole", "stopped", "failed"])))

    def ends(self, question, place, handle, how):
        follower = handle.follower if handle else run.follow(question, Quiet())
        text = f"answer {next(self.numbers)}"
        outcome = follower.outcome
        outcome.stopped = how == "stopped"
        if how == "failed":
            outcome.error = APIError("gone", request=None, body=None)
        else:
            outcome.rounds.append(Round(message=answer(text)))
            self.sent_before[text] = question.history
        name = question.options.chat
        is_late = not handle and self.newest.get((name, place.cell), -1) > place.number
        if not handle and how != "failed" and not question.options.no_history and not is_late:
            self.newest[name, place.cell] = place.number
            self.will_replace(self.session.chats.get(name), question, place)
        ended = run.conclude(follower, question, place, self.session, server=SERVER)
        if handle:
            handle._on_end(ended)
            handle._run.set_result(ended)
        if ended.turn is not None and not question.options.no_history and not is_late:
            self.answered.add(text)

    def will_replace(self, chat, question, place):
        """Note what a person says anew: all, or what this cell had said."""
        if chat is None:
            return
        if not question.options.fresh:
            self.gone |= self.said([each for each in chat if each.id == place.cell])
        elif not chat.running:
            self.gone |= self.said(exchange for branch in chat.branches for exchange in branch)

    @staticmethod
    def said(exchanges):
        turns = [
            c.turn for exchange in exchanges for c in exchange.candidates if c.turn is not None
        ]
        return {text for turn in turns for text in texts(turn.messages[1:])}

    # What a person does meanwhile.

    def a_slider_moves(self, draw):
        self.panel(draw).temperature = draw(st.sampled_from([0.0, 0.3, 1.0]))

    def undo(self, draw):
        panel = self.panel(draw)
        chat = panel.conversation
        back, last = chat._cleared, chat.branch[-1:]
        if self.tried(panel.undo, chat):
            if back is None:
                self.gone |= self.said(last)
            else:
                self.gone -= self.said(exchange for branch in back[0] for exchange in branch)

    def clear(self, draw):
        panel = self.panel(draw)
        exchanges = [e for branch in panel.conversation.branches for e in branch]
        if self.tried(panel.clear, panel.conversation):
            self.gone |= self.said(exchanges)

    def a_command_takes_back(self, draw):
        chat = draw(st.sampled_from(CHATS))
        command = draw(st.sampled_from([chats.undo, chats.reset]))
        conversation = self.session.chats[chat]
        before = [e for branch in conversation.branches for e in branch]
        with patch.object(page, "show"):
            done = self.tried(lambda: command(self.session, chat), conversation, empty=True)
        after = {e.id for branch in conversation.branches for e in branch}
        self.gone |= self.said(e for e in before if done and e.id not in after)

    def fork(self, draw):
        panel = self.panel(draw)
        exchange = self.exchange(draw, panel.conversation)
        if exchange is not None:
            self.tried(lambda: panel.branch(exchange.id), panel.conversation)

    def go(self, draw):
        self.panel(draw).conversation.go(draw(st.integers(0, 3)))

    def keep(self, draw):
        chat, column = self.panel(draw).conversation, draw(st.sampled_from([0, 1]))
        for exchange in chat:
            is_open = exchange.kept is None and not exchange.running
            if is_open and exchange.candidates[column].turn is not None:
                chat.keep(exchange, column)
                return

    def tried(self, act, chat, *, empty=False):
        running = chat.running
        try:
            act()
        except InputError:
            assert running or (empty and not chat.turns)
            return False
        assert not running
        return True

    # What must always hold.

    @invariant()
    def nothing_is_lost_and_nothing_stands_twice(self):
        kept = set()
        for chat in self.session.chats.values():
            for line in chat.branches:
                names = [exchange.id for exchange in line]
                assert len(names) == len(set(names))
                kept |= self.said(line)
        assert self.answered - self.gone <= kept

    @invariant()
    def what_is_shown_is_what_is_sent(self):
        for panel in self.panels:
            shown = panel.conversation
            assert shown is self.session.chats[panel.chat]
            said = [e.turn for e in shown if e.turn is not None]
            assert shown.messages() == [m for turn in said for m in turn.messages]

    @invariant()
    def a_turn_that_answered_something_else_is_stale(self):
        for chat in self.session.chats.values():
            for turn in chat.turns:
                if not turn.stale:
                    assert chat.messages(turn.cell) == self.sent_before[texts(turn.messages)[-1]]


TestNotebook = pytest.mark.slow(pytest.mark.filterwarnings("ignore")(Notebook.TestCase))
TestNotebook.settings = settings(
    max_examples=1000,
    stateful_step_count=20,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
