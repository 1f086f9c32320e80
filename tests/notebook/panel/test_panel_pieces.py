"""What a page is told of a chat: pieces that changed, versions of turns, and an output at rest."""

from __future__ import annotations

import json
import threading
from types import SimpleNamespace

import pytest

from claude_nb import emulator
from claude_nb.ask.errors import InputError
from claude_nb.conversation import Conversation, Exchange
from claude_nb.notebook import session
from claude_nb.notebook.panel import Panel, commands, saved, screen
from claude_nb.notebook.panel.columns import label
from claude_nb.notebook.panel.transcript.lines import forks
from claude_nb.notebook.panel.transcript.rest import AtRest

DEADLINE = 20
WORDS = {"claude-haiku-4-5-20251001": 509, "claude-sonnet-4-6": 662}


class Rest:
    """Stands for the wait until nothing has happened for a while, which ends when it is told to."""

    def __init__(self, work, _):
        self.end, self.due = work, False

    def news(self):
        self.due = True

    def cancel(self):
        self.due = False


@pytest.fixture(autouse=True)
def alone(monkeypatch):
    """Give each test a session of its own with a page, and a server whose answers differ."""
    here = session.Session()
    monkeypatch.setattr(session, "current", lambda: here)
    monkeypatch.setenv("CLAUDE_NB_DISPLAY", "live")
    monkeypatch.setattr(screen, "AtRest", Rest)

    def answer(asked):
        return "word " * WORDS[asked["model"]]

    with emulator.serve(tokens_per_second=0, answer=answer) as server:
        monkeypatch.setenv("ANTHROPIC_BASE_URL", server.url)
        monkeypatch.setenv("ANTHROPIC_API_KEY", "canary")
        yield


@pytest.fixture
def published(monkeypatch):
    """Give the list of outputs that were published."""
    outputs = []

    def publish(bundle, metadata=None, **where):
        outputs.append(SimpleNamespace(data=bundle, metadata=metadata, **where))

    monkeypatch.setattr(screen, "publish", publish)
    return outputs


class Page:
    """A panel that is shown, and what its page is told."""

    def __init__(self, panel=None):
        self.panel = panel or Panel(count=False)
        self.panel._screen = self.screen = screen.Screen(self.panel)
        self.widget, self.pieces, self.sizes = self.screen.widget, {}, []
        self.told = []
        self.widget.tell = self._told

    def _told(self, **content):
        self.sizes.append(len(json.dumps(content)))
        self.told.append(content)
        self.pieces |= {piece["id"]: piece for piece in content.get("pieces", [])}

    def says(self, do, **content):
        commands.run(self.panel, self.screen, {"do": do, **content})

    def asks(self, text, **more):
        for handle in self.panel.send(text, **more):
            handle.result(DEADLINE)
        return self.pieces[self.panel.conversation.branch[-1].id]


def chat(number):
    messages = [{"role": role, "content": "word " * 50} for role in ("user", "assistant")]
    turns = [{"prompt": f"Turn {n}", "messages": messages} for n in range(number)]
    return {"kind": "claude_nb chat", "turns": turns}


def test_each_compared_answer_has_its_own_numbers():
    columns = [{"model": "sonnet-4.6"}, {"model": "haiku-4.5"}]
    takes = Page(Panel(columns=columns, count=False)).asks("Which?")["takes"]
    tokens = [take["facts"]["output"] for take in takes]
    models = [take["facts"]["model"] for take in takes]
    assert models == ["claude-sonnet-4-6", "claude-haiku-4-5-20251001"]
    assert tokens[0] / tokens[1] == pytest.approx(662 / 509, rel=0.05)
    assert len({take["facts"]["seconds"] for take in takes}) == 2


def test_each_compared_answer_is_named_in_the_saved_output():
    hostile = {"system": "<img src=x onerror=alert(1)>"}
    page = Page(Panel(columns=[{"model": "sonnet-4.6"}, {"model": "haiku-4.5", **hostile}]))
    page.asks("Which?")
    output = saved.bundle(list(page.panel.conversation), page.widget.panel)
    for form in ("text/html", "text/plain"):
        at = [output[form].index(name) for name in ("Claude Sonnet 4.6 ·", "Claude Haiku 4.5 ·")]
        assert at == sorted(at)
    assert "<img" not in output["text/html"]
    page.panel.columns = []
    assert page.asks("Alone?")["saved"]["titles"] == [""]


