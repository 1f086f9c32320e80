"""One session and one engine: whoever asks, nothing is lost and every option counts."""

from __future__ import annotations

import asyncio
import threading
import time
from types import SimpleNamespace

import pytest

from claude_nb import emulator
from claude_nb.api.platforms import credentials
from claude_nb.api.secret import Secret
from claude_nb.api.types import Message
from claude_nb.ask.errors import InputError
from claude_nb.ask.options import Options
from claude_nb.emulator import Answer, Fault
from claude_nb.models import BUILT_IN
from claude_nb.notebook import backend
from claude_nb.notebook.live import views
from claude_nb.notebook.live.views import FinalView
from claude_nb.notebook.panel import Panel, shown
from claude_nb.notebook.run import cell, result, run
from claude_nb.notebook.run.follow import Outcome
from claude_nb.notebook.run.rounds import Round

DEADLINE = 20


class Quiet(FinalView):
    """Shows nothing at all."""

    def finish(self, bundle, announcement="", metadata=None):
        """Show nothing."""


@pytest.fixture(autouse=True)
def here(alone, monkeypatch):
    """Give each test a session of its own, and a front end that shows nothing."""
    monkeypatch.setattr(views, "choose", lambda *_, **__: Quiet())
    return alone


@pytest.fixture
def served(serve):
    """Give a server that keeps requests, and calls `during` while it answers."""
    world = SimpleNamespace(requests=[], during=lambda: None, reply=None)

    def answer(request):
        world.requests.append(dict(request))
        world.during()
        return world.reply(request) if world.reply else f"Answer {len(world.requests)}."

    world.server = serve(answer)
    return world


def ask(here, text, name="a", **options):
    return cell.ask(here, Options(**options), text, name)


def wait(handles):
    return [handle.result(DEADLINE) for handle in handles]


def test_a_turn_stays_when_a_slider_moves_while_its_cell_streams(here, served):
    panel = Panel(chat="p")
    served.during = lambda: setattr(panel, "temperature", 0.5)
    ask(here, "One?", chat="p")
    assert [turn.cell for turn in here.chats["p"].turns] == ["a"]
    assert [exchange.prompt for exchange in panel.conversation] == ["One?"]
    wait(panel.send("Two?"))
    assert len(served.requests[-1]["messages"]) == 3


def test_a_panel_is_told_of_what_cells_add_and_of_what_they_say_anew(here, served):
    panel = Panel(chat="p")
    ask(here, "One?", chat="p")
    ask(here, "One, again?", chat="p")
    assert [exchange.prompt for exchange in panel.conversation] == ["One, again?"]


def test_a_cell_goes_on_in_the_line_that_a_panel_shows(here, served):
    panel = Panel(chat="p")
    wait(panel.send("One?"))
    wait(panel.send("Other?", instead_of=panel.conversation.branch[0].id))
    ask(here, "Two?", chat="p")
    assert [m["content"] for m in served.requests[-1]["messages"]][::2] == ["Other?", "Two?"]


def test_a_new_name_goes_on_with_that_chat_and_changes_neither(here, served):
    panel = Panel(chat="p")
    wait(panel.send("One?"))
    panel.chat = "q"
    wait(panel.send("Two?"))
    assert [len(here.chats[name].turns) for name in "pq"] == [1, 2]
    ask(here, "Main?", chat="main")
    panel.chat = "main"
    assert [exchange.prompt for exchange in panel.conversation] == ["Main?"]
    assert len(here.chats["q"].turns) == 2


@pytest.mark.parametrize("options", [{"max_tokens": 0}, {"attach": ["nowhere.png"]}])
def test_a_refused_question_leaves_nothing_behind(here, served, options):
    with pytest.raises(InputError):
        ask(here, "Hello {{nobody}}", chat="new", **options)
    assert here.chats == {}
    assert here.ledger == []


def test_a_panel_that_cannot_reach_a_server_leaves_nothing_behind(here, monkeypatch):
    monkeypatch.setenv("CLAUDE_NB_BACKEND", "nowhere")
    panel = Panel()
    with pytest.raises(InputError, match="CLAUDE_NB_BACKEND"):
        panel.send("Hello?")
    assert (len(panel.conversation), panel.running) == (0, False)


