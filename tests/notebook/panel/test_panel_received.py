"""What a paste or a file says is not sent before a person acts; what is sent is what is shown."""

from __future__ import annotations

import json
import time
from types import SimpleNamespace

import pytest

from claude_nb import emulator
from claude_nb.ask.errors import InputError
from claude_nb.conversation import Turn
from claude_nb.notebook import session
from claude_nb.notebook.panel import Panel, commands, received, remembered, saved, screen
from claude_nb.notebook.panel.foreign import WAITS

DEADLINE = 20
CANARY = "canary-6bd1"


@pytest.fixture
def server(monkeypatch):
    """Give a server that keeps all that it is sent, counts included."""
    sent = []

    def answer(request):
        sent.append(json.dumps(request))
        return "Answer."

    with emulator.serve(tokens_per_second=0, answer=answer) as served:
        monkeypatch.setenv("ANTHROPIC_BASE_URL", served.url)
        monkeypatch.setenv("ANTHROPIC_API_KEY", "key")
        yield SimpleNamespace(sent=sent)


@pytest.fixture(autouse=True)
def alone(monkeypatch):
    """Give each test a session of its own, in a shell with a secret variable, and a page."""
    shell = SimpleNamespace(user_ns={"SECRET": CANARY, "harmless": "seven"})
    alone = session.Session(shell)
    monkeypatch.setattr(session, "current", lambda: alone)
    monkeypatch.setenv("CLAUDE_NB_DISPLAY", "live")
    return alone


class Page:
    """A panel and its page; each request that would be counted is kept instead of sent."""

    def __init__(self, panel=None):
        self.panel = panel or Panel()
        self.screen = screen.Screen(self.panel)
        self.told, self.counted, self.problems = [], [], []
        self.screen.widget.tell = lambda **content: self.told.append(content)
        self.screen._estimator.ask = self._count

    def _count(self, make):
        try:
            self.counted.append(json.dumps(dict(make().sent)))
        except InputError as problem:
            self.problems.append(str(problem))

    def says(self, do, **content):
        commands.run(self.panel, self.screen, {"do": do, **content})
        return self

    def ends(self):
        deadline = time.monotonic() + DEADLINE
        while self.panel.running:
            assert time.monotonic() < deadline
            time.sleep(0.01)


@pytest.fixture
def secret_file(tmp_path):
    path = tmp_path / "secret.txt"
    path.write_text(CANARY)
    return str(path)


CELLS = {
    "variable": "%%claude\n{{SECRET}}",
    "variable in a system prompt": "%%claude -s '{{SECRET}}'\nHi",
    "file": "%%claude -a FILE\nHi",
    "file as a system prompt": "%%claude -s @FILE\nHi",
    "all": "%%claude -a FILE -s '@FILE' -a SECRET\n{{SECRET}}",
    "item": "%%claude\n{{SECRET[0]}}{{ SECRET }}",
}


@pytest.mark.parametrize("cell", CELLS.values(), ids=CELLS)
def test_nothing_of_a_pasted_cell_is_counted_before_it_is_edited(cell, secret_file):
    page = Page()
    page.says("paste", text=cell.replace("FILE", secret_file))
    box = {"text": page.panel.prompt, "typed": {}}
    page.says("draft", **box).says("set", values={"max_tokens": 9}).says("code", **box)
    page.says("draft", **box)
    assert page.counted == []
    assert set(page.problems) == {WAITS}
    page.says("draft", text=f"{page.panel.prompt} now?", typed={})
    [counted] = page.counted
    assert CANARY in counted


def test_a_pasted_cell_is_sent_when_the_person_sends_it(server):
    page = Page()
    page.says("paste", text="%%claude\n{{SECRET}}").says("send", text="{{SECRET}}")
    page.ends()
    assert CANARY in server.sent[0]


@pytest.mark.parametrize("text", ["{{SECRET}}", "Look: {{ SECRET }}", "{{SECRET[2]}} {{harmless}}"])
def test_a_pasted_text_is_not_counted_before_it_is_touched(text):
    page = Page()
    page.says("draft", text=text, pasted=True).says("draft", text=text)
    page.says("set", values={"cache": True})
    assert page.counted == []
    page.says("draft", text=f"{text}!")
    assert len(page.counted) == 1


def test_a_page_is_told_why_there_is_no_number(server):
    panel = Panel()
    shown = screen.Screen(panel)
    commands.run(panel, shown, {"do": "paste", "text": "%%claude\n{{SECRET}}"})
    deadline = time.monotonic() + DEADLINE
    while shown.widget.numbers.get("problem") != WAITS:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert server.sent == []


# Chats from files.


def user(content):
    return {"role": "user", "content": content}


def claude(content):
    return {"role": "assistant", "content": content}


def chat(*turns):
    return {"kind": "claude_nb chat", "version": 1, "turns": list(turns)}


