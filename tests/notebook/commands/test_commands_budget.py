"""``%claude budget``, on cells that ask a server which is taken for one that is paid."""

from __future__ import annotations

import json

import pytest
from commands_rig import start_shell, stop_shell
from IPython.core.displaypub import CapturingDisplayPublisher

from claude_nb import emulator
from claude_nb.api import addresses, calls, config
from claude_nb.ask.errors import InputError
from claude_nb.notebook import backend
from claude_nb.notebook.answer.failure import RunError
from claude_nb.notebook.ledger import accounts

pytestmark = pytest.mark.slow  # a server and a shell for each test

LONG = " ".join(f"word{n}," for n in range(400))


@pytest.fixture
def charged(tmp_path, monkeypatch):
    """Serve answers that are charged for at the API's prices; give the server."""
    monkeypatch.setattr(addresses, "stays_here", lambda _: False)
    for module in (backend, calls):
        monkeypatch.setattr(module, "EMULATED_HEADER", "x-nobody-sends-this")
    with emulator.serve(tokens_per_second=1_000, answer=lambda _: LONG) as server:
        monkeypatch.setattr(config, "DEFAULT_BASE_URL", server.url)
        monkeypatch.setenv("ANTHROPIC_BASE_URL", server.url)
        monkeypatch.setenv("ANTHROPIC_API_KEY", "canary-7c1")
        yield server


@pytest.fixture
def claude(tmp_path, monkeypatch, charged):
    monkeypatch.setenv("CLAUDE_NB_DISPLAY", "final")
    monkeypatch.setenv("CLAUDE_NB_LEDGER", str(tmp_path / "usage.sqlite3"))
    monkeypatch.setenv("JPY_SESSION_NAME", str(tmp_path / "lesson.ipynb"))
    running = start_shell(tmp_path)
    yield running
    stop_shell(running)


def cell(claude, line, text="Hi"):
    publisher = claude.shell.display_pub = CapturingDisplayPublisher(shell=claude.shell)
    try:
        claude.shell.run_cell_magic("claude", line, text)
    finally:
        claude.shown = "\n".join(each["data"]["text/plain"] for each in publisher.outputs)
    return claude.shown


def spent(claude):
    return accounts.of(claude.session).budget.spent.dollars


def test_it_is_set_shown_and_taken_away(claude):
    assert "There is no budget." in claude.text("budget")
    assert "$0.0000 of $2.00 spent, $2.0000 left" in claude.text("budget $2")
    assert "0 of 200,000 spent" in claude.text("budget $2 and 200k tokens")
    assert "0 of 5,000,000 spent" in claude.text("budget 5M tokens")
    assert "No budget" in claude.text("budget off")
    assert "There is no budget." in claude.text("budget")


@pytest.mark.parametrize(
    "words", ["2", "much", "$", "-$2", "$2x", "$1e9", "$99999999999999", "nan"]
)
def test_what_is_no_amount_is_refused_with_how_to_say_it(claude, words):
    with pytest.raises(InputError, match=r"%claude budget \$2"):
        claude.text(f"budget {words}")
    assert accounts.of(claude.session).budget is None


def test_a_sentence_about_a_budget_is_a_question(claude):
    assert LONG[:10] in claude.text("budget my week for me please")


def test_what_cells_cost_is_taken_from_it_and_what_does_not_fit_is_not_sent(claude):
    claude.text("budget $0.02")
    cell(claude, "--no-history --no-stream --max-tokens 500")
    assert spent(claude) == pytest.approx(claude.session.ledger[-1].cost)
    before = spent(claude)
    with pytest.raises(RunError, match=r"(?s)up to \$0\.06.*%claude budget \$5"):
        cell(claude, "--no-history --no-stream --max-tokens 4000")
    assert spent(claude) == pytest.approx(before)


def test_a_streaming_answer_ends_where_the_budget_does_and_is_kept(claude):
    claude.text("budget $0.012")
    with pytest.raises(RunError, match="budget is used up"):
        cell(claude, "--max-tokens 4000")
    assert "the budget is used up" in claude.shown.casefold()
    assert "\n— cut off · " in claude.shown
    assert "word0, word1," in claude.shown
    assert spent(claude) <= 0.012 + 1e-9
    assert claude.session.chats["main"].turns[-1].answer.startswith("word0,")


