"""``%%claude --each``: the pilot, what is put where, what is refused, and the ledger."""

from __future__ import annotations

import pytest

import claude_nb
from claude_nb.ask.arguments import parse_line
from claude_nb.ask.errors import InputError
from claude_nb.notebook.errors import StoppedError
from claude_nb.notebook.run.guard import reaching
from claude_nb.notebook.run.guard.waiting import Answer
from claude_nb.notebook.run.rows import asked, cell, mapping, showing
from claude_nb.notebook.session import current

pytestmark = pytest.mark.slow  # whole runs over rows, each in a thread of its own

ROWS = [{"text": f"w{number}"} for number in range(30)]


@pytest.fixture
def ask(alone, server, monkeypatch, tmp_path):
    """Give a function that asks as a cell does, of a server that counts."""
    monkeypatch.setenv("ANTHROPIC_BASE_URL", server.url)
    monkeypatch.setenv("ANTHROPIC_API_KEY", "canary")
    alone.folder = tmp_path
    alone.shell.user_ns["table"] = ROWS

    def say(line, text="Say {{text}}"):
        return cell.ask(alone, parse_line(line), text)

    return say


@pytest.fixture
def shown(monkeypatch):
    """Collect what is published, as a page would get it in the end."""
    outputs = []
    monkeypatch.setattr(
        "claude_nb.notebook.live.publishing.publish",
        lambda bundle, *_, **__: outputs.append(bundle),
    )
    return outputs


@pytest.fixture
def in_a_page(monkeypatch):
    """Let cells believe that somebody looks, and show what they keep in the end."""
    monkeypatch.setenv("CLAUDE_NB_DISPLAY", "live")
    choose = showing.keeping.views.choose
    monkeypatch.setattr(
        showing.keeping.views, "choose", lambda _, *a, **k: choose("final", *a, **k)
    )


def test_without_a_page_all_rows_are_asked_at_once(ask, server, alone, monkeypatch, shown):
    monkeypatch.setenv("CLAUDE_NB_DISPLAY", "final")
    answers = ask("--each table --out got")
    assert len(server.asked) == 30
    assert alone.shell.user_ns["got"] is answers
    [output] = shown
    assert "30 of 30 rows" in output["text/plain"]
    assert "… 20 more rows" in output["text/html"]


def test_a_page_sees_a_pilot_first_and_the_same_cell_goes_on(ask, server, in_a_page, shown):
    ask("--each table")
    assert len(server.asked) == 5
    assert "A pilot" in shown[-1]["text/plain"]
    assert "25 rows left" in shown[-1]["text/plain"]
    answers = ask("--each table")
    assert len(server.asked) == 30
    assert answers.progress.known == 5
    assert len(shown) == 2


class Page:
    """A person in front of a page, who presses this button."""

    def __init__(self, word):
        self.word, self.questions, self.closed = word, [], 0

    def ask(self, question):
        self.questions.append(question)
        if self.word == "interrupt":
            raise KeyboardInterrupt
        return Answer(self.word)

    def close(self):
        self.closed += 1


@pytest.fixture
def page(in_a_page, shown, monkeypatch):
    """Give a function that has somebody sit in front of the page."""

    def sits(word):
        page = Page(word)
        monkeypatch.setattr(reaching, "reached", lambda _: page)
        return page

    return sits


def test_go_asks_the_rest_in_the_same_cell(ask, alone, server, shown, page):
    person = page("go")
    answers = ask("--each table --out got")
    assert len(server.asked) == len(answers) == 30
    assert alone.shell.user_ns["got"] is answers
    assert answers.progress.known == 5
    assert person.questions[0].startswith("Ask the rest: 25 rows left")
    assert "A pilot" not in shown[0]["text/plain"]
    assert person.closed == 1


@pytest.mark.parametrize("word", ["cancel", "gone"])
def test_without_go_the_pilot_is_what_there_is(ask, server, page, word):
    person = page(word)
    answers = ask("--each table")
    assert len(server.asked) == len(answers) == 5
    assert person.closed == 1


def test_an_interrupt_of_the_question_sends_nothing_more(ask, server, page):
    person = page("interrupt")
    with pytest.raises(KeyboardInterrupt):
        ask("--each table")
    assert len(server.asked) == 5
    assert person.closed == 1


def test_the_question_says_what_failed(ask, alone, page):
    alone.shell.user_ns["table"] = [{"text": None}, *ROWS]
    person = page("cancel")
    ask("--each table")
    assert person.questions[0].startswith("1 of the first 5 failed · Ask the rest: 26 rows left")


def test_map_asks_five_rows_first_where_they_cost_money(ask, page, monkeypatch):
    person = page("cancel")
    assert len(claude_nb.map("Say {{text}}", ROWS[:8])) == 8
    assert len(claude_nb.map("{{text}}", ROWS)) == 30  # this server is of this machine: free
    monkeypatch.setattr(mapping, "is_paid", lambda _: True)
    assert len(claude_nb.map("Said {{text}}", ROWS)) == 5
    assert len(claude_nb.map("Tell {{text}}", ROWS[:8], models=["haiku", "opus", "sonnet"])) == 15
    assert len(person.questions) == 2
    assert len(claude_nb.map("Said {{text}}", ROWS, confirm="never")) == 30
    person.word = "go"
    assert len(claude_nb.map("Shout {{text}}", ROWS)) == 30
    with pytest.raises(InputError, match="confirm='no'"):
        claude_nb.map("{{text}}", ROWS, confirm="no")


