import pytest

from claude_nb.ask import values

pandas = pytest.importorskip("pandas")


def frame(rows, columns):
    return pandas.DataFrame({f"c{n}": range(n, n + rows) for n in range(columns)})


def test_a_small_frame_is_a_whole_table():
    table = pandas.DataFrame({"name": ["Ada", "a|b\nc"], "n": [1.5, None]})
    assert values.text(table) == (
        "|  | name | n |\n| --- | --- | --- |\n| 0 | Ada | 1.5 |\n| 1 | a\\|b c | NaN |"
    )


def test_a_long_and_wide_frame_keeps_its_ends_and_counts_the_rest():
    shown = values.text(frame(1000, 30))
    assert len(shown) <= 4000
    lines = shown.splitlines()
    assert lines[0].startswith("|  | c0 | c1 |")
    assert lines[0].endswith("| … | c20 | c21 | c22 | c23 | c24 | c25 | c26 | c27 | c28 | c29 |")
    assert lines[2].startswith("| 0 | 0 | 1 |")
    assert "|" + " … |" * 22 in lines
    assert lines[-3].startswith("| 999 | 999 |")
    kept = len(lines) - 5
    assert lines[-1] == f"[{1000 - kept} of 1,000 rows left out; 10 of 30 columns left out]"


@pytest.mark.parametrize("limit", [500, 1000, 4000, 100_000])
@pytest.mark.parametrize("shape", [(3, 3), (1, 400), (5000, 1), (5000, 60)])
def test_every_shape_fits_the_limit(shape, limit):
    assert len(values.text(frame(*shape), limit)) <= limit


def test_long_cells_are_cut_and_it_says_so():
    shown = values.text(pandas.DataFrame({"text": ["x" * 500] * 3}))
    assert shown.endswith("\n\n[long cells cut]")
    assert "x" * 79 + "…" in shown


def test_series_indexes_and_empty_frames():
    assert values.text(pandas.Series([1, 2], name="n")) == (
        "|  | n |\n| --- | --- |\n| 0 | 1 |\n| 1 | 2 |"
    )
    double = frame(2, 1).set_index([["a", "b"], ["x", "y"]]).rename_axis(["k", "l"])
    assert values.text(double).splitlines()[0] == "| **k l** | c0 |"
    assert values.text(double).splitlines()[2] == "| a, x | 0 |"
    assert values.text(frame(0, 2)) == "|  | c0 | c1 |\n| --- | --- | --- |"


def test_polars_has_no_index():
    polars = pytest.importorskip("polars")
    assert values.text(polars.DataFrame({"a": [1], "b": ["x"]})) == (
        "| a | b |\n| --- | --- |\n| 1 | x |"
    )
    assert values.text(polars.Series("s", [1])) == "| s |\n| --- |\n| 1 |"
    assert "993 of 1,000 rows left out" in values.text(polars.DataFrame({"a": range(1000)}), 120)


def test_arrays_are_shown_whole_or_by_their_ends():
    numpy = pytest.importorskip("numpy")
    assert values.text(numpy.arange(3)) == "[0 1 2]"
    assert values.text(numpy.float64(0.5)) == "0.5"
    shown = values.text(numpy.zeros((2000, 3)))
    assert shown.endswith("[array of shape (2000, 3), float64: first and last values of each axis]")
    assert len(shown) < 300
    assert len(values.text(numpy.array(["x" * 9000, "y"], dtype=object))) < 4200
