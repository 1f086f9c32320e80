"""What people hand over as rows: it has rows, or one sentence says what to hand over."""

from __future__ import annotations

import collections
import csv
import dataclasses
import io
import sqlite3
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pydantic import BaseModel

from claude_nb.ask.errors import InputError
from claude_nb.notebook.run.rows.mapping import options_of
from claude_nb.notebook.session import current
from claude_nb.rows.tables import table

FRAME = pd.DataFrame({"a": ["x", "y"], "b": [1, 2]})
Pair = collections.namedtuple("Pair", "a b")  # noqa: PYI024 - as people make them


@dataclasses.dataclass
class Data:
    """A row with types."""

    a: str


class Model(BaseModel):
    """A row that checks its values."""

    a: str


class Geo(pd.DataFrame):
    """A frame of a library built on pandas."""


Geo.__module__ = "geolibrary"


class Lazy:
    """A table of a library that computes later; going through it gives its columns."""

    def compute(self):
        return FRAME

    def __iter__(self):
        return iter(["a", "b"])


class Examples:
    """A table of a library whose rows are dicts."""

    def to_pandas(self):
        return FRAME

    def __iter__(self):
        return iter([{"a": "x"}])


def connection():
    found = sqlite3.connect(":memory:")
    found.row_factory = sqlite3.Row
    return found


def sqlite_rows():
    with connection() as opened:
        rows = opened.execute("select 'x' as a, 1 as b").fetchall()
    opened.close()
    return rows


X = [{"a": "x"}]
ROWS = {
    "a dict of columns": ({"a": ["x", "y"], "b": (1, 2)}, [{"a": "x", "b": 1}, {"a": "y", "b": 2}]),
    "a dict of arrays": ({"a": np.array(["x"])}, X),
    "an array of texts": (np.array(["x", "y"]), [{"text": "x"}, {"text": "y"}]),
    "a record array": (np.array([("x", 1)], dtype=[("a", "U1"), ("b", int)]), [{"a": "x", "b": 1}]),
    "named tuples": ([Pair("x", 1)], [{"a": "x", "b": 1}]),
    "frames' tuples": (FRAME[:1].itertuples(index=False), [{"a": "x", "b": 1}]),
    "dataclasses": ([Data("x")], X),
    "pydantic models": ([Model(a="x")], X),
    "rows of sqlite": (sqlite_rows(), [{"a": "x", "b": 1}]),
    "a reader of csv": (csv.DictReader(io.StringIO("a\nx\n")), X),
    "a generator": ((row for row in X), X),
    "a tuple of texts": (("x", "y"), [{"text": "x"}, {"text": "y"}]),
    "a series": (FRAME["a"], [{"a": "x"}, {"a": "y"}]),
    "a series with a number for a name": (pd.Series(["x"], name=0), [{"text": "x"}]),
    "an index": (pd.Index(["x"]), [{"text": "x"}]),
    "a categorical": (pd.Series(pd.Categorical(["x"])), [{"text": "x"}]),
    "a frame of another library": (Geo(FRAME[["a"]]), [{"a": "x"}, {"a": "y"}]),
    "a library's dicts": (Examples(), X),
    "no rows": ([], []),
    "an empty frame": (FRAME.iloc[:0], []),
}


@pytest.mark.parametrize(("given", "rows"), ROWS.values(), ids=ROWS)
def test_what_has_rows_gives_them(given, rows):
    assert [dict(row) for row in table(given).rows] == rows


REFUSED = {
    "groups": (FRAME.groupby("b"), "rows is a DataFrameGroupBy, and has none: aggregate it"),
    "a window": (FRAME["b"].rolling(2), "rows is a Rolling, and has none: aggregate it"),
    "a method": (FRAME.head, "rows is a method, and has none: call it first"),
    "a function": (options_of, "rows is a function, and has none: call it first"),
    "a class": (Data, "rows is a type, and has none: call it first"),
    "None": (None, "rows is None, and has none: use a list of dicts"),
    "a number": (5, "rows is an int, and has none: use a list of dicts"),
    "a text": ("tickets.csv", "rows is a str, and has none: use the table itself"),
    "a path": (Path("t.csv"), "rows is a .*Path, and has none: .* pandas.read_csv"),
    "bytes": (b"a,b", "rows is a bytes, and has none: use a list of dicts"),
    "one row": ({"a": "x"}, r"rows is a dict, and has none: .* \[\{\.\.\.\}\] for one row"),
    "columns of two lengths": ({"a": [1, 2], "b": [1]}, "lists of one length"),
    "a matrix": (np.zeros((2, 2)), r"2 dimensions.*pandas.DataFrame\(array, columns="),
    "an array of nothing": (np.array(3), "rows is a ndarray, and has none"),
    "two columns of one name": (pd.DataFrame([[1, 2]], columns=["a", "a"]), "'a': rename one"),
    "a lazy table": (Lazy(), r"rows is a Lazy, and has none: use what its \.compute\(\) returns"),
    "a cursor": (connection().execute("select 1"), "rows is a Cursor.*pandas.read_sql"),
}


@pytest.mark.parametrize(("given", "says"), REFUSED.values(), ids=REFUSED)
def test_what_has_none_is_told_what_to_use(given, says):
    with pytest.raises(InputError, match=says) as caught:
        table(given)
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize(
    "given",
    [[1, 2], [["x", "y"]], [("x", 1)], [{"a": "x"}, 5], zip("ab", "cd", strict=True), range(3)],
    ids=["numbers", "lists", "tuples", "one of them", "a zip", "a range"],
)
def test_a_row_without_names_is_refused_where_it_is(given):
    with pytest.raises(InputError, match=r"A row is an? (int|list|tuple), whose values have no"):
        list(table(given).rows)


SAID = {
    "no columns": (pd.DataFrame(), "The table has no columns."),
    "the index": (FRAME.set_index("a"), "It is the index: use .reset_index()."),
    "numbers": (pd.DataFrame([["x", 1]]), 'Columns: 0, 1. Write {{row["0"]}} for 0.'),
    "two levels": (
        pd.DataFrame([[1]], columns=pd.MultiIndex.from_tuples([("x", "p")])),
        "Columns: ('x', 'p'). Write {{row[\"('x', 'p')\"]}} for ('x', 'p').",
    ),
    "words": (pd.DataFrame({"two words": []}), 'Write {{row["two words"]}} for two words.'),
    "a quote": (pd.DataFrame({'a "b"': []}), 'Write {{row[\'a "b"\']}} for a "b".'),
    "plain names": (FRAME.rename(columns={"a": "c"}), "Columns: c, b."),
    "texts": (["x", "y"], "Columns: text."),
    "dicts": ([{"c": 1}, {"c": 2}], "Columns: c."),
}


@pytest.mark.parametrize(("given", "says"), SAID.values(), ids=SAID)
def test_who_names_a_column_that_is_not_there_is_told_which_are(given, says):
    assert table(given).said("a").endswith(says)


def test_rows_that_differ_promise_no_columns():
    assert table([{"a": 1}, {"b": 1}]).columns is None
    assert table([{"a": 1}, "x"]).columns is None


# Functions that rows may call.


@pytest.mark.parametrize("tools", ["f", "f,g"])
def test_functions_are_handed_over_and_not_named(tools):
    with pytest.raises(InputError, match=r"tools='f.*': give the functions themselves: tools=\["):
        options_of(current(), {}, None, tools)


def test_one_function_needs_no_list():
    def f():
        """Do it."""

    options, variables = options_of(current(), {}, None, f)
    assert options.tools == "f"
    assert variables == {"f": f}