@pytest.mark.parametrize("way", ["cell", "bg", "panel"])
def test_whole_answers_are_asked_for_whole(here, served, way):
    if way == "panel":
        wait(Panel(no_stream=True).send("Hello?"))
    else:
        handle = ask(here, "Hello?", no_stream=True, bg=way == "bg")
        assert handle is not None
        wait([handle] if way == "bg" else [])
    assert [request.get("stream", False) for request in served.requests] == [False]
    assert here.ledger[-1].emulated


@pytest.mark.parametrize("bg", [False, True])
def test_a_whole_answer_that_may_take_long_comes_as_a_stream(here, served, bg):
    handle = ask(here, "Hello?", no_stream=True, max_tokens=64_000, bg=bg)
    assert handle is not None
    wait([handle] if bg else [])
    assert [request.get("stream", False) for request in served.requests] == [True]
    assert here.ledger[-1].state == "complete"


def add(a: int, b: int) -> int:
    """Add two numbers."""
    return a + b


def calls_add(request):
    if len(request["messages"]) > 1:
        return "5."
    return Answer([{"type": "tool_use", "name": "add", "input": {"a": 2, "b": 3}}])


WEATHER = '{"name": "weather", "input_schema": {"type": "object"}}'


@pytest.mark.parametrize("bg", [False, True])
@pytest.mark.parametrize("no_stream", [False, True])
def test_functions_and_tools_of_the_server_go_together(here, served, bg, no_stream):
    here.shell.user_ns["add"] = add
    served.reply = calls_add
    options = {"tools": "add", "option": [f"tools=[{WEATHER}]"], "no_stream": no_stream}
    answer = ask(here, "2 + 3?", bg=bg, **options)
    message = answer.result(DEADLINE) if bg else answer
    assert [block.type for block in message.content] == ["tool_use", "tool_result", "text"]
    for request in served.requests:
        assert [tool["name"] for tool in request["tools"]] == ["add", "weather"]


async def later(a: int, b: int) -> int:
    """Add two numbers, later."""
    await asyncio.sleep(0.01)
    return a + b


def broken(a: int, b: int) -> int:
    """Fail."""
    raise KeyError(a + b)


def silent(a: int, b: int) -> object:
    """Return what has no words."""
    del a, b
    return object()


WAYS = [{"bg": bg, "no_stream": whole} for bg in (False, True) for whole in (False, True)]
RETURNED = [
    (later, "5", None),
    (broken, "KeyError(5)", True),
    (silent, "The tool returned an object, which cannot be told.", True),
    (lambda a, b: {(a, b): float("nan")}, '{"(2, 3)": NaN}', None),
]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("returned", RETURNED)
def test_what_a_tool_returned_is_shown_as_the_model_is_told(here, served, way, returned):
    function, text, failed = returned
    function.__name__ = "add"
    here.shell.user_ns["add"], served.reply = function, calls_add
    answer = ask(here, "2 + 3?", tools="add", **way)
    message = answer.result(DEADLINE) if way["bg"] else answer
    (told,) = served.requests[1]["messages"][-1]["content"]
    assert told["content"].startswith(text)
    assert (told.get("is_error"), message.content[1].is_error) == (failed, failed)
    assert message.content[1].content == told["content"]


@pytest.mark.parametrize("way", WAYS)
def test_calls_and_results_stay_in_the_chat_and_go_out_again(here, served, way):
    here.shell.user_ns["add"], served.reply = add, calls_add
    for name, tools in (("a", "add"), ("b", None)):
        asked = ask(here, "2 + 3?", name, tools=tools, **way)
        wait([asked] if way["bg"] else [])
    sent = served.requests[-1]
    roles = [message["role"] for message in sent["messages"]]
    assert roles == ["user", "assistant", "user", "assistant", "user"]
    call, result = sent["messages"][1]["content"][0], sent["messages"][2]["content"][0]
    assert (call["input"], result["content"]) == ({"a": 2, "b": 3}, "5")
    assert call["id"] == result["tool_use_id"]
    assert [tool["name"] for tool in sent["tools"]] == ["add"]  # known, and not to be called
    assert sent["tool_choice"] == {"type": "none"}


