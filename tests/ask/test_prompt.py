import re
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pictures import jpeg, png

from claude_nb.ask.errors import InputError
from claude_nb.ask.prompt import (
    content,
    interpolate,
    system_template,
    system_text,
    user_content,
)


def fail(*_):
    raise RuntimeError("not now")


Odd = type("Odd", (), {"broken": property(fail), "__getitem__": fail})

UNKNOWN = re.compile(r"""\{\{\s*a(\.a|\[("[^"\n]*"|'[^'\n]*'|[^\[\]{}"'\n]+)\])*\s*\}\}""")
NAMES = {
    "name": "Ada",
    "numbers": [1, 2, 3],
    "table": {"k": {"deep": "x"}, "a]b": "bracket", "": "empty"},
    "thing": SimpleNamespace(colour="red", _secret="s"),
    "größe": 7,
    "odd": Odd(),
    "print": print,
    "picture": png(),
    "photos": [png(), jpeg()],
    "paper": b"%PDF-1.7 /Type /Page ",
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hello {{name}}!", "Hello Ada!"),
        ("{{ name }} {{numbers[0]}} {{numbers[-1]}}", "Ada 1 3"),
        ("""{{table["k"]['deep']}} {{thing.colour}}""", "x red"),
        ('{{table["a]b"]}}{{table[""]}}', "bracketempty"),
        ("{{größe}} {{gro\u0308ße}}", "7 7"),
        ('{"a": 1} {name} $HOME \\n {{1+1}} {{f()}} {{}}', None),
        ("${name} {{% if x %}} {{color: 'red'}} {{a | upper}} {{ f(1) }}", None),
        ("f'{x}' and {{{name}}}", "f'{x}' and {Ada}"),
        ("{{numbers}} {{table}}", f"[1, 2, 3] {NAMES['table']}"),
        ("", ""),
    ],
)
def test_only_names_in_double_braces_are_replaced(text, expected):
    assert content(text, NAMES) == (text if expected is None else expected)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{{nmae}}", "no variable 'nmae'. Did you mean name?"),
        ("{{zzz}}", "no variable 'zzz'. Run the cell"),
        ("{{thing.color}}", "a SimpleNamespace has no attribute 'color'. Did you mean colour?"),
        ("{{thing._secret}}", "stay private"),
        ("{{thing.__class__}}", "stay private"),
        ("{{numbers[9]}}", "this list has no item 9"),
        ('{{table["kk"]}}', "this dict has no item 'kk'. Did you mean k?"),
        ("{{numbers[a]}}", "must be a whole number or a quoted key"),
        ("{{numbers[0:2]}}", "must be a whole number or a quoted key"),
        ("{{odd.broken}}", "{{odd.broken}}: .broken failed: RuntimeError('not now')"),
        ("{{odd[0]}}", "this Odd has no item 0"),
        ("{{print(name)}}", "{{print(name)}}: nothing is worked out in a prompt"),
        ("{{name.upper()}}", "{{name.upper()}}: nothing is worked out in a prompt"),
        ("{{ two words }}", 'no variable is written {{row["two words"]}}; to send'),
        ("{{a-b}}", "{{a-b}}: a column whose name is that of no variable"),
    ],
)
def test_a_name_that_is_not_there_is_explained(text, words):
    with pytest.raises(InputError) as caught:
        content(text, {**NAMES, "two words": 1, "a-b": 2})
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_values_are_not_interpolated_again():
    assert content("{{a}}", {"a": "{{b}}"}) == "{{b}}"


@given(
    st.lists(
        st.sampled_from(["{{", "}}", "{", "}", "a", ".a", "[", "]", '"', "(", " ", "$", "\\", "\n"])
    ).map("".join)
)
def test_any_text_is_kept_or_explained(text):
    if UNKNOWN.search(text):
        with pytest.raises(InputError, match="there is no variable"):
            content(text, {})
    else:
        assert content(text, {}) == text


def kinds(blocks):
    return [block.get("text", block["type"]) for block in blocks]


def test_a_picture_stands_where_it_was_named():
    assert kinds(content("A {{name}}:\n{{picture}}\nand {{numbers}}?", NAMES)) == [
        "A Ada:\n",
        "image",
        "\nand [1, 2, 3]?",
    ]
    assert kinds(content(" {{photos}} \n {{paper}}", NAMES)) == ["image", "image", "document"]


def test_bytes_that_are_no_picture_are_shown_as_python_shows_them():
    assert content("{{raw}}", {"raw": b"\x00abc"}) == "b'\\x00abc'"


def test_attachments_come_before_the_question():
    image = {"type": "image"}
    assert user_content([], "Why?") == "Why?"
    assert kinds(user_content([image], "Why?")) == ["image", "Why?"]
    assert kinds(user_content([image], "  ")) == ["image"]
    assert kinds(user_content([image], [{"type": "text", "text": "Why?"}])) == ["image", "Why?"]


def test_a_system_prompt_may_come_from_a_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "brief.txt").write_text("You help {{name}}.\r\nBe brief.", "utf-8-sig")
    assert system_text(system_template("@brief.txt"), NAMES) == "You help Ada.\nBe brief."
    assert system_text("You help {{name}}.", NAMES) == "You help Ada."
    with pytest.raises(
        InputError, match=r"no file Breif in the working folder. Did you mean brief"
    ):
        system_template("@Breif")


def test_a_system_prompt_takes_no_pictures():
    with pytest.raises(InputError, match="Only text can stand here"):
        system_text("Look: {{picture}}", NAMES)
    assert interpolate("{{name}}", NAMES) == "Ada"
