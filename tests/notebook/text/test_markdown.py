"""What Markdown becomes: right for the reader, and nothing that acts."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import html5lib
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from claude_nb.characters import plain
from claude_nb.notebook.text.growing import Change, GrowingMarkdown
from claude_nb.notebook.text.markdown import to_html
from claude_nb.notebook.text.safe_html import FORMULA, TAGS, clean, own_name, visible_html

SAMPLES = Path(__file__).parents[2] / "samples"
HOSTILE = [json.loads(line) for line in (SAMPLES / "hostile.jsonl").read_text().splitlines()]
PAYLOADS = [row["payload"].replace("@URL@", "http://127.0.0.1:9") for row in HOSTILE]

ATTRIBUTES = {
    "a": {"href", "target", "rel"},
    "aside": {"id"},
    "input": {"type", "disabled", "checked", "aria-label"},
    "pre": {"tabindex"},
    "sup": {"id"},
    "ol": {"start"},
    "span": {"class"},
    "td": {"align"},
    "th": {"align"},
}
ANSWER = """# Head

Some *text* with `code`, a [link](https://example.org) and $e^{i}$, costing $5.
A second line
with -
- a list
- of two

```python
def f(x):
    return x  # comment
```

| a | b |
|---|--:|
| 1 | 2 |

$$
a
- b
= c
$$

\\[
x + 1
- 2
\\]

1. one

   loose
2. two

Setext
======

> quote
lazy

- [ ] to do
- [x] done, with a note[^1]

A term
: what it means

Another

: with more

  than one paragraph

| a | b |
|---|---|
| 1<br>2 | H<sub>2</sub>O |

これは**「重要」**な点です, [^2] <kbd>Ctrl</kbd>

[^1]: A note
    with `code`.

    Two paragraphs.
[^2]: Another.

End 🎉 of it
***all***
"""


def elements(html: str):
    """Yield every element that a browser's parser makes of a fragment."""
    tree = html5lib.parseFragment(html, namespaceHTMLElements=False)
    return [node for node in tree.iter() if node is not tree and isinstance(node.tag, str)]


OWN = own_name("an answer")


def assert_harmless(html: str, own: str = "") -> None:
    """Hold that HTML is on the allow-list; with `own`, ids and links within are the answer's."""
    ids = [node.attrib["id"] for node in elements(html) if "id" in node.attrib]
    assert len(set(ids)) == len(ids)
    assert all(own and re.fullmatch(rf"{own}-[nr]\d+", id_) for id_ in ids)
    for node in elements(html):
        assert node.tag in TAGS
        assert set(node.attrib) <= ATTRIBUTES.get(node.tag, set())
        assert node.attrib.get("class", FORMULA) == FORMULA
        if node.tag == "input":
            assert (node.attrib["type"], node.attrib["disabled"]) == ("checkbox", "")
        if node.tag == "a" and node.attrib["href"].startswith("#"):
            assert node.attrib == {"href": f"#{node.attrib['href'][1:]}"}
            assert node.attrib["href"][1:] in ids
        elif node.tag == "a":
            assert re.match(r"(https?://|mailto:)", node.attrib["href"], re.IGNORECASE)
            assert node.attrib["rel"] == "noopener noreferrer"
    assert clean(html, own) == html


WRITTEN = [  # what models write beyond CommonMark
    *(
        "[^1]",
        "[^1]: ",
        "[^a]",
        "\n\n[^a]: ",
        "<sub>",
        "</sub>",
        "<sup>",
        "</sup>",
        "<kbd>",
        "</kbd>",
    ),
    *(
        "<br>",
        "\n- [x] ",
        "\n- [ ] ",
        "\n: ",
        "これは",
        "。",
        "\n| a | b |\n|---|---|\n| ",
        "\u200d",
    ),
    *("$x$", "\n\n    ", "\n# "),
]
MARKDOWN = st.lists(
    st.one_of(
        st.text(max_size=12),
        st.sampled_from(PAYLOADS),
        st.sampled_from(WRITTEN),
        st.sampled_from(
            [*"*_`~[]()<>!#|\\$&\"'\n-+=:{}^ ", "```", "$$", "\n\n", "---", "](", "<a "]
        ),
    ),
    max_size=30,
).map("".join)


@pytest.mark.slow
@settings(max_examples=2_000, deadline=None, suppress_health_check=list(HealthCheck))
@given(MARKDOWN)
def test_any_text_becomes_allow_listed_html_that_cleaning_again_does_not_change(text):
    assert_harmless(to_html(text))
    assert_harmless(to_html(text, OWN), OWN)


@pytest.mark.slow
@pytest.mark.parametrize("row", HOSTILE, ids=lambda row: row["id"])
def test_a_hostile_answer_is_harmless_at_every_point_where_it_may_be_cut(row):
    payload = row["payload"].replace("@URL@", "http://127.0.0.1:9")
    step = max(1, len(payload) // 20)
    for cut in range(1, len(payload) + step, step):
        assert_harmless(to_html(payload[:cut]))
        assert_harmless(to_html(f"[^1] {payload[:cut]}\n\n[^1]: {payload[:cut]}", OWN), OWN)


def test_there_are_many_hostile_samples_of_many_kinds():
    assert len(HOSTILE) >= 60
    assert len({row["kind"] for row in HOSTILE}) >= 7


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(1, 25), min_size=20, max_size=60))
def test_text_in_pieces_becomes_what_the_whole_becomes(sizes):
    growing, finished, start = GrowingMarkdown(), "", 0
    for size in [*sizes, len(ANSWER)]:
        change = growing.append(ANSWER[start : start + size])
        finished += change.finished
        start += size
    assert finished + growing.finish().live == to_html(ANSWER)