DOCUMENT = {"type": "document", "source": {"type": "url", "url": f"https://x.test/{CANARY}"}}
CALL = {"type": "tool_use", "id": "x", "name": "f", "input": {"x": CANARY}}
RESULT = {"type": "tool_result", "tool_use_id": "x", "content": CANARY}
HIDDEN = {
    "another prompt": [user(CANARY), claude("Yes.")],
    "turns in between": [user("Hi"), claude(CANARY), user(CANARY), claude("Yes.")],
    "an address": [user([DOCUMENT, {"type": "text", "text": "Hi"}]), claude("Yes.")],
    "a tool call": [user("Hi"), claude([CALL]), user([RESULT]), claude("Yes.")],
    "a call at the end": [user("Hi"), claude([{"type": "text", "text": "Yes."}, CALL])],
    "thinking": [
        user("Hi"),
        claude([{"type": "thinking", "thinking": CANARY}, {"type": "text", "text": "Yes."}]),
    ],
    "fields": [{**user("Hi"), "x": CANARY}, {**claude("Yes."), "name": CANARY}],
    "a cache": [user("Hi"), claude([{"type": "text", "text": "Yes.", "citations": [CANARY]}])],
}


@pytest.mark.parametrize("messages", HIDDEN.values(), ids=HIDDEN)
def test_what_is_sent_of_a_received_chat_is_text_and_is_what_is_shown(messages, server):
    page = Page()
    turn = {"prompt": "Hi", "messages": messages, "state": "complete", "settings": CANARY}
    page.panel.resume(json.dumps(chat(turn)))
    [exchange] = page.panel.conversation
    assert [m["content"] for m in page.panel.conversation.messages()] == ["Hi", "Yes."]
    assert "Yes." in exchange.candidates[0].shown.bundle["text/plain"]
    page.says("send", text="And now?")
    page.ends()
    assert CANARY not in server.sent[0]
    assert CANARY not in page.panel.export("json")


@pytest.mark.parametrize("text", ["{{SECRET}}", "x {{ SECRET }} y", "{{SECRET[0]}}"])
def test_no_variable_is_put_into_a_received_prompt(text, server):
    page = Page()
    turn = {"prompt": text, "messages": [user(text), claude("{{SECRET}}")]}
    page.says("resume", data=json.dumps(chat(turn)))
    [exchange] = page.panel.conversation
    page.says("again", id=exchange.id)
    page.ends()
    [exchange] = page.panel.conversation
    page.says("again", id=exchange.id)  # what was asked again is no more trusted
    page.ends()
    assert len(server.sent) == 2
    assert CANARY not in "".join(server.sent)
    assert text in json.loads(server.sent[1])["messages"][0]["content"]


@pytest.mark.parametrize("way", ["edit", "undo"])
def test_a_received_prompt_in_the_box_is_filled_in_by_the_person_only(way, server):
    page = Page()
    text = "Say {{SECRET}} and {{harmless}}"
    page.panel.resume(chat({"prompt": text, "messages": [user(text), claude("Yes.")]}))
    [exchange] = page.panel.conversation
    page.says("undo") if way == "undo" else None
    box = {"instead": exchange.id} if way == "edit" else {}
    page.says("draft", text=text, **box).says("draft", text=f"{text}!", **box)
    page.says("code", text=f"{text}!", **box).says("send", text=f"{text}!", **box)
    assert page.counted == []
    assert server.sent == []
    assert CANARY not in json.dumps(page.told)
    assert "type the name anew" in page.problems[0]
    page.says("send", text=text, typed={"SECRET": "mine", "harmless": "yours"}, **box)
    page.ends()
    assert "Say mine and yours" in server.sent[0]


def test_a_name_that_is_typed_anew_is_filled_in(server):
    page = Page()
    page.panel.resume(chat({"prompt": "{{harmless}}", "messages": [user("x"), claude("Yes.")]}))
    page.says("undo").says("draft", text="{{harmless}").says("draft", text="{{harmless}}")
    page.says("send", text="{{harmless}}")
    page.ends()
    assert "seven" in server.sent[0]


def test_what_a_variable_held_is_not_filled_in_when_a_cell_s_turn_is_asked_again(server):
    page = Page()
    said = (user("Read this: {{SECRET}}"), claude("Yes."))  # as it was sent, from a web page
    page.panel.conversation.record(Turn(cell="cell", messages=said))
    page.says("again", id="cell")
    page.ends()
    assert "Read this: {{SECRET}}" in server.sent[0]


def test_what_hides_is_shown_by_name_and_sent_so():
    panel = Panel()
    hidden = "Hi\U000e0041\u202e"
    panel.resume(chat({"prompt": hidden, "messages": [user("x"), claude(hidden)]}))
    sent = [message["content"] for message in panel.conversation.messages()]
    assert sent == ["Hi<U+E0041><U+202E>"] * 2
    assert [each.prompt for each in panel.conversation] == sent[:1]


