"""What models write beyond CommonMark, one table a kind: Markdown, and what a reader gets."""

from __future__ import annotations

import re
from html import unescape

import pytest

from claude_nb.notebook.page.constants import FORMULA
from claude_nb.notebook.text.markdown import to_html
from claude_nb.notebook.text.safe_html import clean, own_name

OWN = own_name("an answer")
OTHER = own_name("another answer")


def formulas(text: str) -> list[str]:
    """Return the formulas that are typeset in a text."""
    found = re.findall(rf'<span class="{FORMULA}">(.*?)</span>', to_html(text), re.DOTALL)
    return [unescape(formula) for formula in found]


def seen(html: str) -> str:
    """Return the text that a reader sees."""
    return unescape(re.sub(r"<[^>]*>", "", html))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("so $r = 1200/900$ and US$5; `$PATH` and `$HOME`.", ["$r = 1200/900$"]),
        ("the $n$th of $k$-means, ($x$) *$y$* $z$, $1$", [f"${x}$" for x in "nkxyz1"]),
        (r"is $\alpha_i$s and $f(x) = 5$ costs $5", [r"$\alpha_i$", "$f(x) = 5$"]),
        ("公式$x^2$成立", ["$x^2$"]),
        (r"$a \text{ and } b$", [r"$a \text{ and } b$"]),
        ("in one line $$x^2$$ here", ["$$x^2$$"]),
        ("$$ x + 1 $$ and $profit = revenue - cost$", ["$$x + 1$$", "$profit = revenue - cost$"]),
        (r"\$x$ is $y$", ["$y$"]),
        ("$a$\n$b$", ["$a$", "$b$"]),
        ("$x<y$ and $3 cm$", ["$x<y$", "$3 cm$"]),
    ],
)  # fmt: skip
def test_a_pair_of_dollars_that_reads_like_a_formula_is_one(text, expected):
    assert formulas(text) == expected


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (r"- \[ \] a", "[ ] a"),
        (r"- \[x\] a", "[x] a"),
        (r"\[ \]", "[ ]"),
        (r"so \[1\] and \[12\]", "so [1] and [12]"),
        (r"press \[Enter\]", "press [Enter]"),
        (r"\[Enter\]", "[Enter]"),
        (r"a \(optional\) one", "a (optional) one"),
        (r"a \(see there\) \( \)", "a (see there) ( )"),
        (r'grep "\(foo\)"', 'grep "(foo)"'),
    ],
)
def test_brackets_around_words_are_escaped_ones(text, shown):
    assert FORMULA not in to_html(text)
    assert seen(to_html(text)).strip() == shown


@pytest.mark.parametrize("text", [r"\(x\)", r"\(5\)", r"\(ab\)", r"\(a + b\)", "\\[\nfoo\n\\]"])
def test_brackets_around_mathematics_are_formulas(text):
    assert len(formulas(text)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "between $1,000/month and 2,000$ in all",
        "`$PATH:$HOME/bin`, A$5/C$6",
        "PATH=$PATH:$HOME/bin",
        "$5 to $10, $5-$10, $20k and $3.50/$4",
        "costs $5,\nwhile 6$ is more",
        "entre $1.000 y 2.000$",
        "$MY_VAR:$OTHER_VAR and ${A}/${B} and $(date)$(pwd)",
        "df$col1 and df$col2, $x=$y; '$a','$b'",
        "kill $$ and echo $$",
        "$x and y$",
        "$`code`$",
        "US$5, US$6 and R$7$",
        "$ x $",
        "$5 per seat, 6$",
        "$",
        "$$",
        "$$ $$",
        "a$b$c",
    ],
)
def test_what_is_not_sure_to_be_a_formula_stays_text(text):
    html = to_html(text)
    assert FORMULA not in html
    assert "<em>" not in html
    assert seen(html).replace("\n", " ") == text.replace("`", "").replace("\n", " ") or "`" in text


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("a<br>b", "<p>a<br>\nb</p>"),
        ("a<BR/>b<br />c", "<p>a<br>\nb<br>\nc</p>"),
        ("H<sub>2</sub>O", "<p>H<sub>2</sub>O</p>"),
        ("x<sup>**2**</sup>", "<p>x<sup><strong>2</strong></sup></p>"),
        ("<KBD>Ctrl</KBD>+<kbd>`C`</kbd>", "<p><kbd>Ctrl</kbd>+<kbd><code>C</code></kbd></p>"),
        ("<sub>a<sup>b</sup></sub>", "<p><sub>a<sup>b</sup></sub></p>"),
        ("`<br>`", "<p><code>&lt;br&gt;</code></p>"),
        ("<sub>a", "<p>&lt;sub&gt;a</p>"),
        ("<sub></sub>", "<p>&lt;sub&gt;&lt;/sub&gt;</p>"),
        ("<sub>`</sub>`", "<p>&lt;sub&gt;<code>&lt;/sub&gt;</code></p>"),
        ("<sub\nid=x>a</sub>", "<p>&lt;sub\nid=x&gt;a&lt;/sub&gt;</p>"),
        ("<b>a</b> <u>b</u>", "<p>&lt;b&gt;a&lt;/b&gt; &lt;u&gt;b&lt;/u&gt;</p>"),
        ("</sub>a</br>", "<p>&lt;/sub&gt;a&lt;/br&gt;</p>"),
    ],
)
def test_four_tags_mean_what_they_mean_and_others_stay_text(text, html):
    assert to_html(text) == html