def test_a_finished_block_is_not_rendered_again():
    growing = GrowingMarkdown()
    growing.append("one\n\ntwo\n")
    change = growing.append("goes on\n\nthree\n")
    assert change.finished == "<p>two\ngoes on</p>"
    assert change.live == "<p>three</p>"


def test_an_unfinished_line_finishes_nothing():
    growing = GrowingMarkdown()
    assert growing.append("one\n#").finished == ""
    assert growing.append("hash\n").live == "<p>one\n#hash</p>"


def test_a_long_open_code_block_grows_as_text():
    growing = GrowingMarkdown()
    code = "x = 1\n" * 1_000
    growing.append("```python\n" + code)
    assert growing.append("y = <2>\n").code == "y = <2>\n"
    assert growing.append("``") == Change()
    change = growing.append("`\nafter\n")
    assert change.finished == to_html(f"```python\n{code}y = <2>\n```")
    assert change.live == "<p>after</p>"


def test_a_link_definition_serves_later_blocks():
    growing = GrowingMarkdown()
    growing.append("[site]: https://example.org\n\ntext\n\n")
    change = growing.append("See [site].\n")
    assert '<a href="https://example.org"' in change.finished + change.live


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("*a* **b** ~~c~~", "<p><em>a</em> <strong>b</strong> <s>c</s></p>"),
        ("`a<b`", "<p><code>a&lt;b</code></p>"),
        ("costs $5 and $10", "<p>costs <span>$</span>5 and <span>$</span>10</p>"),
        ("is $x<y$ so", f'<p>is <span class="{FORMULA}">$x&lt;y$</span> so</p>'),
        (r"is \(a_b\) so", f'<p>is <span class="{FORMULA}">$a_b$</span> so</p>'),
        ("$$\na\n- b\n$$", f'<p><span class="{FORMULA}">$$a\n- b$$</span></p>'),
        (r"$\style{position:fixed}{x}$", r"<p><code>$\style{position:fixed}{x}$</code></p>"),
        ("a\u202eb", "<p>a<mark>U+202E</mark>b</p>"),
        ("`a\u200bb`", "<p><code>a<mark>U+200B</mark>b</code></p>"),
        ("\u0645\u06cc\u200c\u062e", "<p>\u0645\u06cc\u200c\u062e</p>"),
        ("<b>x</b>", "<p>&lt;b&gt;x&lt;/b&gt;</p>"),
        ("[x](javascript:1)", "<p>[x](javascript:1)</p>"),
        ("```py\nx = 1\n```", '<pre tabindex="0"><code>x = <samp>1</samp>\n</code></pre>'),
        ("```no-such\n<x>\n```", '<pre tabindex="0"><code>&lt;x&gt;\n</code></pre>'),
    ],
)
def test_what_is_shown(text, html):
    assert to_html(text) == html


