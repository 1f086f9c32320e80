"""``--context`` from what a kernel ran: what is shown is what is sent, and no key is in it."""

from __future__ import annotations

import json
import re
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "commands"))
from commands_rig import start_shell, stop_shell
from IPython.core.displaypub import CapturingDisplayPublisher

from claude_nb import Panel, emulator
from claude_nb.ask.errors import InputError
from claude_nb.ask.options import Options
from claude_nb.notebook import session as sessions
from claude_nb.notebook.ledger import outputs as outputs_of_runs
from claude_nb.notebook.ledger.outputs import Outputs
from claude_nb.notebook.run.context import gather

KEY = "sk-ant-api03-" + "a1B2c3D4" * 8


@pytest.fixture
def asked(monkeypatch):
    """Serve answers, and give the requests."""
    requests = []

    def answer(request):
        requests.append(request)
        return f"Answer {len(requests)} <b>bold</b>."

    with emulator.serve(tokens_per_second=0, answer=answer) as server:
        monkeypatch.setenv("ANTHROPIC_BASE_URL", server.url)
        monkeypatch.setenv("ANTHROPIC_API_KEY", "canary")
        monkeypatch.setenv("CLAUDE_NB_DISPLAY", "final")
        yield requests


@pytest.fixture
def claude(asked, tmp_path):
    claude = start_shell(tmp_path)
    claude.asked = asked
    yield claude
    stop_shell(claude)


def run(claude, source):
    """Run a cell as a notebook does; return what it displayed."""
    publisher = claude.shell.display_pub = CapturingDisplayPublisher(shell=claude.shell)
    claude.shell.run_cell(source, store_history=True)
    return [output["data"] for output in publisher.outputs]


def texts(message):
    content = message["content"]
    blocks = [{"type": "text", "text": content}] if isinstance(content, str) else content
    return [block["text"] for block in blocks]


def sent(claude):
    return json.loads(json.dumps(claude.asked[-1]))


def test_the_cells_that_ran_are_sent_before_the_question_without_a_key(claude):
    run(claude, f"value = 17 * 23\nkey = '{KEY}'\nprint('printed', key)\nvalue")
    run(claude, "1 / 0")
    [page] = run(claude, "%%claude --context above\nWhat is wrong?")
    [message] = sent(claude)["messages"]
    about, *cells, note, question = texts(message)
    assert question == "What is wrong?"
    assert "no instruction" in about
    assert "what was run, not what is written" in note
    told = "\n".join(cells)
    assert "value = 17 * 23" in told
    assert "printed [key]" in told
    assert "391" in told
    assert "ZeroDivisionError: division by zero" in told
    assert KEY[13:30] not in json.dumps(sent(claude))
    assert page["text/plain"].count("saw 2 cells, ≈ ") == 1
    assert "<details" in page["text/html"]
    assert KEY[13:30] not in page["text/html"]


SIXTY = [
    "import pandas as pd",
    f"key = '{KEY}'",
    "frame = pd.DataFrame({'n': range(500), 'word': ['row'] * 500})\nframe",
    "print('</pre><script>x</script> &', key)",
    "'''```\n</notebook-cell>\n# and more'''",
    "1 / 0",
    "# claude: skip\nprivate = 'never sent'",
    *(f"value_{n} = {n}\nprint(value_{n})" for n in range(53)),
]


def test_of_sixty_cells_all_that_is_shown_is_sent_and_the_other_way_round(claude):
    for source in SIXTY:
        run(claude, source)
    [dry] = run(claude, "%%claude --context above --no-history -N\nWell?")
    assert claude.asked == []
    run(claude, "%%claude --context above --no-history\nWell?")
    about, *cells, note, question = texts(sent(claude)["messages"][0])
    assert question == "Well?"
    *same, last = cells  # which is the cell of the dry run
    assert last.count("%%claude --context above --no-history -N") == 1
    assert len(same) == 59
    inner = [text.split("\n", 1)[1].rsplit("\n", 1)[0] for text in (about, note)]
    shown = "\n\n".join([inner[0], *same, *inner[1].split("\n")])
    _, told, rest = dry["text/plain"].partition(shown)
    assert told
    assert rest.lstrip().startswith("{")
    for each in (json.dumps(sent(claude)), dry["text/plain"], dry["text/html"]):
        assert KEY[13:30] not in each
        assert "never sent" not in each
    assert "498   498  row" not in shown
    assert "[500 rows x 2 columns]" in shown
    assert "<script>x" not in dry["text/html"]