def test_two_tools_of_one_name_are_refused_in_a_sentence(here, served):
    here.shell.user_ns["add"] = add
    with pytest.raises(InputError, match="both have a tool add: their names must differ"):
        ask(here, "?", tools="add", option=['tools=[{"name": "add", "input_schema": {}}]'])
    assert served.requests == []


def test_a_chat_with_calls_is_undone_branched_saved_and_gone_on_with(here, served):
    here.shell.user_ns["add"], served.reply = add, calls_add
    ask(here, "2 + 3?", chat="p", tools="add")
    panel = Panel(chat="p")
    wait(panel.send("And?"))
    assert len(served.requests[-1]["messages"]) == 5
    assert "add" in shown.of(panel.conversation.branch[0].candidates[0]).bundle["text/plain"]
    again = Panel(chat="q")
    again.resume(panel.export("json"))
    wait(again.send("And?"))
    # a file may hold anything: what goes on is the text that is shown, and no call that is not
    said = [(turn["role"], turn["content"]) for turn in served.requests[-1]["messages"]]
    assert said[:2] == [("user", "2 + 3?"), ("assistant", "5.")]
    assert panel.export("md").count("5.") == 2
    wait(panel.send("Other?", instead_of=panel.conversation.branch[1].id))
    assert len(served.requests[-1]["messages"]) == 5
    panel.undo()
    panel.undo()
    wait(panel.send("Anew?"))
    assert len(served.requests[-1]["messages"]) == 1
    assert "tools" not in served.requests[-1]


def test_a_saved_chat_with_half_a_call_goes_on_without_it(here, served):
    half = {"type": "tool_use", "id": "t", "name": "add", "input": {}}
    text = {"type": "text", "text": "Hm."}
    said = [{"role": "assistant", "content": [half, text]}, {"role": "assistant", "content": "5"}]
    turn = {"prompt": "?", "messages": [{"role": "user", "content": "?"}, *said]}
    panel = Panel()
    panel.resume({"kind": "claude_nb chat", "turns": [turn]})
    wait(panel.send("And?"))
    assert "tool_use" not in str(served.requests[-1]["messages"])


def test_stop_does_not_wait_for_a_tool_in_the_background(here, served):
    entered, let_go = threading.Event(), threading.Event()

    def add(a: int, b: int) -> int:
        entered.set()
        let_go.wait(DEADLINE)
        return a + b

    here.shell.user_ns["add"], served.reply = add, calls_add
    handle = ask(here, "2 + 3?", bg=True, tools="add")
    assert entered.wait(DEADLINE)
    handle.stop()
    assert handle.result(DEADLINE) is not None  # while the tool still runs
    let_go.set()
    assert [entry.state for entry in here.ledger] == ["stopped"]
    assert len(served.requests) == 1


def test_a_tool_that_swallows_the_cancellation_cannot_make_the_run_go_on(here, served):
    entered = threading.Event()

    async def add(a: int, b: int) -> int:
        entered.set()
        try:
            await asyncio.sleep(DEADLINE)
        except asyncio.CancelledError:
            return a + b

    here.shell.user_ns["add"], served.reply = add, calls_add
    handle = ask(here, "2 + 3?", bg=True, tools="add")
    assert entered.wait(DEADLINE)
    handle.stop()
    assert handle.result(DEADLINE) is not None
    assert [entry.state for entry in here.ledger] == ["stopped"]
    assert len(served.requests) == 1


def test_each_round_has_its_own_price_and_a_cut_answer_has_none():
    def answered(reason, tokens):
        usage = {"input_tokens": tokens, "output_tokens": 0}
        fields = {"id": "m", "content": [], "stop_reason": reason, "usage": usage}
        return Message.from_wire({"model": "claude-haiku-5-5", **fields})

    def cost(*messages):
        rounds = [Round(message=message) for message in messages]
        return result._cost(Outcome(rounds=rounds), BUILT_IN)

    long = answered("tool_use", 60_000)
    assert cost(long, long) == pytest.approx(0.012)  # neither is a long prompt
    assert cost(answered("end_turn", 120_000)) == pytest.approx(0.06)
    assert cost(long, answered(None, 1)) is None
    assert cost(long, None) is None
    assert cost() is None


