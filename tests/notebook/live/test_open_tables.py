"""A long table grows row by row: the same in the end, and linear in its length."""

from __future__ import annotations

import pytest
from test_live import Page

from claude_nb.notebook.answer.pieces import Piece
from claude_nb.notebook.live.operations import Operations
from claude_nb.notebook.text import growing, markdown
from claude_nb.notebook.text.markdown import to_html

HEAD = "| name | value | unit |\n|---|--:|---|\n"
ENDS = [
    "",
    "\n",
    "\nThe end.",
    "# A heading\n",
    "```\ncode\n```",
    "- a list",
    "no bars\n\nThe end.",
    "> q",
]


def rows(number: int) -> str:
    """Return so many rows, with what needs care in some."""
    odd = ["`a \\| b`", "**bold**", "[x](https://example.org)", "$x^2$", "", "<b>", "a \\| b"]
    return "".join(f"| {odd[n % len(odd)]} | {n} | kg |\n" for n in range(number))


def grown(text: str, size: int) -> tuple[Page, Operations]:
    """Return what a page shows of a text that comes in pieces, once it is whole."""
    page, operations = Page(), Operations()
    for at in range(0, len(text), size):
        before = len(operations.log)
        operations.extend([Piece("text", text[at : at + size])])
        page.apply(operations.log[before:])
    before = len(operations.log)
    operations.extend([Piece("end")])
    page.apply(operations.log[before:])
    return page, operations


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("size", [pytest.param(1, marks=pytest.mark.slow), 7, 40, 1_000])
def test_however_it_ends_the_answer_is_what_its_text_says(monkeypatch, end, size):
    monkeypatch.setattr(growing, "_LONG_TABLE", 100)
    text = f"Before.\n\n{HEAD}{rows(30)}{end}"
    page, operations = grown(text, size)
    assert page.sections == [["text", "", to_html(text)]]
    assert any(kind == "r" for kind, *_ in operations.log) or size == 1_000


@pytest.mark.parametrize("size", [3, 25, 90])
def test_rows_show_as_they_come(monkeypatch, size):
    monkeypatch.setattr(growing, "_LONG_TABLE", 100)
    page, operations = Page(), Operations()
    text = HEAD + rows(40)
    whole = to_html(text).partition("<tbody>")[2].split("</tr>")[:-1]
    for at in range(0, len(text), size):
        operations.extend([Piece("text", text[at : at + size])])
    page.apply(operations.log)
    first = next(again for kind, again, *_ in operations.log if kind == "r")
    before = page.live.partition("<tbody>")[2].count("<tr>") - first
    assert [f"{row}</tr>" for row in whole[before:]] == page.rows


def test_the_work_on_a_table_is_linear_in_its_length(monkeypatch):
    parsed = []
    parse = markdown.parse
    counted = lambda text, env: parsed.append(len(text)) or parse(text, env)  # noqa: E731
    monkeypatch.setattr(markdown, "parse", counted)
    text = HEAD + rows(2_000)
    grown(text, 100)
    assert sum(parsed) < 8 * len(text)


@pytest.mark.slow
@pytest.mark.parametrize("size", [17, 100])
@pytest.mark.parametrize("end", ["", "\n", "| last", "| a[^1] | 2 |", "\nThe end.\n", "# A\n"])
def test_a_table_is_sent_once(size, end):
    text = HEAD + rows(100) + end
    page, operations = grown(text, size)
    assert page.sections == [["text", "", to_html(text)]]
    later = [each for each in operations.log if each[0] in "pr"]
    later = later[[kind for kind, *_ in later].index("r") :]
    sent_again = any("<table>" in html for kind, *_, html in later if kind == "p")
    assert not sent_again or "[^" in end
