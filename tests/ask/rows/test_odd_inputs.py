"""What people bring to rows that cannot be used: told in a sentence, before anything is sent."""

from __future__ import annotations

import pickle
import sqlite3
from concurrent.futures import ThreadPoolExecutor

import pytest

from claude_nb.ask.errors import InputError
from claude_nb.ask.options import Options
from claude_nb.rows.answers import Answers
from claude_nb.rows.parts import _known
from claude_nb.rows.plan import Plan
from claude_nb.rows.store import Store
from claude_nb.rows.tables import table


def plan(text):
    return Plan(text, Options(), {})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{{row["nme"]}}', r"there is no column 'nme'\. Did you mean name\? Columns: name, 0\."),
        ("{{row['other']}}", r"there is no column 'other'\."),
        ("{{row[0]}}", r'columns are named by text: \{\{row\["0"\]\}\}'),
        ("{{row[7]}}", "there is no column '7'"),
    ],
)
def test_columns_of_the_whole_row_are_looked_for_too(text, said):
    given = [{"name": "a", "0": "b"}]
    found = table(given)
    with pytest.raises(InputError, match=said):
        plan(text).check(found.__class__(found.rows, 1, ("name", "0"), found.extended))


def test_what_is_named_rightly_passes():
    found = table([{"name": "a", "0": "b"}])
    plan('{{row["0"]}} {{row}}').check(
        found.__class__(found.rows, 1, ("name", "0"), found.extended)
    )
    assert plan('{{row["0"]}}').of({"0": "b"}).params["messages"][0]["content"] == "b"


def test_a_table_without_columns_is_told_so():
    found = table([])
    with pytest.raises(InputError, match="The table has no columns"):
        plan("{{a}}").check(found.__class__(found.rows, 0, (), found.extended))


def test_a_row_that_lacks_the_column_is_not_told_to_run_a_cell():
    with pytest.raises(InputError, match="this row has no 'v', so it was not asked"):
        plan("{{v}}").of({"w": 1})


def test_a_store_says_what_to_do(tmp_path):
    with pytest.raises(InputError, match=r"there is no folder .*Make it first"):
        Store(tmp_path / "数据 库" / "rows.db")
    with pytest.raises(InputError, match=r"cannot be used: .*null"):
        Store(tmp_path / "a\0b")
    with sqlite3.connect(tmp_path / "mine.db") as mine:
        mine.execute("create table sales (id text)")
    with pytest.raises(InputError, match="a database of something else"):
        Store(tmp_path / "mine.db")
    (tmp_path / "empty.db").touch()
    Store(tmp_path / "empty.db").close()
    Store(tmp_path / "empty.db").close()


def test_a_store_that_another_program_holds_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr("claude_nb.rows.store._PATIENCE", 0.01)
    Store(tmp_path / "rows.db").close()
    holder = sqlite3.connect(tmp_path / "rows.db", isolation_level=None)
    holder.execute("begin exclusive")
    with pytest.raises(InputError, match="another program has held it"):
        Store(tmp_path / "rows.db")
    holder.close()


def test_an_executor_that_was_shut_down_is_told():
    pool = ThreadPoolExecutor(1)
    pool.shutdown()
    with pytest.raises(RuntimeError) as raised:
        pool.submit(print)
    assert "it was shut down" in str(_known(raised.value))


def test_answers_say_what_to_pickle_instead():
    with pytest.raises(TypeError, match="pickle what to_frame"):
        pickle.dumps(Answers.__new__(Answers))