def test_a_break_in_a_table_breaks_the_line():
    assert "<td>boil<br>\nstir</td>" in to_html("| a |\n|---|\n| boil<br>stir |")


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("これは**「重要」**な点です", "これは<strong>「重要」</strong>な点です"),
        ("**注意\uff1a**正文", "<strong>注意\uff1a</strong>正文"),
        ("**마크다운(Markdown)**을", "<strong>마크다운(Markdown)</strong>을"),
        ("**“强调”**和*《书》*。", "<strong>“强调”</strong>和<em>《书》</em>。"),
        ("***「両方」***を", "<em><strong>「両方」</strong></em>を"),
        ("**Done!**✅", "<strong>Done!</strong>✅"),
        ("**Note:**text", "**Note:**text"),
        ("2 * 3 * 4 と ** 5", "2 * 3 * 4 と ** 5"),
    ],
)
def test_emphasis_beside_wide_characters_needs_no_blank(text, html):
    assert to_html(text) == f"<p>{html}</p>"


@pytest.mark.parametrize(
    "text", ["👩\u200d💻 ✔️", "\u0645\u06cc\u200c\u062e", "क्\u200d", "ไทย\u200bไทย", "❤️\u200d🔥"]
)
def test_joiners_that_scripts_and_emoji_need_are_kept_in_prose_and_code(text):
    assert to_html(text) == f"<p>{text}</p>"
    assert "<mark>" not in to_html(f'```python\nprint("{text}")\n```')


@pytest.mark.parametrize("char", "\u200b\u200c\u200d\u2060")
def test_what_splits_a_word_unseen_is_named_in_prose_and_code(char):
    for text in (
        f"ad{char}min",
        f"ad{char}{char}min",
        f"`ad{char}min`",
        f"`{char}x`",
        f"`x{char}`",
    ):
        assert f"<mark>U+{ord(char):04X}</mark>" in to_html(text)
    assert to_html("a\U000e0041b") == "<p>a<mark>U+E0041</mark>b</p>"


def test_tasks_have_boxes_that_cannot_be_ticked():
    html = to_html(
        "- [ ] to do\n- [x] **done**\n  1. [X] under it\n- [y] no\n- [ ]\n- [x](http://a.b)"
    )
    boxes = re.findall(r"<input [^>]*>", html)
    assert [("checked" in box, "disabled" in box, 'type="checkbox"' in box) for box in boxes] == [
        (False, True, True), (True, True, True), (True, True, True),
    ]  # fmt: skip
    assert "<li>[y] no</li><li>[ ]</li>" in html
    assert '<a href="http://a.b"' in html


def test_whatever_is_an_input_becomes_a_box_that_cannot_be_ticked():
    assert clean("<input type=text name=q autofocus>") in {
        '<input type="checkbox" disabled="">', '<input disabled="" type="checkbox">',
    }  # fmt: skip


def test_terms_are_defined():
    html = to_html("Term\n: what *it* means\n: or that\n\nOther\n\n: loose\n\n  more")
    assert html == (
        "<dl><dt>Term</dt><dd><p>what <em>it</em> means</p></dd><dd><p>or that</p></dd>"
        "<dt>Other</dt><dd><p>loose</p><p>more</p></dd></dl>"
    )
    assert to_html("Not one\n:-) at all") == "<p>Not one\n:-) at all</p>"


NOTES = (
    "One[^1], two[^a] and one again[^1].\n\n[^1]: First.\n[^a]: Second,\n    `code`.\n\n    More."
)