def test_an_image_is_a_link_that_names_its_host():
    html = to_html("![a plot](https://example.org/p.png)")
    assert html.count("<a ") == 1
    assert ">image: a plot (example.org)</a>" in html


def test_an_image_in_a_link_makes_no_link_in_a_link():
    assert to_html("[![a](https://a.example/i)](https://b.example/)").count("<a ") == 1


def test_a_link_whose_text_names_another_host_tells_its_own():
    assert to_html("[https://bank.example](https://evil.example/)").endswith(
        "</a> (evil.example)</p>"
    )
    assert to_html("[https://a.example/x](https://a.example/y)").endswith("</a></p>")
    for address in ("my-bank.de", "sparkasse.co.uk/login", "пример.рф", "www.a.example", "A.SHOP"):
        assert to_html(f"[{address}](https://evil.example/)").endswith("</a> (evil.example)</p>")
    for words in ("e.g. this", "version 1.5", "The end. And", "a.b"):
        assert to_html(f"[{words}](https://a.example/)").endswith("</a></p>")


@pytest.mark.parametrize(
    "link",
    [
        "<https://paypal.com@evil.example>",
        "<https://paypal.com:443@evil.example/x>",
        "[see paypal.com here](https://evil.example/)",
        "[log in at www.paypal.example](https://evil.example/)",
        "[it is https://paypal.example, really](https://evil.example/)",
        "[paypal\u3002com](https://evil.example/)",
    ],
)
def test_an_address_anywhere_in_a_link_s_text_is_compared_with_where_it_leads(link):
    assert to_html(link).endswith("</a> (evil.example)</p>")


@pytest.mark.parametrize(
    "link",
    [
        "[see numpy.org](https://numpy.org/doc)",
        "[e.g. this](https://a.example)",
        "[me@a.org](mailto:me@a.org)",
        "<https://a.example/@me>",
        "[Example.com](https://example.com)",
    ],
)
def test_a_link_that_says_where_it_leads_says_it_once(link):
    assert to_html(link).endswith("</a></p>")


def test_columns_keep_their_alignment():
    html = to_html("| a | b |\n|:--|--:|\n| 1 | 2 |")
    assert '<td align="right">2</td>' in html


def test_code_stays_within_twice_its_size():
    matrix = "```python\n" + "1, 2, 3, 4, 5, 6, 7, 8, 9\n" * 100 + "```"
    assert len(to_html(matrix)) <= 2.1 * len(matrix)


def test_characters_that_hide_are_named():
    assert visible_html("\x1b[31m") == "<mark>U+001B</mark>[31m"
    assert plain("a\x1b]0;t\x07\r\nb\u202e") == "a<U+001B>]0;t<U+0007>\nb<U+202E>"


def calls_to_render(text):
    """Count the Python calls that rendering `text` takes."""
    count = 0

    def profile(_frame, event, _argument):
        nonlocal count
        count += event == "call"

    sys.setprofile(profile)
    try:
        to_html(text)
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.slow
@pytest.mark.parametrize(
    "piece",
    [
        "<sub>",
        "<sub>a</sub>",
        "[^1]",
        "[^1]: a\n",
        "a\n: b\n",
        "- [x] a\n",
        "これ**",
        "[",
        "*",
        "$a",
        r"\(",
        "\\[\na\n",
        "![",
        "[a](",
        "> ",
        "`a",
        "<a ",
        "|\n|-",
        "$$\na\n",
    ],
)
def test_repeating_what_opens_something_is_work_in_proportion(piece):
    few, many = (calls_to_render(piece * n) for n in (400, 3_200))
    assert many < 1.5 * 8 * few