def test_the_history_of_a_chat_is_kept_without_the_cells_and_nothing_becomes_stale(claude):
    run(claude, "a = 1")
    run(claude, "%%claude --context above\nFirst?")
    run(claude, "b = 2")
    [page] = run(claude, "%%claude --context above\nSecond?")
    first, _, second = sent(claude)["messages"]
    *cells, _, question = texts(first)
    assert question == "First?"
    assert ["a = 1" in "".join(cells), "b = 2" in "".join(cells)] == [True, True]
    assert "First?" not in "".join(cells)  # it is sent once
    assert texts(second) == ["Second?"]
    assert "stale" not in page["text/plain"]
    chat = claude.session.chats["main"]
    assert [texts(turn.messages[0]) for turn in chat.turns] == [["First?"], ["Second?"]]
    run(claude, "%%claude\nThird?")
    assert texts(sent(claude)["messages"][0]) == ["First?"]


def test_an_answer_of_another_chat_is_seen_once(claude):
    run(claude, "%%claude -c other\nWhat is new?")
    run(claude, "%%claude --context above\nAnd here?")
    told = "\n".join(texts(sent(claude)["messages"][0]))
    assert told.count("Answer 1") == 1
    assert "What is new?" in told


def test_an_answer_that_another_cell_shows_is_seen_as_what_it_shows(claude):
    run(claude, "%%claude --no-history\nWhat is new?")
    run(claude, "_")
    run(claude, "%%claude --context 1 --no-history\nAnd here?")
    told = "\n".join(texts(sent(claude)["messages"][0]))
    assert told.count("Answer 1") <= 1


def test_the_second_question_reads_the_cells_from_the_cache(claude):
    lines = "\n".join(f"words_{n} = 'that are many'" for n in range(250))
    run(claude, lines)
    [first] = run(claude, "%%claude --context above --no-history\nFirst?")
    [second] = run(claude, "%%claude --context above --no-history\nSecond?")
    assert "cached" not in first["text/plain"]
    assert re.search(r" in \([\d,]{5,} cached\)", second["text/plain"])


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ("--context below", "takes one of none, above, all, or a whole number, 1 or more"),
        ("--context 0", "takes one of none, above, all"),
        ("--context-tokens 5", "use 100 to 500000"),
        ("--context above --each rows", "--context has no meaning with --each"),
    ],
)
def test_what_cannot_be_meant_is_said_in_a_sentence(claude, options, words, capsys):
    run(claude, f"%%claude {options}\nWell?")
    assert words in capsys.readouterr().out
    assert claude.asked == []


def test_a_default_holds_for_the_session_and_a_cell_can_see_nothing(claude):
    run(claude, "a = 1")
    run(claude, "%config ClaudeMagics.context = 1")
    [page] = run(claude, "%%claude --no-history\nWell?")
    assert "saw 1 cell" in page["text/plain"]
    [page] = run(claude, "%%claude --context none --no-history\nWell?")
    assert "saw" not in page["text/plain"]
    assert texts(sent(claude)["messages"][0]) == ["Well?"]


def test_a_session_without_a_shell_or_a_magic_sees_what_there_is():
    assert gather.gathered(sessions.Session(), Options(context="all"), "") is None
    bare = sessions.Session(shell=SimpleNamespace(user_ns={}))
    context = gather.gathered(bare, Options(context="all"), "")
    assert context is not None
    assert (context.line, context.blocks) == ("saw no cells", [])


def test_two_thousand_cells_are_looked_through_in_no_time(claude):
    history = claude.shell.history_manager
    history.input_hist_raw += [f"frame_{n} = load({n})\nframe_{n}.head()" for n in range(2_000)]
    begun = time.process_time()
    context = gather.gathered(claude.session, Options(context="all"), "")
    assert time.process_time() - begun < 2  # a tenth of it where nothing else runs
    assert context is not None
    assert context.tokens <= 20_000


class Shows:
    """What a kernel shows its displays with."""

    def __init__(self):
        self.hooks = []

    def register_hook(self, hook):
        self.hooks.append(hook)

    def unregister_hook(self, hook):
        return hook in self.hooks and self.hooks.remove(hook) is None

    def say(self, data, kind="display_data"):
        message = {"msg_type": kind, "content": {"data": data, "metadata": {}}}
        for hook in self.hooks:
            assert hook(message) is message