def test_code_is_written_for_each_column_that_is_compared():
    panel = Panel(prompt="Hi", columns=[{"model": "sonnet-4.6"}, {"model": "haiku-4.5"}])
    assert "haiku" not in panel.code()["magic"]
    assert "haiku" in panel.code(column=1)["magic"]
    with pytest.raises(InputError, match="there are 2"):
        panel.code(column=2)
    page = Page(panel)
    page.says("code", text="Hi")
    [told] = [each["code"] for each in page.told if "code" in each]
    assert [each["label"] for each in told] == ["Claude Sonnet 4.6", "Claude Haiku 4.5"]
    assert all('"claude-haiku' not in told[0][way] for way in ("python", "sdk"))


def test_a_column_is_told_by_its_model_and_by_what_it_takes_of_what_differs():
    panel = Panel()
    warm, cold, none = (
        panel.options().changed({"model": model, "temperature": temperature})
        for model, temperature in [("sonnet-4.6", 0.9), ("sonnet-4.6", None), ("opus-5.5", None)]
    )
    told = [label(each, [warm, cold, none], panel.session.models) for each in (warm, cold, none)]
    assert told == [
        "Claude Sonnet 4.6 · temperature 0.9",
        "Claude Sonnet 4.6 · temperature: default",
        "Claude Opus 5.5",
    ]


def test_a_new_answer_sends_its_own_piece_however_long_the_chat_is():
    page = Page()
    page.panel.resume(chat(300))
    page.pieces.clear()
    page.sizes.clear()
    new = page.asks("One more?")
    assert set(page.pieces) == {new["id"]}
    assert sum(page.sizes) < 30_000
    assert len(page.widget.turns) == 301
    assert new["takes"][0]["state"] == "done"
    assert page.widget.turns[-1] == [new["id"], new["v"]]


def test_a_page_that_missed_a_piece_asks_for_it_and_gets_what_is_true_now():
    page = Page()
    page.panel.resume(chat(30))
    ids = [name for name, _ in page.widget.turns]
    assert page.pieces == {}  # so many a page asks for, as it draws them
    page.says("pieces", ids=[*ids[:3], "nobody"])
    assert list(page.pieces) == ids[:3]
    assert [page.pieces[name]["v"] for name in ids[:3]] == [n for _, n in page.widget.turns[:3]]


def test_what_changes_gets_a_greater_number_and_what_does_not_keeps_its_own():
    page = Page()
    first, second = page.asks("One?"), page.asks("Two?")
    page.panel.columns = [{}, {"model": "haiku-4.5"}]
    third = page.asks("Three?")
    page.says("keep", id=third["id"], take=1)
    numbers = dict(page.widget.turns)
    assert (numbers[first["id"]], numbers[second["id"]]) == (first["v"], second["v"])
    assert numbers[third["id"]] > third["v"]
    assert page.pieces[third["id"]]["kept"] == 1


def test_another_line_of_the_chat_brings_back_pieces_that_a_page_has():
    page = Page()
    first, second = page.asks("One?"), page.asks("Two?")
    page.asks("Two, again?", instead_of=second["id"])
    page.says("go", at=0)
    assert page.widget.turns == [[each["id"], each["v"]] for each in (first, second)]


def test_the_parts_that_a_page_puts_together_are_the_output_that_the_kernel_would_publish():
    page = Page()
    page.asks("One <b>?\nYes")
    page.panel.columns = [{}, {"model": "haiku-4.5"}]
    page.asks("Two?")
    frame, parts = page.widget.frame, [piece["saved"] for piece in page.pieces.values()]
    said = []
    for part in parts:
        titled = zip(part["titles"], part["pages"], strict=True)
        said += [part["asked"], *(text for pair in titled for text in pair)]
    whole = saved.bundle(list(page.panel.conversation), page.widget.panel)
    assert frame["html"][0] + "".join(said) + frame["html"][1] == whole["text/html"]
    assert "\n\n".join(part["text"] for part in parts) == whole["text/plain"]
    turns = [part["turn"] for part in parts if part["turn"]]
    assert {**frame["chat"], "turns": turns} == whole[frame["mime"]]


