"""``%claude`` commands in a plain shell, against the emulator."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path

import pytest
from commands_rig import start_shell, stop_shell
from IPython.core.displaypub import CapturingDisplayPublisher
from traitlets.config import Config

from claude_nb import Anthropic, models
from claude_nb.api.types import MessageTokensCount
from claude_nb.ask.errors import InputError
from claude_nb.conversation import Conversation, Turn
from claude_nb.emulator import Clock, serve
from claude_nb.errors import NotFoundError
from claude_nb.notebook.answer.failure import RunError, describe
from claude_nb.notebook.commands import asking, page
from claude_nb.notebook.commands.catalog import COMMANDS
from claude_nb.notebook.commands.served import models as models_page
from claude_nb.notebook.commands.spending import bars
from claude_nb.notebook.ledger.entries import Entry
from claude_nb.notebook.panel.controls import controls
from claude_nb.notebook.text.safe_html import UNBOXED

SAMPLES = Path(__file__).parents[2] / "samples"
PAYLOADS = [
    json.loads(line)["payload"] for line in (SAMPLES / "hostile.jsonl").read_text().splitlines()
]
ALLOWED = re.compile(
    r"</?(?:div|h3|p|table|thead|tbody|tr|th|td|code|strong|small|pre|details|summary|samp|mark|span|"
    r'style)(?: (?:class="[\w -]+"|align="right"|scope="col"|data-label="[\w ,/$]*"|'
    r'scope="rowgroup"|colspan="\d"|aria-hidden="true"))*>|<br>|</?[ib]>|'
    rf'<[ib] style="width:\d+\.\d%">|{UNBOXED}'
)


@pytest.fixture
def claude(tmp_path, monkeypatch):
    monkeypatch.setenv("CLAUDE_NB_BACKEND", "emulator")
    monkeypatch.setenv("CLAUDE_NB_EMULATOR_SPEED", "0")
    monkeypatch.setenv("CLAUDE_NB_LEDGER", str(tmp_path / "usage.sqlite3"))
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
    chat = claude.session.chats[name] = Conversation(name)
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
    assert claude.session.chats["main"].turns[0].messages[0]["content"] == "What is 17 * 23?"


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
        ("budget two dollars", "no amount"),
        ("budget 1.50 €", "no amount"),
        ("budget 2 cents", "no amount"),
        ("replay my answers.jsonl", 'in quotation marks: %claude replay "my answers.jsonl"'),
        ("usage 六月 calls.csv", "in quotation marks"),
        ("--modle haiku why?", "--model"),
    ],
)
def test_a_typing_mistake_is_not_sent_but_explained(claude, line, names):
    with pytest.raises(InputError, match=names):
        claude.outputs(line)
    assert claude.session.ledger == []


@pytest.mark.parametrize(
    "line",
    [
        *("hello", "show me the way", "help me write a haiku", "set the table"),
        *("models of the atom?", "Show prime numbers", "fix my poem", "explain recursion"),
        *("record sales fell by half last year", "batches: what are they?", "last of all"),
        *("budget tips for a small family", "budget of 3 people?"),
        *("Count from 1 to 9", "Edit this text: a teh", "Explain how it works"),
    ],
)
def test_what_begins_like_a_command_may_be_a_question(claude, line):
    claude.outputs(line)
    assert claude.session.ledger[-1].title == line


TOO_MUCH = {
    "nothing": ["extra", "now, extra", '"a b" extra'],
    "word": ["main extra", "main extra words", '"a b" extra'],
    "path": ["notebook extra", "a.jsonl b.jsonl c.jsonl", '"a b.jsonl" extra'],
    "pairs": ["extra words", "temperature 0.3 now"],
    "amounts": ["$2 per day", "off extra"],
}


@pytest.mark.parametrize(
    "line", [f"{c.name} {more}" for c in COMMANDS for more in TOO_MUCH.get(c.takes, [])]
)
def test_a_few_words_too_many_behind_a_command_are_not_sent_as_a_question(claude, line):
    name = line.partition(" ")[0]
    with pytest.raises(InputError, match=rf"%claude {name}.*(?s:.)*%claude -- {name}"):
        claude.outputs(line)
    assert not claude.session.ledger


@pytest.mark.parametrize("line", ["fix -m opus", "set -t 0.3", "use -m a b"])
def test_a_flag_behind_a_command_is_not_sent_as_a_question(claude, line):
    with pytest.raises(InputError, match=r"takes no -.*%claude set NAME=VALUE"):
        claude.outputs(line)
    assert not claude.session.ledger


@pytest.mark.parametrize("line", ["-m haiku", "-q --", "--"])
def test_options_without_a_question_are_explained(claude, line):
    with pytest.raises(InputError, match="no question"):
        claude.outputs(line)


def test_two_questions_in_one_cell_are_two_turns(claude):
    claude.shell.run_cell("%claude What is 2 + 2?\n%claude What is 3 + 3?")
    assert len(claude.session.chats["main"].turns) == 2


# Pages.


@pytest.mark.parametrize("line", ["", "help", "?", "-h"])
def test_help_names_every_command(claude, line):
    text = claude.text(line)
    assert all(f"%claude {command.name}" in text for command in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_help_on_one_command(claude, command):
    assert claude.text(f"help {command.name}").startswith(f"%claude {command.name}")
    assert claude.text(f"{command.name}?").startswith(f"%claude {command.name}")


@pytest.mark.parametrize(
    ("word", "flags"),
    [("context", "--context"), ("--max-tokens", "--max-tokens"), ("-t", "-t, --temperature")],
)
def test_help_on_an_option_is_what_it_does_and_where_all_are(claude, word, flags):
    told = claude.text(f"help {word}")
    assert f"%%claude {flags}" in told
    assert "%%claude?" in told
    assert claude.session.ledger == []


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
    claude.session.ledger.append(entry(title=payload, chat=payload, state=payload, model=payload))
    html = re.sub(r"<style>.*?</style>", "", claude.page("usage")["text/html"])
    assert "<" not in ALLOWED.sub("", html)


# Models.


def test_models_are_those_of_the_server(claude):
    text = claude.text("models")
    assert "Refreshed from the built-in emulator" in text
    for info in models.all_models():
        assert info.id in text
    row = next(line for line in text.splitlines() if line.startswith("claude-sonnet-4-6"))
    assert text.splitlines()[1] == row
    assert "default" in row
    assert "budget" in row
    assert " active" not in text
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
        (date(2026, 11, 30), "retired 30 November 2026, use claude-sonnet-5-5"),
        (date(2026, 12, 1), "retired 30 November 2026, use claude-sonnet-5-5"),
    ],
)
def test_a_retiring_model_is_marked(today, said):
    piece = models_page._state(models.get("claude-sonnet-4-5"), today)
    assert piece.text == said
    assert "<strong>" in piece.html


def test_a_model_that_is_gone_is_told_of_and_not_offered(claude, monkeypatch):
    day = date(2026, 12, 2)
    for module in (models, models_page):
        monkeypatch.setattr(module, "current_day", lambda: day)
    monkeypatch.setattr(Clock, "today", lambda _: day)
    gone = "claude-sonnet-4-5-20250929"
    row = next(line for line in claude.text("models").splitlines() if line.startswith(gone))
    assert "retired 30 November 2026, use claude-sonnet-5-5" in row
    advice = "was retired on 30 November 2026. Use claude-sonnet-5-5 instead."
    with pytest.raises(InputError, match=re.escape(f"{gone} {advice}")):
        claude.text("set model=claude-sonnet-4-5")
    with pytest.raises(InputError, match=re.escape(advice)):
        claude.outputs("-m sonnet-4.5 Hello")
    with pytest.raises(InputError, match="was retired on 5 August 2026"):
        claude.outputs("models opus-4.1")
    offered = {model["id"] for model in controls(claude.session.models)["models"]}
    assert gone not in offered
    assert "claude-sonnet-5-5" in offered


def test_a_404_for_a_model_that_is_gone_says_what_to_use_instead():
    question = [{"role": "user", "content": "Hi"}]
    with (
        serve(tokens_per_second=0) as server,
        Anthropic(api_key="x", base_url=server.url) as client,
        pytest.warns(DeprecationWarning, match="was retired on 5 August 2026"),
        pytest.raises(NotFoundError) as caught,
    ):
        client.messages.create(model="claude-opus-4-1", max_tokens=9, messages=question)
    said = describe(caught.value, "claude-opus-4-1").advice
    assert said == "claude-opus-4-1 was retired on 5 August 2026. Use claude-opus-5-5 instead."


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
    assert len(claude.session.chats["main"].turns) == 1


def test_show_is_exactly_what_is_sent(claude):
    claude.outputs("What is 17 * 23?")
    claude.outputs("set system='Be <brief>.' temperature=0.5")
    shown = claude.text("show")
    assert 'model="claude-sonnet-4-6"' in shown
    assert "temperature=0.5" in shown
    assert "Be <brief>." in shown
    for message in claude.session.chats["main"].messages("new"):
        content = message["content"]
        texts = [content] if isinstance(content, str) else [block["text"] for block in content]
        assert all(text in shown for text in texts)


def test_show_of_a_long_chat_is_bounded_and_folds_all_but_its_last_turns(claude):
    chat_with(claude, *(turn(f"answer {n} " * 60, cell=str(n)) for n in range(300)))
    made = claude.page("show")
    html = made["text/html"]
    assert len(html.encode()) + len(made["text/plain"].encode()) < 100_000
    last, *_, folded = re.findall(r"Turn (\d+)", html)[::-1]
    assert (last, html.count("<h3>")) == ("300", 2)
    assert int(folded) > 1
    assert f"{int(folded) - 1} earlier turns" in made["text/plain"]
    assert "answer 299" in html.rpartition("</details>")[2]
    assert "answer 297" not in html.rpartition("</details>")[2]


def test_a_dry_run_of_a_long_chat_is_bounded_and_folds_what_was_said_before(claude):
    chat_with(claude, *(turn(f"answer {n} " * 60, cell=str(n)) for n in range(300)))
    publisher = claude.shell.display_pub = CapturingDisplayPublisher(shell=claude.shell)
    claude.shell.run_cell_magic("claude", "-N", "And now?")
    made = publisher.outputs[-1]["data"]
    assert sum(len(text.encode()) for text in made.values()) < 100_000
    html = made["text/html"]
    assert "600 earlier messages" in html.partition("</summary>")[0]
    assert "And now?" in html.rpartition("</details>")[2]
    assert "answer 1 " not in html.rpartition("</details>")[2]


def test_show_tells_what_was_filled_in(claude):
    claude.shell.user_ns.update(x=5, tone="dry")
    claude.outputs("What is {{x}} + {{x}} in a {{tone}} tone?")
    assert "filled in: x, tone" in claude.text("show")
    claude.outputs("And now?")
    assert claude.text("show").count("filled in") == 1


@pytest.mark.parametrize("line", ["'Why is {} blue?'", '"Why is {} blue?"', "Why is {} blue?"])
def test_quotes_around_a_question_keep_it_from_formatters(claude, line):
    from IPython.core.inputtransformer2 import TransformerManager  # noqa: PLC0415 (theirs)

    claude.outputs(line.format("the sky"))
    (turn,) = claude.session.chats["main"].turns
    assert turn.messages[0]["content"] == "Why is the sky blue?"
    elsewhere = TransformerManager().transform_cell("%claude " + line.format("the sky"))
    assert ("pinfo" in elsewhere) == (line[0] == "W")


def test_a_chat_goes_on_when_the_extension_is_loaded_again(claude):
    claude.outputs("I am Ada.")
    claude.shell.run_line_magic("reload_ext", "claude_nb")
    claude.outputs("Who am I?")
    assert len(claude.session.chats["main"].turns) == 2


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
    claude.magics.temperature, claude.magics.model = 0.5, "sonnet-5.5"
    assert "nothing can be sent: claude-sonnet-5-5 takes no temperature" in claude.text("show")


# Defaults.


def test_set_sets_the_traits_and_says_so(claude):
    with pytest.raises(InputError, match="temperature must stay at 1 while thinking is on"):
        claude.text("set temperature=0.3 think=2000")
    text = claude.text(r"set temperature=0.3 model=haiku-4.5 stop='a b' stop=\n--")
    assert "temperature = 0.3 (was not set)" in text
    magics = claude.magics
    assert (magics.temperature, magics.model, magics.think) == (0.3, "haiku-4.5", None)
    assert magics.stop == ["a b", "\n--"]
    assert "model = not set" not in claude.text("set temperature= model= stop= think=")
    assert (magics.temperature, magics.model) == (None, models.DEFAULT_MODEL)
    assert (magics.stop, magics.think) == ([], None)


def test_config_refuses_in_a_sentence_and_restores_every_setting(claude):
    claude.magics.stop_ends_run = True
    claude.outputs("set think=2000 stop=a")
    before = claude.session.defaults()
    with pytest.raises(InputError, match="temperature must stay at 1 while thinking is on"):
        claude.magics.update_config(Config({"ClaudeMagics": {"temperature": 0.3}}))
    assert claude.session.defaults() == before
    assert claude.magics.stop_ends_run


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
        ("set option=model=claude-opus-5-5", "use -m"),
        ("set system='open", "cannot be read"),
    ],
)
def test_what_cannot_be_set_changes_nothing(claude, line, said):
    before = claude.session.defaults()
    with pytest.raises(InputError, match=said):
        claude.outputs(line)
    assert claude.session.defaults() == before


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


def test_count_estimates_where_a_gateway_tells_no_number(claude, monkeypatch):
    told = MessageTokensCount.construct(input_tokens=None)
    counts = "claude_nb.api.resources.messages.Messages.count_tokens"
    monkeypatch.setattr(counts, lambda *_, **__: told)
    shown = claude.text("count hello there")
    assert "≈" in shown
    assert "cannot count tokens" in shown


def test_count_with_a_history_counts_that_too(claude):
    chat_with(claude, turn("word " * 400))
    text = claude.text("count hello")
    assert re.search(r"this text +\d{1,2} ", text)
    assert int(re.search(r"with it +(\d+)", text)[1]) > 300
    assert len(claude.session.chats["main"].turns) == 1


def entry(cell="a", **more):
    tokens = {"input_tokens": 100, "output_tokens": 300, "cache_read_input_tokens": 50}
    return Entry(**({"cell": cell, "chat": "main", "model": "m", "usage": tokens} | more))


def test_usage_by_cell_chat_and_in_all(claude, monkeypatch):
    monkeypatch.setenv("CLAUDE_NB_DISPLAY", "text")  # "final" tells no times, so that runs compare
    claude.session.ledger += [
        entry(cost=0.5, title="Why?", number=3, seconds=2.0),
        entry(cost=0.25, title="Why?", number=5, seconds=1.0),
        entry("b", chat="other", title="How?", number=4, state="stopped"),
    ]
    text = claude.text("usage")
    assert re.search(r"In \[5\] Why\? +2 +300 +600 +░+█+ +\$0.75", text)
    assert re.search(r"In \[4\] How\? stopped +1", text)
    assert re.search(r"(?m)^By chat\n(.+\n)*other +1 ", text)
    assert "In all 3 runs · 450 tokens read (150 from the cache) · 900 written · 3.0 s" in text
    assert "$0.75" in text.splitlines()[-3]
    assert "cost of some runs is not known" in text


def test_what_was_refused_costs_nothing_for_sure(claude):
    claude.session.ledger += [entry(cost=0.5)]
    with pytest.raises(RunError, match="no such model"):
        claude.magics.claude("-m claude-nobody-9", "Why?")
    text = claude.text("usage")
    assert "NotFoundError" in text
    assert "$0.50" in text
    assert "not known" not in text
    assert "at least" not in text


@pytest.mark.parametrize("state", ["stopped", "cut off", "APITimeoutError", "GatewayTimeoutError"])
def test_what_may_have_been_billed_has_an_unknown_cost(claude, state):
    claude.session.ledger += [entry(cost=0.5), entry(state=state, usage={})]
    assert "cost of some runs is not known" in claude.text("usage")


def test_usage_keeps_what_went_into_the_cache_apart_and_counts_searches(claude):
    used = {"cache_creation_input_tokens": 20, "server_tool_use": {"web_search_requests": 2}}
    claude.session.ledger += [entry(usage={"input_tokens": 5, **used}, cost=0.5)]
    text = claude.text("usage")
    assert "25 tokens read (20 into the cache) · 0 written · 2 web searches" in text
    assert "at least" not in text
    claude.session.ledger += [entry(cost=None, state="stopped")]
    text = claude.text("usage")
    assert "175 tokens read (50 from the cache, 20 into it)" in text
    assert text.count("at least $0.50") == 2  # by cell, and in all


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("-m opus-5.5", r"< \$0\.01 to \$0\.20 at list prices"),
        ("-m opus-5.5 -o speed=fast", r"< \$0\.01 to \$0\.40"),
        ("-m sonnet -o speed=fast", "price unknown"),
        ("-m opus-5.5 -o inference_geo=us", r"< \$0\.01 to \$0\.22"),
        ("-m opus-5.5 --cache", r"< \$0\.01 to \$0\.20"),
        ("-m opus-5.5 -o tools=[{web}]", "price unknown"),
        ("-m opus-5.5 -o tools=[{own}]", r"< \$0\.01 to \$0\.\d+ at .*, for each request"),
    ],
)
def test_a_dry_run_tells_the_true_price_or_none(claude, line, words):
    web = '{"type":"web_search_20250305","name":"web_search"}'
    own = '{"name":"add","input_schema":{"type":"object"}}'
    options = line.replace("{web}", web).replace("{own}", own)
    options = re.sub(r"(tools=.*)", r"'\1'", options)
    given = f"--dry-run --no-history --max-tokens 10000 {options}"
    publisher = claude.shell.display_pub = CapturingDisplayPublisher(shell=claude.shell)
    claude.shell.run_cell_magic("claude", given, "Why?")
    assert re.search(words, publisher.outputs[-1]["data"]["text/plain"].splitlines()[-1])


def test_usage_of_real_runs(claude):
    assert "Nothing has been asked" in claude.text("usage")
    claude.outputs("What is 17 * 23?")
    text = claude.text("usage")
    assert "What is 17 * 23?" in text
    assert "costs nothing" in text


def test_usage_lists_the_last_cells_and_counts_all(claude):
    claude.session.ledger += [entry(str(n), title=f"question {n}") for n in range(30)]
    text = claude.text("usage")
    assert "question 29" in text
    assert "question 9 " not in text
    assert "10 earlier cells" in text
    assert "In all 30 runs" in text


@pytest.mark.parametrize(("read", "written"), [(0, 0), (1, 0), (0, 1), (5, 95), (95, 5), (50, 50)])
def test_a_bar_is_as_long_as_its_tokens(read, written):
    drawn = bars.bar(read, written, 100).text
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
    assert text.startswith("All is well.")


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
        if " fix" not in line and " edit" not in line:
            claude.outputs(line.removeprefix("%claude "))
    assert claude.magics.model == "haiku"


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("--cache Hi", "not cached: shorter than 1,024 tokens"),
        ("--cache -m haiku-4.5 Hi", "not cached: shorter than 4,096 tokens"),
        (f"--cache {'word ' * 3000}", ""),
        ("Hi", ""),
    ],
)
def test_a_prompt_that_is_too_short_to_be_cached_says_so(claude, line, says):
    (shown,) = claude.outputs(f"--no-history {line}")
    last = shown["text/plain"].splitlines()[-1]
    assert says in last
    assert ("not cached" in last) is bool(says)
