"""``%claude`` commands in a plain shell, against the emulator."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path

import pytest
from commands_rig import start_shell, stop_shell

from claude_nb import models
from claude_nb.conversation import Conversation, Turn
from claude_nb.notebook.commands import asking, page, usage
from claude_nb.notebook.commands import models as models_page
from claude_nb.notebook.commands.catalog import COMMANDS
from claude_nb.notebook.errors import InputError
from claude_nb.notebook.ledger import Entry, total

SAMPLES = Path(__file__).parents[1] / "samples"
PAYLOADS = [
    json.loads(line)["payload"] for line in (SAMPLES / "hostile.jsonl").read_text().splitlines()
]
ALLOWED = re.compile(
    r"</?(?:div|h3|p|table|thead|tbody|tr|th|td|code|strong|small|pre|details|summary|samp|mark|"
    r'style)(?: (?:class="[\w -]+"|align="right"|scope="col"|data-label="[\w ,/$]*"|'
    r'aria-hidden="true"))*>'
)


@pytest.fixture
def claude(tmp_path, monkeypatch):
    monkeypatch.setenv("CLAUDE_NB_BACKEND", "emulator")
    monkeypatch.setenv("CLAUDE_NB_EMULATOR_SPEED", "0")
    monkeypatch.setenv("CLAUDE_NB_DISPLAY", "final")
    running = start_shell(tmp_path)
    yield running
    stop_shell(running)


def turn(text, answer="Yes.", **more):
    messages = (
        {"role": "user", "content": text},
        {"role": "assistant", "content": [{"type": "text", "text": answer}]},
    )
    return Turn(cell=more.pop("cell", text), messages=messages, **more)


def chat_with(claude, *turns, name="main"):
    chat = claude.magics.chats[name] = Conversation(name)
    for one in turns:
        chat.record(one)
    return chat


# What a line means.


@pytest.mark.parametrize(
    "line",
    [
        "What is 17 * 23?",
        "-m haiku What is 17 * 23?",
        "-m haiku-4.5 -t 0.2 --stop '###' What is 17 * 23?",
        "--think What is 17 * 23?",
        "--think 2000 What is 17 * 23?",
        "-- What is 17 * 23?",
        "-m haiku -- What is 17 * 23?",
    ],
)
def test_a_question_on_one_line_is_answered(claude, line):
    assert "391" in claude.text(line)
    assert type(claude.value).__name__ == "Message"
    assert claude.magics.chats["main"].turns[0].messages[0]["content"] == "What is 17 * 23?"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('-m haiku it\'s "so" \\n?', ("-m haiku", 'it\'s "so" \\n?')),
        ("--stop 'a b' -q  why - x?", ("--stop 'a b' -q", "why - x?")),
        ("--model=haiku why", ("--model=haiku", "why")),
        ("-5 + 3 = ?", ("", "-5 + 3 = ?")),
        ("- is this a list?", ("", "- is this a list?")),
        ("--think high why", ("--think high", "why")),
        ("--think highly of me", ("--think", "highly of me")),
        ("-s 'open quote", ("-s 'open quote", "")),
        ("-x -- -x?", ("-x", "-x?")),
        ("don't", ("", "don't")),
    ],
)
def test_options_end_where_the_question_begins(line, expected):
    assert asking.split(line) == expected


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("modles", "%claude models"),
        ("Usge", "%claude usage"),
        ("docter", "%claude doctor"),
        ("help modles", "models"),
        ("reset mian", "main"),
        ("set temprature=0.3", "temperature"),
        ("--modle haiku why?", "--model"),
    ],
)
def test_a_typing_mistake_is_not_sent_but_explained(claude, line, names):
    with pytest.raises(InputError, match=names):
        claude.outputs(line)
    assert claude.magics.ledger == []


@pytest.mark.parametrize(
    "line",
    ["hello", "show me the way", "help me write a haiku", "set the table", "models of the atom?"],
)
def test_what_begins_like_a_command_may_be_a_question(claude, line):
    claude.outputs(line)
    assert claude.magics.ledger[-1].title == line


@pytest.mark.parametrize("line", ["-m haiku", "-q --", "--"])
def test_options_without_a_question_are_explained(claude, line):
    with pytest.raises(InputError, match="no question"):
        claude.outputs(line)


def test_two_questions_in_one_cell_are_two_turns(claude):
    claude.shell.run_cell("%claude What is 2 + 2?\n%claude What is 3 + 3?")
    assert len(claude.magics.chats["main"].turns) == 2


# Pages.


@pytest.mark.parametrize("line", ["", "help", "?", "-h"])
def test_help_names_every_command(claude, line):
    text = claude.text(line)
    assert all(f"%claude {command.name}" in text for command in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_help_on_one_command(claude, command):
    assert claude.text(f"help {command.name}").startswith(f"%claude {command.name}")
    assert claude.text(f"{command.name}?").startswith(f"%claude {command.name}")


def test_version_is_one_line(claude):
    assert re.fullmatch(r"claude_nb \S+ · Python \S+ · ipython .*", claude.text("version"))


@pytest.mark.parametrize("payload", PAYLOADS)
def test_nothing_from_outside_becomes_markup(payload):
    pieces = [
        page.heading(payload),
        page.paragraph(page.code(payload), page.soft(payload), payload),
        page.table([page.Column("a"), page.Column("b")], [[payload, page.strong(payload)]]),
        page.block(payload),
        page.folded(payload, payload),
    ]
    html = re.sub(r"<style>.*?</style>", "", page.bundle(*pieces)["text/html"])
    assert "<" not in ALLOWED.sub("", html)


def test_a_hostile_chat_name_question_and_answer_are_shown_as_text(claude):
    name = "<img src=x onerror=alert(1)>"
    chat_with(claude, turn(name, answer="</pre><script>x</script>"), name=name)
    claude.magics.chat = name
    for line in ("chats", "show", "undo", "reset"):
        html = claude.page(line)["text/html"]
        assert "<img" not in html
        assert "<script" not in html


@pytest.mark.parametrize("payload", PAYLOADS[::5])
def test_hostile_runs_are_shown_as_text(claude, payload):
    claude.magics.ledger.append(entry(title=payload, chat=payload, state=payload, model=payload))
    html = re.sub(r"<style>.*?</style>", "", claude.page("usage")["text/html"])
    assert "<" not in ALLOWED.sub("", html)


# Models.


def test_models_are_those_of_the_server(claude):
    text = claude.text("models")
    assert "Refreshed from the built-in emulator" in text
    for info in models.all_models():
        assert info.id in text
    row = next(line for line in text.splitlines() if line.startswith("claude-sonnet-4-6"))
    assert "default" in row
    assert "budget" in row
    assert "3 / 15" in row


def test_models_come_from_the_table_where_no_server_answers(claude, monkeypatch):
    monkeypatch.setenv("CLAUDE_NB_BACKEND", "api")
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-nobody")
    monkeypatch.setenv("ANTHROPIC_BASE_URL", "http://127.0.0.1:1")
    text = claude.text("models haiku")
    assert "From the built-in table" in text
    assert "claude-haiku-5-5" in text
    assert "claude-opus" not in text


def test_an_unknown_model_is_explained(claude):
    with pytest.raises(InputError, match="haiku"):
        claude.outputs("models hiaku")


@pytest.mark.parametrize(
    ("today", "said"),
    [
        (date(2026, 11, 22), "retires 30 November 2026 (in 8 days), use claude-sonnet-5-5"),
        (date(2026, 12, 1), "retired 30 November 2026, use claude-sonnet-5-5"),
    ],
)
def test_a_retiring_model_is_marked(today, said):
    piece = models_page._state(models.get("claude-sonnet-4-5"), today)
    assert piece.text == said
    assert "<strong>" in piece.html


# Chats.


def test_chats_undo_and_reset(claude):
    assert "No conversation yet" in claude.text("chats")
    chat = chat_with(claude, turn("Why?"), turn("And when?"))
    assert re.search(r"main default +2 .*And when\?", claude.text("chats"))
    assert "Took back turn 2 of main: “And when?”. 1 turn is left." in claude.text("undo")
    assert "main is empty now: 1 turn forgotten" in claude.text("reset")
    assert chat.turns == []
    assert "empty already" in claude.text("reset")
    with pytest.raises(InputError, match="nothing to take back in main"):
        claude.outputs("undo")


def test_undo_and_reset_of_a_named_chat_leave_the_others(claude):
    chat_with(claude, turn("Why?"))
    other = chat_with(claude, turn("What?"), turn("How?"), name="other")
    claude.outputs("undo other")
    assert len(other.turns) == 1
    claude.outputs("reset other")
    assert len(claude.magics.chats["main"].turns) == 1


def test_show_is_exactly_what_is_sent(claude):
    claude.outputs("What is 17 * 23?")
    claude.outputs("set system='Be <brief>.' temperature=0.5")
    shown = claude.text("show")
    assert 'model="claude-sonnet-4-6"' in shown
    assert "temperature=0.5" in shown
    assert "Be <brief>." in shown
    for message in claude.magics.chats["main"].messages("new"):
        content = message["content"]
        texts = [content] if isinstance(content, str) else [block["text"] for block in content]
        assert all(text in shown for text in texts)


def test_show_marks_stale_and_stopped_turns_and_describes_pictures(claude):
    picture = {"type": "base64", "media_type": "image/png", "data": "AAAA" * 1000}
    chat = chat_with(claude, turn("one", cell="1"), turn("two", cell="2", state="stopped"))
    chat.record(turn([{"type": "image", "source": picture}], cell="1"))
    shown = claude.text("show")
    assert "Turn 2 · stale" in shown
    assert "stopped" in shown
    assert "[image: image/png, 3.0 kB]" in shown
    assert "AAAA" not in shown


def test_show_says_why_nothing_can_be_sent(claude):
    claude.outputs("set temperature=0.5 model=sonnet-5.5")
    assert "nothing can be sent: claude-sonnet-5-5 takes no temperature" in claude.text("show")


# Defaults.


def test_set_sets_the_traits_and_says_so(claude):
    text = claude.text(r"set temperature=0.3 model=haiku-4.5 stop='a b' stop=\n-- think=2000")
    assert "temperature = 0.3 (was not set)" in text
    assert "temperature must stay at 1 while thinking is on" in text
    magics = claude.magics
    assert (magics.temperature, magics.model, magics.think) == (0.3, "haiku-4.5", 2000)
    assert magics.stop == ["a b", "\n--"]
    assert "model = not set" not in claude.text("set temperature= model= stop= think=")
    assert (magics.temperature, magics.model) == (None, models.DEFAULT_MODEL)
    assert (magics.stop, magics.think) == ([], None)


def test_set_alone_says_where_each_value_comes_from(claude):
    claude.outputs("set temperature=0.3")
    claude.shell.run_line_magic("config", "ClaudeMagics.quiet = True")
    claude.magics.system = "Be brief."
    rows = {line.split()[0]: line for line in claude.text("set").splitlines() if line}
    assert re.search(r"0\.3 +%claude set", rows["temperature"])
    assert re.search(r"on +%config", rows["quiet"])
    assert re.search(r"Be brief\. +set in Python", rows["system"])
    assert re.search(r"claude-sonnet-4-6 +default", rows["model"])


def test_what_is_set_is_what_a_question_uses(claude):
    claude.outputs("set model=haiku-4.5")
    claude.outputs("What is 2 + 2?")
    assert claude.value.model == "claude-haiku-4-5-20251001"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("set temperature=3", "use 0 to 1"),
        ("set temperature=warm", "takes a number"),
        ("set temperature 0.3", "write name=value"),
        ("set temperature=0.3 warm", "write name=value"),
        ("set format=prose", "takes one of"),
        ("set fresh=1", "for one cell"),
        ("set system='open", "cannot be read"),
    ],
)
def test_what_cannot_be_set_changes_nothing(claude, line, said):
    before = claude.magics.defaults()
    with pytest.raises(InputError, match=said):
        claude.outputs(line)
    assert claude.magics.defaults() == before


def test_spaces_around_the_equals_sign_are_fine(claude):
    claude.outputs("set temperature = 0.3 model = haiku-4.5")
    assert (claude.magics.temperature, claude.magics.model) == (0.3, "haiku-4.5")


def test_an_unknown_model_is_set_with_a_doubt(claude):
    assert "Did you mean" in claude.text("set model=claude-sonnet-9-9")


# Tokens.


def test_count_is_the_servers(claude):
    assert re.search(r"as yet without text +\d+", claude.text("count"))
    short = int(re.search(r"this text +(\d+)", claude.text("count one two"))[1])
    claude.shell.user_ns["long"] = "one two " * 500
    long = re.search(r"this text +([\d,]+)", claude.text("count {{long}}"))[1]
    assert int(long.replace(",", "")) > 20 * short


def test_count_with_a_history_counts_that_too(claude):
    chat_with(claude, turn("word " * 400))
    text = claude.text("count hello")
    assert re.search(r"this text +\d{1,2} ", text)
    assert int(re.search(r"with it +(\d+)", text)[1]) > 300
    assert len(claude.magics.chats["main"].turns) == 1


def entry(cell="a", **more):
    tokens = {"input_tokens": 100, "output_tokens": 300, "cache_read_input_tokens": 50}
    return Entry(**({"cell": cell, "chat": "main", "model": "m", "usage": tokens} | more))


def test_usage_by_cell_chat_and_in_all(claude, monkeypatch):
    monkeypatch.setenv("CLAUDE_NB_DISPLAY", "text")  # "final" tells no times, so that runs compare
    claude.magics.ledger += [
        entry(cost=0.5, title="Why?", number=3, seconds=2.0),
        entry(cost=0.25, title="Why?", number=5, seconds=1.0),
        entry("b", chat="other", title="How?", number=4, state="stopped"),
    ]
    text = claude.text("usage")
    assert re.search(r"In \[5\] Why\? +2 +300 +600 +\$0.75 +░+█+", text)
    assert re.search(r"In \[4\] How\? stopped +1", text)
    assert re.search(r"(?m)^other +1 ", text)
    assert "In all 3 runs · 450 tokens read (150 from the cache) · 900 written · 3.0 s" in text
    assert "$0.75" in text.splitlines()[-3]
    assert "cost of some runs is not known" in text


def test_usage_of_real_runs(claude):
    assert "Nothing has been asked" in claude.text("usage")
    claude.outputs("What is 17 * 23?")
    text = claude.text("usage")
    assert "What is 17 * 23?" in text
    assert "costs nothing" in text


def test_usage_lists_the_last_cells_and_counts_all(claude):
    claude.magics.ledger += [entry(str(n), title=f"question {n}") for n in range(30)]
    text = claude.text("usage")
    assert "question 29" in text
    assert "question 9 " not in text
    assert "10 earlier cells" in text
    assert "In all 30 runs" in text


@pytest.mark.parametrize(("read", "written"), [(0, 0), (1, 0), (0, 1), (5, 95), (95, 5), (50, 50)])
def test_a_bar_is_as_long_as_its_tokens(read, written):
    tokens = {"input_tokens": read, "output_tokens": written}
    drawn = usage.bar(total([entry(usage=tokens)]), 100).text
    assert 1 <= len(drawn) <= 12
    assert set(drawn) <= {"░", "█"}
    if read + written == 100:
        assert len(drawn) == 12
        assert abs(drawn.count("█") - 0.12 * written) <= 1


# The rest.


def test_traceback_of_the_last_failed_run_without_keys(claude, monkeypatch):
    assert "No %%claude of this session has failed" in claude.text("traceback")
    monkeypatch.setenv("CLAUDE_NB_BACKEND", "api")
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-canary-0123456789")
    monkeypatch.setenv("ANTHROPIC_BASE_URL", "http://127.0.0.1:1")
    result = claude.shell.run_cell("%claude hello there")
    assert type(result.error_in_exec).__name__ == "RunError"
    with pytest.raises(InputError):  # a typing mistake in between does not hide it
        claude.outputs("tracebak")
    text = claude.text("traceback")
    assert "APIConnectionError" in text
    assert "canary" not in text


def test_doctor_without_a_page(claude, monkeypatch):
    monkeypatch.setenv("CLAUDE_NB_EMULATOR_SPEED", "0")
    text = claude.text("doctor")
    assert "✓ API key" in text
    assert "offers claude-sonnet-4-6" in text
    assert "✓ this page" in text
    assert "All is well." in text


def test_doctor_says_what_to_do(claude, monkeypatch):
    monkeypatch.setenv("CLAUDE_NB_BACKEND", "api")
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-canary-0123456789")
    monkeypatch.setenv("ANTHROPIC_BASE_URL", "http://127.0.0.1:1")
    text = claude.text("doctor")
    assert "from ANTHROPIC_API_KEY" in text
    assert "✗ server http://127.0.0.1:1" in text
    assert "→ Check the network" in text
    assert "1 thing to do." in text
    assert "canary" not in text


def test_unloading_takes_everything_back(tmp_path):
    running = start_shell(tmp_path)
    rules = running.shell.input_transformer_manager.token_transformers
    assert "ClaudeLine" in [rule.__name__ for rule in rules]
    stop_shell(running)
    assert "ClaudeLine" not in [rule.__name__ for rule in rules]
    assert not [
        callback
        for callback in running.shell.events.callbacks["post_run_cell"]
        if callback.__module__.startswith("claude_nb.notebook.commands")
    ]


def test_the_examples_of_help_work(claude):
    from claude_nb.notebook.commands import guide  # noqa: PLC0415 (only here)

    lines = [typed for typed, _ in guide._EXAMPLES if typed.startswith("%claude ")]
    for line in lines:
        if not line.endswith(" fix"):
            claude.outputs(line.removeprefix("%claude "))
    assert claude.magics.model == "haiku"