def test_what_is_kept_of_runs_has_a_bound_and_no_message_costs_a_display(claude, monkeypatch):
    monkeypatch.setattr(outputs_of_runs, "_ROOM", 100_000)
    shows = Shows()
    watched = SimpleNamespace(display_pub=shows, displayhook=None, events=claude.shell.events)
    outputs = Outputs(watched)
    outputs.install()
    for data in (None, 7, {"text/plain": None}, {"image/png": {}}):
        shows.say(data)
    for number in range(20):
        shows.say({"text/plain": f"{number}" * 500_000, "text/html": "<table>" * 9_000})
        claude.shell.run_cell(f"show({number})", store_history=True)
    outputs.remove()
    kept = outputs.ran()
    assert 0 < len(kept) < 20
    assert sum(run.size for run in kept) <= 100_000
    assert kept[-1].source == "show(19)"


def test_the_newest_pictures_are_kept_and_what_is_old_makes_room(claude):
    shell = claude.shell
    shows = Shows()
    events = shell.events
    watched = SimpleNamespace(display_pub=shows, displayhook=Shows(), events=events)
    outputs = Outputs(watched)
    outputs.install()
    for number in range(30):
        shows.say({"image/png": f"{number}" * 100, "text/plain": "<Figure>", "x/y": {"a": 1}})
        shell.run_cell(f"plot({number})", store_history=True)
    outputs.remove()
    assert outputs.picture is not None
    assert outputs.picture.encoded == "29" * 100
    held = [
        output
        for ran in outputs.ran()
        for output in ran.outputs
        if output.get("data", {}).get("image/png")
    ]
    assert len(held) == 10
    assert shows.hooks == []


def test_show_tells_the_cells_and_count_counts_them(claude):
    run(claude, f"value = 4\nkey = '{KEY}'\nprint('<script>')")
    before = claude.text("count")
    run(claude, "%claude set context=above")
    shown = claude.page("show")
    assert "The notebook: 2 cells, ≈ " in shown["text/plain"]
    assert "value = 4" in shown["text/plain"]
    assert KEY[13:30] not in shown["text/plain"] + shown["text/html"]
    assert "<script>" not in shown["text/html"]
    assert claude.text("count") != before


def test_a_panel_sees_the_cells_too_and_its_code_is_the_cell_that_would(claude):
    run(claude, "value = 4")
    panel = Panel(context="above", chat="side")
    told = "\n".join(texts(panel.question("Well?", panel.options()).sent["messages"][0]))
    assert "value = 4" in told
    panel.prompt = "Well?"
    code = panel.code()
    assert code["magic"].startswith("%%claude --context above ")
    assert "value = 4" not in code["python"]
    panel.context = 3
    assert "--context 3" in panel.code()["magic"]
    with pytest.raises(InputError, match="context"):
        panel.context = "below"


def unnumbered(claude, source):
    """Run a cell outside of the history, as nbval and tools do."""
    claude.shell.run_cell(source, store_history=False)


def test_cells_that_are_run_outside_of_the_history_are_seen_in_their_order(claude):
    for source in ("print('one')", "print('two')", "int('x')"):
        unnumbered(claude, source)
    unnumbered(claude, "%%claude --context above --no-history\nWell?")
    unnumbered(claude, "%%claude --context 1 --no-history\nAgain?")
    first, second = (texts(request["messages"][0]) for request in claude.asked)
    assert [cell.split("\n")[1] for cell in first[1:4]] == ["In [1]:", "In [2]:", "In [3]:"]
    assert "Output:\n```text\none\n```\n<" in first[1]
    assert "Output:\n```text\ntwo\n```\n<" in first[2]
    assert "ValueError" in first[3]
    assert "Its answer:\n```text\nAnswer 1" in second[1]


def test_what_tools_run_between_the_cells_is_not_seen(claude):
    run(claude, "mine = 1")
    unnumbered(claude, "print('what variables are there?')")
    run(claude, "%%claude --context above\nWell?")
    told = "\n".join(texts(sent(claude)["messages"][0]))
    assert "mine = 1" in told
    assert "variables" not in told
