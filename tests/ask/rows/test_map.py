"""One prompt over a table: what comes back, in which form, and what is never asked."""

from __future__ import annotations

import pandas as pd
import polars as pl
import pydantic
import pytest
from rows_rig import Asking

from claude_nb.api.errors import AuthenticationError, NotFoundError
from claude_nb.api.resources.endpoints import message_key
from claude_nb.ask.errors import InputError
from claude_nb.ask.options import Options
from claude_nb.ask.question import compose
from claude_nb.emulator import Fault
from claude_nb.rows.pace import Pace
from claude_nb.rows.plan import Plan
from claude_nb.rows.tables import table

pytestmark = pytest.mark.slow  # whole runs over rows, each in a thread of its own

WORDS = ["sky", "sea", "天空", "a \\ b", "{{text}}", "<b>&"]


class Named(pydantic.BaseModel):
    """A name and how long it is."""

    name: str
    length: int


def rows(count: int) -> list[dict[str, object]]:
    return [{"n": number, "text": f"word {number}"} for number in range(count)]


def test_each_row_gets_its_own_answer_in_its_place(asking):
    answers = asking("Say {{text}}", [{"text": word} for word in WORDS])
    assert [answer.text for answer in answers] == [f"Say {word}".upper() for word in WORDS]
    assert not answers.failed


@pytest.mark.parametrize("make", [pd.DataFrame, pl.DataFrame, list])
def test_a_table_comes_back_as_what_it_was_with_what_came_of_each_row(asking, make):
    frame = asking("Say {{text}}", make(rows(7))).to_frame()
    assert type(frame) is make
    listed = frame.to_dict("records") if make is pd.DataFrame else frame
    listed = frame.to_dicts() if make is pl.DataFrame else listed
    assert [row["answer"] for row in listed] == [f"SAY WORD {number}" for number in range(7)]
    assert [row["n"] for row in listed] == list(range(7))
    assert listed[0]["stop_reason"] == "end_turn"
    assert listed[0]["error"] is None
    assert listed[0]["cost"] > 0
    assert isinstance(listed[0]["input_tokens"], int)


def test_a_pandas_frame_keeps_its_index_and_its_own_columns(asking):
    given = pd.DataFrame({"answer": [1, 2], "text": ["a", "b"]}, index=["x", "y"])
    frame = asking("Say {{text}}", given).to_frame()
    assert list(frame.index) == ["x", "y"]
    assert list(frame["answer"]) == [1, 2]
    assert list(frame["answer_answer"]) == ["SAY A", "SAY B"]
    assert list(given.columns) == ["answer", "text"]


def test_a_column_whose_name_is_no_name_is_found_in_the_row(asking):
    answers = asking('Say {{row["two words"]}}', [{"two words": "x"}])
    assert answers[0].text == "SAY X"


def test_texts_are_rows_and_an_iterator_is_drawn_as_it_is_needed(asking):
    drawn = (f"w{number}" for number in range(150))
    answers = asking("Say {{text}}", drawn)
    assert len(answers) == 150
    assert answers[149].text == "SAY W149"
    assert answers.to_frame()[149]["row"] == 149


def test_rows_that_are_equal_are_asked_once_and_it_is_said(asking, counted):
    answers = asking("Say {{text}}", [{"text": f"w{number % 100}"} for number in range(1000)])
    assert counted.total == 100
    assert [answer.text for answer in answers[98:102]] == ["SAY W98", "SAY W99", "SAY W0", "SAY W1"]
    assert "900 rows are equal to others" in answers.summary()


def test_samples_ask_each_row_so_often(asking, counted):
    answers = asking("Say {{text}}", [{"text": f"w{n % 10}"} for n in range(20)], samples=3)
    assert counted.total == 30
    assert len(answers) == 60
    assert [row["sample"] for row in answers.to_frame()[:4]] == [0, 1, 2, 0]


def test_the_same_call_again_asks_nothing_and_more_rows_only_those(asking, counted):
    asking("Say {{text}}", rows(20))
    asking("Say {{text}}", rows(20))
    assert counted.total == 20
    answers = asking("Say {{text}}", rows(25))
    assert counted.total == 25
    assert answers.progress.known == 20