def test_a_new_kernel_of_the_notebook_goes_on_with_it(claude, monkeypatch):
    monkeypatch.setenv("CLAUDE_NB_DISPLAY", "text")
    assert "Kept for this notebook" in claude.text("budget $1")
    cell(claude, "--max-tokens 500 --no-stream")
    before = spent(claude)
    assert before > 0
    again = accounts.Accounts(claude.session)
    assert again.budget.spent.dollars == pytest.approx(before)
    assert again.budget.dollars == 1.0


def test_two_kernels_of_one_notebook_share_it(claude):
    claude.text("budget $1")
    other = accounts.Accounts(claude.session).budget
    cell(claude, "--max-tokens 500 --no-stream")
    assert other.spent.dollars == pytest.approx(spent(claude))


def test_another_notebook_has_another(claude, monkeypatch, tmp_path):
    claude.text("budget $1")
    monkeypatch.setenv("JPY_SESSION_NAME", str(tmp_path / "other.ipynb"))
    assert accounts.Accounts(claude.session).budget is None


def test_where_nobody_says_which_notebook_it_is_that_is_said(claude, monkeypatch):
    monkeypatch.delenv("JPY_SESSION_NAME")
    monkeypatch.setenv("CLAUDE_NB_DISPLAY", "text")
    assert "Until the kernel restarts" in claude.text("budget $1")
    assert "$1.00" in claude.text("budget")


def test_where_the_file_fails_it_holds_in_memory(claude, monkeypatch, tmp_path):
    (tmp_path / "broken").write_text("no database " * 99)
    monkeypatch.setenv("CLAUDE_NB_LEDGER", str(tmp_path / "broken"))
    with pytest.warns(UserWarning, match="The ledger is not kept"):
        claude.text("budget $0.012")
    with pytest.raises(RunError):
        cell(claude, "--no-stream --max-tokens 4000")


def test_a_price_that_is_not_known_is_said(claude, monkeypatch):
    monkeypatch.setattr(config, "DEFAULT_BASE_URL", "https://elsewhere.example")
    claude.text("budget $1")
    assert "price unknown" in cell(claude, "--max-tokens 500 --no-stream")
    text = claude.text("budget")
    assert "tokens have no known price" in text
    assert "$2 200,000 tokens" in text


def test_servers_of_this_machine_cost_nothing(claude, monkeypatch):
    monkeypatch.setattr(addresses, "stays_here", lambda _: True)
    claude.text("budget $0.0001")
    cell(claude, "--max-tokens 4000")
    assert spent(claude) == 0


# The ledger.


def written(claude):
    return accounts.of(claude.session).store.calls()


def test_each_call_is_written_down_with_its_price_and_the_date_of_that(claude, tmp_path):
    cell(claude, "--no-stream --max-tokens 500")
    cell(claude, "--max-tokens 500")
    first, second = written(claude)
    assert first.notebook == str(tmp_path / "lesson.ipynb")
    assert (first.model, first.origin, first.outcome) == ("claude-sonnet-4-6", "server", "ok")
    assert first.cost == pytest.approx(claude.session.ledger[0].cost)
    assert first.prices == "2026-11-27"
    assert second.output == claude.session.ledger[1].usage["output_tokens"]


def test_what_was_not_sent_is_not_written_down(claude):
    claude.text("budget $0.0001")
    with pytest.raises(RunError):
        cell(claude, "--max-tokens 500")
    assert written(claude) == []


def test_no_text_of_prompts_or_answers_and_no_key_is_in_the_file(claude, tmp_path):
    cell(claude, "-s system-marker-5", "prompt-marker-6")
    claude.text("budget $2")
    data = b"".join(path.read_bytes() for path in tmp_path.glob("usage.sqlite3*"))
    assert b"claude-sonnet-4-6" in data
    for marker in (b"marker", b"word1", b"canary"):
        assert marker not in data