def test_each_round_knows_where_it_came_from(here, served, tmp_path, monkeypatch):
    monkeypatch.setenv("CLAUDE_NB_CASSETTE", str(tmp_path / "answers.jsonl"))
    here.shell.user_ns["add"] = add
    served.reply = calls_add
    kept = []
    perform = run.perform

    def watched(*args):
        kept.append(perform(*args))
        if len(kept) == 1:  # another cell plays an answer while this one asks
            here.shell.execution_count += 1
            perform(*args)
        return kept[-1]

    monkeypatch.setattr(run, "perform", watched)
    for _ in range(2):
        here.shell.execution_count += 1
        ask(here, "2 + 3?", tools="add", no_stream=True, no_history=True)
    origins = [[(r.emulated, r.replayed) for r in each.outcome.rounds] for each in kept]
    assert origins == [[(True, False)] * 2, [(True, True)] * 2]


def test_a_corrected_key_counts_with_the_next_question(here, monkeypatch):
    with emulator.serve(tokens_per_second=0) as server:
        monkeypatch.setenv("ANTHROPIC_BASE_URL", server.url)
        monkeypatch.setattr(credentials, "_told", [Secret("sk-ant-invalid")])
        panel = Panel()
        with pytest.raises(run.RunError, match="401"):
            ask(here, "Hello?")
        with pytest.raises(run.RunError, match="401"):
            wait(panel.send("Hello?"))
        credentials._told.append(Secret("sk-ant-right"))
        assert ask(here, "Hello?") is not None
        assert wait(panel.send("Hello?"))[0] is not None


def test_another_address_counts_with_the_next_question(here, served, monkeypatch):
    panel = Panel()
    wait(panel.send("Here?"))
    with emulator.serve(tokens_per_second=0, answer=lambda _: "There.") as other:
        monkeypatch.setenv("ANTHROPIC_BASE_URL", other.url)
        assert wait(panel.send("Where?"))[0].content[0].text == "There."
        assert ask(here, "Where?").content[0].text == "There."


def test_another_speed_counts_with_the_next_question(here, monkeypatch):
    for name, value in (("CLAUDE_NB_BACKEND", "emulator"), ("CLAUDE_NB_EMULATOR_SPEED", "7")):
        monkeypatch.setenv(name, value)
    backend.connect(here)
    monkeypatch.setenv("CLAUDE_NB_EMULATOR_SPEED", "0")
    backend.connect(here)
    assert emulator.shared().options.tokens_per_second == 0


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "no_proxy", "SSL_CERT_FILE"])
def test_a_corrected_proxy_or_certificate_counts_with_the_next_question(here, monkeypatch, name):
    monkeypatch.setenv("ANTHROPIC_API_KEY", "k")
    monkeypatch.delenv("ANTHROPIC_BASE_URL", raising=False)
    monkeypatch.setenv(name, "http://127.0.0.1:1")
    first = backend.connect(here).client
    assert backend.connect(here).client is first
    monkeypatch.setenv(name, "127.0.0.1")
    assert backend.connect(here).client is not first


def test_what_fails_is_no_history_and_the_next_goes_on(here, served):
    ask(here, "One?")
    served.server.faults.add(Fault("status", status=400))
    with pytest.raises(run.RunError):
        ask(here, "Two?", name="b")
    ask(here, "Three?", name="b")
    assert [m["content"] for m in served.requests[-1]["messages"]][::2] == ["One?", "Three?"]


def test_a_panel_and_a_cell_at_once_lose_nothing(here, served):
    panel = Panel(chat="p")
    handles = []
    begun = threading.Event()

    def during():
        if not begun.is_set():
            begun.set()
            handles.extend(panel.send("From the panel?"))

    served.during = during
    ask(here, "From a cell?", chat="p")
    wait(handles)
    turns = here.chats["p"].turns
    assert {turn.messages[0]["content"] for turn in turns} == {"From a cell?", "From the panel?"}
    assert [turn.stale for turn in turns] == [False, True]  # each answered without the other


@pytest.mark.parametrize("problem", [SystemExit, KeyboardInterrupt, GeneratorExit])
def test_a_tool_that_wants_to_end_python_ends_only_its_run(here, served, problem):
    def add(a: int, b: int) -> int:
        """Add two numbers."""
        raise problem

    here.shell.user_ns["add"] = add
    served.reply = calls_add
    panel = Panel(chat="p")
    handle = ask(here, "2 + 3?", chat="p", tools="add", bg=True)
    with pytest.raises(run.RunError, match=problem.__name__):
        handle.result(DEADLINE)
    wait(panel.send("Still there?"))


