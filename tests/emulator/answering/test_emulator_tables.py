"""A figure of a column is of that column, whatever the table looks like."""

from __future__ import annotations

import pytest
from emulator_requests import ask

from claude_nb.emulator.answering.engine import Engine
from claude_nb.emulator.answering.skills import pasted

PANDAS = """   year  sales      city
0  2020  10.50      Oslo
1  2021  12.25  New York
2  2022    NaN      Rome"""
SERIES = """0    10.50
1    12.25
Name: sales, dtype: float64"""
NAMED_INDEX = """          year  sales
city
Oslo      2020  10.50
New York  2021  12.25"""
POLARS = """shape: (2, 2)
┌──────┬───────┐
│ year ┆ sales │
│ ---  ┆ ---   │
│ i64  ┆ f64   │
╞══════╪═══════╡
│ 2020 ┆ 10.5  │
│ 2021 ┆ 12.25 │
│ 2022 ┆ null  │
└──────┴───────┘"""
MARKDOWN = """|  | year | sales |
| --- | ---: | --- |
| 0 | 2020 | 10.5 |
| 1 | 2021 | 12.25 |"""
CSV = """,year,sales,city
0,2020,"1,010.50",Oslo
1,2021,"1,012.25","York, New"
2,2022,,Rome"""
TSV = "id\tyear\tsales\n1\t2020\t10.5\n2\t2021\t12.25\n3\t2022\t-"
SEMICOLON = "year;sales\n2020;10,5\n2021;12,25"
NO_INDEX = " year  sales city\n 2020  10.50 Oslo\n 2021  12.25 Rome"
GAP = """     sales
0       10
1       20
..     ...
98      30
99      40

[100 rows x 1 columns]"""


def answer(text):
    content = Engine().compose(ask(text), {}).message["content"]
    return "".join(block["text"] for block in content)


@pytest.mark.parametrize(
    ("table", "mean", "over"),
    [
        (PANDAS, "11.375", "over 2 of 3 rows"),
        (SERIES, "11.375", "over 2 rows"),
        (NAMED_INDEX, "11.375", "over 2 rows"),
        (POLARS, "11.375", "over 2 of 3 rows; 1 of them holds no number"),
        (MARKDOWN, "11.375", "over 2 rows"),
        (CSV, "1011.375", "over 2 of 3 rows"),
        (TSV, "11.375", "over 2 of 3 rows"),
        (SEMICOLON, "11.375", "over 2 rows"),
        (NO_INDEX, "11.375", "over 2 rows"),
        (GAP, "25", "over 4 rows"),
    ],
)
@pytest.mark.parametrize(
    "around",
    [
        "What is the mean of sales?\n\n{}",
        "Here is a table:\n\n{}\n\nWhat is the average of the sales column?",
        "{}\n\nMean sales, please.",
    ],
)
def test_the_column_that_is_named_is_used(table, mean, over, around):
    text = answer(around.format(table))
    assert f"The mean of **sales** is **{mean}**, {over}" in text


def test_the_figure_that_is_asked_for_is_told():
    for asked, told in (
        ("total", "sum of **sales** is **22.75**"),
        ("highest", "largest value of **sales** is **12.25**"),
        ("minimum", "smallest value of **sales** is **10.5**"),
        ("median", "median of **sales** is **11.375**"),
    ):
        assert told in answer(f"{PANDAS}\n\nWhat is the {asked} of sales?")


def test_without_a_name_every_column_of_numbers_is_told_but_the_index():
    text = answer(f"What is the average?\n\n{PANDAS}")
    assert "**year** is **2021**" in text
    assert "**sales** is **11.375**" in text
    assert "city" not in text
    assert "The first column was read as the row index and left out." in text


def test_an_index_of_which_one_asks_is_a_column():
    assert "The mean of **id** is **2**, over 3 rows" in answer(f"Mean of id?\n\n{TSV}")


def test_numbers_that_go_on_from_one_are_no_index_under_another_name():
    text = answer("Mean of them?\n\nday,price\n1,10\n2,20\n3,30")
    assert "**day** is **2**" in text
    assert "**price** is **20**" in text


def test_rows_that_the_paste_leaves_out_are_told():
    assert "leaves out rows" in answer(f"mean of sales?\n\n{GAP}")
    assert "leaves out rows" not in answer(f"mean of sales?\n\n{MARKDOWN}")


def test_a_column_of_words_has_no_mean():
    assert "**city** holds no numbers, so it has no mean" in answer(f"Mean of city?\n\n{PANDAS}")