def test_a_pilot_is_kept_and_not_paid_twice(asking, counted):
    assert len(asking("Say {{text}}", rows(20), most=5)) == 5
    assert counted.total == 5
    asking("Say {{text}}", rows(20))
    assert counted.total == 20


def test_fields_of_a_schema_become_columns(serve, tmp_path):
    asking = Asking(serve(answer=None).url, tmp_path / "rows.sqlite3")
    answers = asking("Name a colour for {{n}}", rows(3), schema="Named", variables={"Named": Named})
    assert isinstance(answers[0].value, Named)
    assert {"name", "length"} <= answers.to_frame()[0].keys()


def test_an_answer_that_breaks_its_schema_is_a_failed_row_with_what_came(asking):
    answers = asking("{{text}}", rows(3), schema="Named", variables={"Named": Named})
    assert [answer.error.split(":")[0] for answer in answers] == ["AnswerError"] * 3
    assert answers[1].text == "WORD 1"


def test_functions_may_be_called_for_a_row(serve, tmp_path):
    def weather(city: str) -> str:
        """Tell the weather of a city."""
        return f"rain in {city}"

    asking = Asking(serve(answer=None).url, tmp_path / "rows.sqlite3")
    given = {"tools": "weather", "variables": {"weather": weather}}
    answers = asking("Use weather for {{text}}", [{"text": "Paris"}], **given)
    assert "rain in" in answers[0].text
    assert answers[0].usage.input_tokens > 0


# What is never asked.


def test_a_column_that_is_not_there_is_named_before_anything_is_sent(asking, counted):
    with pytest.raises(InputError, match=r"no column 'txt'.*Did you mean text\?.*Columns: n, text"):
        asking("Say {{txt}}", pd.DataFrame(rows(3)))
    assert not counted.total


def test_a_prompt_that_names_no_column_is_refused(asking):
    with pytest.raises(InputError, match="names no column"):
        asking("Say hello", rows(3))


@pytest.mark.parametrize("given", ["text", {"a": 1}, 5, pl.LazyFrame({"a": [1]})])
def test_what_has_no_rows_is_refused_with_what_has(given):
    with pytest.raises(InputError, match=r"rows is a"):
        table(given)


@pytest.mark.parametrize("empty", [None, float("nan"), pd.NA, pd.NaT])
def test_a_row_without_the_value_fails_alone(asking, counted, empty):
    answers = asking("Say {{text}}", [{"text": "a"}, {"text": empty}, {}, {"text": "b"}])
    assert [answer.text for answer in answers] == ["SAY A", None, None, "SAY B"]
    assert "no value there" in answers[1].error
    assert counted.total == 2


def test_the_summary_counts_what_went_wrong_by_kind(serve, tmp_path):
    server = serve(faults=[Fault("status", status=400, times=2)])
    given = [{"text": "a"}, {"text": None}, {"text": "a"}, *rows(12)]
    answers = Asking(server.url, tmp_path / "s").__call__("Say {{text}}", given, limit=1)
    lines = answers.summary().splitlines()
    assert [line.split(":")[0] for line in lines[2:5]] == ["3 rows", "1 row", "kept in s"]
    assert len(answers.failed) == 4


def test_a_wrong_key_ends_the_run_at_once(asking, counted):
    run = asking.run("Say {{text}}", rows(500))
    run.client = run.client.copy(api_key="invalid")
    run.start()
    assert run.wait(60)
    assert isinstance(run.fatal, AuthenticationError)
    assert not counted.total


def test_a_model_that_is_not_there_ends_the_run(asking):
    with pytest.raises(NotFoundError):
        asking("Say {{text}}", rows(50), model="claude-none-9")


def test_ten_rows_that_fail_alike_end_the_run(serve, tmp_path):
    server = serve(faults=[Fault("status", status=400, times=1000)])
    answers = Asking(server.url, tmp_path / "s").__call__("Say {{text}}", rows(500))
    assert "first ten rows all failed in the same way" in answers.summary()
    assert sum(answer.is_asked for answer in answers) < 100


