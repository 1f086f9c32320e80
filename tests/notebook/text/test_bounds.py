"""Formatting is bounded by counts: what is too much is shown as it came, and nothing is lost."""

from __future__ import annotations

import html
import re

import nh3
import pytest

from claude_nb.notebook.text import bounds
from claude_nb.notebook.text.growing import Change, GrowingMarkdown
from claude_nb.notebook.text.highlight import LIMIT, highlighted
from claude_nb.notebook.text.languages import language
from claude_nb.notebook.text.markdown import PLAIN, parse, render, to_html
from claude_nb.notebook.text.safe_html import EMPTY, PLACE, clean, visible_html

HOSTILE = {
    "equations": "\\begin{equation}\nx\n" * 4_000,
    "images": "![a](http://a.b/c)" * 7_000,
    "labels": "$a\\label{" * 12_000,
    "list": "- a\n" * 30_000,
    "numbered list": "1. a\n" * 30_000,
    "opening brackets": "[" * 50_000,
    "opening images": "![" * 25_000,
    "emphasis": "*a*" * 30_000,
    "short paragraphs of emphasis": ("*a*" * 500 + "\n\n") * 60,
    "link definitions": "[a]: b\n" * 12_000,
    "table": "a|b\n-|-\n" + "1|2\n" * 25_000,
    "addresses that do not end": "[a](\\(" * 16_000,
    "quotes": "> a\n" * 25_000,
    "headings": "# a\n" * 25_000,
    "less than": "<" * 100_000,
    "formula blocks that do not end": "\\[\na\n" * 20_000,
    "quotes in quotes": ">" * 5_000 + "a",
    "lists in lists": "- " * 300 + "a",
}


def text_of(page: str) -> str:
    """Return what a reader sees of HTML, without the blanks."""
    return re.sub(r"\s", "", html.unescape(re.sub(r"<[^>]*>", "", page)))


@pytest.mark.slow
@pytest.mark.parametrize("name", HOSTILE)
def test_work_stays_in_proportion_to_the_text(name):
    env = {}
    render(parse(HOSTILE[name], env), env)
    allowed = bounds.Work.of(HOSTILE[name]).most + 10  # the step that is too much is counted
    spent = [work.spent for work in (env["work"], env["blocks"])]
    assert max(spent) <= allowed or env["work"].spent - allowed <= 4 * HOSTILE[name].count("\n")


@pytest.mark.parametrize("text", ["- a\n" * 30_000, ">" * 5_000 + "a", "- " * 300 + "a"])
def test_what_is_too_much_is_shown_as_it_came_and_says_so(text):
    page = to_html(text)
    assert page.startswith(f'<p><em>{PLAIN}</em></p><pre tabindex="0"><code>')
    assert text_of(page) == text_of(f"{PLAIN}{html.escape(text)}")


@pytest.mark.parametrize("depth", range(1, 13))
def test_lists_and_quotes_of_any_depth_are_shown(depth):
    lists = "\n".join("  " * level + f"- level {level}" for level in range(depth))
    for text in (lists, "> " * depth + "quoted", "> - " * depth + "both"):
        page = to_html(text)
        assert text.split()[-1] in text_of(page)
    assert (PLAIN in to_html(lists)) == (depth > 8)


@pytest.mark.slow
def test_a_text_of_any_length_is_shown_and_beyond_two_million_characters_as_it_came():
    text = "**a** $x$ <b>\n\n" * 200_000
    assert len(text) > bounds.LONGEST
    page = to_html(text)
    assert PLAIN in page
    assert text_of(page) == text_of(f"{PLAIN}{html.escape(text)}")
    assert "<strong>" not in page


def test_a_long_paragraph_is_not_formatted_but_what_is_around_it_is():
    page = to_html("# *a*\n\n" + "*b* " * 6_000 + "\n\n*c*")
    assert page.startswith("<h3><em>a</em></h3><p><code>*b* *b*")
    assert page.endswith("<p><em>c</em></p>")


LONG = "<script>alert(1)</script> & $x$ \x01 <samp>\x01</samp> </code> \u202e ![a](b) `c` " * 400


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", ""),
        ("```\n", "\n```\n"),
        ("~~~python\n", "\n~~~"),
        ("    ", ""),
        ("> - ", ""),
        ("# ", ""),
    ],
)
def test_a_long_text_is_escaped_and_named_wherever_it_stands(before, after):
    page = to_html(f"*a* \x01\n\n{before}{LONG}{after}\n\n*b*")
    told = re.sub(r"<mark>(U\+[0-9A-F]+)</mark>", r"\1", page)
    assert page.startswith("<p><em>a</em> <mark>U+0001</mark></p>")
    assert page.endswith("<p><em>b</em></p>")
    shown = LONG.strip().replace("\x01", "U+0001").replace("\u202e", "U+202E")
    assert html.escape(shown, quote=False) in told
    assert clean(page) == page


def test_long_texts_are_not_given_to_the_sanitiser(monkeypatch):
    seen = []
    monkeypatch.setattr(nh3, "clean", lambda text, **_: seen.append(len(text)) or text)
    many = "&" * 300_000
    page = to_html(f"{many}\n\n```\n" + "&\n" * 300_000 + f"```\n\n    {many}")
    assert page.count("&amp;") == 900_000
    assert sum(seen) < 1_000