def test_the_output_is_published_at_rest_and_not_at_each_answer(published):
    page = Page()
    rest = page.screen._rest
    for text in ("One?", "Two?", "Three?"):
        page.asks(text)
    assert (published, rest.due) == ([], True)
    rest.end()
    [output] = published
    assert "> One?" in output.data["text/plain"]
    assert "> Three?" in output.data["text/plain"]
    assert output.metadata == {"claude_nb": {"panel": page.widget.panel}}
    rest.cancel()
    page.panel.temperature = 0.5  # nothing that was said
    assert not rest.due
    rest.end()
    assert len(published) == 1


def test_a_page_that_writes_the_output_gets_none_until_the_panel_is_closed(published):
    page = Page()
    rest = page.screen._rest
    page.says("holds")
    page.asks("One?")
    assert (published, rest.due) == ([], False)
    page.panel.close()
    [output] = published
    assert "> One?" in output.data["text/plain"]
    assert output.update


def test_work_at_rest_is_done_once_for_all_that_happened_and_not_after_a_cancel():
    done, ended = [], threading.Event()
    rest = AtRest(lambda: (done.append(1), ended.set()), 0.01)
    never = AtRest(lambda: done.append(2), 3600)
    never.news()
    never.cancel()
    for _ in range(3):
        rest.news()
    assert ended.wait(DEADLINE)
    assert set(done) == {1}


def test_versions_of_a_turn_are_told_where_lines_part():
    a, b, c, d = (Exchange(prompt=name) for name in "abcd")
    assert forks([[a, b]], 0) == []
    assert forks([[a, b], [a, c]], 0) == [(1, 0, [0, 1])]
    assert forks([[a, b], [a, c]], 1) == [(1, 1, [0, 1])]
    assert forks([[a, b], [a]], 1) == [(1, 1, [0, 1])]  # a line in which nothing follows yet
    assert forks([[a, b], [a, c], [d]], 1) == [(0, 0, [1, 2]), (1, 1, [0, 1])]
    assert forks([[a, b], [a, b]], 1) == []


@pytest.mark.parametrize("lines", [2, 5])
def test_each_version_can_be_gone_to_and_back(lines):
    talk = Conversation()
    talk.add(Exchange(prompt="first"))
    for number in range(lines):
        talk.add(Exchange(prompt=str(number)), talk.branch[1].id if number else "")
    for number in range(lines):
        [(place, at, targets)] = forks(talk.branches, talk.at)
        assert (place, len(targets)) == (1, lines)
        assert talk.branch[1].prompt == str(at)
        talk.go(targets[number])
        assert talk.branch[1].prompt == str(number)


def test_a_column_is_taken_away_and_the_last_one_is_gone_on_with():
    page = Page(Panel(columns=[{"model": "haiku-4.5"}, {"temperature": 0.4}, {}], count=False))
    page.says("drop", column=2)
    assert page.panel.columns == [{"model": "haiku-4.5"}, {"temperature": 0.4}]
    page.says("drop", column=0)
    assert page.panel.columns == []
    assert page.panel.temperature == 0.4


def test_a_prompt_that_is_recalled_from_a_file_brings_no_variables(monkeypatch):
    page = Page()
    turn = chat(1)["turns"][0] | {"prompt": "Say {{secret}}."}
    page.panel.resume({"kind": "claude_nb chat", "turns": [turn]})
    monkeypatch.setattr(page.panel.session, "shell", SimpleNamespace(user_ns={"secret": "x"}))
    page.says("recall", id=page.widget.turns[0][0])
    assert page.panel.prompt == "Say {{secret}}."
    with pytest.raises(Exception, match="type the name anew"):
        page.panel.send()
