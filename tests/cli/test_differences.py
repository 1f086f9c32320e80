"""What two runs of a notebook differ in."""

from __future__ import annotations

from nbformat import v4

from claude_nb.cli.differences import compared, page_of


def notebook(*texts, foot="— claude-sonnet-4-6 · 3 in · 4 out"):
    cells = []
    for number, text in enumerate(texts):
        cell = v4.new_code_cell(f"%%claude\nQuestion {number}", id=f"c{number}")
        said = {"text/plain": f"{text}\n\n{foot}"}
        answer = v4.new_output("display_data", said, metadata={"claude_nb": {"request": "x"}})
        cell.outputs = [v4.new_output("stream", text="noise"), answer]
        cells.append(cell)
    return v4.new_notebook(cells=cells)


def one(before, now):
    (found,) = compared(notebook(before), notebook(now))
    return found


def test_the_last_line_is_no_part_of_an_answer():
    (found,) = compared(notebook("Yes."), notebook("Yes.", foot="— other · 9 in"))
    assert not found.has_changed
    assert found.alike == 1.0


def test_words_length_and_place_are_told():
    found = one("It is warm and sunny today", "It is cold and sunny today")
    assert round(found.alike, 2) == 0.83
    text = page_of("x.ipynb", [found])["text/plain"]
    assert "x.ipynb: 1 of 1 answers changed." in text
    assert "83%" in text
    assert "… It is - warm  + cold" in text


def test_fields_of_a_schema_are_compared_one_by_one():
    found = one(
        '{"price": 3, "name": "a", "n": 1}', '```json\n{"price": 4, "name": "a", "n": 1}\n```'
    )
    assert found.fields == (2, ["price"])
    assert "2 the same; changed: price" in page_of("x", [found])["text/plain"]
    assert one("words", "more words").fields is None
    assert one('{"a": null}', "{}").fields == (0, ["a"])


def test_an_answer_that_is_missing_is_a_change():
    before, now = notebook("One.", "Two."), notebook("One.")
    found = compared(before, now)
    assert [each.has_changed for each in found] == [False, True]
    assert "No answer came." in page_of("x", found)["text/plain"]
    assert "No answer is saved." in page_of("x", compared(now, before))["text/plain"]


def test_hostile_and_long_answers_are_shown_as_text():
    hostile = "<script>alert(1)</script> " * 3
    bundle = page_of("<b>x", [one("calm", hostile)])
    assert "<script>" not in bundle["text/html"]
    assert "&lt;script" in bundle["text/html"]
    assert len(page_of("x", [one("a b " * 50_000, "a c " * 50_000)])["text/plain"]) < 20_000
    before, now = (" ".join(f"a{n} b{n} {kind}{n}" for n in range(99)) for kind in "xy")
    assert "and 87 more changes" in page_of("x", [one(before, now)])["text/plain"]


def test_blanks_alone_are_told_so():
    assert "Only blanks" in page_of("x", [one("a b", "a\n\nb")])["text/plain"]