def test_failed_rows_are_kept_and_asked_again_on_request_alone(serve, counted, tmp_path):
    server = serve(faults=[Fault("status", status=400, times=3)])
    asking = Asking(server.url, tmp_path / "s")
    first = asking("Say {{text}}", rows(30))
    assert len(first.failed) == 3
    assert "BadRequestError" in first.failed[0].error
    assert len(asking("Say {{text}}", rows(30)).failed) == 3
    assert counted.total == 27
    again = first.retry()
    assert not again.failed
    assert counted.total == 30


def test_other_options_for_failed_rows_leave_the_answered_ones_alone(asking, counted):
    given = [{"text": "x" * 400}, {"text": "short"}]
    first = asking("Say {{text}}", given, max_tokens=20)
    assert "cut at 20 tokens" in first[0].error
    assert first[0].text
    again = first.retry(max_tokens=2000)
    assert [answer.error for answer in again] == [None, None]
    assert counted.counts == {"Say " + "x" * 400: 2, "Say short": 1}


@pytest.mark.parametrize("fault", ["drop", "cut", "html", "empty"])
def test_replies_that_are_lost_are_asked_for_again(serve, tmp_path, fault):
    server = serve(faults=[Fault(fault, times=2, status=503)])
    answers = Asking(server.url, tmp_path / "s").__call__("Say {{text}}", rows(12))
    assert len(answers) == 12
    assert all(answer.text or answer.error for answer in answers)
    assert fault in {"html", "empty"} or not answers.failed


def test_the_budget_ends_a_run_before_it_costs_more(asking):
    answers = asking("Say {{text}}", rows(200), budget=0.01, max_tokens=20)
    assert 0 < answers.cost <= 0.01
    assert any(not answer.is_asked for answer in answers)
    assert "budget of $0.01" in answers.summary()


def test_forty_at_once_and_answers_of_every_length_stay_within_the_budget(serve, tmp_path):
    spent = []

    def answer(request):
        words = 4 + 37 * len(spent) % 60
        spent.append(words)
        return "word " * words

    server = serve(answer=answer)
    asking = Asking(server.url, tmp_path / "s")
    pace = Pace(most=40, window=40)
    answers = asking("Say {{text}}", rows(400), budget=0.05, max_tokens=200, pace=pace)
    assert len(spent) == len([each for each in answers if each.is_asked])
    assert 0.04 < answers.cost <= 0.05  # each may cost $0.0031, and the dearest costs $0.0015
    assert answers.progress.ended == "budget"


def test_a_first_row_that_could_cost_too_much_is_not_sent(asking, counted):
    answers = asking("Say {{text}}", rows(5), budget=0.01, max_tokens=4000)
    assert counted.total == 0
    assert "with fewer max_tokens" in answers.summary()


# The request of a row is that of a single call.


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"system": "Be short."},
        {"system": "About {{n}}."},
        {"think": 2000, "stop": ("END",)},
        {"schema": "Named", "temperature": 0.3},
        {"cache": True, "option": ("service_tier=standard_only",)},
    ],
)
@pytest.mark.parametrize("text", WORDS)
def test_the_request_of_a_row_is_that_of_a_cell_with_these_variables(options, text):
    plan = Plan("Say {{text}}", Options(**options), {"Named": Named})
    row = {"text": text, "n": 3}
    question = compose(Options(**options), "Say {{text}}", variables={**row, "Named": Named})
    # a cell has the whole of its prompt kept, a row what it shares with the others: nothing here
    asked = {name: value for name, value in question.params.items() if name != "cache_control"}
    assert plan.of(row).params == asked
    other = Plan("Say {{text}}", Options(**options), {"Named": Named}, "another server")
    assert plan.of(row).key != other.of(row).key


def test_the_name_of_a_row_is_made_of_the_key_of_recordings():
    plan = Plan("Say {{text}}", Options(system="Be short."), {})
    planned = plan.of({"text": "x"})
    assert planned.key == plan._named(message_key(planned.params))