def test_usage_shows_what_the_file_knows(claude, monkeypatch):
    cell(claude, "--max-tokens 500 --no-stream")
    monkeypatch.setenv("CLAUDE_NB_DISPLAY", "text")
    text = claude.text("usage")
    for words in ("Kept in the ledger", "today", "this notebook lesson.ipynb", "30 days ", "█"):
        assert words in text
    assert "Prices as of 2026-11-27." in text
    claude.session.ledger.clear()  # as after a restart of the kernel
    assert "this notebook lesson.ipynb" in claude.text("usage")


def test_usage_names_cells_as_a_person_finds_them(claude, monkeypatch, tmp_path):
    cells = [{"id": "c0", "source": "# A"}, {"id": "c1", "source": ["%%claude -t 0\n", "Why?"]}]
    (tmp_path / "lesson.ipynb").write_text(json.dumps({"cells": [*cells, {}, None]}))
    for name in ("c1", "gone"):
        monkeypatch.setattr(type(claude.session), "cell", name)
        cell(claude, "--max-tokens 500 --no-stream", "Hi")
    monkeypatch.setenv("CLAUDE_NB_DISPLAY", "text")
    claude.session.ledger.clear()  # as after a restart of the kernel
    assert "not in the saved file" in claude.text("usage")
    (tmp_path / "lesson.ipynb").write_text(json.dumps({"cells": cells}))
    assert "cell 2 Why?" in claude.text("usage")
    assert "c1" not in claude.text("usage")


def test_a_cost_that_is_not_known_is_not_at_least_nothing(claude, monkeypatch):
    monkeypatch.setattr("claude_nb.models.lookup.ModelTable.cost", lambda *_: None)
    cell(claude, "--max-tokens 500 --no-stream")
    monkeypatch.setenv("CLAUDE_NB_DISPLAY", "text")
    assert "not known" in claude.text("usage")
    assert "at least" not in claude.text("usage")


def test_usage_in_a_run_that_is_compared_says_nothing_of_other_days(claude):
    cell(claude, "--max-tokens 500 --no-stream")
    assert "Kept in the ledger" not in claude.text("usage")


def test_all_calls_go_to_a_csv_file(claude, tmp_path):
    cell(claude, "--max-tokens 500 --no-stream")
    path = tmp_path / "my calls.csv"
    assert "1 calls of all notebooks" in claude.text(f'usage "{path}"')
    assert path.read_text().splitlines()[1].split(",")[3] == "claude-sonnet-4-6"
    with pytest.raises(InputError, match=r"%claude usage calls\.csv"):
        claude.text("usage everything")


def test_a_notebook_can_be_left_out(claude):
    assert "Off: no call of this notebook" in claude.text("ledger off")
    cell(claude, "--max-tokens 500 --no-stream")
    assert written(claude) == []
    assert "On: " in claude.text("ledger on")
    cell(claude, "--max-tokens 500 --no-stream")
    assert len(written(claude)) == 1
    assert "Forgotten: 1 calls" in claude.text("ledger forget")
    with pytest.raises(InputError, match="on, off, forget"):
        claude.text("ledger please")


def test_nothing_is_kept_where_the_ledger_is_off(claude, monkeypatch, tmp_path):
    monkeypatch.setenv("CLAUDE_NB_LEDGER", "off")
    cell(claude, "--max-tokens 500 --no-stream")
    claude.text("budget $1")
    assert "No ledger is kept" in claude.text("ledger")
    assert not (tmp_path / "usage.sqlite3").exists()


def test_a_ledger_that_cannot_be_written_costs_no_answer(claude, monkeypatch, tmp_path):
    monkeypatch.setenv("CLAUDE_NB_LEDGER", str(tmp_path / "no.txt" / "u"))
    (tmp_path / "no.txt").touch()
    with pytest.warns(UserWarning, match="The ledger is not kept"):
        cell(claude, "--max-tokens 500 --no-stream")
    assert "word1" in cell(claude, "--max-tokens 500 --no-stream")  # told once: warnings are errors
