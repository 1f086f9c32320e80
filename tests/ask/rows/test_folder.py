"""Files as rows."""

from __future__ import annotations

import pytest

import claude_nb.rows
from claude_nb.ask.errors import InputError
from claude_nb.ask.options import Options
from claude_nb.rows.plan import Plan
from claude_nb.rows.run import Run

NAMES = ["page 10.txt", "page 2.txt", "天空 [1].txt", "b.md", ".hidden.txt"]


@pytest.fixture
def folder(tmp_path):
    for name in NAMES:
        (tmp_path / name).write_text(f"This is {name}.", encoding="utf-8")
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "c.txt").write_text("c", encoding="utf-8")
    return tmp_path


def names(pattern):
    return [row["name"] for row in claude_nb.rows.files(pattern)]


def test_they_come_as_people_number_them(folder):
    assert names(f"{folder}/*.txt") == ["page 2.txt", "page 10.txt", "天空 [1].txt"]
    assert names(folder / "page*") == ["page 2.txt", "page 10.txt"]


def test_a_folder_its_folders_and_one_file(folder):
    assert names(folder) == ["b.md", "page 2.txt", "page 10.txt", "天空 [1].txt"]
    assert "c.txt" in names(f"{folder}/**/*.txt")
    assert names(folder / "天空 [1].txt") == ["天空 [1].txt"]


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ("*.pdf", r"no file fits\. In .*: b\.md, page 10\.txt, page 2\.txt"),
        ("nowhere/*.pdf", "There is no folder"),
        ("x" * 5_000, "no file fits"),
        ("a\0b", "no file fits"),
    ],
)
def test_where_none_fits_it_says_what_there_is(folder, pattern, said):
    with pytest.raises(InputError, match=said) as raised:
        claude_nb.rows.files(f"{folder}/{pattern}")
    assert len(str(raised.value)) < 700


def test_each_goes_along_with_its_own_row(folder, asking, counted):
    answers = asking("Say {{name}}", claude_nb.rows.files(f"{folder}/page*"), attach=["file"])
    assert not answers.failed
    assert [row["name"] for row in answers.to_frame()] == ["page 2.txt", "page 10.txt"]
    assert counted.total == 2
    plan = Plan("Say {{name}}", Options(attach=("file",)), {})
    sent = [str(plan.of(row).params) for row in claude_nb.rows.files(f"{folder}/page*")]
    assert "This is page 2.txt." in sent[0]
    assert "This is page 10.txt." in sent[1]


def test_few_are_read_before_their_turn(folder, asking):
    (folder / "gone.txt").write_text("soon", encoding="utf-8")
    rows = claude_nb.rows.files(f"{folder}/*.txt")
    (folder / "gone.txt").unlink()
    answers = asking("Say {{name}}", rows, attach=["file"])
    assert [answer.error for answer in answers.failed] == [answers[0].error]
    assert "gone.txt" in answers[0].error
    run = asking.run("Say {{name}}", rows, attach=["file"], kind=Run)
    assert run._ahead < 10