def test_a_long_table_is_read_to_its_end():
    rows = "\n".join(f"{n},{n % 5}" for n in range(5_000))
    text = answer(f"What is the mean of price?\n\n,price\n{rows}")
    assert "The mean of **price** is **2**, over 5,000 rows." in text
    assert "The emulator read" not in text


@pytest.mark.slow
def test_of_a_table_that_is_longer_the_rows_read_are_told():
    rows = "\n".join(f"{n},{n % 5}" for n in range(60_000))
    text = answer(f"What is the mean of price?\n\n,price\n{rows}")
    found = pasted.read(f",price\n{rows}")
    assert found is not None
    assert len(found.rows) < 60_000
    assert "rows were read" in text


def test_a_document_is_read_as_a_table():
    source = {"type": "text", "media_type": "text/csv", "data": CSV}
    question = {"type": "text", "text": "What is the mean of sales?"}
    assert "**1011.375**" in answer([{"type": "document", "source": source}, question])


@pytest.mark.parametrize(
    "text",
    [
        "What does the mean mean in this table?\n\na,b\n1,2\n3,4",
        "Write a Python function that computes the mean of this:\n\na,b\n1,2\n3,4",
    ],
)
def test_what_asks_for_no_figure_gets_none(text):
    assert "The mean of **" not in answer(text)


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("1,234.5", 1234.5),
        ("1 234,5", 1234.5),
        ("1.234,5", 1234.5),
        ("3,14", 3.14),
        ("1,234", 1234),
        ("12%", 12),
        ("$1,200", 1200),
        ("-1e3", -1000),
        ("\N{MINUS SIGN}5", -5),
        ("1_000", 1000),
        ("1.2.3", None),
        ("2024-01-05", None),
        ("x", None),
        ("9" * 5_000, None),
    ],
)
def test_numbers_as_people_write_them(cell, value):
    assert pasted.number(cell) == value


STAFF = "dept,age,salary,qty,price\nIT,30,10,2,5\nHR,40,20,3,4\nIN,50,60,4,3\nOR,60,80,1,10"


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("mean salary of IT", "where **dept** is **IT** is **10**"),
        ("mean salary of dept IT", "The mean of **salary** where **dept** is **IT** is **10**"),
        ("count of dept IT", "**1 row** where **dept** is **IT**"),
        ("total salary for IN", "where **dept** is **IN** is **60**"),
        ("total salary where dept is OR", "where **dept** is **OR** is **80**"),
        ("total salary where age is 40", "where **age** is **40** is **20**"),
        ("total salary in HR", "where **dept** is **HR** is **20**"),
        ("What is the **mean** of salary?", "is **42.5**, over 4 rows"),
    ],
)
def test_a_cell_chooses_rows_though_it_is_spelt_like_a_small_word(question, told):
    assert told in answer(f"{question}\n\n{STAFF}")


@pytest.mark.parametrize(
    "question",
    [
        "total salary for IN and OR",
        "mean salary of it",
        "How many rows have price > 3?",
        "sum of qty * price",
        "mean of salary + age",
        "mean price/qty",
        "total price - 10",
        "total price -10",
        "mean of age + 1",
        "mean of the 3 prices",
        "mean salary where age is 99",
        "total salary where price != 3",
    ],
)
def test_a_question_that_chooses_or_calculates_otherwise_has_no_figure(question):
    assert answer(f"{question}\n\n{STAFF}").startswith("The emulator cannot answer that")


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        ("a;1.000 b;2.500,50 c;3.000", "**6500.5**"),
        ("a;1.000.000 b;2.000 c;5", "**1,002,005**"),
        ("a;2,250 b;1,5 c;1", "**4.75**"),
        ("a;0.500 b;1.250 c;3", "**4.75**"),
        ("a;1.000 b;2.500 c;3", None),
        ("a;1,000 b;2,500 c;3", None),
        ("a;1.000 b;2,5 c;2.5", None),
        ("a,1.000 b,2.500 c,3", "**6.5**"),
    ],
)
def test_points_and_commas_are_read_by_their_column(cells, told):
    mark = ";" if ";" in cells else ","
    text = answer(f"total price?\n\nname{mark}price\n" + cells.replace(" ", "\n"))
    assert (told in text) if told else text.startswith("The emulator cannot answer that")


DESCRIBED = "         age\ncount  3.0\nmean  40.0\nstd   10.0\nmin   30.0\nmax   50.0"


@pytest.mark.parametrize("table", [DESCRIBED, "name,count,mean,std\nage,3,40,10\nx,3,4,1"])
def test_figures_of_figures_are_not_told(table):
    assert answer(f"total age?\n\n{table}").startswith("The emulator cannot answer that")
    assert answer(f"mean age?\n\n{table}").startswith("The emulator cannot answer that")