def test_a_chat_of_ours_keeps_what_variables_held(server):
    panel = Panel()
    panel.send("What is {{harmless}}?")[0].result(DEADLINE)
    again = Panel()
    again.resume(panel.export("json"))
    assert again.conversation.messages()[0]["content"] == "What is seven?"


DAMAGED = {
    "deep": "[" * 100_000,
    "deep objects": '{"turns":' * 100_000,
    "deep inside": json.dumps(chat())[:-2] + "[" * 50_000 + "]" * 50_000 + "]}",
    "turns": json.dumps({"kind": "claude_nb chat", "turns": 5}),
    "a turn": json.dumps(chat(5)),
    "messages": json.dumps(chat({"prompt": "x", "messages": {"x": 1}})),
    "a role": json.dumps(chat({"prompt": "x", "messages": [user("x"), user("x")]})),
    "content": json.dumps(chat({"prompt": "x", "messages": [user("x"), claude({"x": 1})]})),
    "a prompt": json.dumps(chat({"prompt": ["x"], "messages": [user("x"), claude("x")]})),
    "tokens": json.dumps(
        chat({"prompt": "x", "messages": [user("x"), claude("x")], "usage": {"input_tokens": "x"}})
    ),
    "many tokens": json.dumps(
        chat(
            {"prompt": "x", "messages": [user("x"), claude("x")], "usage": {"input_tokens": 1e400}}
        )
    ),
    "NaN": '{"kind": "claude_nb chat", "turns": [NaN]}',
    "kind": json.dumps({"kind": ["claude_nb chat"], "turns": []}),
    "a list": "[[1]]",
}


@pytest.mark.parametrize("text", DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_chat_is_refused_in_one_sentence_and_changes_nothing(text, tmp_path):
    page = Page()
    (tmp_path / "chat.json").write_text(text)
    before = set(page.panel.session.chats)
    with pytest.raises(InputError, match="no saved chat") as caught:
        Panel.load(tmp_path / "chat.json")
    assert len(str(caught.value)) < 200
    assert set(page.panel.session.chats) == before
    page.says("resume", data=text)
    assert page.told[-1]["problem"]
    assert len(page.panel.conversation) == 0


@pytest.mark.parametrize("data", [b"\xff\xfe\xff", b"\x80"])
def test_a_file_that_is_no_text_is_refused(tmp_path, data):
    (tmp_path / "x.json").write_bytes(data)
    with pytest.raises(InputError, match="no UTF-8"):
        Panel.load(tmp_path / "x.json")
    with pytest.raises(InputError, match="cannot be read"):
        Panel.load(tmp_path / "none.json")


def test_odd_words_in_a_chat_are_left_out():
    panel = Panel()
    odd = {"model": "$\\href{x}{y}$", "state": "<b>" * 99, "usage": None}
    panel.resume(chat({"prompt": "x", "messages": [user("x"), claude("y")], **odd}))
    [exchange] = panel.conversation
    assert "href" not in json.dumps(exchange.candidates[0].shown.bundle)
    assert exchange.turn.state == "complete"


# Notebooks.


def notebook(path, outputs, cell="c1"):
    path.write_text(json.dumps({"cells": [{"id": cell, "outputs": outputs}]}))
    return path


def test_what_a_received_notebook_remembers_is_text_as_shown(tmp_path):
    turn = {"prompt": "{{SECRET}}", "messages": [user([DOCUMENT]), claude("Yes.")]}
    path = notebook(tmp_path / "x.ipynb", [{"data": {saved.CHAT: chat(turn)}}])
    [exchange] = received.in_notebook(path, "c1")
    assert [message["content"] for message in exchange.turn.messages] == ["{{SECRET}}", "Yes."]
    assert exchange.verbatim


@pytest.mark.parametrize(
    "text",
    [
        *("", "5", "[" * 100_000, '{"cells": 5}', '{"cells": [5]}', '{"cells": [{"id": "c1"}]}'),
        '{"cells": [{"id": "c1", "outputs": [5]}]}',
        '{"cells": [{"id": "c1", "outputs": [{"data": [5]}]}]}',
        '{"cells": [{"id": "c1", "outputs": [{"data": {"' + saved.CHAT + '": 5}}]}]}',
        '{"cells": [{"id": ["c1"], "outputs": null}]}',
    ],
)
def test_a_notebook_that_is_damaged_holds_no_chat(tmp_path, text, monkeypatch):
    (tmp_path / "x.ipynb").write_text(text)
    assert received.in_notebook(tmp_path / "x.ipynb", "c1") == []
    monkeypatch.setenv("JPY_SESSION_NAME", str(tmp_path / "x.ipynb"))
    assert remembered.earlier("c1", Panel()) == []
