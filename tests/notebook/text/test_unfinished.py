"""Text that still grows: no sign of Markdown comes and vanishes, and the end is the whole."""

from __future__ import annotations

import random
import re
import sys
from html import unescape
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_markdown import MARKDOWN, PAYLOADS, assert_harmless

from claude_nb.notebook.answer.pieces import Piece
from claude_nb.notebook.live.operations import Operations
from claude_nb.notebook.text.growing import GrowingMarkdown
from claude_nb.notebook.text.markdown import to_html
from claude_nb.notebook.text.unfinished import completed, in_formula, without_signs

sys.path.insert(0, str(Path(__file__).parents[2] / "project"))
from gallery import samples

SIGNS = "*|[]`$\\~#_<>&"
LATE = {  # what only a later line tells: a note by name, a link by reference
    "footnotes by name, with blocks": "[]",
    "links": "[]",
    "a table with everything in its cells": "\\",
}


def seen(html: str) -> str:
    """Return the text that a reader sees."""
    return unescape(re.sub(r"<[^>]*>", "", html))


def frames(text: str, step: int = 1):
    """Yield (text so far, HTML of it) as it grows by `step` characters, then (text, HTML) whole."""
    growing, finished = GrowingMarkdown(), ""
    for end in range(step, len(text) + step, step):
        change = growing.append(text[end - step : end])
        finished += change.finished
        yield text[:end], finished + change.live
    yield text, finished + growing.finish().live


@pytest.mark.parametrize("name", samples())
def test_no_sign_comes_and_vanishes_while_an_answer_grows(name):
    text = samples()[name]
    whole = seen(to_html(text))
    for so_far, html in frames(text):
        shown = seen(html)
        most = whole[: len(shown) + 200]
        over = {sign for sign in SIGNS if shown.count(sign) > most.count(sign)}
        assert over <= set(LATE.get(name, "")), (so_far[-40:], shown[-40:])


@pytest.mark.parametrize("name", samples())
def test_in_the_end_all_of_it_is_there(name):
    text, sizes = samples()[name], random.Random(name)  # noqa: S311 - the same each time
    growing, finished, start = GrowingMarkdown(), "", 0
    while start < len(text):
        size = sizes.randint(1, 30)
        finished += growing.append(text[start : start + size]).finished
        start += size
    whole = to_html(text)
    if not LATE.get(name):
        assert finished + growing.finish().live == whole


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("**bo", "**bo**"),
        ("**bo*", "**bo**"),
        ("a **", "a "),
        ("*a **b ", "*a **b***"),
        ("~~gone", "~~gone~~"),
        ("_so", "_so_"),
        ("snake_case, 2 * 3", "snake_case, 2 * 3"),
        ("`co", "`co`"),
        ("``a`b`", "``a`b``"),
        ("a `", "a "),
        ("**a `b", "**a `b`**"),
        ("see [the do", "see "),
        ("see [the docs]", "see "),
        ("see [the docs](https://a.b", "see the docs"),
        ("see [x] so", "see [x] so"),
        ("[the docs](https://a.b) **x", "[the docs](https://a.b) **x**"),
        ("![alt](https://a", ""),
        ("so[^1", "so"),
        ("[ref]: https://a", ""),
        (r"is \(x", "is "),
        (r"is \(x\) so", r"is \(x\) so"),
        ("is $x^", "is "),
        ("is $x$ so", "is $x$ so"),
        ("costs $5 or", "costs $5 or"),
        ("the $PATH variable is", "the $PATH variable is"),
        ("H<sub>2", "H<sub>2</sub>"),
        ("H<sub>", "H"),
        ("a<b", "a"),
        ("a<b and", "a<b and"),
        ("<https://a", ""),
        ("R&D", "R"),
        ("R&D is", "R&D is"),
        ("a\\", "a"),
        ("これは**「重", "これは**「重**"),
    ],
)
def test_what_is_open_at_the_end_is_closed_or_held_back(text, shown):
    assert completed(text) == shown


