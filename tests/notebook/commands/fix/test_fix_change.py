"""What would change in a cell: compared line by line, with the person's keys, and hostile text."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claude_nb.notebook.commands.fix import diff
from claude_nb.notebook.commands.fix.offer import compared
from claude_nb.notebook.commands.fix.proposal import proposed

KEY = "sk-ant-api03-" + "a1B2c3D4" * 8
LONG = [f"line {n}" for n in range(1, 21)]


def signs(before: str, after: str) -> list[tuple[str, int]]:
    rows = diff.rows(before.split("\n"), after.split("\n"))
    return [(row.sign, row.number) for row in rows]


def test_a_changed_line_goes_and_comes_with_three_around_it():
    after = [*LONG[:9], "line ten", *LONG[10:]]
    assert signs("\n".join(LONG), "\n".join(after)) == [
        ("…", 6),
        *((" ", n) for n in (7, 8, 9)),
        ("-", 10),
        ("+", 10),
        *((" ", n) for n in (11, 12, 13)),
        ("…", 7),
    ]


def test_lines_that_only_come_or_go_are_numbered_where_they_are():
    assert signs("a\nb", "new\na\nb") == [("+", 1), (" ", 2), (" ", 3)]
    assert signs("a\nb", "b") == [("-", 1), (" ", 1)]
    assert signs("", "a") == [("-", 1), ("+", 1)]


@given(st.lists(st.sampled_from("abc ")), st.lists(st.sampled_from("abc ")))
def test_what_goes_and_what_comes_make_both_texts(before, after):
    rows = diff.rows(before, after)
    for text, sign in ((before, "-"), (after, "+")):
        shown = [row for row in rows if row.sign == sign]
        assert all(text[row.number - 1] == row.text for row in shown)
    stayed = [row for row in rows if row.sign == " "]
    left = sum(row.number for row in rows if row.sign == "…")
    assert len([row for row in rows if row.sign == "-"]) + len(stayed) + left == len(before) or (
        before == after
    )


def test_changed_words_are_marked_where_lines_are_alike():
    old, new = diff.compared("total = smu(values)", "total = sum(values)")
    assert ([*old], [*new]) == ([(8, 11)], [(8, 11)])
    assert diff.compared("import os", "return 3 * x") == ((), ())
    assert diff.compared("x" * 500, "x" * 501) == ((), ())


# The change as it is made.


def test_nothing_that_differs_is_no_change():
    for code in ("a = 1\nb = 2", "a = 1\r\nb = 2\n", "\na = 1\nb = 2"):
        assert proposed("a = 1\nb = 2", code).rows == ()


def test_a_key_that_the_model_did_not_see_stays_in_the_cell_and_out_of_what_is_shown():
    before = f"key = '{KEY}'\nclient = Client(api_key='{KEY}', modle='x')\nprint(1/0)"
    code = "key = '[key]'\nclient = Client(api_key='[key]', model='x')\nprint(1)"
    change = proposed(before, code)
    assert change.after == before.replace("modle", "model").replace("1/0", "1")
    assert change.is_whole
    assert change.warnings == ()
    shown = compared(change.rows)
    assert KEY not in shown.html + shown.text
    assert "client = Client(api_key='[key]', model='x')" in shown.text


def test_a_key_goes_nowhere_else():
    before = f"client = Client(api_key='{KEY}')"
    change = proposed(before, "send('http://x.org/?q=[key]')")
    assert KEY not in change.after
    assert "[key] stands where a secret was kept from Claude" in change.warnings[-1]


def test_a_secret_over_several_lines_cannot_be_put_back_so_the_cell_is_not_replaced():
    before = (
        "pem = '''-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkq\nhkiG9w0BAQEF\n"
        "-----END PRIVATE KEY-----'''\n1/0"
    )
    change = proposed(before, "pem = '''[key]'''\n1")
    assert not change.is_whole
    assert "MIIEvQIBADANBgkq" not in compared(change.rows).text
    assert "[key] stands where" in change.warnings[-1]


def test_hidden_characters_of_new_lines_are_escapes_and_the_persons_own_stay():
    before = "flag = '\U0001f468\u200d\U0001f469'\nprint(falg)"
    change = proposed(before, "flag = '\U0001f468\u200d\U0001f469'\nprint(flag)  # \u202e\u200b")
    assert change.after.split("\n") == [before.partition("\n")[0], r"print(flag)  # \u202e\u200b"]
    assert any("hidden" in warning for warning in change.warnings)


def test_names_that_the_person_has_are_not_pointed_out_again():
    before = "数据 = [1]\nprint(数据[1])"
    assert proposed(before, "数据 = [1]\nprint(数据[0])").warnings == ()
    [warning] = proposed(before, "数据 = [1]\nprint(數据[0])").warnings
    assert "數据" in warning


def test_lines_that_are_no_python_are_pointed_out_if_they_are_new():
    assert proposed("!pip list\n1/0", "!pip list\n1").warnings == ()
    assert proposed("1/0", "!pip list\n1").warnings


def test_line_ends_of_windows_make_no_difference():
    assert proposed("a = 1\r\nb = 2", "a = 1\nb = 2").rows == ()
    change = proposed("a = 1\r\nb = 2", "a = 1\nb = 3")
    assert [row.sign for row in change.rows] == [" ", "-", "+"]


def test_what_is_long_takes_no_time():
    began = time.monotonic()
    many = "\n".join(["", "x"] * 5_000)
    assert not proposed(many, "y").is_whole
    assert not proposed("x = 'key'\n" * 1_000_000, "y").is_whole
    assert proposed("a" * 90_000, "b" * 90_000).rows
    assert proposed("\n" * 1_500 + "a", "\n" * 1_400 + "b").rows
    assert time.monotonic() - began < 3


# As it is shown.

HOSTILE = [
    "</code></pre></div><script>window.hurt = 1</script>",
    '<img src=x onerror="window.hurt = 2">',
    "\x1b[31mred\x1b[0m \x1b]8;;http://x.org\x07link\x1b]8;;\x07",
    "admin\u202e # \u2066toor",
    r"$\href{javascript:window.hurt=3}{x}$ \(x^2\)",
    "# [x](javascript:1) ![](http://x.org/x.png)",
    "a\x00b\ud800c",
]


@pytest.mark.parametrize("line", HOSTILE)
def test_hostile_text_is_text(line):
    change = proposed("a\n1/0", f"{line}\n1")
    shown = compared(change.rows, "0" * 32)
    tags = set(re.findall(r"</?([a-z]+)", shown.html))
    assert tags <= {"div", "pre", "span", "small", "b", "code", "del", "ins", "u", "mark"}
    for one in (shown.html, shown.text):
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", one)


def test_signs_tell_without_colours_what_goes_and_what_comes():
    change = proposed(
        "import numpy\ntotal = smu([1])\nprint(total)",
        "import numpy\ntotal = sum([1])\nprint(total)",
    )
    shown = compared(change.rows)
    assert shown.text.split("\n") == [
        "1   import numpy",
        "2 - total = smu([1])",
        "2 + total = sum([1])",
        "3   print(total)",
    ]
    assert "<b>-</b><code>total = <u>smu</u>([1])\n</code>" in shown.html
    assert "<b>+</b><code>total = <u>sum</u>([1])\n</code>" in shown.html
