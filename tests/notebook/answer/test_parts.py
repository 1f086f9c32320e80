"""Long answers come in parts, with nothing lost; short ones are left alone."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claude_nb.notebook.answer.parts import in_parts, unlisted
from claude_nb.notebook.text.markdown import to_html
from claude_nb.notebook.text.safe_html import SafeHtml, element, join, markup, visible_html

DETAILS = markup("<details><summary>Thought</summary><pre>1 > 0</pre></details>")
PART = re.compile(
    r'<div style="content-visibility:auto;[^"]*-part-(\d+),60em\)">(.*?)</div>', re.DOTALL
)


def words(count: int, first: int = 0) -> SafeHtml:
    return join(element("p", visible_html(str(n))) for n in range(first, first + count))


@pytest.mark.parametrize(
    ("count", "sizes"), [(1, []), (64, []), (65, [1]), (128, [64]), (129, [64, 1])]
)
def test_after_64_blocks_there_are_parts_of_64(count, sizes):
    parts = PART.findall(in_parts([words(count)]))
    assert [number for number, _ in parts] == [str(n) for n in range(len(sizes))]
    assert [html.count("<p>") for _, html in parts] == sizes


def test_a_disclosure_stays_outside_of_every_part():
    html = in_parts([words(70), DETAILS, words(10, 70), DETAILS])
    assert [html.count("<p>") for _, html in PART.findall(html)] == [6, 10]
    assert PART.sub("", html) == words(64) + 2 * DETAILS


def test_texts_that_follow_each_other_share_a_part():
    assert in_parts([words(66), words(5, 66)]) == in_parts([words(71)])


BLOCKS = ["a", "# b", "- c\n- d", "> e", "```\n<f>\n```", "---", "|g|\n|-|"]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(BLOCKS)))
def test_nothing_is_lost_and_elements_stay_whole(blocks):
    html = to_html("\n\n".join(blocks * 5))
    made = in_parts([html])
    assert PART.sub(r"\2", made) == html
    for _, part in PART.findall(made):
        opened = re.findall(r"<(?!hr|br)([a-z]\w*)", part)
        assert sorted(opened) == sorted(re.findall(r"</(\w+)", part))


def test_an_attribute_may_hold_anything():
    link = markup('<p><a href="https://x.example/?a>b</p><p>">x</a></p>')
    assert in_parts([join([link] * 70)]).count(link) == 70


@pytest.mark.parametrize(("count", "listed"), [(50, True), (51, False)])
def test_very_many_headings_stay_out_of_the_table_of_contents(count, listed):
    html = unlisted(to_html("# One `<h1>`\n\n" * count))
    assert html.count("<h3>") == (count if listed else 0)
    assert html.count("<h3 class=jp-toc-ignore>") == (0 if listed else count)
    assert html.count("&lt;h1&gt;") == count
