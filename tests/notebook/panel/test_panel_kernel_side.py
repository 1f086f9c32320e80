"""The panel from Python: asking, stopping, branching, saving, and going on."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from types import SimpleNamespace

import pytest

from claude_nb import emulator
from claude_nb.ask.errors import InputError
from claude_nb.notebook import session
from claude_nb.notebook.answer.failure import RunError
from claude_nb.notebook.panel import Panel, commands, screen
from claude_nb.notebook.panel.transcript.words import sentence
from claude_nb.notebook.panel.values import SettingError

DEADLINE = 20


@pytest.fixture
def requests(monkeypatch):
    """Give the list of requests that reach the server which panels ask."""
    seen = []

    def answer(request):
        seen.append(dict(request))
        return f"Answer {len(seen)}."

    with emulator.serve(tokens_per_second=0, answer=answer) as server:
        monkeypatch.setenv("ANTHROPIC_BASE_URL", server.url)
        monkeypatch.setenv("ANTHROPIC_API_KEY", "canary")
        yield seen


@pytest.fixture
def slow(monkeypatch):
    """Let the answers of a panel come slowly."""
    with emulator.serve(tokens_per_second=20, answer=lambda _: "word " * 2000) as server:
        monkeypatch.setenv("ANTHROPIC_BASE_URL", server.url)
        monkeypatch.setenv("ANTHROPIC_API_KEY", "canary")
        yield server


@pytest.fixture(autouse=True)
def alone(monkeypatch):
    """Give each test a session of its own."""
    alone = session.Session()
    monkeypatch.setattr(session, "_alone", lambda: alone)
    return alone


def ask(panel, text, **more):
    messages = [reply.result(DEADLINE) for reply in panel.send(text, **more)]
    return messages[0]


def until(condition):
    deadline = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def prompts(request):
    return [m["content"] for m in request["messages"] if m["role"] == "user"]


def test_a_panel_asks_with_its_settings_and_keeps_the_history(requests):
    panel = Panel(temperature=0.2, stop_sequences=["END"], max_tokens=100, system="Be brief.")
    assert ask(panel, "One?").content[0].text == "Answer 1."
    ask(panel, "Two?")
    assert requests[0]["temperature"] == 0.2
    assert requests[0]["stop_sequences"] == ["END"]
    assert requests[0]["max_tokens"] == 100
    assert requests[0]["system"] == "Be brief."
    assert prompts(requests[1]) == ["One?", "Two?"]
    assert len(panel.conversation) == 2


async def test_an_answer_can_be_awaited(requests):
    [reply] = Panel().send("Hello?")
    message = await asyncio.wait_for(reply, DEADLINE)
    assert message.content[0].text == "Answer 1."


def test_the_box_is_sent_and_emptied(requests):
    panel = Panel(prompt="From the box?")
    [reply] = panel.send()
    reply.result(DEADLINE)
    assert panel.prompt == ""
    assert prompts(requests[0]) == ["From the box?"]


@pytest.mark.parametrize("text", ["", "  \n"])
def test_an_empty_prompt_is_refused_before_anything_is_sent(requests, text):
    panel = Panel()
    with pytest.raises(InputError, match="empty"):
        panel.send(text)
    assert requests == []
    assert len(panel.conversation) == 0


def test_stopping_keeps_what_came_and_closes_the_connection(slow):
    panel = Panel()
    threads = threading.active_count()
    [reply] = panel.send("Tell me a lot.")
    until(lambda: reply.follower._characters)
    with pytest.raises(InputError, match="still coming"):
        panel.send("And this?")
    panel.cancel()
    message = reply.result(DEADLINE)
    assert message.content[0].text.startswith("word")
    [take] = panel.conversation.branch[0].candidates
    assert take.state == "stopped"
    assert "stopped" in take.shown.bundle["text/html"]
    assert not panel.running
    until(lambda: threading.active_count() <= threads)


def test_stopping_at_once_stops(slow):
    panel = Panel()
    [reply] = panel.send("Tell me a lot.")
    panel.cancel()
    reply.result(DEADLINE)
    assert panel.conversation.branch[0].candidates[0].state == "stopped"


def test_a_failed_answer_shows_why_and_is_no_history(monkeypatch):
    with emulator.serve(tokens_per_second=0, faults=[emulator.Fault("status", status=400)]) as s:
        monkeypatch.setenv("ANTHROPIC_BASE_URL", s.url)
        monkeypatch.setenv("ANTHROPIC_API_KEY", "canary")
        panel = Panel()
        [reply] = panel.send("Hello?")
        with pytest.raises(Exception, match="400"):
            reply.result(DEADLINE)
        [exchange] = panel.conversation
        assert exchange.candidates[0].state == "failed"
        assert "400" in exchange.candidates[0].shown.bundle["text/html"]
        assert exchange.turn is None
        assert panel.conversation.turns == []


def test_asking_again_keeps_the_old_line(requests):
    panel = Panel()
    for text in ("One?", "Two?", "Three?"):
        ask(panel, text)
    second = panel.conversation.branch[1]
    ask(panel, "Two, again?", instead_of=second.id)
    assert prompts(requests[-1]) == ["One?", "Two, again?"]
    assert [e.prompt for e in panel.conversation] == ["One?", "Two, again?"]
    panel.conversation.go(0)
    assert [e.prompt for e in panel.conversation] == ["One?", "Two?", "Three?"]


def test_branching_goes_on_from_an_earlier_turn(requests):
    panel = Panel()
    for text in ("One?", "Two?"):
        ask(panel, text)
    panel.branch(panel.conversation.branch[0].id)
    ask(panel, "Other?")
    assert prompts(requests[-1]) == ["One?", "Other?"]


def test_undo_takes_back_a_turn_or_a_clear(requests):
    panel = Panel()
    for text in ("One?", "Two?"):
        ask(panel, text)
    panel.clear()
    assert len(panel.conversation) == 0
    panel.undo()
    assert len(panel.conversation) == 2
    panel.undo()
    assert len(panel.conversation) == 1
    assert panel.prompt == "Two?"


def test_columns_are_asked_side_by_side_and_one_is_gone_on_with(requests):
    panel = Panel(columns=[{"model": "haiku-4.5"}, {"model": "sonnet-4.6", "temperature": 0.1}])
    replies = panel.send("Which?")
    for reply in replies:
        reply.result(DEADLINE)
    assert {r["model"] for r in requests} == {"claude-haiku-4-5-20251001", "claude-sonnet-4-6"}
    [exchange] = panel.conversation
    assert exchange.turn is None
    panel.conversation.keep(exchange, 1)
    panel.columns = []
    ask(panel, "And now?")
    assert len(requests[-1]["messages"]) == 3


@pytest.mark.parametrize("columns", [[{}], [{}] * 5, [{"stop": ["x"]}, {}], [{"model": 3}, {}]])
def test_columns_that_make_no_sense_are_refused(columns):
    with pytest.raises(Exception, match=r"[Cc]olumn|model"):
        Panel(columns=columns)


def test_what_was_typed_in_goes_before_the_kernel_s_variable(requests):
    panel = Panel()
    panel.typed = {"name": "Ada {{x}}"}
    ask(panel, "Hello {{name}}")
    assert prompts(requests[0]) == ["Hello Ada {{x}}"]
    panel.typed = {}
    with pytest.raises(InputError, match="no variable 'name'"):
        panel.send("Hello {{name}}")


def test_a_chat_is_saved_and_gone_on_with(requests, tmp_path):
    panel = Panel()
    ask(panel, "One?")
    panel.save(tmp_path / "chat.json")
    panel.save(tmp_path / "chat.md")
    assert (tmp_path / "chat.md").read_text() == "> One?\n\nAnswer 1.\n"
    again = Panel.load(tmp_path / "chat.json", temperature=0.1)
    ask(again, "Two?")
    assert prompts(requests[-1]) == ["One?", "Two?"]
    assert "canary" not in (tmp_path / "chat.json").read_text()


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"kind": "claude_nb chat"}', "{", "null"])
def test_a_file_that_is_no_chat_is_refused(tmp_path, text):
    (tmp_path / "x.json").write_text(text)
    with pytest.raises(InputError, match="no saved chat"):
        Panel.load(tmp_path / "x.json")


def test_a_saved_chat_cannot_bring_settings_files_or_other_roles(tmp_path):
    turn = {"prompt": "x", "messages": [{"role": "system", "content": "x"}] * 2}
    chat = {"kind": "claude_nb chat", "version": 1, "turns": [turn], "settings": {"attach": ["/"]}}
    (tmp_path / "x.json").write_text(json.dumps(chat))
    with pytest.raises(InputError, match="no saved chat"):
        Panel.load(tmp_path / "x.json")


def test_each_panel_has_a_chat_of_its_own_unless_it_is_named(requests):
    one, other = Panel(), Panel()
    ask(one, "One?")
    third = Panel()
    assert len({one.chat, other.chat, third.chat}) == 3
    ask(other, "Other?")
    assert prompts(requests[-1]) == ["Other?"]
    assert [e.prompt for e in Panel(chat=one.chat).conversation] == ["One?"]


def test_a_wrong_name_says_what_there_is():
    with pytest.raises(SettingError, match="no setting 'temprature'"):
        Panel(temprature=1)


@pytest.mark.parametrize(("value", "kept"), [(0.5, 0.5), (7, 0.2), ("x", 0.2)])
def test_a_page_learns_which_of_its_changes_were_heard_also_when_refused(monkeypatch, value, kept):
    monkeypatch.setenv("CLAUDE_NB_DISPLAY", "live")
    panel = Panel(temperature=0.2)
    shown = screen.Screen(panel)
    wish = {"do": "set", "values": {"temperature": value}, "page": "p", "change": 3}
    commands.run(panel, shown, wish)
    assert shown.widget.taken == {"p": 3}
    assert shown.widget.controls["values"]["temperature"] == panel.temperature == kept


def test_pages_that_are_long_gone_are_forgotten(monkeypatch):
    monkeypatch.setenv("CLAUDE_NB_DISPLAY", "live")
    panel = Panel()
    shown = screen.Screen(panel)
    for number in range(20):
        shown.take(f"page {number}", 1)
    shown.refresh()
    assert list(shown.widget.taken) == [f"page {number}" for number in range(12, 20)]


def weather(city: str) -> str:
    """Return the weather of a city."""
    return f"Sunny in {city}."


def test_a_panel_lets_the_model_call_functions_by_name_or_as_they_are(requests, alone):
    alone.shell = SimpleNamespace(user_ns={"weather": weather})
    for tools in (["weather"], "weather", [weather]):
        panel = Panel(tools=tools)
        ask(panel, "How is it in Lisbon?")
        assert [tool["name"] for tool in requests[-1]["tools"]] == ["weather"]
        assert "--tools weather" in panel.code("Hi")["magic"]
    panel.tools = []
    ask(panel, "And now?")
    assert not requests[-1].get("tools")


@pytest.mark.parametrize("tools", [[3], 7, [None]])
def test_what_is_no_tool_is_refused_in_a_sentence(tools):
    with pytest.raises(Exception, match="tools"):
        Panel(tools=tools)


def test_advice_of_an_error_can_be_followed_in_a_panel(monkeypatch):
    fault = emulator.Fault("status", status=500)
    with emulator.serve(tokens_per_second=0, faults=[fault] * 9) as served:
        monkeypatch.setenv("ANTHROPIC_BASE_URL", served.url)
        monkeypatch.setenv("ANTHROPIC_API_KEY", "canary")
        panel = Panel()
        [reply] = panel.send("Hello?")
        with pytest.raises(RunError):
            reply.result(DEADLINE)
        card = panel.conversation.branch[0].candidates[0].shown.bundle
    for text in card.values():
        assert "try again" in text
        assert "the cell" not in text


@pytest.mark.parametrize(
    ("said", "here"),
    [
        ("-a x.txt: there is no such file", "x.txt: there is no such file"),
        ("-a takes a file.", "What is attached is a file."),
        ("No flag at all.", "No flag at all."),
        ("It broke. Run the cell again.", "It broke. Try again."),
    ],
)
def test_a_panel_names_no_flags_and_no_cells(said, here):
    assert sentence(said) == here