def test_a_pilot_that_no_row_survives_asks_nobody(ask, page, monkeypatch):
    monkeypatch.setattr(mapping, "is_paid", lambda _: True)
    person = page("go")
    with pytest.raises(claude_nb.NotFoundError):
        claude_nb.map("Say {{text}}", ROWS, model="claude-none-9")
    assert not person.questions
    assert person.closed == 1


@pytest.mark.parametrize("options", ["--no-pilot", "--budget $5", "--samples 1 --no-pilot"])
def test_who_says_what_it_may_cost_needs_no_pilot(ask, server, in_a_page, shown, options):
    # a server of this machine has no known prices, and so a budget cannot be kept there
    if "budget" in options:
        with pytest.raises(InputError, match=r"price of claude-sonnet-4-6 there is not known"):
            ask(f"--each table {options}")
        return
    ask(f"--each table {options}")
    assert len(server.asked) == 30


def test_few_rows_need_no_pilot(ask, alone, server, in_a_page, shown):
    alone.shell.user_ns["table"] = ROWS[:8]
    ask("--each table")
    assert len(server.asked) == 8


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("--sample 3", "--sample goes with --each"),
        ("--batch", "--batch goes with --each"),
        ("--each tabel", "Did you mean table"),
        ("--each table --bg", "--bg has no meaning with --each"),
        ("--each table --chat x", "--chat has no meaning"),
        ("--each table -f json", "use --schema"),
        ("--each table --batch --budget 2", "have no hold on a batch"),
    ],
)
def test_what_does_not_fit_together_is_said_before_anything_is_sent(ask, server, line, says):
    with pytest.raises(InputError, match=says):
        ask(line)
    assert not server.asked


def test_hostile_answers_and_columns_are_shown_as_text(ask, alone, monkeypatch, shown):
    monkeypatch.setenv("CLAUDE_NB_DISPLAY", "final")
    bad = "<img src=x onerror=alert(1)>"
    alone.shell.user_ns["table"] = [{bad: "x", "text": bad}]
    ask("--each table", 'Say {{text}} {{row["' + bad + '"]}}')
    assert "<img" not in shown[0]["text/html"]
    assert "&lt;img" in shown[0]["text/html"]


def test_the_ledger_gets_one_entry_for_all_rows(ask, alone, monkeypatch, shown):
    monkeypatch.setenv("CLAUDE_NB_DISPLAY", "final")
    ask("--each table")
    [entry] = alone.ledger
    assert entry.state == "complete"
    assert entry.tokens("output_tokens") > 0


def test_an_interrupt_keeps_what_is_done_and_fails_the_cell(ask, alone, monkeypatch, shown):
    monkeypatch.setenv("CLAUDE_NB_DISPLAY", "final")
    watch, calls = showing._watch, []

    def interrupted(answers, view):
        calls.append(1)
        if len(calls) == 1:
            raise KeyboardInterrupt
        watch(answers, view)

    monkeypatch.setattr(showing, "_watch", interrupted)
    monkeypatch.setattr(showing.Stopper, "interrupted", True, raising=False)
    monkeypatch.setattr(
        showing.Stopper, "__init__", silenced(showing.Stopper.__init__), raising=True
    )
    with pytest.raises(StoppedError):
        ask("--each table --out got")
    answers = alone.shell.user_ns["got"]
    assert answers.progress.ended == "stopped"
    assert len(answers.failed) + answers.progress.done == len(answers)


def silenced(begin):
    """Return a beginning of a `Stopper` that was interrupted already."""

    def begun(self, *given):
        begin(self, *given)
        self.interrupted = True
        self.check = lambda: None

    return begun


def test_a_run_in_the_background_can_be_told_to_slow_down(ask, monkeypatch):
    answers = claude_nb.map("Say {{text}}", ROWS, wait=False)
    answers.limit = 2
    assert answers.limit <= 2
    with pytest.raises(InputError, match="whole number"):
        answers.limit = 0
    assert not answers.wait().failed


def test_what_ends_a_run_in_python_can_be_caught_by_its_name(ask):
    with pytest.raises(claude_nb.NotFoundError):
        claude_nb.map("Say {{text}}", ROWS, model="claude-none-9")


def test_runs_with_one_key_share_one_pace(ask):
    for _ in range(2):
        claude_nb.map("Say {{text}}", ROWS[:3])
    claude_nb.map("Say {{text}}", ROWS[:3], model="haiku")
    assert len(current().paces) == 2


def test_what_is_asked_of_rows_is_checked():
    for wrong in ({"samples": 0}, {"limit": True}, {"sample": -1}, {"budget": 0}, {"via": "mail"}):
        with pytest.raises(InputError):
            asked.Asked(**wrong)


def test_the_first_row_is_asked_alone_and_the_others_read_what_it_left(alone):
    rows = [{"text": f"word {number}"} for number in range(12)]
    said = {"model": "claude-sonnet-4-6", "cache": True}
    answers = claude_nb.map("Say {{text}}", rows, system="Answer in one word. " * 400, **said)
    usages = [answer.usage for answer in answers]
    assert sum(bool(usage.cache_creation_input_tokens) for usage in usages) == 1
    assert sum(bool(usage.cache_read_input_tokens) for usage in usages) == 11
    assert " cached" in answers.summary()
    short = claude_nb.map("Say {{text}}", rows, system="Short.", **said)
    assert "nothing was cached: what all rows share" in short.summary()