@pytest.mark.parametrize(
    "held", ["-", "- ", "1", "1.", "#", "##", "```", "| --", "> ", "$$", "=", r"\["]
)
def test_a_line_of_signs_waits_for_what_it_is(held):
    assert without_signs(f"text\n{held}") == "text\n"
    assert without_signs(f"text\n{held}\n") == f"text\n{held}\n"
    assert without_signs(f"text\n{held} a") == f"text\n{held} a"


def test_nothing_is_held_for_long():
    for text in ("[" + "a" * 500, r"\(" + "a" * 500, "$" + "a" * 500, "-" * 500):
        assert len(completed(without_signs(text))) >= 500
    assert not in_formula("$$\n" + "x" * 6_000)
    assert not in_formula("$$\nx\n\nno formula")


@pytest.mark.parametrize(
    "text",
    [
        "\\begin{align}\n+ x\n\n- y\n\\end{align}\n\nand",
        "text:\n\\begin{align}\n+ x\n\n# y\n\\end{align}\nand",
        "text:\n\\[\n+ x\n\\]",
        "text:\n\\[\n+ x\n\nno formula\n\nand",
        "\\begin{itemize}\n+ x\n\n+ y\n\\end{itemize}\n\nand",
        "A [^note] b\n\npara\n\n[^note]: x",
        "A[^1] b\n\npara arr[^2]\n\n- c[^note]\n\n[^1]: x\n\nand",
        "A[^1]\n\n```\n" + "x\n" * 50 + "```\n\n| a |\n|---|\n| b[^2] |\n\n[^1]: x\n[^2]: y",
        "arr[^1]\n\nand [^5]\n\nend",
        "- \\[ \\] a\n- \\[x\\] b\n\nso \\[1\\]",
    ],
)
@pytest.mark.parametrize("step", [1, 3, 7])
def test_the_end_is_the_whole(text, step):
    assert list(frames(text, step))[-1][1] == to_html(text)


def test_a_note_is_not_waited_for_long():
    growing = GrowingMarkdown()
    growing.append("A[^1]\n\n")
    assert any(growing.append("A word or two.\n\n" * 10).finished for _ in range(100))


@pytest.mark.parametrize("piece", [r"\(", r"\[", "[", "[a]("])
def test_what_never_closes_is_looked_for_once(piece):
    text = piece * 8_000
    asked = []

    class Text(str):
        __slots__ = ()

        def find(self, *args):
            asked.append(args)
            return super().find(*args)

    completed(Text(text))
    in_vain = [sign for sign, start in asked if text.find(sign, start) < 0]
    assert len(in_vain) <= 2


def test_a_table_is_one_from_its_first_line():
    shown = [html for _, html in frames("| a | **b** |\n|---|---|\n| 1 | 2 |\n")]
    assert all("|" not in html for html in shown)
    assert shown[4] == "<table><thead><tr><th>a</th></tr></thead></table>"
    assert list(frames("| a | b"))[-1][1] == "<p>| a | b</p>"


def test_a_formula_that_has_begun_says_so():
    shown = [html for _, html in frames("$$\nx - 1\n- y\n$$\n")]
    assert shown[6] == "<p><em>formula\u2026</em></p>"
    assert all("$" not in html for html in shown[:-4])


def test_the_end_of_a_section_shows_what_was_held_back():
    operations = Operations()
    operations.extend([Piece("text", "costs **5"), Piece("end")])
    kinds = [(kind, *values) for kind, *values in operations.log]
    assert kinds == [
        ("k", "text", ""),
        ("p", 0, "<p>costs <strong>5</strong></p>"),
        ("p", 9, "**5</p>"),
        ("s",),
    ]


@pytest.mark.slow
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(MARKDOWN, st.integers(1, 9))
def test_whatever_grows_is_harmless_in_every_frame(text, step):
    for _, html in frames(text, step):
        assert_harmless(html)


@pytest.mark.slow
@settings(max_examples=1_000, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(st.sampled_from([*PAYLOADS, *samples().values()]), max_size=2).map("".join),
    st.integers(7, 60),
)
def test_hostile_text_is_harmless_while_it_grows(text, step):
    for _, html in frames(text[:600], step):
        assert_harmless(html)