def test_a_text_has_one_place():
    assert clean(f"<p>{PLACE}</p>{PLACE}", texts=[EMPTY, visible_html("<b>")]) == "<p></p>&lt;b&gt;"
    with pytest.raises(ValueError, match="zip"):
        clean("<p></p>", texts=[EMPTY])
    with pytest.raises(TypeError):
        clean(f"<p>{PLACE}</p>", texts=["<b>"])


@pytest.mark.slow
@pytest.mark.parametrize(("rows", "kind"), [(15_000, "table_open"), (20_000, "plain")])
def test_a_table_as_long_as_answers_become_is_formatted_and_no_longer_one(rows, kind):
    text = "| a | b | c | d |\n|-|-|-|-|\n" + "| Oslo | Norway | 709,037 | 59.9 |\n" * rows
    assert parse(text, {})[0].type == kind


def test_a_paragraph_that_is_too_much_work_is_text():
    page = to_html("[" * 19_000 + "\n\n[a](https://a.example/)")
    assert page.startswith(f"<p>{'[' * 19_000}</p>")


def test_ordinary_long_answers_are_formatted():
    part = (
        "## Head\n\nSome **words** and `code`, a [link](https://a.example/) and $x$.\n\n- one *a*\n"
    )
    part += "- two\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```python\nx = 1\n```\n\n"
    page = to_html(part * 500)
    assert PLAIN not in page
    assert page.count("<h4>") == page.count("<table>") == page.count("<samp>1</samp>") == 500
    assert page.count("<strong>words</strong>") == 500


def grow(pieces):
    growing = GrowingMarkdown()
    return [growing.append(piece) for piece in pieces]


@pytest.mark.slow
def test_text_that_grows_beyond_what_is_formatted_goes_on_as_text():
    changes = grow(["para\n\n" * 100, "- a\n" * 20_000, "more <b>\x1b", "end"])
    assert changes[1].live.startswith(f'<p><em>{PLAIN}</em></p><pre tabindex="0"><code>')
    assert changes[2:] == [Change(code="more <b><U+001B>"), Change(code="end")]


@pytest.mark.slow
def test_a_tail_that_is_much_work_is_not_parsed_again_and_again():
    changes = grow(["- *a* b c d e f g h\n" * 500] * 40)
    given_up = next(n for n, change in enumerate(changes) if PLAIN in change.live)
    assert given_up < 20
    assert all(change.code and not change.live for change in changes[given_up + 1 :])


def test_an_answer_that_grows_beyond_two_million_characters_goes_on_as_text():
    changes = grow(["word " * 20_000 + "\n\n"] * 21)
    assert [PLAIN in change.live for change in changes].index(True) > 18
    assert changes[-1].code


def test_a_line_that_never_becomes_a_closing_fence_is_handed_on():
    growing = GrowingMarkdown()
    growing.append("```\n" + "x = 1\n" * 1_000)
    assert growing.append("`" * 2_000).code == "`" * 2_000


@pytest.mark.parametrize(
    "name",
    [
        *("python", "js", "ts", "json", "c", "cpp", "java", "go", "rust", "ruby", "sql", "bash"),
        *("yaml", "toml", "html", "css", "diff", "r"),
    ],
)
def test_languages_of_everyday_use_are_coloured(name):
    assert language(name) is not None


@pytest.mark.parametrize("name", ["sas", "ng2", "systemd", "devicetree", "no-such", "", "x" * 99])
def test_other_languages_are_not(name):
    assert highlighted("if x = 1", name) == "if x = 1"


CODE = {
    "python": (
        'def f():  # c\n return "s" + 1',
        '<b>def</b> <dfn>f</dfn>():  <i># c</i>\n <b>return</b> <span>"s"</span> + <samp>1</samp>',
    ),
    "json": (
        '{"a": [1, "x", true]}',
        '{<b>"a"</b>: [<samp>1</samp>, <span>"x"</span>, <b>true</b>]}',
    ),
    "sql": ("SELECT 'it''s' -- c", "<b>SELECT</b> <span>'it''s'</span> <i>-- c</i>"),
    "bash": ("if $x; then # c", "<b>if</b> <dfn>$x</dfn>; <b>then</b> <i># c</i>"),
    "diff": ("-a\n+b\n c", "<i>-a</i>\n<span>+b</span>\n c"),
    "html": ('<a b="c">d</a>', '<b>&lt;a</b> <dfn>b</dfn>=<span>"c"</span>&gt;d<b>&lt;/a</b>&gt;'),
    "js": ("const a = `b\nc`; /* d", "<b>const</b> a = <span>`b\nc`</span>; <i>/* d</i>"),
    "rust": ("fn a<'b>() { 'c' }", "<b>fn</b> <dfn>a</dfn>&lt;'b&gt;() { <span>'c'</span> }"),
}


@pytest.mark.parametrize("name", CODE)
def test_what_is_coloured(name):
    code, coloured = CODE[name]
    assert highlighted(code, name) == coloured


def test_long_code_is_not_coloured():
    assert highlighted("if x:\n" * LIMIT, "python") == "if x:\n" * LIMIT


@pytest.mark.parametrize("name", ["python", "js", "html", "yaml", "css", "latex", "matlab"])
@pytest.mark.parametrize("piece", ['"', "'", '"""', "/*", "<!--", "a.", " \n", "\\", "a b='", "-"])
def test_coloured_code_is_the_code(name, piece):
    code = piece * 500
    assert html.unescape(re.sub(r"</?\w+>", "", highlighted(code, name))) == code