def test_footnotes_lead_to_their_notes_and_back():
    html = to_html(NOTES, OWN)
    ids = re.findall(r' id="([^"]*)"', html)
    assert ids == [f"{OWN}-r1", f"{OWN}-r2", f"{OWN}-n1", f"{OWN}-n2"]
    assert re.findall(r'href="#([^"]*)"', html) == [
        f"{OWN}-n1", f"{OWN}-n2", f"{OWN}-n1", f"{OWN}-r1", f"{OWN}-r2",
    ]  # fmt: skip
    assert "target=" not in html
    assert clean(html, OWN) == html
    assert seen(html).startswith("One1, twoa and one again1.1 First.")


def test_footnotes_of_different_answers_have_no_id_in_common():
    mine, other = (set(re.findall(r' id="([^"]*)"', to_html(NOTES, own))) for own in (OWN, OTHER))
    assert mine
    assert not mine & other
    assert own_name("ab", "c") != own_name("a", "bc")


def test_without_a_name_of_its_own_an_answer_has_no_ids_and_no_links_within():
    html = to_html(NOTES)
    assert "id=" not in html
    assert "<a " not in html
    assert seen(html) == seen(to_html(NOTES, OWN)).replace(" \u21a9\ufe0e", "")


@pytest.mark.parametrize(
    "html",
    [
        '<a href="#main">x</a>', f'<a href="#{OTHER}-n1">x</a>', f'<a href="#{OWN}-n1x">x</a>',
        f'<a href="#{OWN}">x</a>', f'<sup id="{OTHER}-r1">x</sup>', '<aside id="main">x</aside>',
        f'<p id="{OWN}-n1">x</p>', f'<sup id="#{OWN}-r1">x</sup>', f'<a id="{OWN}-r1">x</a>',
        f'<a href=" #{OWN}-n1">x</a>', f'<sup id="{OWN}-r1\n">x</sup>',
    ],
)  # fmt: skip
def test_ids_and_links_within_are_the_answers_own_or_none(html):
    assert "#" not in clean(html, OWN)
    assert "id=" not in clean(html, OWN)


def test_no_name_but_one_of_ours_gives_ids():
    assert "id=" not in clean('<sup id="x-r1">a</sup>', "x")
    assert "id=" not in clean('<sup id="-r1">a</sup>', "")


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("of [^abc] and [^]", "<p>of [^abc] and [^]</p>"),
        ("a number[^7] alone, arr[^1]", "<p>a number[^7] alone, arr[^1]</p>"),
        ("`[^1]`", "<p><code>[^1]</code></p>"),
        ("[^1]:", "<aside></aside>"),
        ("[^a b]: c", "<p>[^a b]: c</p>"),
    ],
)
def test_what_is_no_footnote_stays_as_written(text, html):
    assert to_html(text) == html


def test_a_footnote_in_a_link_is_no_link_in_a_link():
    html = to_html("[see <sub>it[^1]</sub>](http://a.b)\n\n[^1]: Note.", OWN)
    assert html.count("<a ") == 1
    assert "<sup>1</sup></sub></a>" in html


def test_a_note_that_is_written_twice_is_linked_once():
    html = to_html("a[^1]\n\n[^1]: One.\n\n[^1]: Two.", OWN)
    assert html.count(" id=") == 2
    assert "Two." in html


def test_a_note_in_a_note_and_the_one_around_it_have_their_labels():
    html = to_html("a[^x] b[^y]\n\n[^x]: one\n\n    [^y]: two\n\n    end", OWN)
    assert (
        f'<aside id="{OWN}-n1"><p><sup>x</sup> one</p><aside id="{OWN}-n2"><p><sup>y</sup>' in html
    )
    assert f'<p>end <a href="#{OWN}-r1">' in html


def test_thousands_of_notes_are_numbered_as_they_come():
    notes = "".join(f"x[^n{n}]\n\n[^n{n}]: b\n\n" for n in range(2_000))
    html = to_html(notes, OWN)
    assert re.findall(rf'<aside id="{OWN}-n(\d+)">', html) == [str(n) for n in range(1, 2_001)]
    assert html.count(f'<a href="#{OWN}-r2000">') == 1


def test_headings_stand_below_those_of_the_notebook():
    text = "\n\n".join(f"{'#' * level} level {level}" for level in range(1, 7)) + "\n\nover\n===="
    levels = re.findall(r"<h(\d)>", to_html(text))
    assert levels == ["3", "4", "5", "6", "6", "6", "3"]


def test_code_can_be_reached_by_keyboard_for_it_scrolls():
    assert to_html("```\nx\n```").startswith('<pre tabindex="0"><code>')
    assert to_html("    x").startswith('<pre tabindex="0"><code>')