def test_a_panel_whose_question_breaks_the_client_goes_on(here, monkeypatch):
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-\u201cquoted\u201d")
    panel = Panel()
    with pytest.raises(run.RunError):
        wait(panel.send("Hello?"))
    assert not panel.running
    panel.undo()


async def test_an_await_that_is_cancelled_loses_no_answer(here, served):
    gate = threading.Event()
    served.during = lambda: gate.wait(DEADLINE)
    handle = ask(here, "Hello?", bg=True)
    with pytest.raises(asyncio.TimeoutError):
        await asyncio.wait_for(handle, 0.05)
    gate.set()
    assert (await asyncio.wait_for(handle, DEADLINE)).content[0].text == "Answer 1."


def test_a_cell_run_again_keeps_its_newer_answer(here, served, monkeypatch):
    gate, held = threading.Event(), Quiet()
    monkeypatch.setattr(held, "put", lambda _: gate.wait(DEADLINE))
    with monkeypatch.context() as patch:
        patch.setattr(views, "choose", lambda *_, **__: held)
        slow = ask(here, "Slow?", bg=True)
    ask(here, "Quick?")
    assert not slow.done
    gate.set()
    slow.result(DEADLINE)
    assert [t.messages[0]["content"] for t in here.chats["main"].turns] == ["Quick?"]


def until(condition):
    deadline = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_turn_said_anew_is_stale_for_what_follows_it_in_every_branch(here, served):
    panel = Panel(chat="p")
    ask(here, "A?", chat="p")
    wait(panel.send("B?"))
    panel.branch(panel.conversation.branch[0].id)
    wait(panel.send("C?"))
    ask(here, "A, again?", chat="p")
    stale = [[e.turn.stale for e in branch] for branch in panel.conversation.branches]
    assert stale == [[False, True], [False, True]]


def test_two_chats_of_a_renamed_panel_change_apart(here, served):
    panel = Panel(chat="p")
    ask(here, "A?", chat="p")
    panel.chat = "q"
    ask(here, "A, again?", chat="p")
    assert [exchange.prompt for exchange in panel.conversation] == ["A?"]


def test_any_panel_of_a_chat_stops_its_answer(here, monkeypatch):
    with emulator.serve(tokens_per_second=20, answer=lambda _: "word " * 2000) as server:
        monkeypatch.setenv("ANTHROPIC_BASE_URL", server.url)
        monkeypatch.setenv("ANTHROPIC_API_KEY", "canary")
        one, other = Panel(chat="p"), Panel(chat="p")
        [handle] = one.send("Tell me a lot.")
        until(lambda: handle.message or handle.follower._characters)
        other.cancel()
        handle.result(DEADLINE)
    assert one.conversation.branch[0].candidates[0].state == "stopped"


def test_an_answer_that_cannot_be_shown_is_kept_and_fails_in_words(here, served, monkeypatch):
    def unshown(*_args, **_more):
        raise ValueError("no way to show this")

    monkeypatch.setattr(run.result, "bundle", unshown)
    with pytest.raises(run.RunError, match="no way to show this") as caught:
        ask(here, "Hello?")
    assert len(caught.value._render_traceback_()) <= 6
    assert [t.messages[0]["content"] for t in here.chats["main"].turns] == ["Hello?"]


def test_an_answer_whose_server_counts_oddly_is_shown_and_kept(here, monkeypatch):
    usage = {"input_tokens": None, "output_tokens": "7"}
    content = [{"type": "text", "text": "Hi."}]
    odd = Message.from_wire({"content": content, "usage": usage, "stop_reason": "end_turn"})
    monkeypatch.setattr(run, "_drive", lambda _m, _r, _q, follower, _c: odd_round(follower, odd))
    monkeypatch.setenv("CLAUDE_NB_BACKEND", "emulator")
    ask(here, "Hello?")
    assert [t.messages[0]["content"] for t in here.chats["main"].turns] == ["Hello?"]


def odd_round(follower, message):
    follower.whole(message, emulated=False, replayed=False)
