"""Safe HTML is a type of its own: one module makes it, nothing else is taken for it.

What a type checker refuses stands in tests/typing/safe_html_wrong.py.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from claude_nb import characters
from claude_nb.notebook.answer.parts import in_parts, unlisted
from claude_nb.notebook.commands import page
from claude_nb.notebook.text import safe_html
from claude_nb.notebook.text.growing import GrowingMarkdown
from claude_nb.notebook.text.highlight import highlighted
from claude_nb.notebook.text.markdown import to_html
from claude_nb.notebook.text.safe_html import SafeHtml

ROOT = Path(__file__).parents[3]
TEXT = '<b>"a" & \u202e\u200b'


@pytest.mark.slow
def test_only_the_gate_makes_safe_html():
    makers = {
        path.name
        for path in (ROOT / "claude_nb").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("SafeHtml")
    }
    assert makers == {"safe_html.py"}


def test_whatever_makes_html_makes_safe_html():
    change = GrowingMarkdown().append(f"# one\n\n{TEXT}")
    made = [
        *(safe_html.clean(TEXT), safe_html.formula(TEXT, "$"), safe_html.visible_html(TEXT)),
        *(to_html(TEXT), highlighted("x = 1", "python"), change.finished, change.live),
        *(page.text(TEXT).html, page.table([page.Column(TEXT)], [[TEXT]]).html),
        unlisted(in_parts([to_html("a\n\n" * 70)])),
        *safe_html.elements(to_html("a\n\nb")),
    ]
    assert all(type(html) is SafeHtml for html in made)


def test_text_methods_of_safe_html_promise_nothing():
    html = safe_html.visible_html(TEXT)
    assert {type(html + "<b>"), type(html[1:]), type(html.replace("&lt;", "<"))} == {str}


@pytest.mark.parametrize(
    "use",
    [
        lambda text: safe_html.markup("<p>{}</p>", text),
        lambda text: safe_html.join([text]),
        lambda text: safe_html.substituted(re.compile("a"), "b", text),
        lambda text: list(safe_html.elements(text)),
        safe_html.proven,
    ],
)
def test_an_ordinary_string_is_refused_at_run_time_too(use):
    with pytest.raises(TypeError, match="expected SafeHtml, got str"):
        use("<script>")


def test_only_elements_of_the_allow_list_can_be_named():
    with pytest.raises(ValueError, match="<script> is not in the allow-list"):
        safe_html.element("script", safe_html.EMPTY)


def test_text_and_its_html_agree_on_what_is_hidden():
    assert characters.plain(TEXT) == '<b>"a" & <U+202E>\u200b'
    assert safe_html.visible_html(TEXT) == '&lt;b&gt;"a" &amp; <mark>U+202E</mark>\u200b'
    assert safe_html.visible_html(TEXT, code=True).endswith("<mark>U+200B</mark>")
    assert safe_html.attribute(TEXT) == "&lt;b&gt;&quot;a&quot; &amp; &lt;U+202E&gt;\u200b"
    assert characters.show_invisible(TEXT) == '<b>"a" & \\u202e\\u200b'


@pytest.mark.slow
def test_what_is_hidden_in_prose_is_hidden_in_code_and_that_in_cells():
    chars = [chr(point) for point in range(0x110000)]
    prose = {char for char in chars if characters.IN_PROSE.match(char)}
    code = {char for char in chars if characters.IN_CODE.match(char)}
    assert prose < code < {char for char in chars if characters.is_hidden(char)}


def test_our_own_style_sheets_have_no_comments_left():
    for name in ("answer.css", "commands.css"):
        assert re.fullmatch(r"<style>[^<]{500,}</style>", safe_html.style(name))
        assert "/*" not in safe_html.style(name)
